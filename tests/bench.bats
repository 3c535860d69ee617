# The benchmark itself: every kind of row runs and tells times and memory, and what makes a table of them
load lib

step() {
	"$BUILD/bench/step" "$@"
}

@test "every kind of row tells the seconds of each step and its memory" {
	for kind in resnet byol unet segment; do
		run step $kind resnet18 2 32 --steps 2
		[ "$status" -eq 0 ]
		[ "${#lines[@]}" -eq 3 ]
		awk 'NR < 3 && !($1 > 0 && $1 < 60) { bad = 1 } END { exit bad }' <<<"$output"
		[[ ${lines[2]} =~ ^peak\ [1-9][0-9]+$ ]]
	done
}

@test "with --steps 0 a step is made for each line of standard input" {
	run step unet resnet18 2 32 --steps 0 <<<$'\n\n\n'
	[ "${lines[0]}" = ready ]
	[ "${#lines[@]}" -eq 6 ]
}

@test "a command is timed by the unit of what it does, and must not fail" {
	run "$BUILD/bench/command" -n 3 -w 0 -u 10 -- sleep 0.2
	[ "$status" -eq 0 ]
	[ "${#lines[@]}" -eq 4 ]
	awk 'NR < 4 && !($1 >= 0.02 && $1 < 0.2) { bad = 1 } END { exit bad }' <<<"$output"
	fails_with "command: 'false' failed" "$BUILD/bench/command" false
	fails_with "command: cannot run 'no-such-tool': *" "$BUILD/bench/command" no-such-tool
}

@test "what cannot be timed is refused" {
	fails_with "step: KIND is 'vgg', expected resnet|byol|unet|segment" step vgg resnet18 2 32
	fails_with "step: ARCH is 'vgg', expected *" step unet vgg 2 32
	fails_with "step: BATCH is 'x', expected 2..4096" step unet resnet18 x 32
	fails_with "step: SIZE is 40, expected a multiple of 32" step unet resnet18 2 40
}

@test "programs that take turns give medians and the spread of the ratio" {
	cat >"$T/racer" <<-'E'
		#!/bin/sh
		echo ready
		for s in 5 1 2 8 9; do read -r _ && echo $((s * $1)); done
		read -r _ || echo peak 77
	E
	chmod +x "$T/racer"
	. "$ROOT/tests/bench/race.bash"
	racer_start a "$T/racer" 1
	racer_start was "$T/racer" 3
	racer_rename was b
	race 5 a b >"$T/rounds"
	racer_stop a
	[ "$mib" = 77 ]
	racer_stop b
	[ "$(medians <"$T/rounds")" = $'5\t15\t3.00\t3.00\t3.00' ]
	[ "$(printf '%s\n' '1 2' '4 6' '2 8' '3 3' | medians)" = $'2.5\t4.5\t1.80\t1.00\t4.00' ]
	[ "$(printf '%s\n' '1 2' '3 3' | medians 10)" = $'0.2\t0.25\t1.25\t1.00\t2.00' ]
	[ "$(printf '%s\n' 3 1 2 | medians)" = $'2\t-\t-\t-\t-' ]
	run medians </dev/null
	[ "$status" -ne 0 ]
}

@test "a program that does not get ready is told of" {
	. "$ROOT/tests/bench/race.bash"
	run racer_start a sh -c 'echo "no such precision" >&2; exit 2'
	[ "$status" -ne 0 ]
	[ "$output" = "no such precision" ]
}

@test "without PyTorch a row tells of ours alone, and only rows asked for are timed" {
	BUILD=$BUILD PYTHON=false ROUNDS=1 "$ROOT/tests/bench/run" start/ten-cat >"$T/table" 2>"$T/notes"
	grep -q 'no PyTorch for false (make deps-bench): ours alone' "$T/notes"
	mapfile -t lines <"$T/table"
	[ "${#lines[@]}" -eq 2 ]
	[[ ${lines[0]} == row$'\t'precision$'\t'ours_s$'\t'theirs_s$'\t'ratio$'\t'* ]]
	[[ ${lines[1]} == start/ten-cat$'\t'-$'\t'0.*$'\t'-$'\t'-$'\t'-$'\t'-$'\t'[1-9]*$'\t'- ]]
}
