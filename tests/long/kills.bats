# SIGKILL at random moments, a hundred times and more: whatever is killed, the next run ends with the same bytes.
# About 15 minutes on two idle cores. KILLS=N asks for another number.
load ../lib
load ../trainers

KILLS=${KILLS:-100}

setup_file() {
	trainers_data
}

# One attempt of a trainer, killed with its whole pipe after at most $1 seconds. 0: it had ended well before that.
attempt() {
	local pid
	set -m
	whole "$2" "$3" --checkpoint "$T/$3.ckpt" --every 1 --resume 3>&- 9>&- &
	pid=$!
	set +m
	sleep "$(awk -v most="$1" -v random=$RANDOM 'BEGIN { printf "%.3f", most * random / 32768 }')"
	kill -KILL -- -$pid 2>/dev/null || true # it may have ended
	wait $pid
}

@test "the three trainers, killed at random moments" {
	RANDOM=1
	kills=0
	for trainer in ssl cls seg; do
		SKIP=()
		begun=$SECONDS
		whole $trainer $trainer.whole
		most=$((2 * (SECONDS - begun) + 2)) # seconds of an attempt: some end, most are killed, some before they train
		while [ $kills -lt $((KILLS * (1 + $(index_of $trainer)) / 3)) ]; do
			rm -rf "$T/$trainer.killed"
			while true; do
				# shellcheck disable=SC2034 # trainers.bash reads it
				SKIP=(--resume "$T/$trainer.killed.ckpt")
				attempt $most $trainer $trainer.killed && break
				kills=$((kills + 1))
			done
			same $trainer.whole $trainer.killed
			[ -z "$(find "$T" -name '*.ckpt*' -o -name '*.part' -o -name '*.tmp*' -o -name '*.new*')" ]
		done
	done
	echo "# $kills kills of trainers" >&3
}

index_of() {
	case $1 in ssl) echo 0 ;; cls) echo 1 ;; seg) echo 2 ;; esac
}

# ended_early SIGNAL COUNT: make of a whole experiment gets a signal, with all that it runs, at random moments, and is run again
# until it ends; so often, in all. What comes out is the same each time.
ended_early() {
	local settings begun took pid times=0
	settings=(
		PHANTOM_CINE='--patients 3 --matrix 64,64 --slices 2,2 --frames 4,4'
		PHANTOM_SCENE='--classes 2 --per-class 4 --size 32' ARCH=resnet18 NATURAL_SIZE=32
		NATURAL_SSL_VIEWS='--epochs 4' NATURAL_SSL='--batch 4 --warmup 0 --proj-hidden 8 --pred-hidden 8'
		ACDC_VIEWS='--size 32' ACDC_EPOCHS_MORE=2 ACDC_SSL='--batch 4 --warmup 0 --proj-hidden 8 --pred-hidden 8'
		FINETUNE_VIEWS='--size 32 --epochs 4' FINETUNE='--batch 2 --warmup 0' OVERLAYS='--limit 2' EVERY=1
	)
	experiment() {
		env --default-signal=INT -u MAKEFLAGS -u MAKELEVEL -u MFLAGS make -s -C "$ROOT" BUILD="$BUILD" OUT="$T/out" \
			"${settings[@]}" experiment-imagenet-ssl-acdc-ssl
	}
	# what does not depend on the clock, with its checksum
	sums() {
		(cd "$T/out" && find . -type f ! -name '*.tsv' -exec cksum {} + | sort -k 3)
	}
	begun=$SECONDS
	experiment
	took=$((SECONDS - begun + 1))
	sums >"$T/whole"
	while [ $times -lt "$2" ]; do
		rm -rf "$T/out"
		while true; do
			set -m
			experiment 3>&- 9>&- &
			pid=$!
			set +m
			sleep "$(awk -v most=$took -v random=$RANDOM 'BEGIN { printf "%.3f", most / 2 * random / 32768 }')"
			kill -"$1" -- -$pid 2>/dev/null || true
			wait $pid && break
			times=$((times + 1))
		done
		sums | diff "$T/whole" -
	done
	echo "# SIG$1 $times times" >&3
}

@test "a whole experiment, its make killed at random moments" {
	RANDOM=2
	ended_early KILL $((KILLS / 4))
}

# What Ctrl-C does: the trainers write a checkpoint, make removes what is not whole.
@test "a whole experiment, interrupted at random moments" {
	RANDOM=3
	ended_early INT $((KILLS / 10))
}
