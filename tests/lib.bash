# Sourced by every bats file: the tools on PATH and an empty folder $T for each test.

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
BUILD=${BUILD:-build}
case $BUILD in /*) ;; *) BUILD=$ROOT/$BUILD ;; esac
PATH=$BUILD/bin:$PATH
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
