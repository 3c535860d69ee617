# ten-select: subsets, order, repetition
load lib

ones() {
	printf '1 %.0s' $(seq "$1")
}

# unlike FILE FILE: they differ
unlike() {
	! cmp -s "$1" "$2"
}

# listing ARGUMENT ...: patient, slice, first and samples of what ten-select writes
listing() {
	ten-select "$@" | ten-info --meta patient,slice,first,samples | tr '\t\n' ', '
}

@test "by metadata: one of several values, none of them, all conditions at once" {
	ten_ids 3 2 4 >"$T/a.ten"
	[ "$(listing --where patient=p1 "$T/a.ten")" = "p1,0,0,2 " ]
	[ "$(listing --where patient=p2,p0 "$T/a.ten")" = "p0,0,0,7 p2,0,3,7 " ]
	[ "$(listing --where 'patient!=p2,p0' "$T/a.ten")" = "p1,0,0,2 " ]
	[ "$(listing --where 'patient!=p1;slices=4' "$T/a.ten")" = "p2,0,0,4 " ]
	[ "$(listing --where 'nothing!=1;patient=p1' "$T/a.ten")" = "p1,0,0,2 " ]
	fails_with "*'$T/a.ten': no sample matches" ten-select --where patient=p7 "$T/a.ten"
	fails_with "*no sample matches" ten-select --where nothing=1 "$T/a.ten"
	fails_with "*--where 'patient'*" ten-select --where patient "$T/a.ten"
}

@test "a value may hold a comma" {
	ten_record '{"__metadata__":{"file":"a,b;c\\d"},"x":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}' x >"$T/a"
	ten-select --where 'file=a\,b\;c\\d' "$T/a" | ten-info -q
	fails_with "*no sample matches" ten-select --where 'file=a,b' "$T/a"
}

@test "ranges and parts cut records where they must and keep count" {
	ten_ids 3 2 4 >"$T/a.ten"
	[ "$(listing --range 2,6 "$T/a.ten")" = "p0,2,0,4 p1,0,1,4 p2,0,3,4 " ]
	[ "$(listing --split 1/2 "$T/a.ten")" = "p0,0,0,4 p1,0,3,4 " ]
	[ "$(listing --split 2/2 "$T/a.ten")" = "p1,1,0,5 p2,0,1,5 " ]
	fails_with "*only 9 samples" ten-select --range 2,10 "$T/a.ten"
	fails_with "*nothing is selected" ten-select --split 1/20 "$T/a.ten"
	fails_with "*K/N*" ten-select --split 3/2 "$T/a.ten"
	fails_with "*whole numbers" ten-select --range 1.5,2 "$T/a.ten"
}

@test "all parts together are the whole" {
	ten_ids 3 2 4 7 1 >"$T/a.ten"
	for k in 1 2 3 4 5; do ten-select --split $k/5 -o "$T/$k" "$T/a.ten"; done
	ten-cat "$T"/[1-5] | ten-cmp --samples "$T/a.ten" -
}

@test "values travel with their samples" {
	ten_ids 3 2 4 >"$T/a.ten"
	ten_ids 200 >"$T/all.ten"
	ten-select --range 4,8 "$T/a.ten" >"$T/b.ten"
	ten-select --range 4,8 "$T/all.ten" | ten-cmp --samples - "$T/b.ten"
	ten-info --stats "$T/b.ten" | grep 'min 4 mean 4 max 4'
	ten-info --stats "$T/b.ten" | grep 'min 5 mean 6 max 7'
}

@test "ratios of 1498 are the published numbers" {
	ten_ids 1498 >"$T/a.ten"
	set -- 1 3 7 15 30 75 150 300 749 1498
	for ratio in .001 .002 .005 .01 .02 .05 .1 .2 .5 1.0; do
		n=$(ten-select --ratio $ratio "$T/a.ten" | ten-info | sed -n 's/.* \([0-9]*\) samples\{0,1\},.*/\1/p')
		[ "$n" = "$1" ]
		shift
	done
}

@test "a subset depends on the seed, and a small one is part of a large one" {
	# shellcheck disable=SC2046
	ten_ids $(ones 100) >"$T/a.ten"
	members() { ten-select "$@" "$T/a.ten" | ten-info --meta patient | sort; }
	for s in 0 13 42; do
		members -s $s --ratio .07 >"$T/7"
		members -s $s --ratio .3 >"$T/30"
		[ "$(wc -l <"$T/7")" = 7 ] && [ "$(wc -l <"$T/30")" = 30 ]
		[ -z "$(comm -23 "$T/7" "$T/30")" ]
		members -s $s --count 7 | cmp - "$T/7"
		cp "$T/30" "$T/seed$s"
	done
	unlike "$T/seed0" "$T/seed13"
	unlike "$T/seed13" "$T/seed42"
}

@test "whole patients: all their samples, and a small choice is part of a large one" {
	# six records of four patients: p1's and p3's frames are apart
	ten_ids 2 3 1 4 2 1 | sed 's/"p4"/"p1"/; s/"p5"/"p3"/' >"$T/a.ten"
	cat >"$T/sizes" <<-END
		p0 2
		p1 5
		p2 1
		p3 5
	END
	for s in $(seq 8); do
		: >"$T/before"
		for n in 1 2 3 4; do
			ten-select -s "$s" --count $n --by patient "$T/a.ten" -o "$T/b.ten"
			ten-info --meta patient "$T/b.ten" | sort -u >"$T/who"
			[ "$(wc -l <"$T/who")" = $n ]
			[ -z "$(comm -23 "$T/before" "$T/who")" ]
			cp "$T/who" "$T/before"
			want=$(join "$T/who" "$T/sizes" | awk '{ n += $2 } END { print n }')
			[ "$(ten-info --meta samples "$T/b.ten" | sort -u)" = "$want" ]
		done
		ten-select -s "$s" --ratio .5 --by patient "$T/a.ten" | ten-cmp --samples - <(ten-select -s "$s" -n 2 --by patient "$T/a.ten")
		ten-select -s "$s" -n 1 --by patient "$T/a.ten" | ten-info --meta patient | sort -u
	done | sort | uniq >"$T/drawn"
	[ "$(wc -l <"$T/drawn")" -ge 3 ]
	ten-select -n 4 --by patient "$T/a.ten" | ten-cmp --samples - "$T/a.ten"
	fails_with "*--count 5, but there are only 4 patients" ten-select -n 5 --by patient "$T/a.ten"
	fails_with "*record 0: no metadata 'site' to select by" ten-select -n 1 --by site "$T/a.ten"
	fails_with "*--by is for --ratio or --count" ten-select --by patient "$T/a.ten"
	fails_with "*--by excludes*" ten-select --by patient -n 1 --range 0,2 "$T/a.ten"
}

@test "every sample is as likely to be chosen as another" {
	# shellcheck disable=SC2046
	ten_ids $(ones 10) >"$T/a.ten"
	for s in $(seq 100); do ten-select -s "$s" -n 3 "$T/a.ten" | ten-info --meta patient; done | sort | uniq -c |
		awk '{ if ($1 < 12 || $1 > 48) bad = 1 } END { exit bad || NR != 10 }' # 30, deviation 4.6
}

@test "shuffled: the same samples in another order, another for each seed" {
	# shellcheck disable=SC2046
	ten_ids $(ones 50) >"$T/a.ten"
	ten-select --shuffle "$T/a.ten" >"$T/s0"
	ten-select --shuffle -s 1 "$T/a.ten" >"$T/s1"
	ten-select --shuffle -s 1 -j 1 "$T/a.ten" | cmp - "$T/s1"
	[ "$(ten-info --meta patient "$T/s0" | sort)" = "$(ten-info --meta patient "$T/a.ten" | sort)" ]
	unlike <(ten-info --meta patient "$T/s0") <(ten-info --meta patient "$T/a.ten")
	unlike <(ten-info --meta patient "$T/s0") <(ten-info --meta patient "$T/s1")
	[ "$(ten-info --meta first "$T/s0")" = "$(seq 0 49)" ]
}

@test "oversampled: each round holds every sample, in an order of its own" {
	# shellcheck disable=SC2046
	ten_ids $(ones 20) >"$T/a.ten"
	ten-select -n 5 --oversample 23 --shuffle "$T/a.ten" >"$T/b.ten"
	ten-info --meta patient "$T/b.ten" >"$T/p"
	[ "$(wc -l <"$T/p")" = 23 ]
	[ "$(ten-info --meta samples "$T/b.ten" | uniq)" = 23 ]
	head -5 "$T/p" | sort >"$T/once"
	for n in 10 15 20; do head -$n "$T/p" | tail -5 | sort | cmp - "$T/once"; done
	[ "$(head -5 "$T/p")" != "$(head -10 "$T/p" | tail -5)" ]
	[ "$(listing -n 5 --oversample 3 "$T/a.ten")" = "$(listing -n 5 "$T/a.ten")" ]
}

@test "a pipe gives what a file gives, where it can" {
	ten_ids 3 2 4 >"$T/a.ten"
	for o in "--range 2,6" "--split 2/2" "--ratio .5" "--ratio .2" "-n 3 -s 1" ""; do
		# shellcheck disable=SC2086,SC2002 # a pipe is meant
		cat "$T/a.ten" | ten-select $o >"$T/pipe"
		# shellcheck disable=SC2086
		ten-select $o <"$T/a.ten" | cmp - "$T/pipe"
	done
	# shellcheck disable=SC2002
	cat "$T/a.ten" | ten-select --where patient=p1 | ten-cmp --samples - <(ten-select --range 3,5 "$T/a.ten")
}

@test "what a pipe cannot give is refused with a reason" {
	ten_pass() { cat "$T/a.ten"; }
	fails() { # pattern, then arguments; the stream is on standard input through a pipe
		local status=0 text pattern=$1
		shift
		text=$(ten_pass | ten-select -o "$T/out" "$@" 2>&1) || status=$?
		echo "$status $text"
		# shellcheck disable=SC2053
		[ "$status" -eq 2 ] && [[ $text == $pattern ]] && [ ! -e "$T/out" ]
	}
	ten_ids 3 2 4 >"$T/a.ten"
	fails "*standard input is a pipe: --shuffle*" --shuffle
	fails "*standard input is a pipe: --shuffle*" --oversample 20
	fails "*standard input is a pipe: *--by need*" --by patient -n 1
	fails "*standard input is a pipe: with --where*" --where patient=p1 --ratio .5
	fails "*only 9 samples" --range 5,10
	ten_ids 3 2 4 | sed 's/"samples":"9"/"samplez":"9"/' >"$T/a.ten"
	fails "*does not say how many samples*" --ratio .5
	fails "*only 9 samples" --range 5,10
	ten_ids 3 2 4 | sed 's/"samples":"9"/"samples":"8"/' >"$T/a.ten"
	fails "*has 9 samples, its metadata say 8" --ratio .5
}

@test "streams of several epochs, tensors of unequal numbers of samples are refused" {
	ten_ids 3 | sed 's/"frame":"1","slice":"0"/"epochs":"2","slice":"0"/' | tail -c +9 | head -c -3 >"$T/header"
	ten_record "$(cat "$T/header")" abc >"$T/a.ten"
	fails_with "*'$T/a.ten': has 2 epochs*" ten-select --range 0,1 "$T/a.ten"
	ten_record '{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[1],"data_offsets":[2,3]}}' \
		xyz >"$T/b"
	fails_with "*'$T/b' record 0 at byte 0: 'b' is ?1?: not as many samples as 'a'" ten-select --range 0,1 "$T/b"
	ten_record '{"a":{"dtype":"U8","shape":[1000000000000000000,0],"data_offsets":[0,0]}}' '' >"$T/c"
	fails_with "*dimensions for more than*" ten-select --count 1 "$T/c"
}

@test "damage in what is left out is damage" {
	ten_ids 3 2 4 | ten-cat | sed 's/\x07/\x17/' >"$T/a.ten"
	fails_with "*record 2 at byte *checksum*" ten-select --where patient=p0 "$T/a.ten"
}
