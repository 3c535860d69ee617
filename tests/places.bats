# What belongs together must lie in one place: the same rule and the same words in every tool
load lib

# moved NAME BYTES: $T/NAME_0000.nii and so on, a volume of 4x2x1 voxels of 1x1x10 mm whose sform has this offset in x, a
# float of 4 bytes; its values are labels too
moved() {
	nifti 4 2 1 1 1 10 '\0\1\1\0\0\2\2\0' >"$T/$1"
	{
		head -c 254 "$T/$1"
		printf '\2\0'
		head -c 24 /dev/zero
		# shellcheck disable=SC2059 # the format is the data
		printf '\0\0\x80\x3f\0\0\0\0\0\0\0\0'"$2"'\0\0\0\0\0\0\x80\x3f\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x20\x41\0\0\0\0'
		tail -c +329 "$T/$1"
	} >"$T/moved"
	mv "$T/moved" "$T/$1"
}

# everywhere HERE THERE COMMAND ...: each of the tools that take volumes together, on two files or as channels of a case, as the
# last words of the command
everywhere() {
	cp "$1" "$T/CASE_0001.nii"
	cp "$2" "$T/CASE_0000.nii"
	"${@:3}" seg-eval -q "$1" "$2"
	"${@:3}" seg-report -q --names a,b,c "$1" "$2"
	"${@:3}" nii2ten -q "$2" --mask "$1"
	"${@:3}" seg-predict -q -m "$BATS_FILE_TMPDIR/two" "$T/CASE_0000.nii"
}

setup_file() {
	make-weights --arch resnet18 --kind unet --in-channels 2 -o "$BATS_FILE_TMPDIR/two"
}

@test "a tenth of a voxel is forgiven, more is not, and all tools tell the same numbers" {
	local said='origin (0.125,0,0) against (0,0,0) mm, up to 0.125 mm apart'
	moved there.nii '\0\0\0\0'
	moved near.nii '\0\0\x80\x3d' # 0.0625
	moved far.nii '\0\0\0\x3e' # 0.125
	everywhere "$T/near.nii" "$T/there.nii" env >"$T/out"
	everywhere "$T/far.nii" "$T/there.nii" fails_with "*'$T/*.nii' and '$T/*.nii': $said"
	mkdir "$T/d"
	cp "$T/there.nii" "$T/d/a.nii"
	cp "$T/far.nii" "$T/d/a_gt.nii"
	dataset-check -q "$T/d" >"$T/found" || [ $? -eq 1 ]
	grep -q "	mask and image: $said$" "$T/found"
	cp "$T/near.nii" "$T/d/a_gt.nii"
	dataset-check -q "$T/d"
	dataset-check -q --tolerance 0.05 "$T/d" >"$T/found" || [ $? -eq 1 ]
	grep -q "up to 0.0625 mm apart" "$T/found"
}

@test "the image of a report must lie where its masks lie" {
	moved there.nii '\0\0\0\0'
	moved far.nii '\0\0\x20\x41'
	fails_with "seg-report: '$T/far.nii' and '$T/there.nii': origin (10,0,0) against (0,0,0) mm, up to 10 mm apart" \
		seg-report --names a,b,c "$T/far.nii" "$T/there.nii" "$T/there.nii" -o "$T/out"
	[ ! -e "$T/out" ]
	seg-report -q --names a,b,c --by-voxel "$T/far.nii" "$T/there.nii" "$T/there.nii" -o "$T/out"
	grep -q '<b>1.000</b><span>mean Dice<' "$T/out"
	nifti 4 2 1 1 1 10 '\0\1\1\0\0\2\2\0' >"$T/nowhere.nii" # says nothing of the patient
	seg-report -q --names a,b,c "$T/nowhere.nii" "$T/there.nii" -o "$T/out2"
	nifti 4 2 1 1 1 2 '\0\1\1\0\0\2\2\0' >"$T/thin.nii"
	fails_with "*spacing 1x1x2 against 1x1x10 mm, up to 8 mm apart" \
		seg-report --names a,b,c --by-voxel "$T/thin.nii" "$T/there.nii"
}

@test "masks that lie elsewhere are taken by the voxel if one says so" {
	moved there.nii '\0\0\0\0'
	moved far.nii '\0\0\x20\x41'
	fails_with "*10 mm apart" nii2ten "$T/there.nii" --mask "$T/far.nii" -o "$T/out"
	nii2ten -q --by-voxel "$T/there.nii" --mask "$T/far.nii" -o "$T/out"
	nii2ten -q "$T/there.nii" --mask "$T/there.nii" | ten-cmp - "$T/out"
}
