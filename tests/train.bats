# What the trainers promise beyond the numbers (tests/parity*.bats): same bytes, clear refusals, honest records
load lib

# a BYOL run that takes a second
pretrain() {
	ssl-pretrain --arch resnet18 --batch 4 --warmup 1 --proj-hidden 16 --pred-hidden 16 "$@"
}

# One small data set for the whole file
setup_file() {
	export DATA=$BATS_FILE_TMPDIR
	PATH=$(cd "$BATS_TEST_DIRNAME/.." && cd "${BUILD:-build}" && pwd)/bin:$PATH
	phantom-cine -q -s 1 --patients 4 --matrix 64,64 --slices 2,3 --no-cine -o "$DATA/acdc"
	nii2ten -q --acdc "$DATA/acdc" --split all -o "$DATA/all.ten"
	nii2ten -q --acdc "$DATA/acdc" --split val -o "$DATA/val.ten"
	ssl-augment -q -s 1 --size 32 --epochs 2 "$DATA/all.ten" -o "$DATA/views.ten"
	ssl-augment -q -s 1 --views 1 --size 32 --epochs 2 "$DATA/all.ten" -o "$DATA/train.ten"
	pretrain -q -s 1 "$DATA/views.ten" -o "$DATA/encoder" --state "$DATA/state"
	seg-finetune -q -s 1 -e "$DATA/encoder" -b 4 --warmup 0 "$DATA/train.ten" -o "$DATA/model"
}

@test "the same bytes from 1 and 2 threads in reference mode too, and predictions as in fast mode but for rounding" {
	ten-select -q --range 0,8 "$DATA/all.ten" -o "$T/few.ten"
	ssl-augment -q -s 1 --size 32 "$T/few.ten" -o "$T/views.ten"
	ssl-augment -q -s 1 --views 1 --size 32 "$T/few.ten" -o "$T/train.ten"
	for j in 1 2; do
		pretrain -q -s 1 -j $j --compute reference --init "$DATA/state" --warmup 0 "$T/views.ten" -o "$T/e$j"
		seg-finetune -q -s 1 -j $j --compute reference --init "$DATA/model" -b 4 --warmup 0 "$T/train.ten" -o "$T/m$j"
		for mode in fast reference; do
			seg-predict -q -j $j --compute $mode --logits -m "$DATA/model" "$DATA/val.ten" -o "$T/$mode.p$j"
			ssl-embed -q -j $j --compute $mode -w "$DATA/encoder" "$DATA/val.ten" -o "$T/$mode.f$j"
		done
	done
	for what in e m fast.p fast.f reference.p reference.f; do cmp "$T/${what}1" "$T/${what}2"; done
	ten-cmp --tensor logits --relative-norm 1e-5 "$T/fast.p1" "$T/reference.p1"
	ten-cmp --tensor features --relative-norm 1e-5 "$T/fast.f1" "$T/reference.f1"
	run cmp -s "$T/fast.p1" "$T/reference.p1"
	[ "$status" -eq 1 ] # the option does choose
	for made in e1 m1 reference.p1 reference.f1; do
		ten-info --provenance "$T/$made" | grep -e "--compute=reference"
	done
}

@test "another seed gives other weights" {
	pretrain -q -s 2 "$DATA/views.ten" -o "$T/e"
	run ten-cmp -q "$T/e" "$DATA/encoder"
	[ "$status" -eq 1 ]
}

@test "--state starts where it stopped: encoder, projector and predictor" {
	run pretrain -s 1 --lr 0 --optimizer sgd --warmup 0 --init "$DATA/state" "$DATA/views.ten" --which online \
		--state "$T/state" -o "$T/e"
	[ "$status" -eq 0 ]
	[[ $output == *"matched 138 tensors of '$DATA/state'"* ]]
	ssl-pretrain -q -b 4 --lr 0 --optimizer sgd --warmup 0 --init "$DATA/state" "$DATA/views.ten" --which online -o "$T/f"
	ten-cmp "$T/e" "$T/f" # arch and heads are those of the state
	for name in conv1.weight projector.0.bias predictor.3.weight; do
		ten-cmp --tensor $name "$T/state" "$DATA/state"
	done
}

@test "target and online encoders differ, and the file says which it is" {
	pretrain -q -s 1 --which online "$DATA/views.ten" -o "$T/online"
	run ten-cmp -q "$T/online" "$DATA/encoder"
	[ "$status" -eq 1 ]
	[ "$(ten-info --meta network,arch,channels "$T/online" | tail -n 1 | cut -f 1-3 | tr '\t' ' ')" = "online resnet18 1" ] ||
		ten-info "$T/online" | grep -q 'arch=resnet18; channels=1; .*network=online'
}

@test "--keep: encoders after given epochs, as shorter training on the same schedules makes them" {
	pretrain -q -s 1 "$DATA/views.ten" --keep 0,2,1 -o "$T/my.enc/e.safetensors" 2>"$T/err" && false
	mkdir "$T/my.enc"
	pretrain -q -s 1 "$DATA/views.ten" --keep 0,2,1 -o "$T/my.enc/e.safetensors"
	[ "$(cd "$T/my.enc" && echo *)" = "e-epoch0.safetensors e-epoch1.safetensors e-epoch2.safetensors e.safetensors" ]
	ten-cmp "$T/my.enc/e.safetensors" "$DATA/encoder"
	ten-cmp "$T/my.enc/e-epoch2.safetensors" "$DATA/encoder"
	ssl-augment -q -s 1 --size 32 "$DATA/all.ten" -o "$T/one.ten"
	steps=$(ssl-pretrain -q --arch resnet18 -b 4 --proj-hidden 16 --pred-hidden 16 --history /dev/stdout -o "$T/x" \
		"$DATA/views.ten" | tail -n +2 | wc -l)
	pretrain -q -s 1 --total-steps "$steps" "$T/one.ten" -o "$T/e1"
	ten-cmp "$T/my.enc/e-epoch1.safetensors" "$T/e1"
	run ten-cmp -q "$T/my.enc/e-epoch1.safetensors" "$T/my.enc/e-epoch0.safetensors"
	[ "$status" -eq 1 ]
	pretrain -q -s 1 --keep 1 "$T/one.ten" -o "$T/plain"
	[ -s "$T/plain-epoch1" ]
	fails_with "*--keep: epoch 3 will not be reached, there are 2" pretrain --keep 1,3 "$DATA/views.ten" -o "$T/f"
	for list in '1,' ,1 1,x -1 1:2 99999999999; do
		fails_with "*--keep*" pretrain "--keep=$list" "$DATA/views.ten" -o "$T/f"
	done
	fails_with "*--keep names its files after -o*" pretrain --keep 1 "$DATA/views.ten"
	[ -z "$(find "$T" -name 'f*')" ]
}

@test "a frozen encoder stays as it was, to the bit; the decoder learns" {
	seg-finetune -q -s 1 -e "$DATA/encoder" -b 4 --warmup 0 --freeze-encoder 2 "$DATA/train.ten" -o "$T/m"
	for name in conv1.weight bn1.running_mean layer4.1.bn2.bias; do
		ten-info --stats "$T/m" | grep "encoder.$name " | sed 's/.*encoder\.//' >"$T/a"
		ten-info --stats "$DATA/encoder" | grep " $name " | sed 's/^ *//' >"$T/b"
		[ -s "$T/a" ]
		[ "$(tr -s ' ' <"$T/a")" = "$(tr -s ' ' <"$T/b")" ]
	done
	run ten-cmp -q --tensor decoder.blocks.0.conv1.0.weight "$T/m" "$DATA/model"
	[ "$status" -eq 1 ]
}

@test "validation: a line per epoch, best and last weights, the same figures as seg-predict and seg-eval" {
	seg-finetune -q -s 1 --arch resnet18 -b 4 --warmup 0 --lr 1e-3 --val "$DATA/val.ten" --history "$T/h.tsv" \
		--last "$T/last" "$DATA/train.ten" -o "$T/best"
	[ "$(wc -l <"$T/h.tsv")" -eq 3 ]
	best=$(awk -F '\t' 'NR == 1 { for (i = 1; i <= NF; i++) c[$i] = i } NR > 1 && $c["dice_mean"] > m { m = $c["dice_mean"] }
		END { print m }' "$T/h.tsv")
	scored=$(seg-predict -q -m "$T/best" "$DATA/val.ten" | seg-eval -q |
		awk '$1 == "pooled_dice" && $2 == "foreground" { print $3 }')
	awk -v a="$best" -v b="$scored" 'BEGIN { d = a - b; exit !(b > 0.01 && d < 1.1e-6 && d > -1.1e-6) }' # both have 6 digits
}

@test "the model carries its normalisation and every command that led to it" {
	[ "$(ten-info "$DATA/model" | grep -c 'normalize=image')" -eq 1 ]
	run ten-info --provenance "$DATA/model"
	[[ $output == *"nii2ten "*"ssl-augment "*"seg-finetune "* ]]
	[[ $output == *"ssl-pretrain "* ]]
}

@test "normalised images are not normalised again, and other normalisations are refused" {
	ssl-augment -q --views 1 --no-shuffle --size 32 --normalize none "$DATA/all.ten" -o "$T/raw.ten"
	ssl-augment -q --views 1 --no-shuffle --size 32 --normalize dataset "$DATA/all.ten" -o "$T/other.ten"
	seg-predict -q -m "$DATA/model" "$T/raw.ten" -o "$T/a.ten"
	seg-predict -q -m "$DATA/model" "$DATA/train.ten" -o "$T/b.ten"
	fails_with "*images are normalised by 'dataset *', the model expects 'image'" \
		seg-predict -q -m "$DATA/model" "$T/other.ten" -o "$T/c.ten"
	[ ! -e "$T/c.ten" ]
}

@test "streams joined of what is not alike, and validation by another kind, are refused" {
	views() { ssl-augment -q --views 1 --no-shuffle --size 32 "$@"; }
	train() { seg-finetune -q --arch resnet18 -b 4 --warmup 0 --schedule constant "$@" -o "$T/m"; }
	views --normalize none "$DATA/val.ten" -o "$T/raw.ten"
	views "$DATA/val.ten" -o "$T/image.ten"
	sed 's/background,RV,MYO,LV/background,LV,MYO,RV/' "$T/image.ten" >"$T/turned.ten"
	sed 's/background,RV,MYO,LV/background,LV,MYO,RV/' "$DATA/val.ten" >"$T/val.ten"
	sed 's/"normalize":"image"/"grid":"1.5 1.5"   /' "$T/image.ten" >"$T/grid.ten"
	sed 's/"normalize":"image"/"grid":"1.5 x.5"   /' "$T/image.ten" >"$T/bad.ten"
	ten-cat "$T/raw.ten" "$T/image.ten" -o "$T/some.ten"
	ten-cat "$T/raw.ten" "$T/grid.ten" -o "$T/sizes.ten"
	ten-cat "$T/image.ten" "$T/turned.ten" -o "$T/classes.ten"
	ten-cat "$DATA/val.ten" "$T/val.ten" -o "$T/raw-classes.ten"
	fails_with "*some.ten' record 1 at byte *: metadata 'normalize' is 'image', before it was ''" train "$T/some.ten"
	fails_with "*sizes.ten' record 1 at byte *: metadata 'grid' is '1.5 1.5', before it was ''" train "$T/sizes.ten"
	fails_with "*bad.ten': metadata 'grid': '1.5 x.5' is no grid*" train "$T/bad.ten"
	fails_with "*classes.ten' record 1 at byte *: the classes are 'background,LV,*', those trained on 'background,RV,*'" \
		train "$T/classes.ten"
	fails_with "*raw-classes.ten' record 2 at byte *: the classes are 'background,LV,*', before they were 'background,RV,*'" \
		views "$T/raw-classes.ten"
	ssl-augment -q --size 32 "$T/raw-classes.ten" -o "$T/views.ten" # where no mask is looked at they may differ
	fails_with "*image.ten' record 0: images are normalised by 'image', those trained on are not" \
		train --val "$T/image.ten" "$T/raw.ten"
	fails_with "*val.ten' record 0: the classes are 'background,LV,*', those trained on 'background,RV,*'" \
		train --val "$T/val.ten" "$DATA/train.ten"
	fails_with "*val.ten' record 0 at byte 0: the classes of 'mask' are 'background,LV,*', those of the model 'background,RV,*" \
		seg-predict -q -m "$DATA/model" "$T/val.ten" -o "$T/m"
	[ ! -e "$T/m" ]
}

@test "weights that don't fit are refused by the tensor's name, and lenient says how many" {
	fails_with "*weights '$DATA/encoder' are of a resnet18, --arch says resnet50*" \
		seg-finetune -q --arch resnet50 -e "$DATA/encoder" -b 4 "$DATA/train.ten" -o "$T/m"
	fails_with "*'$DATA/encoder'*no tensor for 'decoder*" \
		seg-finetune -q --init "$DATA/encoder" -b 4 "$DATA/train.ten" -o "$T/m"
	fails_with "*'$DATA/encoder': no segmentation head*" seg-predict -q -m "$DATA/encoder" "$DATA/val.ten" -o "$T/p"
	fails_with "*'projector.0.bias' is \[16\], this network needs \[8\]*" \
		ssl-pretrain -q --arch resnet18 -b 4 --proj-hidden 8 --pred-hidden 16 --init "$DATA/state" "$DATA/views.ten"
	run seg-finetune --init "$DATA/encoder" --lenient -b 4 --warmup 0 "$DATA/train.ten" -o "$T/m"
	[ "$status" -eq 0 ]
	[[ $output == *"parameters without a tensor"* ]]
}

@test "a batch larger than an epoch, a size that is no multiple of 32, a label too large: refused, nothing written" {
	fails_with "*an epoch has * samples, fewer than a batch of 500*" seg-finetune -q -b 500 "$DATA/train.ten" -o "$T/m"
	ssl-augment -q --size 32 "$DATA/all.ten" -o "$T/views.ten"
	fails_with "*record 0 at byte 0: no tensor 'image', but views (ssl-augment --views 1*" \
		seg-finetune -q "$T/views.ten" -o "$T/m"
	fails_with "*record 0 at byte 0: no tensor 'view.1', but images (ssl-augment*" ssl-pretrain -q "$DATA/train.ten" -o "$T/m"
	ssl-augment -q --views 1 --size 48 "$DATA/all.ten" -o "$T/48.ten"
	fails_with "*48x48*multiples of 32*" seg-finetune -q -b 2 "$T/48.ten" -o "$T/m"
	fails_with "*train.ten' record * at byte *: label 3 in sample * at (*,*), expected 0..2 (--classes?)" \
		seg-finetune -q --arch resnet18 --classes 3 -b 4 "$DATA/train.ten" -o "$T/m"
	fails_with "*val.ten* record * at byte *: label 3 in sample * at (*,*), expected 0..2" \
		seg-finetune -q --arch resnet18 --classes 3 -b 4 --val "$DATA/val.ten" "$DATA/train.ten" -o "$T/m"
	fails_with "*no tensor 'view.1'*" pretrain -q "$DATA/train.ten" -o "$T/m"
	[ ! -e "$T/m" ]
}

@test "what is not finite stops training with its place" {
	nans=$(printf '\\377%.0s' {1..2048})
	ten_record '{"__metadata__":{"seq":"0","eos":"1"},
"view.1":{"dtype":"F32","shape":[2,1,16,16],"data_offsets":[0,2048]},
"view.2":{"dtype":"F32","shape":[2,1,16,16],"data_offsets":[2048,4096]}}' "%02048d$nans" >"$T/v.ten"
	fails_with "*v.ten': 'view.2' holds values that are not finite, in sample 0 of epoch 0" \
		pretrain -q -b 2 --warmup 0 "$T/v.ten" -o "$T/e"
	# weights that grow a thousandfold with every step; none of them becomes a checkpoint
	run pretrain -b 2 --lr 1000 --weight-decay 1 --optimizer sgd --warmup 0 --checkpoint "$T/c" --every 1 "$DATA/views.ten" -o "$T/e"
	[ "$status" -eq 2 ]
	[[ $output == *"checkpoint '$T/c' holds the state after step "*"ssl-pretrain: step "*": "*"'"*" not finite"*"a lower --lr"* ]]
	ten-info "$T/c" >/dev/null
	[ ! -e "$T/e" ]
}

@test "what is not finite is refused for validation, too, before training" {
	nans=$(printf '\\377%.0s' {1..4096})
	zeros=$(printf '\\0%.0s' {1..1032})
	ten_record '{"__metadata__":{"seq":"0","eos":"1"},
"image":{"dtype":"F32","shape":[1,1,32,32],"data_offsets":[0,4096]},
"label":{"dtype":"I64","shape":[1],"data_offsets":[4096,4104]},
"mask":{"dtype":"U8","shape":[1,32,32],"data_offsets":[4104,5128]}}' "$nans$zeros" >"$T/v.ten"
	make-stream --kind segmented --samples 2 --height 32 --width 32 -o "$T/s.ten"
	make-stream --kind labelled --samples 2 --height 32 --width 32 --classes 2 -o "$T/l.ten"
	fails_with "*v.ten' record 0 at byte 0: 'image' has the value *nan in sample 0, expected finite floats" \
		seg-finetune -q --arch resnet18 -b 2 --val "$T/v.ten" "$T/s.ten" -o "$T/w"
	fails_with "*v.ten' record 0 at byte 0: 'image' has the value *nan in sample 0, expected finite floats" \
		cls-pretrain -q --arch resnet18 -b 2 --classes 2 --val "$T/v.ten" "$T/l.ten" -o "$T/w"
	[ ! -e "$T/w" ]
}

@test "a collapse monitor that stays low stops training" {
	ssl-augment -q -s 1 --size 32 --epochs 9 "$DATA/all.ten" -o "$T/views.ten"
	fails_with "*step 50: collapse*was below 1 for 50 steps*--tau*" pretrain -q --collapse 1 -b 2 "$T/views.ten" -o "$T/e"
	[ ! -e "$T/e" ]
}

@test "a pipe of unknown length needs --total-steps or a constant schedule" {
	zeros=$(printf '\\0%.0s' {1..2048})
	ten_record '{"__metadata__":{"seq":"0","eos":"1"},
"view.1":{"dtype":"F32","shape":[2,1,32,32],"data_offsets":[0,8192]},
"view.2":{"dtype":"F32","shape":[2,1,32,32],"data_offsets":[8192,16384]}}' "%014336d$zeros" >"$T/v.ten"
	ssl-pretrain -q --arch resnet18 -b 2 --warmup 0 --proj-hidden 8 --pred-hidden 8 "$T/v.ten" -o "$T/e"
	run bash -c "cat '$T/v.ten' | ssl-pretrain -q --arch resnet18 -b 2 --warmup 0 -o '$T/f'"
	[ "$status" -eq 2 ]
	[[ $output == *"give --total-steps"* ]]
	ssl-pretrain -q --arch resnet18 -b 2 --warmup 0 --total-steps 1 --proj-hidden 8 --pred-hidden 8 -o "$T/g" < <(cat "$T/v.ten")
	ten-cmp "$T/e" "$T/g"
}

@test "features and predictions do not depend on what stands beside an image" {
	for range in 0,1 1,4 4,6; do ten-select -q --range $range "$DATA/all.ten" -o "$T/$range"; done
	ten-select -q --range 0,6 "$DATA/all.ten" -o "$T/whole.ten"
	ten-cat -q "$T/0,1" "$T/1,4" "$T/4,6" -o "$T/pieces.ten"
	run ten-cmp -q "$T/whole.ten" "$T/pieces.ten"
	[ "$status" -eq 1 ] # cut in other places
	ssl-embed -q -w "$DATA/encoder" "$T/whole.ten" -o "$T/a"
	ssl-embed -q -w "$DATA/encoder" "$T/pieces.ten" | ten-cmp --samples "$T/a" -
	seg-predict -q --logits -m "$DATA/model" "$T/whole.ten" -o "$T/b"
	seg-predict -q --logits -m "$DATA/model" "$T/pieces.ten" | ten-cmp --samples "$T/b" -
}

@test "SEGPIPE_CPU: what does not exist is refused, the portable loops compute what the best ones do" {
	SEGPIPE_CPU=z80 run ssl-embed -w "$DATA/encoder" "$DATA/val.ten" -o "$T/none"
	[ "$status" -eq 2 ]
	[[ $output == "ssl-embed: SEGPIPE_CPU: no instruction set 'z80'"* && ${#lines[@]} -eq 1 ]]
	[ ! -e "$T/none" ]
	ssl-embed -q -w "$DATA/encoder" "$DATA/val.ten" -o "$T/best"
	SEGPIPE_CPU=portable ssl-embed -q -w "$DATA/encoder" "$DATA/val.ten" |
		ten-cmp --relative-norm 1e-5 "$T/best" -
}
