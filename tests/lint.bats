# What can be seen without running anything: layers, lengths, pages, scripts; and that the checks see it
load lib

@test "folders of lib include only what stands before them" {
	"$ROOT/tests/lint/layers"
}

@test "an include of a later folder is found, and one of nowhere" {
	mkdir -p "$T/lib/ten" "$T/lib/nn" "$T/tools"
	echo '#include "nn/conv.h"' >"$T/lib/ten/a.c"
	echo '#include "ten/a.h"' >"$T/lib/nn/fine.c"
	echo '#include "tool.h"' >"$T/lib/nn/b.h"
	echo '#include "elsewhere/a.h"' >"$T/tools/c.c"
	run "$ROOT/tests/lint/layers" "$T"
	[ "$status" -ne 0 ]
	[ "${#lines[@]}" -eq 3 ]
	[[ $output == *"lib/ten/a.c:1"* && $output == *"lib/nn/b.h:1"* && $output == *"tools/c.c:1"* ]]
}

@test "functions have at most 60 lines, files at most 500" {
	"$ROOT/tests/lint/lengths"
}

@test "longer ones are found" {
	mkdir -p "$T/lib/base" "$T/tools"
	{ printf 'int\nlong_one(void)\n{\n'; yes '	x();' | head -58; printf '}\n'; } >"$T/lib/base/a.c"
	{ printf 'int\nfitting(void)\n{\n'; yes '	x();' | head -57; printf '}\n'; } >"$T/lib/base/b.c"
	yes '/* */' | head -501 >"$T/tools/c.c"
	run "$ROOT/tests/lint/lengths" "$T"
	[ "$status" -ne 0 ]
	[ "${#lines[@]}" -eq 2 ]
	[[ $output == *"lib/base/a.c:2: long_one has 61 lines"* && $output == *"tools/c.c: 501 lines"* ]]
}

@test "each tool has a man page with its options, and with examples" {
	"$ROOT/tests/lint/options" "$BUILD/bin"
}

@test "an option that only one side has is found" {
	mkdir "$T/bin" "$T/man"
	ln -s "$BUILD/bin/ten-cat" "$T/bin/ten-cat"
	grep -v 'Fl -version' "$ROOT/man/ten-cat.1" >"$T/man/ten-cat.1"
	run "$ROOT/tests/lint/options" "$T/bin" "$T/man"
	[ "$status" -ne 0 ]
	[[ $output == *"< - version"* ]]
	sed 's/^.It Fl -version/.It Fl k , Fl -keep Ar N\n&/' "$ROOT/man/ten-cat.1" >"$T/man/ten-cat.1"
	run "$ROOT/tests/lint/options" "$T/bin" "$T/man"
	[ "$status" -ne 0 ]
	[[ $output == *"> k keep ="* ]]
}

@test "mandoc finds nothing to warn of in the man pages, and pages they point to exist" {
	"$ROOT/tests/lint/pages"
}

@test "a page that does not exist is found, and an unclosed display" {
	cp "$ROOT/man/ten-cat.1" "$T"
	run "$ROOT/tests/lint/pages" "$T"
	[ "$status" -ne 0 ]
	[[ $output == *"ten-cat.1:"*"there is no ten-select.1"* ]]
	printf '.Bd -literal\n' >>"$T/ten-cat.1"
	run "$ROOT/tests/lint/pages" "$T"
	[ "$status" -ne 0 ]
	[[ $output == *WARNING* ]]
}

@test "commands in pages, README and pipelines name tools and options that exist" {
	"$ROOT/tests/lint/commands" "$BUILD/bin"
}

@test "commands that could not run are found" {
	printf '    %s\n' 'ten-cat --no-such a.ten |' '        ten-select -n 3 -x' 'cat a | ten-frob' \
		'ten-select -n -3 --where=-q - # fine, whatever the value' 'ten-cat -qo -x' >"$T/a.md"
	printf 'a:\n\tten-cat a | \\\n\tten-info -qZ\n' >"$T/a.mk"
	printf '.Bd -literal\nten-cat a \\e\n  -k\n.Ed\nten-cat -y in prose\n' >"$T/a.1"
	run "$ROOT/tests/lint/commands" "$BUILD/bin" "$T/a.md" "$T/a.mk" "$T/a.1"
	[ "$status" -ne 0 ]
	[ "${#lines[@]}" -eq 5 ]
	[[ ${lines[0]} == *"a.md:2: ten-cat has no --no-such" ]]
	[[ ${lines[1]} == *"a.md:2: ten-select has no -x" ]]
	[[ ${lines[2]} == *"a.md:3: there is no ten-frob" ]]
	[[ ${lines[3]} == *"a.mk:3: ten-info has no -Z" ]]
	[[ ${lines[4]} == *"a.1:3: ten-cat has no -k" ]]
}

@test "shellcheck finds nothing in the scripts" {
	"$ROOT/tests/lint/scripts"
}

@test "programs are hardened" {
	! ldd "$BUILD/bin/ten-cat" | grep -q 'asan\|tsan' || skip "a sanitizer build"
	"$ROOT/tests/lint/hardened" "$BUILD"/bin/*
}

@test "each way of not being hardened is found" {
	echo 'int main(void) { return 0; }' | ${CC:-gcc} -g -x c - -o "$T/soft" -no-pie -Wl,-z,norelro,-z,lazy,-z,execstack
	run "$ROOT/tests/lint/hardened" "$T/soft"
	[ "$status" -ne 0 ]
	[ "${#lines[@]}" -eq 7 ]
}
