# The stream format as the tools keep it (ten.5). tests/cut.bats cuts and damages them.
load lib

# streams_refused PATTERN FILE: every tool that reads streams refuses FILE (and the same from a pipe, where it
# takes one) with a line that matches the glob PATTERN, and leaves no output
streams_refused() {
	local pattern=$1 file=$2 tool
	for tool in "ten-cat" "ten-info" "ten-info -q --stats" "ten-select --range 0,1" "ten-cmp $T/good.ten" "seg-eval -k 4"; do
		# shellcheck disable=SC2086
		fails_with "$pattern" $tool -o "$T/refused.out" "$file"
		[ -z "$(find "$T" -name 'refused.out*')" ]
		# shellcheck disable=SC2086,SC2016
		fails_with "$pattern" bash -c 'cat "$1" | "${@:2}"' - "$file" $tool -o "$T/refused.out" -
		[ -z "$(find "$T" -name 'refused.out*')" ]
	done
}

# labels SEQ MORE: a record with `mask` and `pred` of one 2x2 slice, seq SEQ and more metadata
labels() {
	ten_record "{\"__metadata__\":{\"seq\":\"$1\"$2},\"mask\":{\"dtype\":\"U8\",\"shape\":[1,2,2],\"data_offsets\":[0,4]},\
\"pred\":{\"dtype\":\"U8\",\"shape\":[1,2,2],\"data_offsets\":[4,8]}}" '\0\1\2\3\0\1\2\3'
}

good() {
	labels 0 '' && labels 1 '' && labels 2 ',"eos":"1"'
}

@test "a good stream passes every tool that the damaged ones below must not pass" {
	good >"$T/good.ten"
	ten-cat "$T/good.ten" >"$T/copy.ten"
	ten-cmp --meta "$T/good.ten" "$T/copy.ten"
	ten-info -q --stats "$T/good.ten"
	ten-select --range 0,1 "$T/good.ten" | ten-info -q
	seg-eval -k 4 "$T/good.ten" | grep -qx $'pooled_dice\tforeground\t1.000000'
}

@test "joined streams of one epoch are one epoch, of known length if those who say it are files" {
	epoch() { # its 3 samples
		labels 0 ',"first":"0","samples":"3"' && labels 1 ',"first":"1","samples":"3"'
		labels 2 ',"first":"2","samples":"3","eos":"1"'
	}
	epoch | tee "$T/a.ten" >"$T/b.ten"
	[ "$(ten-cat "$T/a.ten" "$T/a.ten" | ten-info | grep -o 'first=[0-9]*; samples=[0-9]*' | tr '\n' ' ')" = \
		"first=0; samples=6 first=1; samples=6 first=2; samples=6 first=3; samples=6 first=4; samples=6 first=5; samples=6 " ]
	[ "$(ten-cat <"$T/b.ten" "$T/a.ten" - | ten-info | grep -c 'samples=')" -eq 0 ]
	[ "$(ten-cat <"$T/b.ten" "$T/a.ten" - | ten-info | grep -o 'first=[0-9]*' | tr -d '\n')" = \
		first=0first=1first=2first=3first=4first=5 ]
	# what is not as it was: one stream, and one that has been cut into epochs
	cmp <(ten-cat "$T/a.ten" | ten-info | grep -o 'first=.*') <(ten-info "$T/a.ten" | grep -o 'first=.*')
	{ labels 0 ',"epochs":"2","first":"0","samples":"1"' && labels 1 ',"epoch":"1","epochs":"2","first":"0","samples":"1","eos":"1"'; } >"$T/two.ten"
	[ "$(ten-cat "$T/two.ten" "$T/two.ten" | ten-info | grep -c 'first=0; samples=1')" -eq 4 ]
}

@test "ten-cat of nothing but a newline is refused, and nothing is written" {
	run ten-cat -o "$T/out.ten" <<<""
	[ "$status" -eq 2 ]
	[[ $output == *"standard input record 0 at byte 0: ends after 1 of 8 length bytes"* ]]
	[ -z "$(ls -A "$T")" ]
}

@test "a missing input is named" {
	fails_with "ten-cat: cannot open '$T/no such'*No such file*" ten-cat "$T/no such"
}

@test "an empty file, a missing end mark, a cut record" {
	good >"$T/good.ten"
	: >"$T/empty"
	streams_refused "*empty, expected a tensor stream" "$T/empty"
	{ labels 0 '' && labels 1 ''; } >"$T/endless"
	streams_refused "*record 2 at byte *ends without an end mark*" "$T/endless"
	head -c -1 "$T/good.ten" >"$T/cut"
	streams_refused "*record 2 at byte *ends after 7 of 8 data bytes*" "$T/cut"
}

@test "a lost, repeated, swapped or unnumbered record" {
	good >"$T/good.ten"
	{ labels 0 '' && labels 2 ',"eos":"1"'; } >"$T/lost"
	streams_refused "*record 1 at byte *record number is 2, expected 1*" "$T/lost"
	{ labels 0 '' && labels 0 '' && labels 1 ',"eos":"1"'; } >"$T/twice"
	streams_refused "*record 1 at byte *record number is 0, expected 1*" "$T/twice"
	labels 1 ',"eos":"1"' >"$T/late"
	streams_refused "*record 0 at byte 0: record number is 1, expected 0*" "$T/late"
	{ labels 0 '' && labels 1 ',"eos":"1"' | sed 's/"seq"/"sex"/'; } >"$T/unnumbered"
	streams_refused "*record 1 at byte *no record number*" "$T/unnumbered"
	labels x ',"eos":"1"' >"$T/word"
	streams_refused "*'seq' is 'x'*" "$T/word"
}

@test "anything after the end" {
	good >"$T/good.ten"
	{ cat "$T/good.ten" && printf x; } >"$T/byte"
	streams_refused "*record 2 at byte *bytes after the record marked as the last" "$T/byte"
	cat "$T/good.ten" "$T/good.ten" >"$T/two"
	streams_refused "*bytes after the record marked as the last" "$T/two"
	ten_record '{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}' xy >"$T/foreign"
	fails_with "*bytes after the end of a safetensors file" ten-cat "$T/foreign"
}

@test "a checksum that is wrong or none" {
	good >"$T/good.ten"
	{ labels 0 ',"crc32":"00000000"' && labels 1 ',"eos":"1"'; } >"$T/wrong"
	streams_refused "*record 0 at byte 0: checksum is *, expected 00000000*" "$T/wrong"
	labels 0 ',"crc32":"xyz","eos":"1"' >"$T/none"
	streams_refused "*'crc32' is 'xyz'*" "$T/none"
}

@test "lengths beyond reason cost neither memory nor time" {
	good >"$T/good.ten"
	for word in '\377\377\377\377\377\377\377\377' '\0\0\0\0\0\0\0\200' '\1\0\20\0\0\0\0\0' '\0\0\0\0\0\0\0\0'; do
		# shellcheck disable=SC2059
		{ printf "$word" && printf '{}'; } >"$T/bomb"
		streams_refused "*record 0 at byte 0: *" "$T/bomb"
	done
	ten_record '{"a":{"dtype":"U8","shape":[1099511627776],"data_offsets":[0,1099511627776]}}' abcd >"$T/bomb"
	streams_refused "*ends after 4 of 1099511627776 data bytes*" "$T/bomb"
	ten_record '{"a":{"dtype":"F64","shape":[4294967296,4294967296],"data_offsets":[0,8]}}' abcdefgh >"$T/bomb"
	streams_refused "*overflows*" "$T/bomb"
	if ! ldd "$BUILD/bin/ten-cat" | grep -q asan; then # sanitizers need the address space themselves
		ten_record '{"a":{"dtype":"U8","shape":[1099511627776],"data_offsets":[0,1099511627776]}}' abcd >"$T/bomb"
		# shellcheck disable=SC2016
		fails_with "*ends after 4 of *" bash -c 'ulimit -v 1000000 && cat "$1" | ten-cat' - "$T/bomb"
	fi
}

@test "what would not be read again, for its command is too long, is not written" {
	ten_ids 1 1 >"$T/s"
	ten_record '{"__metadata__":{"seq":"0","eos":"1"}}' '' >"$T/none"
	long=$T$(printf '/%.0s' {1..3900})none
	mapfile -t operands < <(yes "$long" | head -n $((1060000 / ${#long})))
	fails_with "ten-cat: cannot write '$T/out': record 0 would have a header of * bytes, more than 1048576 *" \
		ten-cat "$T/s" "${operands[@]}" -o "$T/out"
	[ ! -e "$T/out" ]
	ten-cat -q "$T/s" "${operands[@]:20}" -o "$T/out"
	ten-cat -q - -o "$T/again" <"$T/out"
	[ "$(ten-info "$T/again" | grep -c '^record')" -eq 2 ]
}

@test "headers that are not what they should be" {
	good >"$T/good.ten"
	for header in '[]' 'null' '{' '{"a":3}' '{"__metadata__":{"k":[]}}' \
		'{"a":{"dtype":"F8_E4M3","shape":[1],"data_offsets":[0,1]}}' \
		'{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,1]}}' \
		'{"a":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}' \
		'{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}'; do
		ten_record "$header" xx >"$T/bad"
		fails_with "*'$T/bad' record 0 at byte 0: *" ten-cat "$T/bad" -o "$T/out"
		fails_with "*'$T/bad' record 0 at byte 0: *" ten-select "$T/bad" -o "$T/out"
		[ ! -e "$T/out" ]
	done
	fails_with "*unsupported dtype 'F8_E4M3'*" ten-cat <(ten_record \
		'{"a":{"dtype":"F8_E4M3","shape":[1],"data_offsets":[0,1]}}' x)
}

@test "a safetensors file from elsewhere is a stream of one record" {
	ten_record '{"b":{"dtype":"F32","shape":[1,1],"data_offsets":[1,5]}, "a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},
	"__metadata__":{"format":"pt"}} ' 'A\0\0\200\077' >"$T/w.safetensors" # its F32 is not even aligned
	for tool in ten-cat ten-select; do
		$tool "$T/w.safetensors" -o "$T/copy.ten"
		ten-cmp "$T/w.safetensors" "$T/copy.ten"
		[ "$(ten-info --meta format "$T/copy.ten")" = pt ]
		[[ $(ten-info --stats "$T/copy.ten") == *"b F32 [1,1]  min 1 mean 1 max 1"* ]]
		ten-info "$T/copy.ten" | grep -q 'complete$'
	done
}

@test "a full disk is an error, wherever the output goes" {
	ten_ids 3 2 >"$T/a.ten"
	fails_with "*cannot write '/dev/full': No space left*" ten-cat "$T/a.ten" -o /dev/full
	for tool in ten-cat ten-info "ten-info --tsv" "ten-select --range 1,2" "ten-cmp -v $T/a.ten" "ten-cat -h" "ten-cat --version"; do
		# shellcheck disable=SC2086,SC2016
		[[ $(bash -c '"$@" >/dev/full || echo $? >&2' - $tool "$T/a.ten" 2>&1) == *"cannot write"*$'\n2' ]]
	done
}

@test "an output that fails leaves the file that was there" {
	ten_ids 3 2 >"$T/a.ten"
	echo precious >"$T/out.ten"
	head -c -1 "$T/a.ten" >"$T/cut.ten"
	fails_with "*cut short*" ten-cat "$T/a.ten" "$T/cut.ten" -o "$T/out.ten"
	[ "$(cat "$T/out.ten")" = precious ]
	fails_with "*cannot create '$T/none/out'*" ten-cat "$T/a.ten" -o "$T/none/out"
	fails_with "*cannot create '$T'*directory*" ten-cat "$T/a.ten" -o "$T"
	[ "$(find "$T" -type f | wc -l)" -eq 3 ]
}

@test "a file can be replaced by what is made of it" {
	ten_ids 3 2 >"$T/a.ten"
	ten-select --range 1,4 "$T/a.ten" -o "$T/b.ten"
	ten-select --range 1,4 "$T/a.ten" -o "$T/a.ten"
	ten-cmp --meta "$T/a.ten" "$T/b.ten"
}

@test "closed descriptors: no output is an error, and words never end up in a file" {
	ten_ids 3 2 >"$T/a.ten"
	good >"$T/good.ten"
	# shellcheck disable=SC2016
	{
		fails_with "*cannot write*" bash -c 'ten-cat "$1" >&-' - "$T/a.ten"
		fails_with "*cannot read*" bash -c 'ten-cat <&-' -
		fails_with "*cannot write*" bash -c 'seg-eval -k 4 --slices "$2" "$1" >&-' - "$T/good.ten" "$T/slices"
	}
	ten-cat "$T/a.ten" -o "$T/b.ten" <&- >&- 2>&-
	ten-info -q "$T/b.ten" >&-
	seg-eval -k 4 --slices "$T/s1" "$T/good.ten" >/dev/null
	seg-eval -k 4 --slices "$T/s2" "$T/good.ten" -o "$T/m" >&- 2>&-
	cmp "$T/s1" "$T/s2"
}

@test "a killed tool takes its temporary file with it" {
	mkfifo "$T/pipe"
	# what it writes to: a file without a name, or one that find sees
	begun() { readlink /proc/$pid/fd/* | grep -q "^$T/#.*(deleted)" || [ -n "$(find "$T" -name 'out.ten?*')" ]; }
	for signal in TERM HUP; do
		env --default-signal=$signal ten-cat "$T/pipe" -o "$T/out.ten" & # nohup ignores HUP
		pid=$!
		exec 9>"$T/pipe"
		for _ in $(seq 100); do begun && break; sleep 0.02; done
		begun
		kill -s $signal $pid
		status=0
		wait $pid || status=$?
		exec 9>&-
		[ "$status" -gt 128 ]
		[ -z "$(find "$T" -name 'out.ten*')" ]
	done
}

@test "no binary on a terminal" {
	script -qec true /dev/null >"$T/log" 2>&1 </dev/null || skip "no script(1), or no pseudo-terminal"
	ten_ids 3 2 >"$T/a.ten"
	run script -qec "ten-cat '$T/a.ten'" /dev/null </dev/null
	[ "$status" -eq 2 ]
	[[ $output == *"refusing to write binary data to a terminal"* ]]
}

@test "names with blanks, quotes and line breaks" {
	name="$T/a 'b'"$'\n'"c.ten"
	ten_ids 3 2 >"$name"
	ten-cat "$name" -o "$name.out"
	ten-cmp "$name" "$name.out"
	[ "$(ten-info --commands "$name.out" | wc -l)" -eq 1 ]
	ten_ids 3 | head -c 50 >"$name"
	fails_with "*a 'b'?c.ten' record 0 at byte 0: *" ten-cat "$name" # one line, whatever the name
}

@test "a stream remembers the commands that made it, and nothing of where and how fast" {
	ten_ids 3 2 >"$T/a.ten"
	cd "$T"
	ten-cat -j 1 -q a.ten | ten-select -s 7 --ratio .5 -o out.ten
	version=$(ten-cat --version | sed 's/.* //')
	[ "$(ten-info --commands out.ten)" = "ten-cat $version a.ten
ten-select $version --seed=7 --ratio=.5" ]
	ten-cat -j 2 a.ten | ten-select --seed 7 -v -o "$T/other.ten" --ratio=.5
	cmp out.ten other.ten
}

@test "a pipe that is closed early ends the writer quietly" {
	ten_ids 250 250 250 250 >"$T/a.ten"
	for _ in 1 2 3 4 5 6 7 8; do ten-cat "$T/a.ten" "$T/a.ten" -o "$T/b.ten" && mv "$T/b.ten" "$T/a.ten"; done
	# shellcheck disable=SC2016
	run bash -c 'set -o pipefail; ten-cat "$1" | head -c 10 >/dev/null' - "$T/a.ten"
	[ "$status" -eq 141 ]
	[ -z "$output" ]
}

@test "the example in ten(5) is what the tools write" {
	ten_record '{"__metadata__":{"seq":"0","eos":"1"},"id":{"dtype":"U8","shape":[3],"data_offsets":[0,3]}}' abc |
		ten-cat - >"$T/a.ten"
	header=$(sed -n '/^00  b8/,/^90/p' "$ROOT/man/ten.5" | sed '$d; s/^..  //; s/^b8.*00  //' | tr -d '\n')
	version=$(ten-cat --version | sed 's/.* //')
	[[ $header == '{"__metadata__":{"cmd.0":"ten-cat 0.1.0 -"'* ]]
	[ "$(head -1 "$T/a.ten" | tail -c +9 | head -c -3 | sed 's/ *$//')" = "${header/0.1.0/$version}" ]
	[ "$(tail -c 3 "$T/a.ten")" = abc ]
	[ "$(wc -c <"$T/a.ten")" -eq $((8 + 0xb8 + 3)) ]
}

@test "a file that becomes shorter while it is read is an error like others" {
	make-stream --samples 600 --chunk 1 -o "$T/big.ten" # 10 MB, and a pipe takes one
	mkfifo "$T/pipe"
	ten-select --shuffle "$T/big.ten" >"$T/pipe" 2>"$T/said" 3>&- &
	pid=$!
	exec 8<"$T/pipe"
	head -c 1000 <&8 >/dev/null
	truncate -s 4096 "$T/big.ten"
	cat <&8 >/dev/null
	exec 8<&-
	status=0
	wait $pid || status=$?
	[ "$status" -eq 2 ]
	[ "$(cat "$T/said")" = "ten-select: '$T/big.ten': became shorter while it was read, or its disk fails" ]
}
