# Outputs that fail, odd descriptors and odd names: every tool, every output. Those of tools that train are tried here
# on one kind of failure, on the others in tests/long/outputs.bats.
load lib
load tools
load outputs

setup_file() {
	inputs "$BATS_FILE_TMPDIR"
}

@test "a full device is an error, whatever is written to it" {
	each_output light full_device
}

@test "so is a full disk, at once or after some blocks, and nothing stays there" {
	small_disk
	each_output light full_disk 0
	each_output light full_disk 4096
}

@test "an error that shows only when a file is closed, synced or renamed is one" {
	needs_shims
	each_output light late_error
}

@test "an output that cannot be there is told at the start, by name" {
	each_output all impossible
}

@test "a full or a closed standard output is an error" {
	for row in "${commands[@]}"; do
		is_light "$row" || continue
		to_standard_output "$row" || continue
		# shellcheck disable=SC2016
		for to in '>/dev/full' '>&-'; do
			fails_with "${words[0]}: cannot write 'standard output': *" bash -c "\"\$@\" $to" - "${words[@]}" ||
				{ echo "$row $to"; false; }
		done
	done
}

@test "closed descriptors change no file" {
	for row in "${commands[@]}"; do
		is_light "$row" || continue
		twice "$row" closed
	done
}

@test "names with blanks, line breaks, UTF-8 and leading dashes, of inputs and of outputs" {
	odd=$T/$'-a  \'b\'\n"\xc3\xa4\xe4$x'
	mkdir "$odd" "$T/out"
	for row in "${commands[@]}"; do
		is_light "$row" || continue
		ln -sfn "$BATS_FILE_TMPDIR" "$odd/in"
		fill "$row" "$odd/in" "$T/out"
		"${words[@]}" 2>/dev/null >&2 || { echo "$row"; false; }
		for ((i = 1; i < ${#words[@]}; i++)); do
			[[ ${words[i]} != "$T/out/"* ]] || words[i]=$odd/-n$i
		done
		"${words[@]}" 2>/dev/null >&2 || { echo "$row"; false; }
		rm "$odd/in"
		says_one_line "${words[@]}"
		rm -rf "$odd"/-n* "$T/out/"*
	done
	cd "$odd"
	ten-cat -o -n -- "$BATS_FILE_TMPDIR/images"
	ten-info -- -n | grep -q 'record'
}

@test "names as long as may be don't push the reason out of a message" {
	long=$(printf '/%.0sx' {1..1300})
	for row in "${commands[@]}"; do
		[[ $row == *@* ]] || continue
		fill "$row" "$long" "$T"
		fails_with "${words[0]}: *: No such file or directory*" "${words[@]}"
	done
}

@test "two outputs that would replace each other are refused" {
	for row in "${commands[@]}"; do
		n=$(grep -o ' %[a-z]' <<<"$row" | wc -l)
		[ "$n" -gt 1 ] || continue
		fill "$row" "$BATS_FILE_TMPDIR" "$T"
		for ((i = 1; i < ${#words[@]}; i++)); do
			case ${words[i]} in
			"$T/out") ;;
			"$T"/*) words[i]=$T/./out ;;
			esac
		done
		fails_with "${words[0]}: --*and --*would both be written to '$T/*out' (see*" "${words[@]}"
	done
	fails_with "*--output and --runs would both be written to '-'*" exp-converge --runs - a=x
	[ -z "$(ls -A "$T")" ]
	exp-compare -o /dev/null --tests /dev/null "$BATS_FILE_TMPDIR/scores"
}

@test "input that comes a byte at a time, and signals while waiting, change nothing" {
	needs_shims
	for row in "${commands[@]}"; do
		is_light "$row" || continue
		twice "$row" hiccups
	done
	slowly() { for file; do head -c 100 "$file" && sleep .05 && tail -c +101 "$file"; done; }
	cd "$BATS_FILE_TMPDIR"
	slowly images | LD_PRELOAD=$BUILD/shims/hiccup.so ten-cat - -o "$T/x"
	ten-cmp images "$T/x"
	slowly scores | LD_PRELOAD=$BUILD/shims/hiccup.so exp-compare -o "$T/y"
	exp-compare scores | cmp - "$T/y"
	slowly list | LD_PRELOAD=$BUILD/shims/hiccup.so img2ten -q --list - -o "$T/z"
	img2ten -q --list list | ten-cmp - "$T/z"
}

@test "a folder that cannot be written to is named" {
	[ "$(id -u)" -ne 0 ] || command -v setpriv >/dev/null || skip "root writes anywhere, and there is no setpriv"
	rm -r "$T"
	T=$(mktemp -d /tmp/segpipe.XXXXXX) # where others may look
	mkdir "$T/locked"
	cp "$BATS_FILE_TMPDIR/images" "$BUILD/bin/ten-cat" "$BUILD/bin/phantom-scene" "$T/locked"
	chmod 755 "$T"
	chmod 555 "$T/locked"
	as=()
	[ "$(id -u)" -ne 0 ] || as=(setpriv --reuid 65534 --regid 65534 --clear-groups)
	"${as[@]}" "$T/locked/ten-cat" --version || skip "nobody else may run the tools"
	cd "$T/locked"
	fails_with "ten-cat: cannot create 'x': Permission denied" "${as[@]}" ./ten-cat images -o x
	fails_with "phantom-scene: cannot create folder 'x': Permission denied" "${as[@]}" ./phantom-scene -n 1 -c 1 -o x
	chmod 000 images
	fails_with "ten-cat: cannot open 'images': Permission denied" "${as[@]}" ./ten-cat images
}

@test "every output of every tool has a row in these tests" {
	for tool in "$BUILD"/bin/*; do
		tool=${tool##*/}
		for option in $(writes "$tool"); do
			[ "$option" != output ] || option='(-output|o)'
			printf '%s\n' "${commands[@]}" | grep "^$tool " | grep -qE -e " -?-$option %" || { echo "$tool --$option"; false; }
		done
	done
}
