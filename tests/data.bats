# The lists in data/ that tell other programs how the patients are split
load lib

@test "the split lists are what nii2ten --split does, and together all 100 patients" {
	phantom-cine -q -s 1 --patients 100 --matrix 32,32 --slices 1,1 --no-cine -o "$T/acdc"
	for split in train val test; do
		nii2ten --acdc "$T/acdc" --split $split | ten-info --meta patient | uniq >"$T/$split"
		diff "$T/$split" "$ROOT/data/acdc-$split.txt"
	done
	[ "$(cat "$T/train" "$T/val" "$T/test" | sort -u | wc -l)" -eq 100 ]
}
