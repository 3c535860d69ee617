# Trainings that are interrupted and go on (tests/long/kills.bats does it a hundred times)
load lib

load trainers

setup_file() {
	trainers_data
}

# SIGKILL when the second checkpoint is there, at a moment that the machine chooses
killed() {
	local pid
	set -m
	whole "$@" --checkpoint "$T/$2.ckpt" --every 1 --resume &
	pid=$!
	set +m
	while [ ! -e "$T/$2.ckpt.previous" ] && kill -0 "$pid" 2>/dev/null; do sleep 0.01; done
	kill -KILL -- -"$pid" 2>/dev/null
	! wait "$pid"
}

@test "killed and resumed, every trainer ends with the bytes of an undisturbed training, and leaves nothing else" {
	for trainer in ssl cls seg; do
		SKIP=()
		whole $trainer $trainer.whole
		killed $trainer $trainer.killed
		[ -e "$T/$trainer.killed.ckpt" ]
		[ ! -e "$T/$trainer.killed/weights" ]
		SKIP=(--resume "$T/$trainer.killed.ckpt")
		whole $trainer $trainer.killed --checkpoint "$T/$trainer.killed.ckpt" --resume
		same $trainer.whole $trainer.killed
	done
	[ -z "$(find "$T" -name '*.ckpt*' -o -name '*.part' -o -name '*.tmp*')" ]
}

@test "SIGTERM and SIGINT: the step is finished, the checkpoint written, the status 128 and the signal" {
	SKIP=(-b 4)
	whole seg whole
	mkfifo "$T/pipe"
	for signal in TERM INT; do
		rm -rf "$T/stopped"
		mkdir "$T/stopped"
		train=(env --default-signal=INT seg-finetune -s 1 --arch resnet18 -b 4 --warmup 1 --val "$DATA/val.ten"
			--checkpoint "$T/s.ckpt" -o "$T/stopped/weights" --history "$T/stopped/history" --steps "$T/stopped/steps"
			--last "$T/stopped/last")
		augment=(ssl-augment -q -s 1 --policy finetune --size 32 --epochs 3 -b 4)
		# the stream stands still after some records, as if its producer were busy
		{ "${augment[@]}" "$DATA/train.ten" | head -c 60000; exec sleep 60; } >"$T/pipe" 3>&- &
		feeder=$!
		"${train[@]}" <"$T/pipe" 2>"$T/said" &
		pid=$!
		until [ "$(grep -c '' "$T/stopped/steps.part" 2>/dev/null || true)" -ge 3 ] 2>/dev/null; do sleep 0.02; done # a head and two steps
		kill -$signal $pid
		status=0
		wait $pid || status=$?
		kill $feeder 2>/dev/null || true
		[ "$status" -eq $((128 + $(kill -l $signal))) ]
		grep -q "seg-finetune: stopped by SIG$signal after step [1-9]" "$T/said"
		[ ! -e "$T/stopped/weights" ]
		"${augment[@]}" --resume "$T/s.ckpt" "$DATA/train.ten" | "${train[@]}" -q --resume
		same whole stopped
	done
}

@test "a stream that begins elsewhere, was made otherwise or has a gap is refused, and so are other options" {
	killed cls k
	train=(cls-pretrain -q -s 1 --arch resnet18 -b 4 --warmup 0 --checkpoint "$T/k.ckpt" --resume -o "$T/w"
		--history "$T/k/history" --steps "$T/k/steps" --state "$T/k/state")
	augment=(ssl-augment -q -s 1 --policy classify --size 32 --epochs 3 --normalize image "$DATA/scenes.ten")
	"${augment[@]}" --skip 1 -o "$T/late.ten"
	"${augment[@]}" --mean 1 --std 2 --normalize dataset -o "$T/other.ten"
	"${augment[@]}" -b 4 -o "$T/whole.ten"
	fed() { "${train[@]}" "${@:2}" <"$1"; }
	fails_with "cls-pretrain: standard input begins with sample 1 of epoch 0, training has come to sample * of epoch *--skip*" \
		fed "$T/late.ten"
	fails_with "cls-pretrain: standard input is another stream than the one before: it was made by '*--normalize=dataset*" \
		fed "$T/other.ten"
	fails_with "cls-pretrain: checkpoint '*k.ckpt' is of another training (remove it to start anew): *--lr=0.5*" \
		fed "$T/whole.ten" --lr 0.5
	fails_with "cls-pretrain: checkpoint '*k.ckpt' is of another training*" "${train[@]}" "$T/whole.ten"
	"${augment[@]}" --resume "$T/k.ckpt" -o "$T/rest.ten"
	fails_with "cls-pretrain: cannot go on with '*elsewhere.part': its first * bytes are not those that were written" \
		fed "$T/rest.ten" --history "$T/elsewhere"
	[ ! -e "$T/elsewhere.part" ]
	[ -e "$T/k.ckpt" ]
	rm "$T"/k.ckpt*
	fails_with "*begins with sample 1 of epoch 0, but there is no checkpoint to go on from" fed "$T/late.ten"
}

@test "files that options name must be what they were, here and in the commands that made the stream" {
	find "$DATA/scenes" -type f | sort >"$T/list"
	make-weights --arch resnet18 --in-channels 3 -o "$T/encoder"
	cp "$T/encoder" "$T/before"
	img2ten -q --rgb --list "$T/list" -o "$T/listed.ten"
	ssl-augment -q -s 1 --size 32 --epochs 2 -b 4 "$T/listed.ten" -o "$T/views.ten"
	train=(ssl-pretrain -q -s 1 --init "$T/encoder" -b 4 --warmup 0 --proj-hidden 8 --pred-hidden 8 --checkpoint "$T/c" -o "$T/w")
	reads() { "${train[@]}" "${@:2}" <"$1"; }
	# an output that cannot be closed leaves the checkpoint of the end
	fails_with "ssl-pretrain: cannot write '/dev/full': *" reads "$T/views.ten" --state /dev/full
	make-weights --arch resnet18 --in-channels 3 --normalize image -o "$T/encoder"
	fails_with "ssl-pretrain: checkpoint '$T/c' is of a training with another file for --init (remove *): its checksum was * now it is *" \
		reads "$T/views.ten" --resume
	cp "$T/before" "$T/encoder"
	tac "$T/list" >"$T/tsil" && mv "$T/tsil" "$T/list"
	img2ten -q --rgb --list "$T/list" -o "$T/listed.ten"
	ssl-augment -q -s 1 --size 32 --epochs 2 -b 4 "$T/listed.ten" -o "$T/others.ten"
	fails_with "ssl-pretrain: * is another stream than the one before: its metadata 'cmd.0.list' is *" reads "$T/others.ten" --resume
	[ -e "$T/c" ]
	reads "$T/views.ten" --resume
	[ ! -e "$T/c" ]
}

@test "only a checkpoint is replaced by one, and removed" {
	train=(cls-pretrain -q -s 1 --arch resnet18 -b 4 --warmup 0)
	cp "$DATA/scenes.ten" "$T/views"
	mkfifo "$T/pipe"
	for file in "$T/views" "$T/pipe" /dev/null "$T"; do
		find "$T" | sort >"$BATS_TEST_TMPDIR/before"
		fails_with "cls-pretrain: *'$file'*: *" timeout 20 "${train[@]}" --checkpoint "$file" -o "$T/w" "$T/views"
		fails_with "cls-pretrain: *'$file'*: *" timeout 20 "${train[@]}" --checkpoint "$file" --resume -o "$T/w" "$T/views"
		fails_with "ssl-augment: '$file': not *" timeout 20 ssl-augment --resume "$file" -o "$T/w" "$DATA/scenes.ten"
		find "$T" | sort | diff "$BATS_TEST_TMPDIR/before" -
	done
	cmp "$DATA/scenes.ten" "$T/views"
	fails_with "cls-pretrain: --checkpoint would replace a file that is none: '$T/views': not a checkpoint" \
		"${train[@]}" --checkpoint "$T/views" -o "$T/w" "$T/views"
	fails_with "cls-pretrain: '-': not the name of a file" "${train[@]}" --checkpoint - --resume -o "$T/w" "$T/views"
}

@test "what comes and goes beside a checkpoint, a history or kept encoders is nobody's output" {
	train=(cls-pretrain -q -s 1 --arch resnet18 -b 4 --warmup 0 --checkpoint "$T/c" "$DATA/none")
	for suffix in previous new lock; do
		fails_with "cls-pretrain: --output would be written to '$T/c.$suffix', where another option writes too *" \
			"${train[@]}" -o "$T/./c.$suffix"
	done
	make-stream --kind labelled --samples 4 --height 32 --width 32 --classes 2 -o "$T/s"
	make-stream --kind views --samples 4 --width 32 -o "$T/v"
	fails_with "cls-pretrain: --state would be written to '$T/h.part', where *" cls-pretrain -q --arch resnet18 -b 4 --warmup 0 \
		--checkpoint "$T/c" --history "$T/h" --state "$T/h.part" -o "$T/w" "$T/s"
	fails_with "ssl-pretrain: --state would be written to '$T/w-epoch1.x', where *" ssl-pretrain -q --arch resnet18 -b 4 \
		--warmup 0 --keep 0,1 --state "$T/w-epoch1.x" -o "$T/w.x" "$T/v"
	[ "$(cd "$T" && echo *)" = "s v" ]
}

@test "a checkpoint has room for what is said of its stream, however much that is" {
	ssl-augment -q -s 1 --policy classify --size 32 -b 16 "$DATA/scenes.ten" -o "$T/views.ten"
	ten_record '{"__metadata__":{"seq":"0","eos":"1"}}' '' >"$T/none"
	long=$T$(printf '/%.0s' {1..3900})none
	mapfile -t operands < <(yes "$long" | head -n $((1030000 / ${#long})))
	ten-cat -q "$T/views.ten" "${operands[@]}" -o "$T/long.ten"
	train=(cls-pretrain -q -s 1 --arch resnet18 -b 4 --warmup 0 --checkpoint "$T/c" --resume -o "$T/w" "$T/long.ten")
	fails_with "cls-pretrain: cannot write '/dev/full': *" "${train[@]}" --state /dev/full
	"${train[@]}"
	[ ! -e "$T/c" ]
}

@test "a full disk: an error, the last checkpoint as it was, and training goes on when there is room" {
	whole cls whole
	killed cls full
	cp "$T/full.ckpt" "$T/before"
	# no file may grow beyond 100 blocks: what a full disk does, but for errno
	full() { (trap '' XFSZ; ulimit -f 100; SKIP=(--resume "$T/full.ckpt"); whole cls full --checkpoint "$T/full.ckpt" --every 1 --resume); }
	fails_with "cls-pretrain: cannot write '*full.ckpt.new': File too large" full
	cmp "$T/before" "$T/full.ckpt"
	[ -z "$(find "$T" -name '*.new*')" ]
	# shellcheck disable=SC2034 # trainers.bash reads it
	SKIP=(--resume "$T/full.ckpt")
	whole cls full --checkpoint "$T/full.ckpt" --resume
	same whole full
}

@test "one training at a time has a checkpoint, and one that was killed does not keep it" {
	train=(cls-pretrain -q -s 1 --arch resnet18 -b 4 --warmup 0 --checkpoint "$T/k.ckpt" -o "$T/w")
	mkfifo "$T/pipe"
	sleep 60 >"$T/pipe" 3>&- &
	feeder=$!
	"${train[@]}" <"$T/pipe" 3>&- &
	pid=$!
	until [ -e "$T/k.ckpt.lock" ]; do sleep 0.02; done
	fails_with "cls-pretrain: checkpoint '$T/k.ckpt' is in use by another program (which holds '$T/k.ckpt.lock')" \
		"${train[@]}" "$DATA/scenes.ten"
	kill -KILL $pid $feeder
	wait $pid || true
	"${train[@]}" "$DATA/scenes.ten"
	[ -z "$(find "$T" -name 'k.ckpt*')" ]
}

@test "a checkpoint of the end needs no samples any more" {
	whole cls whole
	augment=(ssl-augment -q -s 1 --policy classify --size 32 --epochs 3 --normalize image "$DATA/scenes.ten")
	train=(cls-pretrain -q -s 1 --arch resnet18 -b 4 --warmup 0 --checkpoint "$T/e.ckpt" --resume)
	mkdir "$T/ended"
	# the pipe that the state goes to is closed, so that the end is reached and its outputs are not
	# shellcheck disable=SC2251 # the failure is wanted
	! "${augment[@]}" | "${train[@]}" -o "$T/ended/weights" --state /dev/full --history "$T/ended/history" --steps "$T/ended/steps"
	"${augment[@]}" --resume "$T/e.ckpt" -o "$T/rest.ten"
	[ "$(stat -c %s "$T/rest.ten")" -lt 1000 ] # no samples
	"${augment[@]}" --resume "$T/e.ckpt" |
		"${train[@]}" -o "$T/ended/weights" --state "$T/ended/state" --history "$T/ended/history" --steps "$T/ended/steps"
	same whole ended
}

@test "damaged checkpoints are refused, with the way out" {
	killed cls bad
	go_on() { whole cls bad --checkpoint "$T/bad.ckpt" --resume; }
	printf 'X' | dd of="$T/bad.ckpt" bs=1 seek=200000 conv=notrunc status=none
	fails_with "cls-pretrain: '*bad.ckpt' record 0 at byte 0: * [(]'*bad.ckpt.previous', the one before, may be renamed to it)" go_on
	printf 'not a stream' >"$T/bad.ckpt"
	fails_with "cls-pretrain: '*bad.ckpt' record 0 at byte 0: *the one before*" go_on
	fails_with "ssl-augment: '*bad.ckpt' record 0 at byte 0: *" ssl-augment --resume "$T/bad.ckpt" "$DATA/scenes.ten"
	cp "$DATA/train.ten" "$T/bad.ckpt"
	rm "$T/bad.ckpt.previous"
	fails_with "cls-pretrain: '*bad.ckpt': * records, expected one" go_on
	fails_with "ssl-augment: '*bad.ckpt': not a checkpoint" ssl-augment --resume "$T/bad.ckpt" "$DATA/scenes.ten"
	rm "$T/bad.ckpt"
	fails_with "cls-pretrain: --resume goes on from --checkpoint FILE, which is missing" cls-pretrain --resume "$DATA/scenes.ten"
	for every in 0 -1 x 5x 1.5 m inf nan; do
		fails_with "cls-pretrain: --every: '$every' is neither *" cls-pretrain --every "$every" "$DATA/scenes.ten"
	done
}
