# Input that lies: headers that promise the impossible, values that mean nothing, options out of bounds. Every tool, with
# 500 MB of memory: what is refused is refused before it is believed. (Cuts and flipped bits: tests/cut.bats.)
load lib
load tools
load cut
export ASAN_OPTIONS=detect_leaks=0

setup_file() {
	inputs "$BATS_FILE_TMPDIR"
}

# limited COMMAND ...: with little memory, where that is possible; the BLAS wants some for every thread, and sanitizers need
# the address space themselves
limited() {
	if ldd "$BUILD/bin/ten-cat" | grep -q san; then
		"$@"
	else
		(ulimit -v $((400000 + 150000 * $(nproc))) && exec "$@")
	fi
}

# refuses BAD PATTERN [pipe]: all that reads streams refuses the file BAD, or what comes from it through a pipe, with a line
# that matches the glob PATTERN, and leaves nothing in $T/out
refuses() {
	mkdir -p "$T/out"
	each_stream refused "$@"
}

# refused INPUT BAD PATTERN [pipe]: one row, in which BAD is in place of INPUT
refused() {
	local i bad=$2 pattern=$3 pipe=${4:-}
	case " ${words[*]} " in
	*" --init "* | *" --encoder "* | *" --val {} "*) return 0 ;; # read as others are
	*" --shuffle "* | *" --neighbours "*) [ "$pipe" = "" ] || return 0 ;;
	esac
	cd "$T/out" || return 1
	for ((i = 0; i < ${#words[@]}; i++)); do
		[ "${words[i]}" != {} ] || words[i]=$bad
		[ "$pipe" = "" ] || [ "${words[i]}" != "$bad" ] || words[i]=-
	done
	# shellcheck disable=SC2016
	[ "$pipe" = "" ] || words=(bash -c 'bad=$1 && shift && cat "$bad" | exec "$@"' - "$bad" "${words[@]}")
	fails_with "[a-z]*: $pattern" limited "${words[@]}" || return 1
	[ -z "$(ls -A)" ] || { ls -A; return 1; }
}

@test "every tool refuses headers that lie or are none" {
	at="*record 0 at byte 0: "
	printf '\377\377\377\377\377\377\377\377{}' >"$T/bad"
	refuses "$T/bad" "${at}header length *"
	refuses "$T/bad" "${at}header length *" pipe
	ten_record "$(printf '[%.0s' {1..3000})" '' >"$T/bad"
	refuses "$T/bad" "${at}header does not begin with*"
	ten_record "{\"a\":$(printf '[%.0s' {1..3000})" '' >"$T/bad"
	refuses "$T/bad" "${at}header is not valid JSON: *depth*"
	ten_record '{"a":{"dtype":"U8","shape":[9223372036854775807],"data_offsets":[0,9223372036854775807]}}' x >"$T/bad"
	refuses "$T/bad" "${at}ends after 1 of 9223372036854775807 data bytes*"
	refuses "$T/bad" "${at}ends after 1 of 9223372036854775807 data bytes*" pipe
	ten_record '{"a":{"dtype":"F64","shape":[2305843009213693952,8],"data_offsets":[0,0]}}' '' >"$T/bad"
	refuses "$T/bad" "${at}tensor 'a': shape overflows"
}

@test "and what else a header can be wrong in, as does every reader of weights" {
	e='"dtype":"U8","shape":[2],"data_offsets":[0,2]'
	good="\"a\":{$e}"
	while IFS='|' read -r header pattern; do
		ten_record "$header" '\1\2\3\4' >"$T/bad"
		fails_with "ten-cat: *$pattern*" limited ten-cat "$T/bad" -o "$T/out"
		fails_with "ten-select: *$pattern*" limited ten-select --shuffle "$T/bad" -o "$T/out" # by way of a map
		fails_with "weights-export: *$pattern*" limited weights-export "$T/bad" -o "$T/out"
		fails_with "weights-import: *$pattern*" limited weights-import "$T/bad" -o "$T/out"
		[ ! -e "$T/out" ]
	done <<-END
		{"a":{"dtype":"U8","shape":[3],"data_offsets":[0,3]},"b":{"dtype":"U8","shape":[2],"data_offsets":[2,4]}}|overlap
		{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"b":{"dtype":"U8","shape":[2],"data_offsets":[2,4]}}|a gap
		{"a":{"dtype":"U8","shape":[2],"data_offsets":[2,4]}}|data begins at 2, expected 0
		{"a":{"dtype":"U8","shape":[8],"data_offsets":[0,8]}}|ends after 4 of 8
		{"a":{"dtype":"U8","shape":[2],"data_offsets":[2,0]}}|bad data_offsets
		{"a":{"dtype":"U8","shape":[2],"data_offsets":[-1,1]}}|bad data_offsets
		{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,18446744073709551615]}}|not valid JSON
		{"a":{"dtype":"U8","shape":[2],"data_offsets":[0.0,2.0]}}|bad data_offsets
		{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2,4]}}|bad data_offsets
		{"a":{"dtype":"U8","shape":[-2],"data_offsets":[0,2]}}|not a whole number
		{"a":{"dtype":"U8","shape":[1.5],"data_offsets":[0,2]}}|not a whole number
		{"a":{"dtype":"U8","shape":["2"],"data_offsets":[0,2]}}|not a whole number
		{"a":{"dtype":"U8","shape":2,"data_offsets":[0,2]}}|no shape
		{"a":{"dtype":"U8","shape":[1,1,1,1,1,1,1,1,2],"data_offsets":[0,2]}}|9 dimensions
		{"a":{"dtype":"F8_E5M2","shape":[2],"data_offsets":[0,2]}}|unsupported dtype 'F8_E5M2'
		{"a":{"dtype":"u8","shape":[2],"data_offsets":[0,2]}}|unsupported dtype 'u8'
		{"a":{"dtype":8,"shape":[2],"data_offsets":[0,2]}}|no dtype
		{"a":{$e,"more":1}}|exactly dtype, shape and data_offsets
		{"a":[$e]}|not valid JSON
		{"a":null}|exactly dtype
		{$good,$good}|not valid JSON: duplicate
		{"a":{"dtype":"U8","dtype":"U8","shape":[2],"data_offsets":[0,2]}}|not valid JSON: duplicate
		{$good,"__metadata__":{"k":1}}|metadata 'k' is not a string
		{$good,"__metadata__":[]}|__metadata__ is not an object
		{$good,"__metadata__":{"k":"\u0000"}}|not valid JSON
		{$good,"__metadata__":{"k":"\ud800"}}|not valid JSON
		{$good,"__metadata__":{"crc32":"-1234567"}}|'crc32' is '-1234567'
		{$good,"__metadata__":{"seq":"-1"}}|'seq' is '-1'
		{$good,"__metadata__":{"seq":"99999999999999999999"}}|'seq' is
		{$good,"__metadata__":{"eos":"1"}}|no record number
		{$good}trailing|not valid JSON
		{$good,}|not valid JSON
		{$good|not valid JSON
	END
	ten_record "{\"$(printf 'a\377')\":{$e}}" '\1\2' >"$T/bad"
	fails_with "ten-cat: *not valid JSON*" ten-cat "$T/bad" -o "$T/out"
	# a hundred million bytes of header are allowed to weights, but not believed before they are there
	{ printf '\0\341\365\005\0\0\0\0{' && head -c 1000 /dev/zero; } >"$T/bad"
	fails_with "weights-import: *ends after 1001 of 100000000 header bytes*" limited weights-import "$T/bad" -o "$T/out"
	# shellcheck disable=SC2016
	ldd "$BUILD/bin/ten-cat" | grep -q san || fails_with "weights-import: *ends after 1001 of *" \
		bash -c 'ulimit -v 140000; weights-import -j 1 "$1" -o "$2"' - "$T/bad" "$T/out"
}

# edited INPUT SCRIPT PATTERN: every reader of INPUT refuses what sed's SCRIPT makes of it
edited() {
	sed -b "$2" "$BATS_FILE_TMPDIR/$1" >"$T/bad"
	! cmp -s "$BATS_FILE_TMPDIR/$1" "$T/bad" || return 1
	mkdir -p "$T/out"
	each_input "$1" refused "$T/bad" "$3"
}

@test "every tool sees a gap in the numbers, a lost end, a wrong checksum and bytes behind the end" {
	for name in $streams; do
		[ "$name" != predicted ] || continue # neither numbered nor checked
		edited "$name" 's/"crc32":"[0-9a-f]*"/"crc32":"01234567"/' "*record [01] at byte *: checksum is *, expected 01234567*"
		edited "$name" 's/"seq":"1"/"seq":"2"/' "*record 1 at byte *: record number is 2, expected 1*"
		edited "$name" 's/"eos":"1"/"eoz":"1"/' "*record 2 at byte *: stream ends without an end mark*"
		# shellcheck disable=SC2016 # sed's own
		edited "$name" '$s/$/x/' "*record 1 at byte *: bytes after the record marked as the last"
	done
}

@test "volumes that promise more than they hold, or less than nothing" {
	nii="$BATS_FILE_TMPDIR/image.nii"
	# patched OFFSET BYTES PATTERN: as a file and compressed
	patched() {
		cp "$nii" "$T/bad.nii"
		# shellcheck disable=SC2059
		printf "$2" | dd of="$T/bad.nii" bs=1 seek="$1" conv=notrunc 2>/dev/null
		gzip -c "$T/bad.nii" >"$T/zipped.nii.gz"
		fails_with "nii2ten: '$T/bad.nii': $3" limited nii2ten -q "$T/bad.nii" -o "$T/out"
		fails_with "nii2ten: '$T/zipped.nii.gz': $3" limited nii2ten -q "$T/zipped.nii.gz" -o "$T/out"
		[ ! -e "$T/out" ]
	}
	patched 42 '\377\177\377\177\377\177' '*cut short*'
	patched 40 '\4\0\377\177\377\177\377\177\377\177' '*cut short*'
	patched 42 '\0\0' 'dimension 1 is 0'
	patched 44 '\377\377' 'dimension 2 is -1'
	patched 40 '\10\0' '8 dimensions*'
	patched 40 '\377\377' '-1 dimensions*'
	patched 70 '\200\0' 'data type rgb24 is not supported'
	patched 70 '\377\177' 'unknown data type 32767'
	patched 108 '\0\0\200\177' 'data offset inf*'
	patched 108 '\0\0\300\177' 'data offset nan*'
	patched 108 '\371\002\025\120' '*cut short*'
	patched 84 '\0\0\300\177' 'spacing 2 is nan'
	patched 344 'xxxx' 'no NIfTI magic*'
	cp "$GOLDEN/nifti/f4-le.nii.gz" "$T/f.nii.gz"
	gzip -d "$T/f.nii.gz"
	for word in '\0\0\300\177' '\0\0\200\377'; do
		# shellcheck disable=SC2059
		printf "$word" | dd of="$T/f.nii" bs=1 seek=400 conv=notrunc 2>/dev/null
		fails_with "nii2ten: '$T/f.nii': value *n* at (*,*,*) is not a finite float" nii2ten -q "$T/f.nii" -o "$T/out"
	done
}

@test "pictures of a thousand gigapixels in a kilobyte" {
	refused_picture() {
		fails_with "img2ten: '$T/$1'*: *" limited img2ten -q "$T/$1" -o "$T/out"
		[ ! -e "$T/out" ]
	}
	printf '\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\x0f\x42\x40\0\x0f\x42\x40\x08\0\0\0\0\x79\x06\x67\xa1' >"$T/a.png"
	head -c 1000 /dev/zero >>"$T/a.png"
	refused_picture a.png
	for name in grey progressive colour; do # height and width stand behind the mark of a frame
		for size in '\377\334\377\334' '\0\0\0\0' '\0\1\377\334'; do
			cp "$GOLDEN/pictures/$name.jpg" "$T/a.jpg"
			at=$([ $name = grey ] && echo 89 || echo 158)
			# shellcheck disable=SC2059
			printf "$size" | dd of="$T/a.jpg" bs=1 seek=$((at + 5)) conv=notrunc 2>/dev/null
			refused_picture a.jpg
		done
	done
	for name in u1.tif:78:90 zipped.tif:166:178; do # where width and height stand
		IFS=: read -r file width height <<<"$name"
		for size in '\0\0\0\200' '\377\377\377\377' '\0\0\0\0' '\100\102\17\0'; do
			cp "$GOLDEN/pictures/$file" "$T/a.tif"
			for at in $width $height; do
				# shellcheck disable=SC2059
				printf "$size" | dd of="$T/a.tif" bs=1 seek="$at" conv=notrunc 2>/dev/null
				refused_picture a.tif
			done
		done
	done
	: >"$T/a.png"
	refused_picture a.png
	printf 'II*\0\377\377\377\377' >"$T/a.tif"
	refused_picture a.tif
}

@test "text files may hold anything: Info.cfg, tables, lists" {
	cp -r "$BATS_FILE_TMPDIR/acdc" "$T/acdc"
	info=$T/acdc/patient003/Info.cfg
	while IFS= read -r text; do
		printf '%b' "$text" >"$info"
		fails_with "nii2ten: '$info'*" nii2ten -q --acdc "$T/acdc" -o "$T/out"
	done <<-'END'

		ED: 1\nES
		ED: 0\nES: 2\nGroup: DCM\n
		ED: -1\nES: 2\nGroup: DCM\n
		ED: 99999999999999999999\nES: 2\nGroup: DCM\n
		ED: 1\nES: 2\nGroup: a b\n
		ED: 1\nES: 2\nGroup: ../../x\n
		ED: 1\nES: 2\nGroup: \0377\0376\n
		ED: 1\0000\nES: 2\nGroup: DCM\n
		\0377\0376E\0000D\0000
	END
	yes 'ED: 1' | head -c 70000 >"$info"
	fails_with "nii2ten: '$info'*" nii2ten -q --acdc "$T/acdc" -o "$T/out"
	rm "$info"
	mkdir "$info"
	fails_with "nii2ten: *'$info'*" nii2ten -q --acdc "$T/acdc" -o "$T/out"
	each_input scores cut_text --step 3
	for word in nan inf -inf 1e999 '' x 0x 1,5; do
		printf 'arm\tseed\tdice\na\t1\t.5\nb\t1\t%s\n' "$word" >"$T/bad"
		fails_with "exp-compare: '$T/bad' line 3: dice is '$word', expected a number" exp-compare "$T/bad" -o "$T/out"
	done
	fails_with "img2ten: '/dev/zero' line 1: not the name of a file*" limited img2ten --list /dev/zero -o "$T/out"
	fails_with "exp-compare: '/dev/zero' *" exp-compare /dev/zero -o "$T/out"
	head -c 5000 /dev/zero | tr '\0' x >"$T/list"
	fails_with "img2ten: '$T/list' line 1: not the name of a file*" img2ten --list "$T/list" -o "$T/out"
	[ ! -e "$T/out" ]
}

# cut_text INPUT [option ...]: a table that ends early is another table; but nothing may go wrong
cut_text() {
	cuts --survive --says : "${@:2}" -- "$1" "${words[@]}"
}

# one_sample IMAGE: a stream of one sample 2x2 F32 with these 16 bytes, a mask and a label
one_sample() {
	ten_record '{"__metadata__":{"seq":"0","eos":"1"},"image":{"dtype":"F32","shape":[1,1,2,2],"data_offsets":[0,16]},
"mask":{"dtype":"U8","shape":[1,2,2],"data_offsets":[16,20]}}' "$1"'\0\1\2\3'
}

@test "images that are not finite go through no network and into no statistics" {
	one='\0\0\200\077'
	for bad in '\0\0\300\177' '\0\0\200\177' '\0\0\200\377'; do
		one_sample "$one$one$bad$one" >"$T/bad"
		for tool in "seg-predict --model $BATS_FILE_TMPDIR/model.w" "ssl-embed --weights $BATS_FILE_TMPDIR/encoder.w"; do
			# shellcheck disable=SC2086
			fails_with "*'$T/bad' record 0 at byte 0: 'image' has the value * in sample 0, channel 0 at (0,1)*" \
				$tool -q "$T/bad" -o "$T/out"
		done
		fails_with "ssl-augment: *not finite*" ssl-augment --size 2 "$T/bad" -o "$T/out"
	done
	[ ! -e "$T/out" ]
	one_sample "$one$one$one$one" >"$T/good"
	seg-predict -q --model "$BATS_FILE_TMPDIR/model.w" "$T/good" -o "$T/out"
}

@test "what a network makes of finite images is not finite always, and then no mask and no feature" {
	most='\377\377\177\177' least='\1\0\0\0' none='\0\0\0\0'
	one_sample "$most$most$most$most" >"$T/bad"
	for how in "" "--flip x" "--window 32" "--model $BATS_FILE_TMPDIR/model.w"; do
		# shellcheck disable=SC2086
		fails_with "*'$T/bad' record 0 at byte 0: model '*model.w': the network's outputs are not finite*" \
			seg-predict -q --model "$BATS_FILE_TMPDIR/model.w" $how --probabilities "$T/bad" -o "$T/out"
	done
	fails_with "*'$T/bad' record 0 at byte 0: the features of sample 0 are not finite*" \
		ssl-embed -q --weights "$BATS_FILE_TMPDIR/encoder.w" "$T/bad" -o "$T/out"
	[ ! -e "$T/out" ]
	# a deviation that cannot be divided by is none
	make-weights --arch resnet18 --kind unet --normalize image -o "$T/model"
	one_sample "$none$least$none$none" >"$T/faint"
	seg-predict -q --model "$T/model" --probabilities "$T/faint" -o "$T/out"
	[[ $(ten-info --stats "$T/out") != *"not finite"* ]]
}

# numeric TOOL: "NAME ARGUMENT" of each option that takes a number, by its -h
numeric() {
	"$1" -h | sed -En 's/^  (-.,|   ) --([a-z0-9-]+) (N|X|P|K|B|R|ID|SEED|EPOCHS|PIXELS|LO,HI|P\[,P\.\.\.\]) +.*/\2 \3/p' |
		grep -v 'prefix P'
}

@test "no number is taken that is none, or out of bounds" {
	tried=0
	for tool in "$BUILD"/bin/*; do
		tool=${tool##*/}
		while read -r option argument; do
			for value in nan 1e999 1x ''; do
				fails_with "$tool: --$option*: *" "$tool" "--$option=$value" /dev/null/x
				[ "$argument" != LO,HI ] || fails_with "$tool: --$option: *" "$tool" "--$option=1,$value" /dev/null/x
				tried=$((tried + 1))
			done
			# the bounds, from the message that tells them: they are taken, what lies beyond is not
			message=$("$tool" "--$option=$([ "$argument" = LO,HI ] && echo 1e300,)-1e300" /dev/null/x 2>&1) || true
			[[ $message =~ outside\ ([-0-9.e+]+)\.\.([-0-9.e+]+)\ \(see ]] || continue
			for bound in "${BASH_REMATCH[1]}" "${BASH_REMATCH[2]}"; do
				value=$bound
				[ "$argument" != LO,HI ] || value=$bound,$bound
				"$tool" "--$option=$value" --help >"$T/help"
			done
			tried=$((tried + 2))
		done < <(numeric "$tool")
	done
	[ "$tried" -gt 300 ]
}

@test "numbers at their bounds work, or are refused in one line" {
	for row in "ten2tif @images -o %out" "ten-select @images -o %out" "ssl-augment --views 1 --size 8 @segmented -o %out" \
		"seg-eval @predicted -o %out" "exp-converge a=@history.tsv b=@history.tsv --reference a -o %out" "ten-cmp @images @images -o %out"; do
		fill "$row" "$BATS_FILE_TMPDIR" "$T"
		tool=${words[0]}
		while read -r option argument; do
			case $option in
			epochs | samples | size | zoom | replicates | oversample | threads) continue ;; # that would be much work
			esac
			message=$("$tool" "--$option=$([ "$argument" = LO,HI ] && echo 1e300,)-1e300" /dev/null/x 2>&1) || true
			[[ $message =~ outside\ ([-0-9.e+]+)\.\.([-0-9.e+]+)\ \(see ]] || continue
			for bound in "${BASH_REMATCH[1]}" "${BASH_REMATCH[2]}"; do
				value=$bound
				[ "$argument" != LO,HI ] || value=$bound,$bound
				status=0
				limited "${words[@]}" "--$option=$value" >"$T/said" 2>&1 </dev/null || status=$?
				[ "$status" -eq 0 ] || { [ "$status" -eq 2 ] && [ "$(wc -l <"$T/said")" -eq 1 ]; } ||
					{ echo "$tool --$option=$value: status $status"; cat "$T/said"; false; }
			done
		done < <(numeric "$tool")
	done
}
