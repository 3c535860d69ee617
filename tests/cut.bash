# What tests/cut.bats and tests/long/cut.bats share: rows of tests/tools.bash with one input cut

# What --again of helpers/cuts needs besides the row, in tests that try so much that they cannot start a program for
# each: set by begin_again; -j 1 for there may be no threads yet where it forks
AGAIN=() ALONE=()

begin_again() {
	! ldd "$BUILD/bin/ten-cat" | grep -q san || return 0 # sanitizers want to be loaded first
	AGAIN=(--again "$BUILD/shims/again.so" --at-once "$(nproc)")
	ALONE=(-j 1)
}

# again: in the array `again` what there is to say of the row in `words`
again() {
	again=("${AGAIN[@]}")
	[ ${#AGAIN[@]} -gt 0 ] || return 0
	case "${words[*]} " in
	*" --val {} "*) again+=(--skip 1) ;; # its checksum
	*" --neighbours "*) ;;
	seg-predict*\ {}\ * | ssl-embed*\ {}\ *) again+=(--in-order) ;;
	esac
}

# each_input PATTERN COMMAND [option ...]: runs COMMAND INPUT [option ...] for every input of every row whose name matches
# the pattern; the array `words` is then the row, with {} for that input
each_input() {
	local pattern=$1 row word i n=0
	shift
	for row in "${commands[@]}"; do
		i=0
		for word in $row; do
			# shellcheck disable=SC2053 # a pattern is meant
			if [[ $word == @* && ${word#@} == $pattern ]]; then
				fill "$row" "$BATS_FILE_TMPDIR" .
				words[i]={}
				"$1" "$BATS_FILE_TMPDIR/${word#@}" "${@:2}" || { echo "# in: $row"; return 1; }
				n=$((n + 1))
			fi
			i=$((i + 1))
		done
	done
	[ $n -gt 0 ]
}

each_stream() {
	local name
	for name in $streams; do
		each_input "$name" "$@" || return 1
	done
}

# once INPUT COMMAND [option ...]: for each_stream; of rows that differ only in the weights they start from takes the first
once() {
	case " ${words[*]} " in
	*" --init "* | *" --encoder "*) ;;
	*" --val {} "*) "$2" "$1" --step 100000 --edge 1 ;;
	*) "$2" "$1" "${@:3}" ;;
	esac
}

# frame FILE: where the data of a stream's first record begins, and where its second record does
frame() {
	local length
	length=$(od -An -tu8 -N8 "$1")
	begin=$((8 + length)) second=$(ten-info --tsv "$1" | awk -F '\t' '$2 == 1 { print $3; exit }')
}

cut_stream() {
	frame "$1"
	again
	cuts --near "$second" "${again[@]}" "${@:2}" -- "$1" "${words[@]}" "${ALONE[@]}"
}

# What is read more than once, or in another order, cannot be a pipe.
cut_pipe() {
	[[ ${words[*]} =~ "--val {}"|--shuffle|--neighbours ]] || cut_stream "$1" --pipe "${@:2}"
}

cut_weights() {
	cuts --near "$(od -An -tu8 -N8 "$1")" "${AGAIN[@]}" "${@:2}" -- "$1" "${words[@]}" "${ALONE[@]}"
}

cut_other() {
	cuts --says : "${AGAIN[@]}" "${@:2}" -- "$1" "${words[@]}" "${ALONE[@]}"
}

flip_data() {
	frame "$1"
	again
	cuts --flip --from "$begin" --to "$second" "${again[@]}" "${@:2}" -- "$1" "${words[@]}" "${ALONE[@]}"
}

flip_header() {
	frame "$1"
	again
	cuts --flip --survive --says : --to "$begin" "${again[@]}" "${@:2}" -- "$1" "${words[@]}" "${ALONE[@]}"
}
