# Requests for memory that fail: some of them, in some tools (all: long/malloc.bats)
load lib
load malloc

setup_file() {
	small_inputs
}

@test "a tool without memory says so and leaves nothing" {
	loop 11 ten-cat -j 2 -o out "$IN/in.ten"
	loop 23 ten-select -j 2 --shuffle -o out "$IN/in.ten"
	loop 17 nii2ten -j 2 -q --acdc "$IN/acdc" -o out
	loop 11 dataset-check -j 2 -q -o out "$IN/acdc"
	loop 13 seg-eval -j 2 --slices a --volumes b --confusion c --worst d --patients e --agreement f --replicates 2 --choose-postprocessing g \
		-o out "$IN/pred.ten"
	loop 7 phantom-cine -j 2 -q -n 1 --frames 4,4 --slices 2,2 --matrix 32,32 -o out
	loop 29 img2ten -j 1 -q -o out "$IN/pictures/rgb.png"
	loop 29 seg-eval -j 1 -q -o out "$IN/pictures/palette.png" "$IN/pictures/palette.png"
}

@test "a tool whose output is lost, which crashes, or which says nothing is found" {
	printf '#!/bin/sh\necho x >out; exec ten-cat "$@"\n' >"$T/leaves"
	printf '#!/bin/sh\nten-cat "$@" 2>/dev/null\n' >"$T/silent"
	printf '#!/bin/sh\nten-cat "$@" || kill -SEGV $$\n' >"$T/crashes"
	chmod +x "$T"/*
	for tool in leaves silent crashes; do
		run loop 50 "$T/$tool" "$IN/in.ten"
		[ "$status" -eq 1 ]
	done
}
