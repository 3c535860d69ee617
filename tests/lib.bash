# Sourced by every bats file: the tools on PATH and an empty folder $T for each test.

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
BUILD=${BUILD:-build}
case $BUILD in /*) ;; *) BUILD=$ROOT/$BUILD ;; esac
PATH=$BUILD/bin:$BUILD/helpers:$PATH
GOLDEN=$ROOT/tests/golden
export PATH LC_ALL=C

setup() {
	T=$(mktemp -d "${BATS_TEST_TMPDIR:-/tmp}/segpipe.XXXXXX")
}

teardown() {
	rm -rf "$T"
}

# fails_with PATTERN COMMAND ...: exit status 2, one line on standard error that matches the glob PATTERN
fails_with() {
	local pattern=$1 status=0 text
	shift
	text=$("$@" 2>&1 >/dev/null </dev/null) || status=$?
	if [ "$status" -ne 2 ]; then
		echo "status $status, expected 2: $text"
		return 1
	fi
	if [ "$(printf '%s\n' "$text" | wc -l)" -ne 1 ]; then
		echo "expected one line: $text"
		return 1
	fi
	# shellcheck disable=SC2053 # a pattern is meant
	[[ $text == $pattern ]] || { echo "expected $pattern, got: $text"; return 1; }
}

# ten_record HEADER DATA: one record by hand, to standard output; DATA is a printf format ('\1\2\3').
# A header with "seq" and without "crc32" is legal: readers check what is there.
ten_record() {
	local n=${#1} i
	for i in 0 8 16 24 32 40 48 56; do
		# shellcheck disable=SC2059 # the format is the byte
		printf "\\x$(printf %02x $((n >> i & 255)))"
	done
	printf '%s' "$1"
	# shellcheck disable=SC2059
	printf "$2"
}

# ten_ids N ...: a stream with records of N samples each, to standard output: `id` [N] U8 counts the samples from
# 0 (modulo 256), and record K is patient pK, frame 1, all its slices
ten_ids() {
	local k=0 id=0 n data i all=0
	for n; do all=$((all + n)); done
	for n; do
		data=
		for ((i = 0; i < n; i++)); do data+=$(printf '\\x%02x' $(((id + i) % 256))); done
		ten_record "{\"__metadata__\":{\"seq\":\"$k\",\"patient\":\"p$k\",\"frame\":\"1\",\"slice\":\"0\",\"slices\":\"$n\",\
\"first\":\"$id\",\"samples\":\"$all\"$([ $((k + 1)) -lt $# ] || echo ',"eos":"1"')},\
\"id\":{\"dtype\":\"U8\",\"shape\":[$n],\"data_offsets\":[0,$n]}}" "$data"
		id=$((id + n)) k=$((k + 1))
	done
}

# nifti X Y Z DX DY DZ BYTES >FILE: labels, x fastest, as a printf format; spacings are 1, 2 or 10 mm; so many frames as
# FRAMES says
nifti() {
	local v
	# a number of two bytes, low one first
	# shellcheck disable=SC2059
	two() { printf "\\x$(printf %02x $(($1 & 255)))\\x$(printf %02x $(($1 >> 8)))"; }
	real() { case $1 in 1) printf '\0\0\x80\x3f' ;; 2) printf '\0\0\0\x40' ;; 10) printf '\0\0\x20\x41' ;;
		nan) printf '\0\0\xc0\x7f' ;; esac; }
	printf '\x5c\1\0\0'
	head -c 36 /dev/zero
	for v in $((${FRAMES:-1} > 1 ? 4 : 3)) "$1" "$2" "$3" "${FRAMES:-1}" 1 1 1; do two "$v"; done
	head -c 14 /dev/zero
	printf '\2\0\x08\0\0\0'
	for v in 1 "$4" "$5" "$6"; do real "$v"; done
	head -c 16 /dev/zero
	printf '\0\0\xb0\x43' # 352
	head -c 232 /dev/zero
	printf 'n+1\0\0\0\0\0'
	# shellcheck disable=SC2059 # the format is the data
	printf "$7"
}

# tiff W H BYTES >FILE: a picture of one page, as a printf format: grey of 8 bits or, by SAMPLES and BITS, three colours, 16 bits
tiff() {
	local samples=${SAMPLES:-1} bits=${BITS:-8} n entry
	n=$(($1 * $2 * samples * bits / 8))
	# numbers of two and four bytes, low one first
	# shellcheck disable=SC2059
	half() { printf "\\x$(printf %02x $(($1 & 255)))\\x$(printf %02x $(($1 >> 8 & 255)))"; }
	word() { half "$1" && half $(($1 >> 16)); }
	printf 'II*\0'
	word $((16 + n + (n & 1)))
	for entry in 1 1 1; do half "$bits"; done
	half 0
	# shellcheck disable=SC2059 # the format is the data
	printf "$3"
	[ $((n & 1)) -eq 0 ] || printf '\0'
	half 9
	# tag, type (3: two bytes, 4: four), count, value
	for entry in "256 4 1 $1" "257 4 1 $2" "258 3 $samples $((samples > 1 ? 8 : bits))" '259 3 1 1' \
		"262 3 1 $((samples > 1 ? 2 : 1))" '273 4 1 16' "277 3 1 $samples" "278 4 1 $2" "279 4 1 $n"; do
		# shellcheck disable=SC2086 # four words
		set -- $entry
		half "$1" && half "$2" && word "$3" && word "$4"
	done
	word 0
}
