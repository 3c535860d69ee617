# Every byte that a stream, a volume or a picture can be cut at, for every tool; a bit of every byte that can turn over, for
# those that run no network (of the others a sample).
load ../lib
load ../tools
load ../cut
export ASAN_OPTIONS=detect_leaks=0

setup_file() {
	inputs "$BATS_FILE_TMPDIR"
}

begin_again

# total: adds up what cuts says it tried
total() {
	awk '/ (cuts|bits turned over) of / { n += $1 } { print } END { print "# " n " tried" >"/dev/fd/3" }'
}

# trains: is this a row that trains, or goes through a network once for every run?
trains() {
	case ${words[0]} in
	*-pretrain | seg-* | ssl-embed) [ "${words[0]}" != seg-eval ] ;;
	*) false ;;
	esac
}

# as_often INPUT COMMAND [option ...]: every byte; of what is validated on, which shows a damage only after a training, some
as_often() {
	case "${words[*]} " in
	*" --val {} "*) "$2" "$1" --step 331 "${@:3}" ;;
	*) if trains; then "$2" "$1" --step 61 "${@:3}"; else "$2" "$1" "${@:3}"; fi ;;
	esac
}

@test "a stream cut at every byte" {
	set -o pipefail
	each_stream cut_stream | total
}

@test "a stream cut at every byte, from a pipe" {
	set -o pipefail
	each_stream cut_pipe | total
}

@test "every byte of data with a bit turned over" {
	set -o pipefail
	each_stream as_often flip_data | total
}

@test "every byte of a header with a bit turned over: refused, or what it says is taken, but no tool is killed" {
	set -o pipefail
	each_stream as_often flip_header | total
}

@test "weights cut at every third byte of their header, and at many of their data" {
	set -o pipefail
	each_input '*.w' cut_weights --step 3 --to 30000 | total
	each_input '*.w' cut_weights --step 400009 | total
}

@test "a checkpoint, volumes and pictures cut at every byte" {
	set -o pipefail
	{
		each_input '*.pth' cut_other --step 7
		each_input '*.nii' cut_other
		for file in "$GOLDEN"/nifti/*.gz; do
			words=(nii2ten -q --classes 256 {} -o out)
			cut_other "$file"
		done
		for file in "$GOLDEN"/pictures/*; do
			# what the last bytes of a TIFF or behind a JPEG's end mark say may be of no concern to a picture
			words=(img2ten -q {} -o out)
			cut_other "$file" --survive
		done
	} | total
}
