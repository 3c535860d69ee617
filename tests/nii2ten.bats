# NIfTI files and ACDC folders to streams (nii2ten.1)
load lib

N=$GOLDEN/nifti

# patient ID [cine]: a patient in ACDC's layout in $T/acdc, labelled frames 2 and 4
patient() {
	local p
	p=$(printf 'patient%03d' "$1")
	mkdir -p "$T/acdc/$p"
	cp "$N/frame.nii.gz" "$T/acdc/$p/${p}_frame02.nii.gz"
	cp "$N/labels.nii.gz" "$T/acdc/$p/${p}_frame02_gt.nii.gz"
	cp "$N/frame.nii.gz" "$T/acdc/$p/${p}_frame04.nii.gz"
	cp "$N/labels.nii.gz" "$T/acdc/$p/${p}_frame04_gt.nii.gz"
	printf 'ED: 2\nES: 4\nGroup: DCM\nHeight: 160.0\nNbFrame: 4\nWeight: 70.0\n' >"$T/acdc/$p/Info.cfg"
	if [ "${2:-}" = cine ]; then
		cp "$N/cine.nii.gz" "$T/acdc/$p/${p}_4d.nii.gz"
	fi
}

# said KEY FILE: the values of a metadata key in a stream, one per record
said() {
	grep -ao "\"$1\":\"[^\"]*\"" "$2" | cut -d'"' -f4 | paste -sd' '
}

@test "the splits go by patient number, in order" {
	for i in 101 3 11 12 2 1 10; do patient $i; done
	nii2ten -q --acdc "$T/acdc" -o "$T/train.ten"
	[ "$(said patient "$T/train.ten")" = "patient003 patient003 patient010 patient010" ]
	[ "$(said frame "$T/train.ten")" = "2 4 2 4" ]
	[ "$(said phase "$T/train.ten")" = "ED ES ED ES" ]
	[ "$(said group "$T/train.ten")" = "DCM DCM DCM DCM" ]
	[ "$(said first "$T/train.ten")" = "0 3 6 9" ]
	[ "$(said samples "$T/train.ten")" = "12 12 12 12" ]
	[ "$(said spacing "$T/train.ten")" = "1.5 1.25 8 1.5 1.25 8 1.5 1.25 8 1.5 1.25 8" ]
	nii2ten -q --acdc "$T/acdc" --split val -o "$T/val.ten"
	[ "$(said patient "$T/val.ten")" = "patient002 patient002 patient012 patient012" ]
	nii2ten -q --acdc "$T/acdc" --split test -o "$T/test.ten"
	[ "$(said patient "$T/test.ten")" = "patient001 patient001 patient011 patient011 patient101 patient101" ]
	nii2ten -q --acdc "$T/acdc" --split all -o "$T/all.ten"
	[ "$(said samples "$T/all.ten" | wc -w)" -eq 14 ]
}

@test "a split without patients, and a folder without any, are errors" {
	patient 3
	fails_with "nii2ten: '$T/acdc': none of its 1 patients is in split val*" nii2ten --acdc "$T/acdc" --split val
	mkdir "$T/empty"
	fails_with "nii2ten: '$T/empty': no folders patientNNN*" nii2ten --acdc "$T/empty"
	fails_with "nii2ten: cannot open '$T/none': No such*" nii2ten --acdc "$T/none"
}

@test "unlabelled takes every frame of the cine once, and the labelled frames where there is none" {
	patient 3 cine
	patient 4
	nii2ten -q --acdc "$T/acdc" --unlabelled -o "$T/u.ten"
	[ "$(said patient "$T/u.ten")" = "patient003 patient003 patient003 patient003 patient004 patient004" ]
	[ "$(said frame "$T/u.ten")" = "1 2 3 4 2 4" ]
	[ "$(said phase "$T/u.ten")" = "ED ES ED ES" ]
	[ "$(said samples "$T/u.ten")" = "18 18 18 18 18 18" ]
	[ "$(grep -ac '"mask"' "$T/u.ten")" -eq 0 ]
	nii2ten -q --acdc "$T/acdc" -u --frames -o "$T/f.ten"
	[ "$(said frame "$T/f.ten")" = "2 4 2 4" ]
}

@test "a frame of the cine is the frame file" {
	patient 3 cine
	nii2ten -q "$T/acdc/patient003/patient003_4d.nii.gz" -o "$T/cine.ten"
	nii2ten -q -u "$T/acdc/patient003/patient003_frame02.nii.gz" -o "$T/frame.ten"
	[ "$(said patient "$T/frame.ten") $(said frame "$T/frame.ten")" = "patient003 2" ]
	[ "$(said crc32 "$T/frame.ten")" = "$(said crc32 "$T/cine.ten" | cut -d' ' -f2)" ]
	[ "$(gzip -dc "$N/frame.nii.gz" | tail -c 180 | cksum)" = "$(tail -c 180 "$T/frame.ten" | cksum)" ]
}

@test "labels are found beside their image, and are not images themselves" {
	patient 3
	(cd "$T/acdc/patient003" && nii2ten -q -o "$T/a.ten" ./*.nii.gz)
	[ "$(said frame "$T/a.ten")" = "2 4" ]
	[ "$(grep -ao '"mask":' "$T/a.ten" | wc -l)" -eq 2 ]
	nii2ten -q "$N/frame.nii.gz" --mask "$N/labels.nii.gz" -o "$T/b.ten"
	[ "$(said crc32 "$T/b.ten")" = "$(said crc32 "$T/a.ten" | cut -d' ' -f1)" ]
	nii2ten -q "$T/acdc/patient003/patient003_frame02_gt.nii.gz" -o "$T/c.ten"
	[ "$(said patient "$T/c.ten")" = patient003_frame02_gt ]
}

@test "missing labels are an error that names them" {
	patient 3
	rm "$T/acdc/patient003/patient003_frame04_gt.nii.gz"
	fails_with "nii2ten: '*patient003_frame04.nii.gz': no labels patient003_frame04_gt.nii.gz*" \
		nii2ten --acdc "$T/acdc"
	nii2ten -q --acdc "$T/acdc" -u -o "$T/u.ten"
	rm "$T"/acdc/patient003/*_frame*
	fails_with "nii2ten: '$T/acdc/patient003': no frame files*" nii2ten --acdc "$T/acdc"
}

@test "a label out of range is an error that names the voxel, and nothing is written" {
	patient 3
	fails_with "nii2ten: '*patient003_frame02_gt.nii.gz': label 3 at ([0-9],[0-9],[0-9]), expected 0..2" \
		nii2ten --acdc "$T/acdc" --classes 3 -o "$T/out.ten" -q
	[ ! -e "$T/out.ten" ]
	# one that is hardly out, by its scaling, is not rounded to one that is not
	nifti 2 1 1 1 1 1 '\1\2' >"$T/l.nii"
	printf '\1\0\200\77' | dd of="$T/l.nii" bs=1 seek=112 conv=notrunc 2>/dev/null
	fails_with "nii2ten: '$T/l.nii': label 1.00000012 at (0,0,0), expected 0..3*" nii2ten "$T/l.nii" --mask "$T/l.nii" -q
}

@test "labels of another size or spacing are an error with the numbers" {
	fails_with "nii2ten: '$N/cine.nii.gz' and '$N/frame.nii.gz': 4 against 1 frames" \
		nii2ten "$N/frame.nii.gz" --mask "$N/cine.nii.gz"
	gzip -dc "$N/labels.nii.gz" >"$T/l.nii"
	printf '\000\000\000\100' | dd of="$T/l.nii" bs=1 seek=88 conv=notrunc 2>/dev/null
	fails_with "nii2ten: '$T/l.nii' and '$N/frame.nii.gz': spacing 1.5x1.25x2 against 1.5x1.25x8 mm, up to * mm apart" \
		nii2ten "$N/frame.nii.gz" --mask "$T/l.nii"
}

@test "no two cases have one name, be they files or frames" {
	mkdir "$T/a" "$T/b"
	cp "$N/frame.nii.gz" "$T/a/x.nii.gz"
	gzip -dc "$N/frame.nii.gz" >"$T/b/x.nii"
	fails_with "nii2ten: '$T/a/x.nii.gz' and '$T/b/x.nii' would both be case 'x'" \
		nii2ten "$T/a/x.nii.gz" "$T/b/x.nii" -o "$T/out.ten"
	cp "$N/cine.nii.gz" "$T/x_4d.nii.gz"
	cp "$N/frame.nii.gz" "$T/x_frame03.nii.gz"
	fails_with "nii2ten: '*x_frame03.nii.gz' and '*x_4d.nii.gz' would both be case 'x_frame03'" \
		nii2ten "$T/x_frame03.nii.gz" "$T/x_4d.nii.gz" -o "$T/out.ten"
	[ ! -e "$T/out.ten" ]
}

@test "a cine's frames are called as frame files are, in streams and in comparisons of files" {
	local names='x_frame01 x_frame02 x_frame03 x_frame04'
	cp "$N/cine.nii.gz" "$T/x_4d.nii.gz"
	nii2ten -q "$T/x_4d.nii.gz" -o "$T/a.ten"
	[ "$(said case "$T/a.ten")" = "$names" ]
	FRAMES=4 nifti 2 1 1 1 1 1 '\0\1\1\0\0\1\1\0' >"$T/x_4d.nii"
	mkdir "$T/d"
	cp "$T/x_4d.nii" "$T/d"
	seg-eval -q "$T/x_4d.nii" "$T/x_4d.nii" --volumes "$T/v" -o "$T/m"
	seg-eval -q "$T/d" "$T/d" --volumes "$T/w" -o "$T/m"
	diff "$T/v" "$T/w"
	[ "$(awk -F '\t' '$6 == 1 { print $NF }' "$T/v" | xargs)" = "$names" ]
	[ "$(awk -F '\t' '$6 == 1 { print $1 }' "$T/v" | uniq)" = x ]
}

@test "Info.cfg is asked for and understood" {
	patient 3
	local info=$T/acdc/patient003/Info.cfg
	printf 'Group:HCM\r\n\r\nES : 4\r\nED:2' >"$info"
	nii2ten -q --acdc "$T/acdc" -o "$T/a.ten"
	[ "$(said group "$T/a.ten") $(said phase "$T/a.ten")" = "HCM HCM ED ES" ]
	printf 'ED: 2\nES: four\n' >"$info"
	fails_with "nii2ten: '$info' line 2: 'ES' is 'four', expected a frame number" nii2ten --acdc "$T/acdc"
	printf 'ED: 2\nES: 4\n' >"$info"
	fails_with "nii2ten: '$info': no 'Group' line" nii2ten --acdc "$T/acdc"
	printf 'ED: 2\nED: 4\n' >"$info"
	fails_with "nii2ten: '$info' line 2: a second 'ED'" nii2ten --acdc "$T/acdc"
	printf 'hello\n' >"$info"
	fails_with "nii2ten: '$info' line 1: no 'Key: value'" nii2ten --acdc "$T/acdc"
	rm "$info"
	fails_with "nii2ten: patient003: cannot open '$info': No such*" nii2ten --acdc "$T/acdc"
}

@test "a volume cut short is refused, and nothing is written" {
	patient 3
	head -c 150 "$N/frame.nii.gz" >"$T/acdc/patient003/patient003_frame04.nii.gz"
	fails_with "nii2ten: '*patient003_frame04.nii.gz': the gzip stream ends early*" \
		nii2ten -q --acdc "$T/acdc" -o "$T/out.ten"
	[ ! -e "$T/out.ten" ]
}

@test "options that contradict each other are refused" {
	fails_with "nii2ten: nothing to read*" nii2ten
	fails_with "nii2ten: --split goes with a folder" nii2ten --split val "$N/frame.nii.gz"
	fails_with "nii2ten: --frames goes with a folder" nii2ten --frames "$N/frame.nii.gz"
	fails_with "nii2ten: --acdc takes no operands" nii2ten --acdc "$T" "$N/frame.nii.gz"
	fails_with "nii2ten: --mask goes with one operand" \
		nii2ten -m "$N/labels.nii.gz" "$N/frame.nii.gz" "$N/frame.nii.gz"
}

# nnunet DIR: two channels, classes 0..2 and label 3 without truth
nnunet() {
	mkdir -p "$1/imagesTr" "$1/labelsTr"
	cp "$N/frame.nii.gz" "$1/imagesTr/heart_7_0000.nii.gz"
	cp "$N/frame.nii.gz" "$1/imagesTr/heart_7_0001.nii.gz"
	cp "$N/labels.nii.gz" "$1/labelsTr/heart_7.nii.gz"
	printf '%s' '{"channel_names":{"0":"a","1":"b"},"labels":{"background":0,"one":1,"two":2,"ignore":3},' \
		'"numTraining":1,"file_ending":".nii.gz"}' >"$1/dataset.json"
}

@test "nnU-Net's folder gives channels, names, classes and the ignore label" {
	nnunet "$T/set"
	nii2ten -q --split all "$T/set" -o "$T/a.ten"
	[ "$(said case "$T/a.ten") $(said names "$T/a.ten")" = "heart_7 background,one,two" ]
	[ "$(said classes "$T/a.ten") $(said ignore "$T/a.ten")" = "3 3" ]
	grep -aq '"image":{"data_offsets":[^}]*"shape":\[3,2,5,6\]' "$T/a.ten"
	# each slice holds both channels one after the other: 30 voxels of 16 bits, twice
	gzip -dc "$N/frame.nii.gz" | tail -c 180 >"$T/voxels"
	for z in 0 1 2; do
		tail -c +$((z * 60 + 1)) "$T/voxels" | head -c 60
		tail -c +$((z * 60 + 1)) "$T/voxels" | head -c 60
	done >"$T/expected"
	nii2ten -q -u --split all "$T/set" -o "$T/u.ten"
	[ "$(tail -c 360 "$T/u.ten" | cksum)" = "$(cksum <"$T/expected")" ]
}

@test "a label outside the classes is named with its file and voxel, the ignore label is none" {
	nnunet "$T/set"
	sed -i 's/,"ignore":3//' "$T/set/dataset.json"
	fails_with "nii2ten: '$T/set/labelsTr/heart_7.nii.gz': label 3 at ([0-9],[0-9],[0-9]), expected 0..2" \
		nii2ten -q --split all "$T/set"
	nii2ten -q --split all --ignore 3 "$T/set" -o "$T/a.ten"
	[ "$(said ignore "$T/a.ten")" = 3 ]
	fails_with "nii2ten: the ignore label 2 is one of the 3 classes" nii2ten -q --split all --ignore 2 "$T/set"
}

@test "channels that do not lie together are an error with the numbers" {
	nnunet "$T/set"
	cp "$N/cine.nii.gz" "$T/set/imagesTr/heart_7_0001.nii.gz"
	fails_with "nii2ten: '*heart_7_0001.nii.gz' and '*heart_7_0000.nii.gz': 4 against 1 frames" nii2ten --split all "$T/set"
	gzip -dc "$N/frame.nii.gz" >"$T/set/imagesTr/heart_7_0001.nii"
	rm "$T/set/imagesTr/heart_7_0001.nii.gz"
	# the x of the sform's offset becomes 100 mm
	printf '\000\000\310\102' | dd of="$T/set/imagesTr/heart_7_0001.nii" bs=1 seek=292 conv=notrunc 2>/dev/null
	fails_with "nii2ten: '*heart_7_0001.nii' and '*heart_7_0000.nii.gz': *[0-9] mm apart*" \
		nii2ten --split all "$T/set"
}

@test "a table gives cases their patients, phases and parts" {
	mkdir "$T/set"
	cp "$N/frame.nii.gz" "$N/labels.nii.gz" "$T/set"
	printf '%s\t' image mask case patient frame phase >"$T/set/labels.tsv"
	printf 'split\nframe.nii.gz\tlabels.nii.gz\tx\tjane\t3\tES\tval\n' >>"$T/set/labels.tsv"
	printf 'frame.nii.gz\tlabels.nii.gz\ty\tzoe\t1\tED\ttrain\n' >>"$T/set/labels.tsv"
	nii2ten -q --split val --names a,b,c,d "$T/set" -o "$T/v.ten"
	[ "$(said case "$T/v.ten") $(said patient "$T/v.ten") $(said frame "$T/v.ten") $(said phase "$T/v.ten")" = "x jane 3 ES" ]
	[ "$(said names "$T/v.ten") $(said classes "$T/v.ten")" = "a,b,c,d 4" ]
	nii2ten -q "$T/set" -o "$T/t.ten"
	[ "$(said case "$T/t.ten")" = y ]
	fails_with "nii2ten: --names: 'a,b': no name for class 2 of 0..2" nii2ten -c 3 --names a,b "$T/set"
}

@test "a table is read as spreadsheets save it; one with other separators is told so" {
	mkdir "$T/set"
	cp "$N/frame.nii.gz" "$N/labels.nii.gz" "$T/set"
	printf '\xef\xbb\xbfimage\tmask\tpatient\r\n"frame.nii.gz, frame.nii.gz"\tlabels.nii.gz\t"jane ""j"" doe"\r\n\r\n' >"$T/set/labels.tsv"
	printf 'label\tname\r\n0\tnone\r\n1\t"right"\r\n2\tmuscle\r\n3\tleft\r\n' >"$T/set/classes.tsv"
	nii2ten -q --split all "$T/set" -o "$T/a.ten"
	[ "$(ten-info --meta patient "$T/a.ten") $(said names "$T/a.ten")" = 'jane "j" doe none,right,muscle,left' ]
	grep -aq '"image":{"data_offsets":[^}]*"shape":\[3,2,5,6\]' "$T/a.ten"
	fails_with "nii2ten: '$T/set': none of its 1 cases is in split train (--split all takes all)" nii2ten "$T/set"
	printf 'image;mask\nframe.nii.gz;labels.nii.gz\n' >"$T/set/labels.tsv"
	fails_with "nii2ten: '$T/set/labels.tsv' has no column 'image', only image;mask (columns are separated by tabs)" nii2ten "$T/set"
}

@test "a label beyond four where nothing tells how many classes there are" {
	gzip -dc "$N/labels.nii.gz" >"$T/l.nii"
	printf '\7' | dd of="$T/l.nii" bs=1 seek=352 conv=notrunc status=none
	fails_with "nii2ten: '$T/l.nii': label 7 at (0,0,0), expected 0..3 (nothing tells how many classes*--classes*" \
		nii2ten "$N/frame.nii.gz" --mask "$T/l.nii"
	fails_with "nii2ten: '$T/l.nii': label 7 at (0,0,0), expected 0..3" nii2ten -c 4 "$N/frame.nii.gz" --mask "$T/l.nii"
}

@test "cases of a table that it gives no mask are left out, and said to be, unless masks are not wanted" {
	mkdir "$T/set"
	cp "$N/frame.nii.gz" "$N/labels.nii.gz" "$T/set"
	printf 'image\tmask\tcase\tsplit\nframe.nii.gz\tlabels.nii.gz\tx\ttrain\n' >"$T/set/labels.tsv"
	printf 'frame.nii.gz\t\ty\ttrain\nframe.nii.gz\t-\tz\tval\n' >>"$T/set/labels.tsv"
	run nii2ten "$T/set" -o "$T/t.ten"
	[[ $output == *"nii2ten: 1 of 2 cases have no mask and are left out; --unlabelled takes all"* ]]
	[ "$(said case "$T/t.ten") $(said samples "$T/t.ten")" = "x 3" ]
	nii2ten -q -u --split all "$T/set" -o "$T/u.ten"
	[ "$(said case "$T/u.ten")" = "x y z" ]
	fails_with "nii2ten: '$T/set': none of these 1 cases has a mask (--unlabelled*" nii2ten --split val "$T/set"
	# a folder without a table says nothing of the kind: there a mask is missing
	mkdir "$T/plain"
	cp "$N/frame.nii.gz" "$T/plain"
	fails_with "nii2ten: '$T/plain/frame.nii.gz': no mask (--unlabelled*" nii2ten --split all "$T/plain"
}

@test "ACDC's classes have names, its frames are cases, and the folder needs no option" {
	patient 3 cine
	nii2ten -q --acdc "$T/acdc" -o "$T/a.ten"
	[ "$(said case "$T/a.ten")" = "patient003_frame02 patient003_frame04" ]
	[ "$(said names "$T/a.ten" | cut -d' ' -f1)" = background,RV,MYO,LV ]
	nii2ten -q "$T/acdc" -o "$T/b.ten"
	ten-cmp "$T/a.ten" "$T/b.ten"
	nii2ten -q -u "$T/acdc" -o "$T/u.ten"
	[ "$(said case "$T/u.ten" | cut -d' ' -f4)" = patient003_frame04 ]
}
