# What tests/outputs.bats and tests/long/outputs.bats share

# is_light ROW: no network is trained
is_light() {
	[[ $1 != *-pretrain* && $1 != seg-finetune* ]]
}

# each_output WHICH COMMAND [argument ...]: for every output of every row (WHICH light: of the light ones) once per tool:
# the array `words` is the row with {} for the output, the others in the empty folder $T/out; `kind` is file or folder
each_output() {
	local which=$1 row word option i seen=' '
	shift
	for row in "${commands[@]}"; do
		[ "$which" = all ] || is_light "$row" || continue
		i=0 option=
		for word in $row; do
			if [[ $word == %* && $seen != *" ${row%% *}$option "* ]]; then
				seen+="${row%% *}$option "
				fill "$row" "$BATS_FILE_TMPDIR" "$T/out"
				words[i]={}
				[[ $word == %%* ]] && kind="folder" || kind="file"
				rm -rf "$T/out"
				mkdir "$T/out"
				"$@" || { echo "# in: $row"; return 1; }
			fi
			option=$word
			i=$((i + 1))
		done
	done
}

# output FILE: words with {} replaced, in `run`
output() {
	local word
	run=()
	for word in "${words[@]}"; do
		[ "$word" != {} ] || word=$1
		run+=("$word")
	done
}

# left_whole: what other outputs a tool that failed has left is whole
left_whole() {
	local file
	for file in "$T"/out/*; do
		[ -e "$file" ] || continue
		[[ ${file##*/} != *tmp* ]] || { echo "left $file"; return 1; }
		case $file in
		*/out | */state | */last) [ ! -f "$file" ] || ten-info "$file" >/dev/null 2>&1 || [ "$(wc -l <"$file")" -gt 1 ] ;;
		*) [ "$(wc -l <"$file")" -gt 1 ] ;;
		esac || { echo "left part of $file"; return 1; }
	done
}

full_device() {
	[ "$kind" = file ] || return 0
	output /dev/full
	fails_with "${words[0]}: cannot write '/dev/full': No space left on device" "${run[@]}" && left_whole
}

# small_disk: a disk of 1 MiB at $T/disk
small_disk() {
	mkdir "$T/disk"
	mount -t tmpfs -o size=1m segpipe "$T/disk" 2>/dev/null || skip "no leave to mount a small disk"
}

teardown() {
	! mountpoint -q "$T/disk" 2>/dev/null || umount "$T/disk"
	rm -rf "$T"
}

# full_disk BYTES: the output goes to a disk with so much room
full_disk() {
	rm -rf "$T"/disk/*
	dd if=/dev/zero of="$T/disk/filler" bs=4096 2>/dev/null
	[ ! -s "$T/disk/filler" ] || truncate -s $(($(stat -c %s "$T/disk/filler") - $1)) "$T/disk/filler"
	output "$T/disk/x"
	# some fit into the little room there is
	if [ "$1" -gt 0 ] && "${run[@]}" >"$T/said" 2>&1 </dev/null; then
		[ -e "$T/disk/x" ]
		return
	fi
	fails_with "${words[0]}: cannot *'$T/disk/x*': No space left on device" "${run[@]}" && left_whole &&
		[ "$(find "$T/disk" | wc -l)" -eq 2 ]
}

needs_shims() {
	! ldd "$BUILD/bin/ten-cat" | grep -q san || skip "sanitizers want to be loaded first"
}

late_error() {
	local call
	for call in fclose fsync rename; do
		output "$T/out/x"
		export REFUSE=$call
		LD_PRELOAD=$BUILD/shims/refuse.so fails_with "${words[0]}: cannot *: No space left on device" "${run[@]}" || return 1
		unset REFUSE
		[ ! -e "$T/out/x" ] && left_whole || return 1
		rm -rf "$T"/out/*
	done
}

# impossible: neither in a folder that is none, nor instead of a folder, nor without a name
impossible() {
	output "$T/none/x"
	fails_with "${words[0]}: cannot create *'$T/none/x*': No such file or directory" "${run[@]}" || return 1
	if [ "$kind" = file ]; then
		output "$T"
		fails_with "${words[0]}: cannot create '$T': Is a directory" "${run[@]}" || return 1
	fi
	output ""
	fails_with "${words[0]}: --*: the name of a file is empty*" "${run[@]}" || return 1
	left_whole
}

# to_standard_output ROW: the row, with its -o standard output; fails for a folder
to_standard_output() {
	[[ $1 != *%%out* ]] || return 1
	fill "${1/"%out"/-}" "$BATS_FILE_TMPDIR" "$T"
}

# twice ROW COMMAND: the row makes the same when COMMAND runs it
twice() {
	rm -rf "$T/a" "$T/b"
	mkdir "$T/a" "$T/b"
	fill "$1" "$BATS_FILE_TMPDIR" "$T/a"
	"${words[@]}" 2>/dev/null
	fill "$1" "$BATS_FILE_TMPDIR" "$T/b"
	"$2" "${words[@]}" || { echo "# in: $1"; return 1; }
	diff -r -x history -x steps "$T/a" "$T/b" || { echo "# in: $1"; return 1; }
}

closed() {
	"$@" <&- >&- 2>&-
}

hiccups() {
	LD_PRELOAD=$BUILD/shims/hiccup.so "$@" 2>/dev/null
}

# says_one_line COMMAND ...: it fails with one line, or takes it
says_one_line() {
	local status=0
	"$@" >/dev/null 2>"$T/said" </dev/null || status=$?
	[ $status -eq 0 ] || { [ $status -eq 2 ] && [ "$(wc -l <"$T/said")" -eq 1 ]; } || { cat "$T/said"; return 1; }
}
