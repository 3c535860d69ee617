# Memory follows from batch and network, not from how long a stream is; trainers say how much it is
load lib

setup_file() {
	export DATA=$BATS_FILE_TMPDIR
	phantom-cine -q -s 1 --patients 4 --matrix 64,64 --slices 2,3 --no-cine -o "$DATA/acdc"
	nii2ten -q --acdc "$DATA/acdc" --split all -o "$DATA/all.ten"
	phantom-scene -q -s 1 --classes 2 --per-class 8 --size 40 -o "$DATA/scenes"
	img2ten -q --rgb "$DATA/scenes" -o "$DATA/scenes.ten"
	ssl-augment -q -s 1 --policy finetune --size 32 "$DATA/all.ten" -o "$DATA/train.ten"
	seg-finetune -q -s 1 --arch resnet18 -b 4 --warmup 0 "$DATA/train.ten" -o "$DATA/model"
	ssl-pretrain -q --arch resnet18 -b 4 --warmup 0 --total-steps 1 --proj-hidden 8 --pred-hidden 8 \
		<(ssl-augment -q --size 32 "$DATA/all.ten") -o "$DATA/encoder"
}

needs_limits() {
	[ "$SANITIZED" = no ] || skip "sanitizers take memory of their own"
}
SANITIZED=no
if nm "$BUILD/bin/ten-cat" 2>/dev/null | grep -q -m 1 __asan_init; then SANITIZED=yes; fi

# peak_of COMMAND ...: its peak in KiB, its words to $T/said
peak_of() {
	peak "$@" 2>"$T/said" >/dev/null
	tail -n 1 "$T/said"
}

@test "a stream of 390 MB through every tool that passes records on, with 128 MB of address space" {
	needs_limits
	# a sample is 96 KiB: two views of 3x64x64 pixels. Threads take address space, so there is one.
	views() { ssl-augment -q -j 1 -s 1 --size 64 --channels 3 --samples 4000 "$DATA/all.ten"; }
	limited() { (ulimit -v 131072 && exec "$@"); }
	views | limited ten-cat | limited ten-select --range 0,4000 | tee >(wc -c >"$T/bytes") |
		limited ten-info -q
	while [ ! -s "$T/bytes" ]; do sleep 0.02; done
	[ "$(cat "$T/bytes")" -gt 390000000 ]
}

@test "trainers: forty steps in the memory of ten" {
	needs_limits
	grown() { # SHORT LONG
		echo "$1 KiB, $2 KiB"
		[ "$2" -lt $(($1 + $1 / 50 + 1024)) ]
	}
	through() { ten-cat "$T/stream.ten" | "$@"; } # a pipe
	stream() { ssl-augment -q -s 1 --size 32 --batch 4 "$@" -o "$T/stream.ten"; }
	for epochs in 2 8; do
		stream --epochs $epochs --samples 20 "$DATA/all.ten"
		ssl[epochs]=$(through peak_of ssl-pretrain -j 2 --arch resnet18 -b 4 --proj-hidden 8 --pred-hidden 8 -o "$T/w")
		stream --epochs $epochs --samples 20 --policy finetune "$DATA/all.ten"
		seg[epochs]=$(through peak_of seg-finetune -j 2 --arch resnet18 -b 4 -o "$T/w")
		stream --epochs $epochs --samples 20 --policy classify --normalize none "$DATA/scenes.ten"
		cls[epochs]=$(through peak_of cls-pretrain -j 2 --arch resnet18 -b 4 -o "$T/w")
	done
	grown "${ssl[2]}" "${ssl[8]}"
	grown "${seg[2]}" "${seg[8]}"
	grown "${cls[2]}" "${cls[8]}"
}

@test "predicting and measuring: a long stream, a long cine and a folder of many in the memory of few" {
	needs_limits
	grown() { # WHAT SHORT LONG
		echo "$1: $2 KiB, $3 KiB"
		[ "$3" -lt $(($2 + $2 / 20 + 1024)) ]
	}
	cine() { phantom-cine -q -s 1 --patients 1 --matrix 64,64 --slices 2,2 --frames "$1,$1" -o "$T/cine-$1"; }
	for n in 4 40; do
		ten-select --range "0,$n" <(ten-cat "$DATA/all.ten" "$DATA/all.ten") -o "$T/$n.ten"
		stream[n]=$(peak_of seg-predict -q -j 2 -m "$DATA/model" "$T/$n.ten" -o "$T/$n-pred.ten")
		measured[n]=$(peak_of seg-eval -q -j 2 "$T/$n-pred.ten")
		cine "$n"
		study[n]=$(peak_of seg-predict -q -j 2 -m "$DATA/model" "$T/cine-$n/patient001/patient001_4d.nii.gz" -o "$T/$n.nii.gz")
		mkdir "$T/studies-$n"
		for ((i = 0; i < n; i++)); do
			cp "$DATA/acdc/patient001/patient001_frame01.nii.gz" "$T/studies-$n/case-$i.nii.gz"
		done
		folder[n]=$(peak_of seg-predict -q -j 2 -m "$DATA/model" "$T/studies-$n" -o "$T/masks-$n")
		folders[n]=$(peak_of seg-eval -q -j 2 "$T/masks-$n" "$T/masks-$n")
	done
	grown "seg-predict, stream" "${stream[4]}" "${stream[40]}"
	grown "seg-predict, cine" "${study[4]}" "${study[40]}"
	grown "seg-predict, folder" "${folder[4]}" "${folder[40]}"
	grown "seg-eval, stream" "${measured[4]}" "${measured[40]}"
	grown "seg-eval, folders" "${folders[4]}" "${folders[40]}"
}

@test "what a trainer says it needs is what it takes at most, and not much more" {
	needs_limits
	says_so() {
		local has needs
		has=$(peak_of "$@")
		needs=$(sed -n 's/.*: needs \([0-9]*\) MiB of memory.*/\1/p' "$T/said")
		echo "$1 needs $needs MiB, takes $has KiB"
		[ "$has" -lt $((needs * 1024 * 103 / 100)) ]
		[ "$has" -gt $((needs * 1024 * 88 / 100)) ]
	}
	ssl-augment -q -s 1 --size 96 "$DATA/all.ten" -o "$T/views.ten"
	ssl-augment -q -s 1 --size 96 --policy finetune "$DATA/all.ten" -o "$T/train.ten"
	ssl-augment -q -s 1 --size 64 --policy classify --normalize none "$DATA/scenes.ten" -o "$T/pictures.ten"
	says_so ssl-pretrain -j 2 --arch resnet50 -b 8 --warmup 0 "$T/views.ten" -o "$T/w"
	says_so seg-finetune -j 2 --arch resnet18 -b 8 --warmup 0 "$T/train.ten" -o "$T/w"
	says_so cls-pretrain -j 2 --arch resnet18 -b 16 --warmup 0 "$T/pictures.ten" -o "$T/w"
}

@test "a trainer that needs more than there is refuses before it starts" {
	needs_limits
	small() { (ulimit -v 600000 && exec "$@"); }
	ssl-augment -q -s 1 --size 96 --samples 64 "$DATA/all.ten" -o "$T/views.ten"
	ssl-augment -q -s 1 --size 96 --samples 64 --policy finetune "$DATA/all.ten" -o "$T/train.ten"
	for command in "ssl-pretrain -b 64 $T/views.ten" "seg-finetune -b 64 $T/train.ten"; do
		# shellcheck disable=SC2086 # a command with its arguments
		fails_with "${command%% *}: training takes * MiB of memory more, but ulimit -v leaves *" \
			small $command -q -j 1 --warmup 0 --arch resnet18 -o "$T/w"
	done
	[ ! -e "$T/w" ]
}

@test "with any address space a tool that computes works, or says in a line that there is too little, and ends" {
	needs_limits
	make-weights --arch resnet18 -o "$T/encoder"
	make-stream --kind views --samples 2 --width 32 -o "$T/views"
	make-stream --kind images --samples 2 --height 32 --width 32 -o "$T/images"
	for command in "ssl-pretrain --arch resnet18 --batch 2 $T/views" "ssl-embed --weights $T/encoder $T/images" \
		"weights-import $T/encoder"; do
		for room in 40 100 200 250 320 370 420; do
			status=0
			# shellcheck disable=SC2086 # a command with its arguments
			(ulimit -v $((room * 1000)) && exec timeout 60 $command -q -j 2 -o "$T/w") 2>"$T/said" || status=$?
			[ "$status" -eq 0 ] || { [ "$status" -eq 2 ] && [ "$(wc -l <"$T/said")" -eq 1 ]; } ||
				{ echo "$command: status $status with $room MB"; cat "$T/said"; false; }
		done
	done
}
