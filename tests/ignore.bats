# Pixels whose class is unknown, from the mask to the score
load lib

# One square of each mask, and the whole of every fourth: ignored as 255 and as 9, or background
setup_file() {
	export DATA=$BATS_FILE_TMPDIR
	PATH=$(cd "$BATS_TEST_DIRNAME/.." && cd "${BUILD:-build}" && pwd)/bin:$PATH
	PATH=${PATH%%/bin:*}/helpers:$PATH
	some() { make-stream --kind segmented --samples 8 --height 32 --width 32 "$@"; }
	some --ignore 255 -o "$DATA/255.ten"
	some --ignore 9 -o "$DATA/9.ten"
	some --under 255 -o "$DATA/untold.ten"
	some --under 0 -o "$DATA/background.ten"
	some -s 5 --ignore 77 -o "$DATA/val.ten"
}

train() {
	seg-finetune -q -s 1 --arch resnet18 -b 4 --warmup 0 "$@"
}

# column NAME FILE: the last value below a table's heading
column() {
	awk -F '\t' -v name="$1" 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == name) c = i } END { print $c }' "$2"
}

# near A B: numbers that are the same but for their digits
near() {
	awk -v a="$1" -v b="$2" 'BEGIN { d = a - b; exit !(a > 0 && d < 1.1e-6 && d > -1.1e-6) }'
}

@test "which label is ignored changes no byte of the training; background there does" {
	for data in 255 9 background; do
		train --lr 1e-3 --steps "$T/$data.tsv" "$DATA/$data.ten" -o "$T/$data"
	done
	cmp "$T/255.tsv" "$T/9.tsv"
	ten-cmp "$T/255" "$T/9"
	run ten-cmp -q "$T/255" "$T/background"
	[ "$status" -eq 1 ]
}

@test "where all pixels are ignored no loss moves a parameter" {
	make-weights --arch resnet18 --kind unet -o "$T/start"
	ten-select -q --range 3,4 "$DATA/255.ten" -o "$T/one.ten"
	for loss in jaccard dice+ce focal; do
		train -b 1 --init "$T/start" --loss $loss --steps "$T/steps" --history "$T/h" --val "$T/one.ten" "$T/one.ten" -o "$T/m"
		[ "$(column loss "$T/steps") $(column grad_norm "$T/steps")" = "0 0" ]
		[ "$(column val_loss "$T/h")" = 0 ]
		for name in encoder.conv1.weight decoder.blocks.4.conv2.1.bias segmentation_head.0.weight segmentation_head.0.bias; do
			ten-cmp --tensor $name "$T/start" "$T/m"
		done
	done
}

@test "validation has an ignore label of its own and leaves out what seg-eval leaves out" {
	train --lr 1e-3 --history "$T/h" --val "$DATA/val.ten" "$DATA/255.ten" -o "$T/m"
	seg-predict -q -m "$T/m" "$DATA/val.ten" -o "$T/pred.ten"
	seg-eval -q "$T/pred.ten" -o "$T/scores"
	score() { awk -F '\t' -v a="$1" -v b="$2" '$1 == a && $2 == b { print $3 }' "$T/scores"; }
	near "$(column dice_mean "$T/h")" "$(score pooled_dice foreground)"
	near "$(column slice_iou "$T/h")" "$(score slice_macro_iou all)"
	# two of eight samples are ignored whole: what is left gives the same figures, the loss too
	ten-select -q --range 0,3 "$DATA/val.ten" -o "$T/a.ten"
	ten-select -q --range 4,7 "$DATA/val.ten" -o "$T/b.ten"
	ten-cat -q "$T/a.ten" "$T/b.ten" -o "$T/six.ten"
	train --lr 1e-3 --history "$T/six" --val "$T/six.ten" "$DATA/255.ten" -o "$T/m6"
	for name in dice_mean iou_mean slice_iou dice_0 iou_3; do
		[ "$(column $name "$T/h")" = "$(column $name "$T/six")" ]
	done
}

@test "ssl-augment keeps the label and where it is, and says so" {
	for data in 255 untold; do
		ssl-augment -q -s 1 --views 1 --size 64 --epochs 3 "$DATA/$data.ten" -o "$T/$data.ten"
	done
	ten-cmp --tensor mask "$T/255.ten" "$T/untold.ten"
	ten-info "$T/255.ten" | grep "ignore=255"
	run ten-info "$T/untold.ten"
	[[ $output != *ignore=* ]]
	train "$T/255.ten" -o "$T/m"
	fails_with "*untold.ten' record * at byte *: label 255 in sample * at (*,*), expected 0..3 (--classes?)" \
		train "$T/untold.ten" -o "$T/none"
	[ ! -e "$T/none" ]
}

# told VALUE: a sample of 32x32, all of it 1, whose metadata `ignore` are VALUE
told() {
	ten_record "{\"__metadata__\":{\"seq\":\"0\",\"eos\":\"1\",\"ignore\":\"$1\"},\
\"image\":{\"dtype\":\"U8\",\"shape\":[1,1,32,32],\"data_offsets\":[0,1024]},\
\"mask\":{\"dtype\":\"U8\",\"shape\":[1,32,32],\"data_offsets\":[1024,2048]}}" \
		"$(printf '\\1%.0s' {1..2048})"
}

@test "an ignore label that is a class or no label, and records that don't agree on one, are refused" {
	ten-select -q --range 0,4 "$DATA/255.ten" -o "$T/four.ten"
	for label in 0 3; do
		told $label >"$T/class.ten"
		fails_with "*class.ten': the ignore label $label is one of the classes 0..3 (--classes?)" train -b 1 "$T/class.ten" -o "$T/m"
	done
	fails_with "*class.ten' record 0 at byte 0: the ignore label 3 is one of the classes 0..3" \
		train --val "$T/class.ten" "$DATA/255.ten" -o "$T/m"
	for label in 256 -1 x ' ' 1e2 99999999999999999999; do
		told "$label" >"$T/bad.ten"
		fails_with "*bad.ten': *'ignore'*" train -b 1 "$T/bad.ten" -o "$T/m"
		fails_with "*bad.ten' record 0 at byte 0: *'ignore'*" ssl-augment -q --views 1 --size 32 "$T/bad.ten" -o "$T/m"
	done
	ssl-augment -q --size 32 "$T/bad.ten" -o "$T/views" # without masks it is none of its business
	told 4 >"$T/fine.ten"
	train -b 1 "$T/fine.ten" -o "$T/fine"
	ten-cat -q "$T/four.ten" "$DATA/9.ten" -o "$T/two.ten"
	ten-cat -q "$T/four.ten" "$DATA/background.ten" -o "$T/none.ten"
	for other in two:9 none:-1; do
		fails_with "*${other%:*}.ten' record 2 at byte *: the ignore label is ${other#*:}, before it was 255 (-1: none)" \
			ssl-augment -q --views 1 --size 32 "$T/${other%:*}.ten" -o "$T/m"
	done
	fails_with "*none.ten' record 2 at byte *: the ignore label is -1, before it was 255 (-1: none)*" train "$T/none.ten" -o "$T/m"
	[ ! -e "$T/m" ]
}

@test "a label that is neither class nor ignored is named with record, sample and pixel, also in --val" {
	fails_with "*255.ten' record 0 at byte 0: label 3 in sample 0 at (*,*), expected 0..2 or 255 (ignored) (--classes?)" \
		train --classes 3 "$DATA/255.ten" -o "$T/m"
	fails_with "*val.ten' record 0 at byte 0: label 3 in sample 0 at (*,*), expected 0..2 or 77 (ignored)" \
		train --classes 3 --val "$DATA/val.ten" "$DATA/255.ten" -o "$T/m"
	[ ! -e "$T/m" ]
}

@test "a training goes on with the label it began with, and with no other" {
	some() { make-stream --kind segmented --samples 8 --epochs 4 --height 32 --width 32 "$@"; }
	some --ignore 255 -o "$T/whole.ten"
	some --ignore 9 -o "$T/other.ten"
	some --under 255 -o "$T/untold.ten"
	train "$T/whole.ten" --steps "$T/whole.tsv" -o "$T/whole"
	head -c 60000 "$T/whole.ten" >"$T/cut.ten"
	on() { train --checkpoint "$T/c" --every 1 --resume --steps "$T/s.tsv" -o "$T/m" <"$1"; }
	fails_with "*stream cut short*" on <(cat "$T/cut.ten")
	[ -e "$T/c" ]
	for other in other:9 untold:; do
		fails_with "*is another stream than the one before: its metadata 'ignore' is '${other#*:}', that of the one before '255'" \
			on "$T/${other%:*}.ten"
	done
	on "$T/whole.ten"
	cmp "$T/whole.tsv" "$T/s.tsv"
	ten-cmp "$T/whole" "$T/m"
}
