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
}

@test "labels of another size or spacing are an error with the numbers" {
	fails_with "nii2ten: '$N/cine.nii.gz': mask is 6x5x3x4, its image 6x5x3x1" \
		nii2ten "$N/frame.nii.gz" --mask "$N/cine.nii.gz"
	gzip -dc "$N/labels.nii.gz" >"$T/l.nii"
	printf '\000\000\000\100' | dd of="$T/l.nii" bs=1 seek=88 conv=notrunc 2>/dev/null
	fails_with "nii2ten: '$T/l.nii': mask spacing is 1.5x1.25x2 mm, its image's 1.5x1.25x8" \
		nii2ten "$N/frame.nii.gz" --mask "$T/l.nii"
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
	fails_with "nii2ten: --split goes with --acdc" nii2ten --split val "$N/frame.nii.gz"
	fails_with "nii2ten: --frames goes with --acdc" nii2ten --frames "$N/frame.nii.gz"
	fails_with "nii2ten: --acdc takes no operands" nii2ten --acdc "$T" "$N/frame.nii.gz"
	fails_with "nii2ten: --mask goes with one operand" \
		nii2ten -m "$N/labels.nii.gz" "$N/frame.nii.gz" "$N/frame.nii.gz"
}
