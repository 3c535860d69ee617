# The experiments as make targets (pipelines/), at a size that takes seconds
load lib

# experiment [make's arguments]: the imagenet-ssl arm on tiny phantoms, below $T/out
experiment() {
	env -u MAKEFLAGS -u MAKELEVEL -u MFLAGS make -s -C "$ROOT" BUILD="$BUILD" OUT="$T/out" \
		PHANTOM_CINE='--patients 3 --matrix 64,64 --slices 2,2 --no-cine' \
		PHANTOM_SCENE='--classes 2 --per-class 4 --size 32' \
		NATURAL_VIEWS='--size 32 --normalize dataset' \
		NATURAL_SSL='--arch resnet18 --batch 4 --warmup 0 --proj-hidden 8 --pred-hidden 8' \
		FINETUNE_VIEWS='--size 32 --epochs 2' FINETUNE='--batch 2 --warmup 0' OVERLAYS='--limit 2' \
		"$@" experiment-imagenet-ssl
}

@test "an experiment leaves everything it promises, and a second make does nothing" {
	experiment
	for file in encoder.safetensors pretrain.tsv model.safetensors history.tsv metrics.tsv overlays.tif; do
		[ -s "$T/out/imagenet-ssl/$file" ]
	done
	ten-info -q "$T/out/imagenet-ssl/model.safetensors"
	[ "$(ten-info --provenance "$T/out/imagenet-ssl/model.safetensors" | grep -c -E 'nii2ten|ssl-augment|ssl-pretrain|img2ten')" -ge 4 ]
	find "$T/out" -type f -exec stat -c '%n %Y %i' {} + | sort >"$T/before"
	experiment
	find "$T/out" -type f -exec stat -c '%n %Y %i' {} + | sort >"$T/after"
	cmp "$T/before" "$T/after"
}

@test "PRECISION=bf16 is for every tool that runs a network, and f32 needs no option" {
	[ "$(experiment -n PRECISION=bf16 | grep -o -e '[a-z]*-[a-z]* [^|]*--precision bf16' | cut -d ' ' -f 1 | sort | tr '\n' ' ')" = \
		"seg-finetune seg-predict ssl-pretrain " ]
	[ "$(experiment -n | grep -c -e --precision)" -eq 0 ]
}

@test "an interrupted experiment leaves no half file, and the next make goes on" {
	experiment FINETUNE_VIEWS='--size 32 --epochs 300' &
	make=$!
	for _ in $(seq 1200); do
		[ -n "$(find "$T/out" -name 'history.tsv.tmp-*' 2>/dev/null)" ] && break
		sleep 0.1
	done
	# SIGTERM, for what a script starts in the background ignores SIGINT; should training not have begun, it goes to
	# whatever works below $T
	pkill -TERM -f "$T/out/imagenet-ssl/history.tsv" || { pkill -f "$T/out" && false; }
	wait $make || true
	[ ! -e "$T/out/imagenet-ssl/model.safetensors" ]
	[ -z "$(find "$T/out" -name '*.tmp-*')" ]
	inode=$(stat -c %i "$T/out/imagenet-ssl/encoder.safetensors")
	experiment
	[ -s "$T/out/imagenet-ssl/model.safetensors" ]
	[ "$(stat -c %i "$T/out/imagenet-ssl/encoder.safetensors")" = "$inode" ]
}

@test "make -n shows the pipes" {
	run experiment -n
	[ "$status" -eq 0 ]
	[[ $output == *"ssl-augment "*"| "*"ssl-pretrain "*"ssl-augment "*"| seg-finetune "*"seg-predict "*"seg-eval "* ]]
}

@test "real data that was not given is asked for by name" {
	run experiment SCALE=small
	[ "$status" -eq 2 ]
	[[ $output == *"=DIR is missing"*"data/README.md"* ]]
}
