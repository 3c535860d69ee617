# Inputs that were cut, or in which a bit turned over: every tool, every input that it reads. Some positions of each here;
# all of them in tests/long/cut.bats.
load lib
load tools
load cut
# what a tool still holds when it dies is of no concern here
export ASAN_OPTIONS=detect_leaks=0

setup_file() {
	inputs "$BATS_FILE_TMPDIR"
}

@test "every tool refuses a stream that is cut, and leaves nothing" {
	each_stream once cut_stream --step 1511 --edge 2
}

@test "the same from a pipe" {
	each_stream once cut_pipe --step 100000 --edge 1
}

@test "weights that are cut are refused" {
	each_input '*.w' cut_weights --step 20000000 --edge 1
	each_input '*.pth' cut_other --step 40009 --edge 5
}

@test "volumes and pictures that are cut are refused" {
	each_input '*.nii' cut_other --step 37
	for file in frame.nii.gz labels.nii.gz; do
		cuts --says cut --step 11 -- "$GOLDEN/nifti/$file" nii2ten -q {} -o out
	done
	for file in rgb.png colour.jpg progressive.jpg tiff_lzw.tif pages.tif; do
		cuts --says : --step 29 -- "$GOLDEN/pictures/$file" img2ten -q {} -o out
	done
}

@test "a bit that turned over in data is noticed" {
	each_stream once flip_data --step 3001
}

@test "every tool, and everything it reads, has a row in these tests" {
	for tool in "$BUILD"/bin/*; do
		tool=${tool##*/}
		printf '%s\n' "${commands[@]}" | grep -q "^$tool "
		for option in $(reads "$tool"); do
			printf '%s\n' "${commands[@]}" | grep "^$tool " | grep -q -e "--$option @" || { echo "$tool --$option"; false; }
		done
	done
}
