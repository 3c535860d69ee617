# What is in a folder of volumes, and what is wrong with it (dataset-check.1)
load lib

# Shorthands for a case of 2x2x2 voxels in $T/d; $1 is its name, $2 the first byte of the image
case_of() {
	mkdir -p "$T/d"
	nifti 2 2 2 1 1 10 "$2"'\1\2\3\4\5\6\7' >"$T/d/$1.nii"
	nifti 2 2 2 1 1 10 '\0\1\1\2\0\0\0\0' >"$T/d/$1_gt.nii"
}

# check STATUS [OPTION ...]: the table in $T/out, the rest in $T/said
check() {
	local status=0
	dataset-check "${@:2}" "$T/d" -o "$T/out" 2>"$T/said" || status=$?
	[ "$status" -eq "$1" ] || { echo "status $status"; cat "$T/out" "$T/said"; false; }
}

# found NAME TEXT: the findings of this row
found() {
	awk -F'\t' -v n="$1" '$1 == n { print $10 }' "$T/out" >"$T/findings"
	diff "$T/findings" <(printf '%s\n' "${@:2}")
}

# put FILE OFFSET BYTES
put() {
	# shellcheck disable=SC2059 # the format is the data
	printf "$3" | dd of="$1" bs=1 seek="$2" conv=notrunc status=none
}

# sform FILE BYTES: the spacing 1x1x10 and an offset in x, a float of 4 bytes
sform() {
	put "$1" 254 '\2\0'
	put "$1" 280 '\0\0\x80\x3f\0\0\0\0\0\0\0\0'"$2"'\0\0\0\0\0\0\x80\x3f\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x20\x41\0\0\0\0'
}

@test "a folder without fault: a row for each case, and a summary" {
	case_of a '\x10'
	case_of b '\x20'
	check 0
	diff "$T/out" - <<-'EOF'
		case	part	size	spacing	channels	min	max	mean	labels	findings
		a	-	2x2x2	1x1x10	1	1	16	5.5	0:5 1:2 2:1	-
		b	-	2x2x2	1x1x10	1	1	32	7.5	0:5 1:2 2:1	-
	EOF
	diff <(grep -v ' took ' "$T/said") - <<-EOF
		dataset-check: '$T/d' (plain): 2 cases of 2 patients, 2 with a mask
		dataset-check: size: x 2 to 2, y 2 to 2, z 2 to 2; median 2x2x2
		dataset-check: spacing: x 1 to 1, y 1 to 1, z 10 to 10 mm; median 1x1x10
		dataset-check: intensities of channel 0: 1 to 32
		dataset-check: label 0: 10 voxels in 2 cases
		dataset-check: label 1: 4 voxels in 2 cases
		dataset-check: label 2: 2 voxels in 2 cases
		dataset-check: nothing found that is wrong
	EOF
	check 0 -q
	[ ! -s "$T/said" ]
}

@test "values are those that the header's scaling gives, in every frame" {
	mkdir "$T/d"
	FRAMES=2 nifti 2 1 1 1 2 10 '\0\1\2\3' >"$T/d/a.nii"
	put "$T/d/a.nii" 112 '\0\0\0\x40\0\0\x80\x3f' # 2 v + 1
	check 0
	[ "$(sed -n 2p "$T/out")" = $'a\t-\t2x1x1x2\t1x2x10\t1\t1\t7\t4\t-\t-' ]
}

@test "files that cannot be read are told, and the others are read" {
	for c in a b c; do case_of $c '\x10'; done
	put "$T/d/b.nii" 352 '\x20'
	put "$T/d/c.nii" 352 '\x30'
	head -c 355 "$T/d/a.nii" >"$T/cut"
	mv "$T/cut" "$T/d/a.nii"
	gzip -n "$T/d/b_gt.nii"
	put "$T/d/b_gt.nii.gz" 60 '\1'
	check 1
	grep -q "^a	-	2x2x2	1x1x10	1	-	-	-	0:5 1:2 2:1	image: '$T/d/a.nii': " "$T/out"
	grep -q "^b	.*	-	mask: '$T/d/b_gt.nii.gz': " "$T/out"
	found c -
	grep -qx 'dataset-check: 2 findings: in 2 cases, and 0 about other things' "$T/said"
}

@test "what is wrong with an image" {
	case_of a '\x10'
	case_of b '\x10'
	case_of nan '\x11'
	case_of flat '\1'
	put "$T/d/flat.nii" 352 '\5\5\5\5\5\5\5\5'
	nifti 4 2 2 1 1 10 '\0\0\xc0\x7f\0\0\x80\x3f\0\0\0\x40\0\0\x80\x7f' >"$T/d/nan.nii"
	put "$T/d/nan.nii" 40 '\3\0\2\0\2\0\1\0' # 2x2x1 floats
	put "$T/d/nan.nii" 70 '\x10\0\x20\0'
	nifti 2 2 1 1 1 10 '\0\1\1\2' >"$T/d/nan_gt.nii"
	check 1
	found a -
	found b 'image: the same values as that of a'
	found flat 'image: all of it is 5'
	found nan 'image: 2 values are no finite floats, the first nan at (0,0,0)'
	[ "$(grep ^nan "$T/out" | cut -f 6-8)" = $'1\t2\t1.5' ]
}

@test "what is wrong with a mask" {
	for c in a b c d; do case_of $c "\\x${#c}$((++i))"; done
	nifti 2 2 2 1 1 10 '\0\0\0\0\0\0\0\0' >"$T/d/a_gt.nii"
	rm "$T/d/b_gt.nii"
	put "$T/d/c_gt.nii" 112 '\0\0\0\x3f' # half
	mv "$T/d/d.nii" "$T"
	check 1
	found a 'mask: nothing but background'
	found b 'no mask'
	found c 'mask: 2 values are no labels of 0..255, the first 0.5 at (1,0,0)'
	found d_gt.nii 'labels without an image: no d.nii.gz'
	rm "$T/d/"*_gt.nii
	mv "$T/d.nii" "$T/d"
	check 0 # none has a mask: they are images to pretrain with
}

@test "a case that labels.tsv gives no mask misses none" {
	case_of a '\x10'
	case_of b '\x20'
	rm "$T/d/b_gt.nii"
	printf 'image\tmask\na.nii\ta_gt.nii\nb.nii\t\n' >"$T/d/labels.tsv"
	check 0
	grep -q '2 cases of 2 patients, 1 with a mask' "$T/said"
}

@test "a mask of another size, another spacing or in another place, with the numbers and a tolerance" {
	for c in a b c d; do case_of $c "\\x1$((++i))"; done
	nifti 2 2 1 1 1 10 '\0\1\1\2' >"$T/d/a_gt.nii"
	nifti 2 2 2 1 1 2 '\0\1\1\2\0\0\0\0' >"$T/d/b_gt.nii"
	FRAMES=2 nifti 2 2 2 1 1 10 '\0\1\1\2\0\0\0\0\0\1\1\2\0\0\0\0' >"$T/d/d_gt.nii"
	sform "$T/d/c.nii" '\0\0\x80\x3e'
	sform "$T/d/c_gt.nii" '\0\0\0\0'
	check 1
	found a 'mask and image: size 2x2x1 against 2x2x2'
	found b 'mask and image: spacing 1x1x2 against 1x1x10 mm, up to 16 mm apart'
	found c 'mask and image: origin (0,0,0) against (0.25,0,0) mm, up to 0.25 mm apart'
	found d 'mask and image: 2 against 1 frames'
	check 1 --tolerance 0.3
	found c -
	check 1 --tolerance 16
	found b -
	found a 'mask and image: size 2x2x1 against 2x2x2'
}

@test "labels that are no class, classes without a voxel, and the label to be ignored" {
	case_of a '\x10'
	mkdir "$T/d/imagesTr" "$T/d/labelsTr"
	mv "$T/d/a.nii" "$T/d/imagesTr/a_0000.nii"
	mv "$T/d/a_gt.nii" "$T/d/labelsTr/a.nii"
	echo '{"channel_names":{"0":"x"},"labels":{"background":0,"one":1,"none":2,"ignore":3},"numTraining":1,"file_ending":".nii"}' \
		>"$T/d/dataset.json"
	put "$T/d/labelsTr/a.nii" 352 '\0\1\1\3\0\7\4'
	check 1
	found a 'mask: 2 values are no classes, the first 7 at (1,0,1)'
	found '(all)' 'class 2 (none) is in no mask'
	grep -qx 'dataset-check: label 3 (to be ignored): 1 voxels in 1 cases' "$T/said"
	put "$T/d/labelsTr/a.nii" 352 '\0\0\0\3\0\0\0'
	check 1
	found a 'mask: nothing but background'
}

@test "channels: another number of them, elsewhere, the same twice" {
	for c in a b c d; do case_of $c "\\x1$((++i))"; done
	for c in a b c; do sed 's/\x05/\x50/' "$T/d/$c.nii" >"$T/d/${c}2.nii"; done
	cp "$T/d/b.nii" "$T/d/b2.nii"
	nifti 2 1 2 1 1 10 '\0\1\1\2' >"$T/d/c2.nii"
	printf '%s\t%s\n' image mask a.nii,a2.nii a_gt.nii b.nii,b2.nii b_gt.nii c.nii,c2.nii c_gt.nii d.nii d_gt.nii >"$T/d/labels.tsv"
	echo 'e.nii	' >>"$T/d/labels.tsv"
	check 1
	found a -
	found b 'channel 1: the same values as channel 0'
	found c 'channel 1 and channel 0: size 2x1x2 against 2x2x2'
	found d '1 channel, expected 2'
	grep -q '^labels.tsv line 6	.*e\.nii' "$T/out"
	[ "$(sed -n 2p "$T/out" | cut -f 5-8)" = $'2\t1,1\t17,80\t5.625,15' ]
}

@test "a case far from the others" {
	for c in a b c d e; do case_of $c "\\x1$((++i))"; done
	nifti 2 2 2 10 1 10 '\1\2\3\4\5\6\7\x50' >"$T/d/c.nii"
	nifti 2 2 2 10 1 10 '\0\1\1\2\0\0\0\0' >"$T/d/c_gt.nii"
	nifti 10 1 1 1 1 10 '\1\2\3\4\5\6\7\x51\1\1' >"$T/d/d.nii"
	nifti 10 1 1 1 1 10 '\1\2\0\0\0\0\0\0\0\0' >"$T/d/d_gt.nii"
	check 1
	found c 'spacing x is 10 mm, the median 1'
	found d 'size x is 10, the median 2'
	check 1 --far 1.5
	found d 'size x is 10, the median 2; size y is 1, the median 2; size z is 1, the median 2'
	check 0 --far 20
}

@test "a set of patients is fine, and any number of threads says the same" {
	phantom-cine -q -s 1 --patients 3 --matrix 48,48 --slices 3,4 --frames 4,4 -o "$T/d"
	check 0 -j 1
	cp "$T/out" "$T/one"
	check 0 -j 3
	cmp "$T/one" "$T/out"
	grep -q "(ACDC): 6 cases of 3 patients, 6 with a mask" "$T/said"
	grep -q "label 3 (LV): [1-9]" "$T/said"
}

@test "names that would break the table, and folders that are none" {
	case_of a '\x10'
	cp "$T/d/a.nii" "$T/d/"$'x\ty\n.nii'
	check 1
	[ "$(wc -l <"$T/out")" -eq 3 ]
	found 'x?y?.nii' 'the name of the case has control characters'
	mkdir "$T/empty"
	fails_with "dataset-check: '$T/empty': no data set: *" dataset-check "$T/empty"
	fails_with "dataset-check: *'$T/none'*No such file*" dataset-check "$T/none"
	echo '{' >"$T/empty/dataset.json"
	fails_with "dataset-check: *dataset.json*" dataset-check "$T/empty" -o "$T/none"
	[ ! -e "$T/none" ]
	# shellcheck disable=SC2016 # the other shell expands it
	fails_with "dataset-check: cannot write 'standard output': *" bash -c 'dataset-check -q "$1" >/dev/full' - "$T/d"
}

@test "a patient whose Info.cfg is bad or missing is told, and the others are read" {
	phantom-cine -q -s 1 --patients 3 --matrix 48,48 --slices 3,3 --frames 4,4 --no-cine -o "$T/d"
	sed -i 's/^ES:.*/ES: soon/' "$T/d/patient002/Info.cfg"
	rm "$T/d/patient003/Info.cfg"
	check 1
	[ "$(grep -c '^patient00[123]_frame' "$T/out")" -eq 6 ]
	found patient002 "'$T/d/patient002/Info.cfg' line 2: 'ES' is 'soon', expected a frame number"
	found patient003 "cannot open '$T/d/patient003/Info.cfg': No such file or directory"
	fails_with "nii2ten: *Info.cfg*" nii2ten --split all "$T/d"
	fails_with "seg-eval: '$T/d': patient002: *Info.cfg*" seg-eval "$T/d" "$T/d"
}

@test "a folder of pictures: a row for each, their ranges by channel, and a summary" {
	mkdir -p "$T/d/img_dir/train" "$T/d/ann_dir/train"
	for c in a b; do
		SAMPLES=3 tiff 2 2 '\1\2\3\4\5\6\7\10\11\12\13'"\\$((++i))" >"$T/d/img_dir/train/$c.tif"
		tiff 2 2 '\0\1\2\11' >"$T/d/ann_dir/train/${c}_gt.tif"
	done
	printf '%s\t%s\n' label name 0 no 1 wall 2 lumen 9 ignore >"$T/d/classes.tsv"
	check 0
	diff "$T/out" - <<-'EOF'
		case	part	size	spacing	channels	min	max	mean	labels	findings
		a	train	2x2	-	3	1,2,1	10,11,9	5.5,6.5,4.75	0:1 1:1 2:1 9:1	-
		b	train	2x2	-	3	1,2,2	10,11,9	5.5,6.5,5	0:1 1:1 2:1 9:1	-
	EOF
	diff <(grep -v ' took ' "$T/said") - <<-EOF
		dataset-check: '$T/d' (pictures): 2 cases of 2 patients, 2 with a mask
		dataset-check: size: x 2 to 2, y 2 to 2; median 2x2
		dataset-check: intensities of channel 0: 1 to 10
		dataset-check: intensities of channel 1: 2 to 11
		dataset-check: intensities of channel 2: 1 to 9
		dataset-check: label 0 (no): 2 pixels in 2 cases
		dataset-check: label 1 (wall): 2 pixels in 2 cases
		dataset-check: label 2 (lumen): 2 pixels in 2 cases
		dataset-check: label 9 (to be ignored): 2 pixels in 2 cases
		dataset-check: nothing found that is wrong
	EOF
}

@test "what is wrong with pictures and their masks, one beside the other" {
	mkdir -p "$T/d/images" "$T/d/masks"
	for c in a b c d e f g; do
		tiff 2 2 '\1\2\3'"\\$((++i))" >"$T/d/images/$c.tif"
		tiff 2 2 '\0\1\2\0' >"$T/d/masks/$c.tif"
	done
	printf '%s\t%s\n' label name 0 no 1 wall 2 lumen >"$T/d/classes.tsv"
	tiff 1 1 '\1' >"$T/d/masks/b.tif"
	SAMPLES=3 tiff 2 2 '\1\2\3\4\4\4\1\1\1\0\0\0' >"$T/d/masks/c.tif"
	tiff 2 2 '\0\1\5\7' >"$T/d/masks/d.tif"
	rm "$T/d/masks/e.tif"
	: >"$T/d/images/f.tif"
	cp "$T/d/masks/a.tif" "$T/d/masks/z.tif"
	SAMPLES=3 tiff 2 2 '\1\2\3\4\4\4\1\1\1\0\0\0' >"$T/d/images/g.tif"
	check 1
	found a -
	found b 'mask and image: size 1x1x1 against 2x2x1'
	found c 'mask: 1 pixels have a colour, the first at (0,0), expected labels as grey values or indices'
	found d 'mask: 2 values are no classes, the first 5 at (0,1)'
	found e 'no mask'
	found f "image: '$T/d/images/f.tif': neither TIFF, JPEG nor PNG"
	found g '3 channels, expected 1'
	found "$T/d/masks/z.tif" 'labels without an image'
	head -c 20 "$T/d/images/a.tif" >"$T/d/images/f.tif"
	cp "$T/d/images/a.tif" "$T/d/images/b.tif"
	tiff 1 1 '\5' >"$T/d/images/d.tif"
	check 1
	found b 'mask and image: size 1x1x1 against 2x2x1; image: the same values as that of a'
	found d 'image: all of it is 5; mask: 2 values are no classes, the first 5 at (0,1); mask and image: size 2x2x1 against 1x1x1'
}
