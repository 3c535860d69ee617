# ten-cmp: the same, different, trouble
load lib

# f32 FILE BYTES: a record with `x` [2] F32
f32() {
	ten_record '{"x":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}' "$2" >"$1"
}
ONE='\0\0\200\077' ONE_UP='\1\0\200\077' NAN='\0\0\300\177' NAN2='\1\0\300\177' INF='\0\0\200\177' ZERO='\0\0\0\0'

# differs PATTERN ARGUMENT ...: ten-cmp exits 1 and its first line matches the glob PATTERN
differs() {
	local pattern=$1
	shift
	run ten-cmp "$@"
	echo "$output"
	# shellcheck disable=SC2053 # a pattern is meant
	[ "$status" -eq 1 ] && [[ ${lines[0]} == $pattern ]]
}

@test "a stream is the same as itself, silently; provenance is no difference" {
	ten_ids 3 2 >"$T/a.ten"
	ten-cat "$T/a.ten" -o "$T/b.ten"
	run ten-cmp --meta "$T/a.ten" "$T/b.ten"
	[ "$status" -eq 0 ]
	[ -z "$output" ]
}

@test "the first difference is named with its place and values" {
	ten_ids 3 2 >"$T/a.ten"
	sed 's/\x04/\x09/' "$T/a.ten" >"$T/b.ten"
	differs "record 1 tensor 'id' at (1): 4 against 9" "$T/a.ten" "$T/b.ten"
	[ "${lines[1]}" = "5 values compared; largest difference 5, relative to the second 0.556" ]
	differs "sample 4 tensor 'id': 4 against 9" --samples "$T/a.ten" "$T/b.ten"
	run ten-cmp -q "$T/a.ten" "$T/b.ten"
	[ "$status" -eq 1 ]
	[ -z "$output" ]
}

@test "tolerances: absolute, relative to the second, exact by default" {
	f32 "$T/a" "$ONE$ZERO"
	f32 "$T/b" "$ONE_UP$ZERO"
	differs "record 0 tensor 'x' at (0): 1 against 1.00000012" "$T/a" "$T/b"
	ten-cmp -a 1.2e-7 "$T/a" "$T/b"
	ten-cmp -r 1.2e-7 "$T/a" "$T/b"
	differs "*" -a 1.1e-7 "$T/a" "$T/b"
	differs "*" -r 1.1e-7 "$T/a" "$T/b"
	f32 "$T/c" "$ONE$ONE"
	differs "*at (1): 0 against 1" -r 0.9 "$T/a" "$T/c"
	differs "*at (1): 1 against 0" -r 1000 "$T/c" "$T/a"
}

@test "the relative norm is that of a whole tensor" {
	f32 "$T/a" "$ONE$ZERO"
	f32 "$T/b" "$ONE$ONE"
	ten-cmp --relative-norm 0.708 "$T/a" "$T/b"
	differs "*relative norm of the difference is 0.707, allowed 0.7" --relative-norm 0.7 "$T/a" "$T/b"
	differs "all samples: *" --samples --relative-norm 0.7 "$T/a" "$T/b"
	f32 "$T/z" "$ZERO$ZERO"
	differs "*is inf, allowed 5" --relative-norm 5 "$T/a" "$T/z"
}

@test "NaN and infinity are themselves and nothing else, whatever the tolerance" {
	f32 "$T/a" "$NAN$INF"
	f32 "$T/b" "$NAN2$INF"
	f32 "$T/c" "$NAN$ONE"
	f32 "$T/d" "$ONE$INF"
	ten-cmp "$T/a" "$T/a"
	for tolerance in "-a 1e30" "-r 1e30" "--relative-norm 1e30"; do
		# shellcheck disable=SC2086
		for x in b c d; do
			differs "*" $tolerance "$T/a" "$T/$x"
			differs "*" $tolerance "$T/$x" "$T/a"
		done
	done
}

@test "64-bit integers are compared to the last digit" {
	ten_record '{"x":{"dtype":"I64","shape":[1],"data_offsets":[0,8]}}' '\1\0\0\0\0\0\0\100' >"$T/a"
	ten_record '{"x":{"dtype":"I64","shape":[1],"data_offsets":[0,8]}}' '\2\0\0\0\0\0\0\100' >"$T/b"
	differs "*" "$T/a" "$T/b"
	differs "*" -a 0.9 "$T/a" "$T/b"
	ten-cmp -a 1 "$T/a" "$T/b"
}

@test "shape, type, names, numbers of records and metadata differ" {
	ten_ids 3 2 >"$T/a.ten"
	ten_ids 3 >"$T/short.ten"
	ten_ids 3 3 >"$T/shape.ten"
	sed 's/"U8"/"I8"/' "$T/a.ten" >"$T/type.ten"
	sed 's/"id"/"xx"/' "$T/a.ten" >"$T/name.ten"
	sed 's/"patient":"p1"/"patient":"p7"/' "$T/a.ten" >"$T/meta.ten"
	differs "the second ends after 1 records*" "$T/a.ten" "$T/short.ten"
	differs "the first ends after 1 records*" "$T/short.ten" "$T/a.ten"
	differs "the second ends after 3 samples*" --samples "$T/a.ten" "$T/short.ten"
	differs "record 1 tensor 'id' is U8 ?2? against U8 ?3?" "$T/a.ten" "$T/shape.ten"
	differs "record 0 tensor 'id' is U8 ?3? against I8 ?3?" "$T/a.ten" "$T/type.ten"
	differs "record 0 tensor 'id' is only in the first" "$T/a.ten" "$T/name.ten"
	differs "record 1 metadata 'patient' is 'p1' against 'p7'" --meta "$T/a.ten" "$T/meta.ten"
	ten-cmp "$T/a.ten" "$T/meta.ten"
}

@test "chunks make no difference to samples" {
	ten_ids 3 2 4 >"$T/a.ten"
	ten_ids 1 6 2 | ten-cmp --samples "$T/a.ten" -
	ten_ids 0 9 | ten-cmp --samples - "$T/a.ten"
	ten_ids 1 6 3 >"$T/b.ten"
	differs "the first ends after 9 samples*" --samples "$T/a.ten" "$T/b.ten"
}

@test "one tensor alone; a misspelt name is an error, not equality" {
	two='{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"b":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}'
	ten_record "$two" 'xy' >"$T/a"
	ten_record "$two" 'xz' >"$T/b"
	ten-cmp -t a "$T/a" "$T/b"
	differs "record 0 tensor 'b' at (0): 121 against 122" -t b "$T/a" "$T/b"
	fails_with "*no tensor 'c', only 'a', 'b'" ten-cmp -t c "$T/a" "$T/b"
}

@test "damage is trouble even behind a difference" {
	ten_ids 3 2 >"$T/a.ten"
	ten_ids 4 2 >"$T/b.ten"
	head -c -1 "$T/b.ten" >"$T/cut.ten"
	fails_with "*'$T/cut.ten' record 1 at byte *cut short*" ten-cmp "$T/a.ten" "$T/cut.ten"
	fails_with "*'$T/cut.ten' record 1 at byte *" ten-cmp "$T/cut.ten" "$T/a.ten"
	fails_with "*cannot open*" ten-cmp "$T/a.ten" "$T/none"
	fails_with "*only one of the two*" ten-cmp - -
}
