# Classifiers (cls-pretrain.1); their figures are compared with PyTorch's in parity-training.bats
load lib
load parity

# classify OPTION ...: a run that takes a second
classify() {
	cls-pretrain --arch resnet18 --batch 4 --warmup 1 "$@"
}

setup_file() {
	export DATA=$BATS_FILE_TMPDIR
	PATH=$(cd "$BATS_TEST_DIRNAME/.." && cd "${BUILD:-build}" && pwd)/bin:$PATH
	phantom-scene -q -s 1 --classes 3 --per-class 4 --size 40 -o "$DATA/scenes"
	img2ten -q --rgb --split train "$DATA/scenes" -o "$DATA/pictures.ten"
	ten-stats -q "$DATA/pictures.ten" -o "$DATA/pictures.tsv"
	ssl-augment -q -s 1 --policy classify -n dataset --stats "$DATA/pictures.tsv" --size 32 --epochs 2 \
		"$DATA/pictures.ten" -o "$DATA/train.ten"
	img2ten -q --rgb --split val "$DATA/scenes" |
		ssl-augment -q --policy centre -n dataset --stats "$DATA/pictures.tsv" --size 32 -o "$DATA/val.ten"
	cls-pretrain -q -s 1 --arch resnet18 --batch 4 --warmup 1 "$DATA/train.ten" -o "$DATA/encoder" --state "$DATA/state"
}

@test "another seed gives other weights" {
	classify -q -s 2 "$DATA/train.ten" -o "$T/other"
	run ten-cmp -q "$T/other" "$DATA/encoder"
	[ "$status" -eq 1 ]
}

@test "it learns: what it has seen often it tells apart" {
	ssl-augment -q --policy centre -n dataset --stats "$DATA/pictures.tsv" --size 32 --epochs 12 "$DATA/pictures.ten" |
		classify -q -s 1 -b 9 --lr 0.02 --smoothing 0 --history "$T/h.tsv" -o "$T/e"
	[ "$(wc -l <"$T/h.tsv")" -eq 13 ]
	awk -F '\t' 'NR == 2 { first = $3 } END { exit !($4 >= 0.85 && $3 < first / 2) }' "$T/h.tsv"
}

@test "tables: a line per epoch with validation, a line per step" {
	classify -q -s 1 --val "$DATA/val.ten" --history "$T/h.tsv" --steps "$T/s.tsv" "$DATA/train.ten" -o "$T/e"
	cmp "$T/e" "$DATA/encoder" || ten-cmp "$T/e" "$DATA/encoder" # looking changes nothing
	[ "$(head -n 1 "$T/h.tsv" | tr '\t' ' ')" = "epoch lr loss top1 steps samples_per_s val_loss val_top1 val_top5" ]
	[ "$(tail -n +2 "$T/h.tsv" | cut -f 1,5 | tr '\t\n' '  ')" = "0 2 1 2 " ]
	[ "$(cut -f 9 "$T/h.tsv" | tail -n 1)" = 1 ] # there are but three classes
	[ "$(wc -l <"$T/s.tsv")" -eq 5 ]
}

@test "its encoder serves to fine-tune and to go on without labels, and the state to go on with" {
	phantom-cine -q -s 1 --patients 3 --matrix 64,64 --slices 2,2 --no-cine -o "$T/acdc"
	nii2ten -q --acdc "$T/acdc" --split all -o "$T/all.ten"
	ssl-augment -q -s 1 --views 1 --size 32 "$T/all.ten" |
		seg-finetune -e "$DATA/encoder" -b 2 --warmup 0 -o "$T/model" 2>"$T/said"
	grep -q "matched 120 tensors of '$DATA/encoder', adapted the first convolution from 3 channels" "$T/said"
	[[ $(ten-info --provenance "$T/model") == *"img2ten "*"cls-pretrain "*"seg-finetune "* ]]
	ssl-augment -q -s 1 --size 32 "$T/all.ten" | ssl-pretrain --init "$DATA/state" -b 4 --warmup 0 --proj-hidden 8 \
		--pred-hidden 8 -o "$T/byol" 2>"$T/said"
	grep -q "matched 120 tensors of '$DATA/state', left 2 that belong to other parts, adapted" "$T/said"
	run cls-pretrain --lr 0 -b 4 --warmup 0 --init "$DATA/state" --state "$T/state" "$DATA/train.ten" -o "$T/e"
	[[ $output == *"matched 122 tensors of '$DATA/state'"* ]]
	for name in conv1.weight fc.weight fc.bias; do ten-cmp -t $name "$T/state" "$DATA/state"; done
	run cls-pretrain --classes 5 -b 4 --warmup 0 --init "$DATA/state" --state "$T/state" "$DATA/train.ten" -o "$T/e"
	[[ $output == *"matched 120 tensors of '$DATA/state', left 2"* ]]
}

@test "in bfloat16 it computes the same but for rounding, the same bytes from any number of threads" {
	[[ $(ssl-embed --precision bf16 2>&1 </dev/null) != *"no fast products"* ]] ||
		skip "this processor has no fast products of bfloat16"
	for j in 1 2; do
		classify -q -s 1 -j $j --precision bf16 --history "$T/h$j" "$DATA/train.ten" -o "$T/e$j"
	done
	cmp "$T/e1" "$T/e2"
	ten-info --provenance "$T/e1" | grep -e --precision=bf16
	classify -q -s 1 --history "$T/h" "$DATA/train.ten" -o "$T/e"
	near "$T/h1" "$T/h" loss 0.05
	run ten-cmp -q --relative-norm 1e-5 "$T/e1" "$T/e"
	[ "$status" -eq 1 ]
}

@test "what it cannot learn from or validate on is refused, and nothing is written" {
	img2ten -q --rgb --flat "$DATA/scenes" -o "$T/flat.ten"
	fails_with "*record 0 at byte 0: no tensor 'label'" classify "$T/flat.ten" -o "$T/out"
	ssl-augment -q --views 1 -n none --size 32 "$DATA/pictures.ten" -o "$T/raw.ten"
	fails_with "*record 0 at byte *images are normalised by 'none', those to train with by 'dataset *" \
		classify -q --val "$T/raw.ten" "$DATA/train.ten" -o "$T/out"
	ssl-augment -q --policy centre -n dataset --stats "$DATA/pictures.tsv" --size 16 "$DATA/pictures.ten" -o "$T/16.ten"
	fails_with "*'image' is \[9,3,16,16\], training has \[N,3,32,32\]*" \
		classify -q --val "$T/16.ten" "$DATA/train.ten" -o "$T/out"
	fails_with "*label 2, expected 0..1 (--classes?)" classify -q --classes 2 "$DATA/train.ten" -o "$T/out"
	fails_with "*label 2 of sample *, expected 0..1" \
		classify -q --classes 2 --val "$DATA/val.ten" "$DATA/train.ten" -o "$T/out"
	fails_with "*an epoch has 9 samples, fewer than a batch of 10 (--batch)" classify -b 10 "$DATA/train.ten" -o "$T/out"
	fails_with "*batch normalisation needs at least 2 samples" classify -b 1 "$DATA/train.ten" -o "$T/out"
	fails_with "*weights '$DATA/encoder' are of a resnet18, --arch says resnet50" \
		cls-pretrain --arch resnet50 --init "$DATA/encoder" "$DATA/train.ten" -o "$T/out"
	[ -z "$(find "$T" -name 'out*')" ]
}

@test "a stream that does not say how many classes there are needs --classes" {
	make-stream --kind labelled --samples 4 --classes 3 --channels 3 --height 32 --width 32 -s 1 |
		sed 's/"classes":"3",/              /' >"$T/s.ten"
	fails_with "*does not say how many classes there are: give --classes" classify --warmup 0 "$T/s.ten" -o "$T/out"
	classify -q --warmup 0 --classes 3 "$T/s.ten" -o "$T/out"
}
