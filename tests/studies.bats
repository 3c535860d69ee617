# exp-converge, exp-compare: against numpy and scipy, what they define, what they refuse
load lib

# history SCORE ...: a history with these scores, to standard output
history() {
	local i=0 x
	printf 'epoch\tloss\tdice_mean\n'
	for x; do printf '%d\t0.5\t%s\n' $((i++)) "$x"; done
}

# run_of ARM SEED SCORE ...: such a history in the folders of an experiment
run_of() {
	mkdir -p "$T/out/$1/seed-$2"
	history "${@:3}" >"$T/out/$1/seed-$2/history.tsv"
}

# field FILE ROW COLUMN
field() {
	awk -F '\t' -v row="$2" -v name="$3" 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == name) at = i }
		NR == row + 1 { print $at }' "$1"
}

@test "convergence: every number is numpy's, the drawn ones included" {
	cd "$GOLDEN/studies"
	exp-converge -s 3 --share 0.95,0.8,1 --runs "$T/runs" --curves "$T/curves" -o "$T/main" \
		{random,imagenet-supervised,acdc-ssl,single}/seed-*/history.tsv
	diff "$T/main" converge.tsv
	diff "$T/runs" runs.tsv
	diff "$T/curves" curves.tsv
	exp-converge -q --share 0.9 --last 4 --replicates 300 -r random,absent \
		{random,imagenet-supervised,acdc-ssl,single}/seed-*/history.tsv | diff - converge-last.tsv
}

@test "neither the order of the arms nor another arm changes an arm's figures" {
	cd "$GOLDEN/studies"
	exp-converge -s 3 {random,imagenet-supervised,acdc-ssl,single}/seed-*/history.tsv | sort >"$T/a"
	exp-converge -s 3 {single,acdc-ssl,random,imagenet-supervised}/seed-*/history.tsv | sort | cmp - "$T/a"
	exp-converge -s 3 {random,imagenet-supervised,acdc-ssl}/seed-*/history.tsv | sort >"$T/b"
	grep -v single "$T/a" | cmp - "$T/b"
}

@test "the epochs until a threshold, and a run that never gets there" {
	run_of random 1 .1 .2 .3 .4 .5
	run_of random 2 .1 .2 .3 .8 .6
	run_of imagenet-supervised 1 .1 .8 .5 .7 .8
	run_of acdc-ssl 1 .8 .7 .7 .7 1
	exp-converge -q --share .8 "$T"/out/*/seed-*/history.tsv -o "$T/o" --runs "$T/r"
	[ "$(field "$T/o" 1 threshold)" = 0.800000 ] && [ "$(field "$T/o" 2 best)" = acdc-ssl ]
	[ "$(cut -f 4,8,9 "$T/o" | tail -n 3 | tr '\t\n' ' ;')" = \
		"acdc-ssl 0 1.0000;imagenet-supervised 0 2.0000;random 1 >4.5000;" ]
	[ "$(cut -f 3,4,7 "$T/r" | tail -n 2 | tr '\t\n' ' ;')" = "random 1 >5;random 2 4;" ]
	[ "$(field "$T/o" 1 speedup.random)" = 4.5000 ] && [ "$(field "$T/o" 1 bound.random)" = ">=" ]
	[ "$(field "$T/o" 3 speedup.imagenet-supervised)" = 0.4444 ]
	[ "$(field "$T/o" 3 bound.imagenet-supervised)" = "<=" ]
	[ "$(field "$T/o" 1 speedup.imagenet-supervised)" = 2.0000 ] && [ "$(field "$T/o" 1 bound.imagenet-supervised)" = "=" ]
	[ "$(field "$T/o" 1 low.random)" = nan ] # of a single run there is no interval
}

@test "arms and seeds are named by folders, or by the operand" {
	run_of random 13 .1 .2
	history .3 .4 >"$T/a=b.tsv"
	exp-converge -q "$T/out/random/seed-13/history.tsv" other="$T/a=b.tsv" other="$T/a=b.tsv" \
		mine="$T/out/random/seed-13/history.tsv" --runs "$T/r" >"$T/o"
	[ "$(cut -f 3,4 "$T/r" | sed 1d | tr '\t\n' ' ;')" = "random 13;other 1;other 2;mine 13;" ]
	cd "$T/out/random/seed-13" && exp-converge -q x=history.tsv | grep -q x
	cd "$T/out" && exp-converge -q random/seed-13/history.tsv | grep -q random
	fails_with "*'$T/a=b.tsv' is not in a folder ARM/seed-S: say ARM=$T/a=b.tsv" exp-converge "$T/a=b.tsv"
	cd "$T/out/random" && fails_with "*is not in a folder*" exp-converge seed-13/history.tsv
	fails_with "*arm 'random' has a seed '13' already" exp-converge random="$T/out/random/seed-13/history.tsv" \
		"$T/out/random/seed-13/history.tsv"
	fails_with "*control characters*" exp-converge $'a\tb='"$T/a=b.tsv"
}

@test "histories that are none are refused with file and line, and nothing is written" {
	history .1 nan >"$T/a"
	fails_with "*'$T/a' line 3: dice_mean is 'nan', expected a number" exp-converge -o "$T/o" "x=$T/a"
	history .1 .2 | sed 's/^1/2/' >"$T/a"
	fails_with "*'$T/a' line 3: epoch 2, expected 1" exp-converge -o "$T/o" "x=$T/a"
	fails_with "*has no column 'iou', only epoch, loss, dice_mean" exp-converge -m iou "x=$T/a"
	history >"$T/a"
	fails_with "*has no rows" exp-converge "x=$T/a"
	history .1 | cut -f 1-2 >"$T/a"
	fails_with "*has no column 'dice_mean'*" exp-converge "x=$T/a"
	fails_with "*cannot open*" exp-converge -o "$T/o" "x=$T/missing"
	history .1 .2 >"$T/a"
	fails_with "*--share '0.9,2': '2' is not a number above 0, at most 1" exp-converge --share 0.9,2 "x=$T/a"
	fails_with "*--share '0.9,': an empty place*" exp-converge --share 0.9, "x=$T/a"
	[ ! -e "$T/o" ]
}

@test "paired tests: every number is scipy's" {
	exp-compare --at ratio --also slices --tests "$T/tests" "$GOLDEN/studies/scores.tsv" | diff - "$GOLDEN/studies/means.tsv"
	diff "$T/tests" "$GOLDEN/studies/tests.tsv"
}

@test "the columns may be called anything, and pairs are found by their name" {
	printf '%s\n' who,when,what a,2,.5 b,1,.1 a,1,.2 b,2,.3 b,3,.9 | tr , '\t' >"$T/t"
	exp-compare -a who -p when -m what --tests "$T/s" <"$T/t" >"$T/o"
	[ "$(cut -f 1-3 "$T/o" | tr '\t\n' ' ;')" = "who runs mean;a 2 0.350000;b 3 0.433333;" ]
	[ "$(cut -f 1-4 "$T/s" | tail -n 1 | tr '\t' ' ')" = "a b 2 0.150000" ]
}

@test "tables that cannot be compared are refused" {
	printf '%s\n' arm,seed,dice a,1,.5 a,1,.6 | tr , '\t' >"$T/t"
	fails_with "*'$T/t' line 3: a second row for arm a, seed 1" exp-compare -o "$T/o" "$T/t"
	fails_with "*has no column 'size', only arm, seed, dice" exp-compare -o "$T/o" --at size "$T/t"
	printf '%s\n' arm,seed,dice a,1,high | tr , '\t' >"$T/t"
	fails_with "*line 2: dice is 'high', expected a number" exp-compare -o "$T/o" "$T/t"
	printf 'arm\tseed\tdice\n' >"$T/t"
	fails_with "*has no rows" exp-compare -o "$T/o" "$T/t"
	[ ! -e "$T/o" ]
}
