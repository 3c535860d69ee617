# The experiments as make targets (pipelines/), at a size that takes seconds
load lib

TINY=(
	PHANTOM_CINE='--patients 3 --matrix 64,64 --slices 2,2 --frames 4,4'
	PHANTOM_SCENE='--classes 2 --per-class 4 --size 32'
	ARCH=resnet18 NATURAL_SIZE=32
	NATURAL_CLASSIFY_VIEWS= NATURAL_CLASSIFY='--batch 2 --warmup 0'
	NATURAL_SSL_VIEWS= NATURAL_SSL='--batch 4 --warmup 0 --proj-hidden 8 --pred-hidden 8'
	ACDC_VIEWS='--size 32' ACDC_EPOCHS=2 ACDC_EPOCHS_MORE=1 ACDC_SSL='--batch 4 --warmup 0 --proj-hidden 8 --pred-hidden 8'
	FINETUNE_VIEWS='--size 32 --epochs 2' FINETUNE='--batch 2 --warmup 0' OVERLAYS='--limit 2'
)

# experiment ARGUMENT ...: make with tiny phantoms, below $T/out
experiment() {
	env -u MAKEFLAGS -u MAKELEVEL -u MFLAGS make -s -C "$ROOT" BUILD="$BUILD" OUT="$T/out" "${TINY[@]}" "$@"
}

# every file with its time and inode
files() {
	find "$T/out" -type f -exec stat -c '%n %Y %i' {} + | sort
}

@test "an experiment leaves everything it promises, and a second make does nothing" {
	experiment experiment-imagenet-ssl
	for file in model.safetensors history.tsv test.ten metrics.tsv slices.tsv volumes.tsv overlays.tif; do
		[ -s "$T/out/imagenet-ssl/seed-1/$file" ]
	done
	[ -s "$T/out/encoders/imagenet-ssl.safetensors" ]
	[ -s "$T/out/encoders/imagenet-ssl.tsv" ]
	ten-info --provenance "$T/out/imagenet-ssl/seed-1/model.safetensors" >"$T/commands"
	[ "$(grep -c -E 'nii2ten|ssl-augment|ssl-pretrain|img2ten' "$T/commands")" -ge 4 ]
	files >"$T/before"
	experiment experiment-imagenet-ssl
	files | cmp - "$T/before"
}

@test "every seed is a fine-tuning of its own, of one encoder that the first of them made" {
	run experiment SEEDS='7 3' experiment-acdc-ssl
	[ "$status" -eq 0 ]
	[ "$(find "$T/out/acdc-ssl" -name model.safetensors | wc -l)" -eq 2 ]
	run ten-cmp -q "$T/out/acdc-ssl/seed-7/model.safetensors" "$T/out/acdc-ssl/seed-3/model.safetensors"
	[ "$status" -eq 1 ]
	[ "$(ten-info --provenance "$T/out/acdc-ssl/seed-3/model.safetensors" | grep -c "ssl-pretrain .*seed=7")" -ge 1 ]
	run experiment SEEDS='7 3' experiment-acdc-ssl
	[[ $output == *"acdc-ssl"*" 3 "*"acdc-ssl"*" 7 "*"acdc-ssl"*" mean "* ]]
}

@test "all six arms, two recipes at a time: a model each, and encoders that come from where they should" {
	run experiment -j2 experiments
	[ "$status" -eq 0 ]
	[ "$(tail -n 6 <<<"$output" | cut -d ' ' -f 1 | tr '\n' ' ')" = "random imagenet-supervised imagenet-ssl acdc-ssl \
imagenet-supervised-acdc-ssl imagenet-ssl-acdc-ssl " ]
	came() { ten-info --provenance "$T/out/$1/seed-1/model.safetensors" | grep -o -E '(cls|ssl)-pretrain |policy=byol-[a-z]*' | tr -d '\n'; }
	[ "$(came random)" = "" ]
	[ "$(came imagenet-supervised)" = "cls-pretrain " ]
	[ "$(came imagenet-ssl)" = "policy=byol-naturalssl-pretrain " ]
	[ "$(came acdc-ssl)" = "policy=byol-mrissl-pretrain " ]
	[ "$(came imagenet-supervised-acdc-ssl)" = "cls-pretrain policy=byol-mrissl-pretrain " ]
	[ "$(came imagenet-ssl-acdc-ssl)" = "policy=byol-naturalssl-pretrain policy=byol-mrissl-pretrain " ]
	cut -f 9 "$T/out/encoders/imagenet-supervised.tsv" | grep -q val_top5
}

@test "weights from elsewhere take the place of training on natural images" {
	make-weights --kind classifier --arch resnet18 --in-channels 3 --classes 10 -o "$T/foreign.safetensors"
	experiment IMAGENET_WEIGHTS="$T/foreign.safetensors" experiment-imagenet-supervised-acdc-ssl
	[ ! -e "$T/out/data/phantom-scene" ]
	ten-cmp -t conv1.weight "$T/foreign.safetensors" "$T/out/encoders/imagenet-supervised.safetensors"
	ten-info --provenance "$T/out/imagenet-supervised-acdc-ssl/seed-1/model.safetensors" | grep -q weights-import
}

@test "arms share what they have in common: six fine-tunings, five encoders, the pictures once" {
	run experiment -n experiments
	[ "$status" -eq 0 ]
	[ "$(grep -c -e '-o .*/encoders/.*\.safetensors$' <<<"$output")" -eq 5 ]
	[ "$(grep -c -e '-o .*/model\.safetensors$' <<<"$output")" -eq 6 ]
	[ "$(grep -c 'img2ten .*--split train' <<<"$output")" -eq 1 ]
	run experiment -n IMAGENET_WEIGHTS="$ROOT/README.md" BYOL_WEIGHTS="$ROOT/NEWS.md" experiments
	[ "$(grep -c weights-import <<<"$output")" -eq 2 ]
	[ "$(grep -c -e img2ten -e phantom-scene <<<"$output")" -eq 0 ]
}

@test "PRECISION=bf16 is for every tool that runs a network, and f32 needs no option" {
	experiment -n PRECISION=bf16 experiments >"$T/commands"
	for tool in cls-pretrain ssl-pretrain seg-finetune seg-predict; do
		grep -q "$tool " "$T/commands"
		[ "$(grep -c "$tool .*--precision bf16" "$T/commands")" -eq "$(grep -c "$tool " "$T/commands")" ]
	done
	[ "$(experiment -n experiments | grep -c -e --precision)" -eq 0 ]
}

@test "an interrupted experiment goes on within the training, and ends with the bytes of one that was not" {
	train() { experiment EVERY=1 FINETUNE_VIEWS='--size 32 --epochs 10' experiment-random; }
	model=$T/out/random/seed-1/model.safetensors
	train
	cp "$model" "$T/whole"
	for signal in TERM KILL; do
		rm -rf "$T/out/random"
		setsid bash -c "$(declare -f experiment train); $(declare -p TINY T ROOT BUILD); train" 9>&- 3>&- &
		group=$!
		until [ -e "$model.ckpt" ]; do sleep 0.02; done
		kill -s $signal -- -$group
		wait $group || true
		while pgrep -g $group >/dev/null; do sleep 0.02; done
		[ ! -e "$model" ]
		[ -e "$model.ckpt" ]
		[ -z "$(find "$T/out" -name '*.tmp-*')" ]
		run train
		[ "$status" -eq 0 ]
		[[ $output == *"seg-finetune: going on behind step "* ]]
		cmp "$model" "$T/whole"
		[ -z "$(find "$T/out" -name '*.ckpt*' -o -name '*.part')" ]
	done
}

# A kill can come when the weights have their name, but the checkpoint is not gone yet.
@test "what a finished training leaves behind is removed by who reads its weights, unless it is in use" {
	experiment experiment-imagenet-ssl
	files >"$T/before"
	touch "$T/out/encoders/imagenet-ssl.safetensors.ckpt"{,.previous,.lock}
	rm -r "$T/out/imagenet-ssl"
	experiment "$T/out/imagenet-ssl/seed-1/model.safetensors"
	touch "$T/out/imagenet-ssl/seed-1/model.safetensors.ckpt"{,.previous,.lock}
	experiment experiment-imagenet-ssl
	diff <(files | cut -d ' ' -f 1) <(cut -d ' ' -f 1 "$T/before")
	touch "$T/w" "$T/w.ckpt"{,.previous,.lock}
	flock "$T/w.ckpt.lock" "$ROOT/pipelines/tidy" "$T/w"
	[ "$(find "$T" -maxdepth 1 -name 'w*' | wc -l)" -eq 4 ]
	"$ROOT/pipelines/tidy" "$T/w" "$T/none"
	[ "$(find "$T" -maxdepth 1 -name 'w*')" = "$T/w" ]
}

@test "make -n shows the pipes" {
	run experiment -n experiment-imagenet-ssl
	[ "$status" -eq 0 ]
	[[ $output == *"ssl-augment "*"| "*"ssl-pretrain "*"ssl-augment "*"| seg-finetune "*"seg-predict "*"seg-eval "* ]]
}

@test "real data that was not given is asked for by name" {
	run experiment SCALE=small experiment-imagenet-ssl
	[ "$status" -eq 2 ]
	[[ $output == *"=DIR is missing"*"data/README.md"* ]]
	run experiment SCALE=small experiment-random
	[ "$status" -eq 2 ]
	[[ $output == *"ACDC=DIR is missing"* ]]
}

@test "every scale has every number that the pipes use" {
	for scale in demo small paper; do
		for name in ARCH NATURAL_SIZE NATURAL_CLASSIFY_VIEWS NATURAL_CLASSIFY NATURAL_SSL_VIEWS NATURAL_SSL ACDC_VIEWS \
			ACDC_EPOCHS ACDC_EPOCHS_MORE ACDC_SSL FINETUNE_VIEWS FINETUNE OVERLAYS; do
			grep -q "^$name *= *[^ ]" "$ROOT/pipelines/scale-$scale.mk"
		done
	done
}
