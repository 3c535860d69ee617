# The same losses and the same weights as PyTorch after a few steps from the same start, in both ways of computing. What
# is allowed after the first step of `fast` is ten times what `reference` is allowed (tests/golden/README.md).
load lib
load parity

# later TOLERANCE: what $mode allows after the first step
later() {
	if [ "$mode" = reference ]; then echo "$1"; else echo "${1/e/0e}"; fi # 1e-5: 10e-5
}

# --- BYOL ---

# byol NAME OPTION ...: trains as make-byol.py did; losses, schedules, monitor and both networks' weights agree
byol() {
	local name=$1 mode
	shift
	weights state --kind state --arch resnet18 --proj-hidden 64 --pred-hidden 64
	make-stream --kind views -s 33 --samples 8 --epochs 5 --width 48 -o "$T/views.ten"
	for mode in fast reference; do
		echo "--compute $mode"
		ssl-pretrain -q --compute $mode --arch resnet18 --batch 8 --proj-hidden 64 --pred-hidden 64 \
			--init "$W/state" --weight-decay 0.01 "$@" --history "$T/h.tsv" --state "$T/online" \
			-o "$T/target" "$T/views.ten"
		near "$T/h.tsv" "$GOLDEN/byol-$name.tsv" epoch 0
		near "$T/h.tsv" "$GOLDEN/byol-$name.tsv" lr 1e-7
		near "$T/h.tsv" "$GOLDEN/byol-$name.tsv" tau 1e-7
		near "$T/h.tsv" "$GOLDEN/byol-$name.tsv" loss 1e-6 "$(later 1e-5)"
		near "$T/h.tsv" "$GOLDEN/byol-$name.tsv" collapse 1e-5 "$(later 1e-4)"
		check-digest --tolerance "$(later 5e-3)" "$W/state" "$T/online" "$GOLDEN/byol-$name-online.digest"
		check-digest --tolerance "$(later 5e-3)" "$W/state" "$T/target" "$GOLDEN/byol-$name-target.digest"
	done
}

@test "five steps of BYOL with SGD" {
	byol sgd --optimizer sgd --lr 0.001 --schedule constant --warmup 0 --tau 0.9
}

@test "five steps of BYOL with Adam" {
	byol adam --optimizer adam --lr 1e-5 --schedule constant --warmup 0 --tau 0.9
}

@test "five steps of BYOL with LARS" {
	byol lars --optimizer lars --lr 0.002 --schedule constant --warmup 0 --tau 0.9
}

@test "five steps of BYOL with LARS, warm-up and cosine" {
	byol cosine --optimizer lars --lr 0.004 --schedule cosine --warmup 2 --tau 0.5
}

@test "--which online writes the encoder of the network that --state holds" {
	local t
	weights state --kind state --arch resnet18 --proj-hidden 64 --pred-hidden 64
	make-stream --kind views -s 13 --samples 4 --epochs 2 --width 32 |
		ssl-pretrain -q --arch resnet18 --batch 4 --proj-hidden 64 --pred-hidden 64 --init "$W/state" \
			--optimizer sgd --warmup 0 --which online --state "$T/online" -o "$T/encoder"
	for t in conv1.weight layer4.1.bn2.bias layer4.1.bn2.running_var; do
		ten-cmp -t $t "$T/encoder" "$T/online"
		run ten-cmp -q -t $t "$T/encoder" "$W/state"
		[ "$status" -eq 1 ]
	done
}

# --- classification ---

@test "five steps of a classifier: losses, validation and weights" {
	local mode
	weights classifier --kind classifier --arch resnet18 --in-channels 3 --classes 7
	make-stream --kind labelled -s 27 --samples 8 --epochs 5 --channels 3 --height 48 --width 48 -o "$T/train.ten"
	make-stream --kind labelled -s 28 --samples 11 --channels 3 --height 48 --width 48 -o "$T/val.ten"
	for mode in fast reference; do
		echo "--compute $mode"
		cls-pretrain -q --compute $mode --init "$W/classifier" --batch 8 --lr 0.004 --warmup 2 --weight-decay 0.01 \
			--val "$T/val.ten" --history "$T/h.tsv" --steps "$T/s.tsv" --state "$T/after" -o "$T/e" "$T/train.ten"
		near "$T/s.tsv" "$GOLDEN/classify-steps.tsv" loss 1e-6 "$(later 1e-5)"
		near "$T/s.tsv" "$GOLDEN/classify-steps.tsv" lr 1e-7
		near "$T/s.tsv" "$GOLDEN/classify-steps.tsv" grad_norm 1e-3 "$(later 5e-3)"
		near "$T/h.tsv" "$GOLDEN/classify-epochs.tsv" val_loss 1e-5 "$(later 1e-5)"
		near "$T/h.tsv" "$GOLDEN/classify-epochs.tsv" val_top1 1e-7
		near "$T/h.tsv" "$GOLDEN/classify-epochs.tsv" val_top5 1e-7
		check-digest --tolerance "$(later 5e-3)" "$W/classifier" "$T/after" "$GOLDEN/classify.digest"
	done
}

# --- fine-tuning ---

# finetune NAME ARCH CLASSES STEPS OPTION ...: trains as make-finetune.py did, on a stream with the options STREAM besides;
# losses and gradient norms agree
STREAM=()
finetune() {
	local name=$1 arch=$2 classes=$3 steps=$4 mode
	shift 4
	weights "unet-$arch-$classes" --kind unet --arch "$arch" --classes "$classes"
	make-stream --kind segmented -s 19 --samples $((4 * steps)) "${STREAM[@]}" -o "$T/images.ten"
	for mode in fast reference; do
		echo "--compute $mode"
		seg-finetune -q --compute $mode --init "$W/unet-$arch-$classes" --classes "$classes" --batch 4 \
			--schedule constant --warmup 0 "$@" --steps "$T/steps.tsv" -o "$T/$mode" "$T/images.ten"
		near "$T/steps.tsv" "$GOLDEN/finetune-$name.tsv" loss 1e-6 "$(later 1e-5)"
		near "$T/steps.tsv" "$GOLDEN/finetune-$name.tsv" lr 1e-7
		near "$T/steps.tsv" "$GOLDEN/finetune-$name.tsv" grad_norm 1e-3 "$(later 5e-3)"
	done
}

# and so does what they changed in the weights: in a single step, within the same tolerance in both modes
finetune_weights() {
	local mode tolerance
	finetune "$@"
	for mode in fast reference; do
		tolerance=5e-3
		[ "$4" -eq 1 ] || tolerance=$(later 5e-3)
		check-digest --tolerance "$tolerance" "$W/unet-$2-$3" "$T/$mode" "$GOLDEN/finetune-$1.digest"
	done
}

@test "five steps of fine-tuning with SGD, clipped" {
	finetune_weights sgd resnet18 4 5 --optimizer sgd --lr 0.01 --weight-decay 0.01 --clip 0.25
}

@test "five steps of fine-tuning with Adam" {
	finetune_weights adam resnet18 4 5 --optimizer adam --lr 1e-5 --weight-decay 0.01 --clip 5
}

@test "five steps of fine-tuning with LARS" {
	finetune_weights lars resnet18 4 5 --optimizer lars --lr 0.004 --weight-decay 0.01 --clip 5
}

@test "a step of fine-tuning a ResNet-50 U-Net" {
	finetune_weights resnet50 resnet50 4 1 --optimizer sgd --lr 0.01 --clip 5
}

@test "the other losses, and a class that no mask has" {
	finetune absent resnet18 5 1 --optimizer sgd --lr 0.01
	finetune dice resnet18 5 1 --optimizer sgd --lr 0.01 --loss dice
	finetune ce resnet18 4 1 --optimizer sgd --lr 0.01 --loss ce
	finetune dice+ce resnet18 4 1 --optimizer sgd --lr 0.01 --loss dice+ce
	finetune focal resnet18 4 1 --optimizer sgd --lr 0.01 --loss focal
}

@test "pixels and a whole sample that are ignored" {
	STREAM=(--ignore 255)
	finetune ignored resnet18 4 2 --optimizer sgd --lr 0.01
	finetune ignored-dice+ce resnet18 4 1 --optimizer sgd --lr 0.01 --loss dice+ce
	finetune ignored-focal resnet18 4 1 --optimizer sgd --lr 0.01 --loss focal
}
