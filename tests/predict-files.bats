# seg-predict on files: NIfTI studies, cines, folders, DICOM, pictures
load lib
load dicom

setup_file() {
	W=$BATS_FILE_TMPDIR
	export W
	make-weights --arch resnet18 --kind unet -o "$W/model"
	make-weights --arch resnet18 --kind unet --in-channels 2 -o "$W/two"
}

# study NAME: a plain study of 24 x 20 x 6 voxels
study() {
	gzip -dc "$GOLDEN/nifti/frame.nii.gz" >"$T/$1.nii"
}

# same_place A B: dim, pixdim, units, qform and sform of two plain NIfTI-1 files are the same bytes
same_place() {
	local part
	for part in 40:16 76:32 123:1 252:76; do
		cmp <(tail -c +$((${part%:*} + 1)) "$1" | head -c "${part#*:}") \
			<(tail -c +$((${part%:*} + 1)) "$2" | head -c "${part#*:}") || return 1
	done
}

# figures FILE TENSOR: its type, shape and statistics in every record, those of one name less
figures() {
	ten-info --tsv --stats "$1" | awk -F'\t' -v t="$2" '$4 == t { $1 = $2 = $3 = $4 = ""; print; n++ } END { exit !n }'
}

# labels FILE: those of a plain mask
labels() {
	tail -c +353 "$1" | od -An -v -tu1
}

# named FILE NAMES: a model with names for its four classes
named() {
	make-weights --arch resnet18 --kind unet -o "$T/plain"
	nii2ten -q --names "$2" "$GOLDEN/nifti/frame.nii.gz" --mask "$GOLDEN/nifti/labels.nii.gz" |
		ssl-augment -q -s 1 --views 1 --size 32 |
		seg-finetune -q -s 1 --init "$T/plain" --lr 0 --warmup 0 -b 2 -o "$1"
}

@test "a folder of masks says what the model calls its classes" {
	mkdir "$T/in"
	study in/a
	seg-predict -q -m "$W/model" -o "$T/unnamed" "$T/in"
	[ "$(ls "$T/unnamed")" = a.nii.gz ]
	named "$T/m" none,right,muscle,left
	seg-predict -q -m "$T/m" -o "$T/out" "$T/in"
	[ "$(cd "$T/out" && echo *)" = "a.nii.gz classes.tsv" ]
	mkdir "$T/truth"
	cp "$T/out/a.nii.gz" "$T/truth"
	[ "$(seg-eval -q "$T/out" "$T/truth" | awk '$1 == "volume_dice" { print $2 }' | xargs)" = "none right muscle left foreground" ]
	# names that would not be understood
	for names in a,b,b,c a,b,c,ignore; do
		named "$T/m" $names
		rm -r "$T/out"
		seg-predict -q -m "$T/m" -o "$T/out" "$T/in"
		[ "$(ls "$T/out")" = a.nii.gz ]
	done
}

@test "a study's mask lies where the study lies, and holds what a stream of it gives" {
	study a
	seg-predict -q -m "$W/model" "$T/a.nii" -o "$T/mask.nii"
	same_place "$T/a.nii" "$T/mask.nii"
	nii2ten -qu "$T/a.nii" | seg-predict -q -m "$W/model" -o "$T/a.ten"
	nii2ten -q "$T/a.nii" --mask "$T/mask.nii" -o "$T/m.ten"
	figures "$T/m.ten" mask >"$T/masks"
	figures "$T/a.ten" pred | diff "$T/masks" -
	seg-predict -q -m "$W/model" "$T/a.nii" >"$T/piped.nii"
	cmp "$T/piped.nii" "$T/mask.nii"
	seg-predict -q -j 1 -m "$W/model" "$GOLDEN/nifti/frame.nii.gz" -o "$T/mask.nii.gz"
	gzip -dc "$T/mask.nii.gz" | cmp - "$T/mask.nii"
}

@test "a cine is segmented frame by frame; probabilities and entropy are files beside" {
	gzip -dc "$GOLDEN/nifti/cine.nii.gz" >"$T/cine.nii"
	seg-predict -q -m "$W/model" -p -e "$T/cine.nii" -o "$T/seg.nii"
	same_place "$T/cine.nii" "$T/seg.nii"
	same_place "$T/cine.nii" "$T/seg_entropy.nii"
	read -ra dim < <(od -An -td2 -j42 -N8 "$T/cine.nii")
	[ "$(od -An -td2 -j40 -N12 "$T/seg_probabilities.nii" | xargs)" = "5 ${dim[0]} ${dim[1]} ${dim[2]} 4 ${dim[3]}" ]
	[ "$(stat -c %s "$T/seg_probabilities.nii")" = $((352 + 16 * dim[0] * dim[1] * dim[2] * dim[3])) ]
	tail -c +353 "$T/seg_probabilities.nii" | od -An -v -w4 -tf4 |
		awk -v n=$((dim[0] * dim[1] * dim[2])) '{ k = int((NR - 1) / n); at = int(k / 4) * n + (NR - 1) % n; sum[at] += $1 }
			END { for (i in sum) bad += sum[i] < 0.99999 || sum[i] > 1.00001; exit bad > 0 || NR == 0 }'
}

@test "a folder of studies becomes a folder of masks, whole or not at all" {
	mkdir "$T/in"
	study in/b
	cp "$GOLDEN/nifti/frame.nii.gz" "$T/in/a.nii.gz"
	cp "$GOLDEN/nifti/labels.nii.gz" "$T/in/a_gt.nii.gz"
	seg-predict -q -m "$W/model" -e "$T/in" -o "$T/out"
	[ "$(cd "$T/out" && find . -type f | sort | xargs)" = "./a.nii.gz ./b.nii.gz ./entropy/a.nii.gz ./entropy/b.nii.gz" ]
	cmp "$T/out/a.nii.gz" "$T/out/b.nii.gz"
	head -c 300 "$T/in/a.nii.gz" >"$T/in/c.nii.gz"
	truncate -s -40 "$T/in/b.nii"
	fails_with "seg-predict: '$T/in/?.nii*" seg-predict -m "$W/model" "$T/in" -o "$T/other"
	[ ! -e "$T/other" ]
	[ -z "$(find "$T" -name '*tmp*')" ]
}

@test "an ACDC folder, and channels in files of their own" {
	phantom-cine -q -s 1 --patients 1 --matrix 40,48 --slices 2,2 --frames 4,4 --no-cine -o "$T/acdc"
	seg-predict -q -m "$W/model" "$T/acdc" -o "$T/out"
	[ "$(find "$T/out" -name 'patient*_frame*.nii.gz' | wc -l)" = 2 ]
	mkdir "$T/in"
	study in/CASE_0000
	study in/CASE_0001
	seg-predict -q -m "$W/two" "$T/in" -o "$T/masks"
	seg-predict -q -m "$W/two" "$T/in/CASE_0000.nii" -o "$T/mask.nii"
	gzip -dc "$T/masks/CASE.nii.gz" | cmp - "$T/mask.nii"
	fails_with "*CASE_0000.nii': 2 channels, the model takes 1" seg-predict -m "$W/model" "$T/in" -o "$T/x"
	rm "$T/in/CASE_0001.nii"
	fails_with "*cannot open '$T/in/CASE_0001.nii'*" seg-predict -m "$W/two" "$T/in/CASE_0000.nii" -o "$T/x"
}

# listing DIR: names of the masks in there
listing() {
	(cd "$1" && printf '%s ' *.nii.gz)
}

@test "a part of a folder: as nii2ten divides it" {
	local part
	phantom-cine -q -s 1 --patients 3 --matrix 40,48 --slices 1,1 --frames 4,4 --no-cine -o "$T/acdc"
	for part in train val test; do
		seg-predict -q -m "$W/model" --split $part "$T/acdc" -o "$T/$part"
		nii2ten -q --acdc "$T/acdc" --split $part | ten-info --meta case | sed 's/$/.nii.gz/' | tr '\n' ' ' >"$T/cases"
		[ "$(listing "$T/$part")" = "$(cat "$T/cases")" ]
	done
	[[ $(listing "$T/val") == "patient002_frame01.nii.gz patient002_frame"*".nii.gz " ]]
	mkdir "$T/table"
	study table/a
	study table/b
	study table/c
	printf 'image\tsplit\na.nii\ttest\nb.nii\tval\nc.nii\ttest\n' >"$T/table/labels.tsv"
	seg-predict -q -m "$W/model" --split test "$T/table" -o "$T/tabled"
	[ "$(listing "$T/tabled")" = "a.nii.gz c.nii.gz " ]
	seg-predict -q -m "$W/model" --split all "$T/table" -o "$T/all"
	[ "$(listing "$T/all")" = "a.nii.gz b.nii.gz c.nii.gz " ]
	fails_with "*table': none of its 3 cases is in split train (--split all takes all)" seg-predict -m "$W/model" --split train "$T/table" -o "$T/x"
	mkdir "$T/imagesTr" "$T/imagesTs"
	study imagesTr/a_0000
	study imagesTs/b_0000
	printf '{"channel_names":{"0":"MR"},"labels":{"background":0,"x":1},"file_ending":".nii"}' >"$T/dataset.json"
	seg-predict -q -m "$W/model" --split test "$T" -o "$T/tests"
	[ "$(listing "$T/tests")" = "b.nii.gz " ]
	fails_with "*--split goes with a folder" seg-predict -m "$W/model" --split val "$T/table/a.nii" -o "$T/x"
	fails_with "*--split goes with a folder" seg-predict -m "$W/model" --split val "$T/table" "$T/table/a.nii" -o "$T/x"
	fails_with "*--split goes with a folder" seg-predict -m "$W/model" --split val -o "$T/x"
	[ ! -e "$T/x" ]
}

@test "a DICOM series, converted, is segmented in its place" {
	need_converter
	convert study
	convert cine --frames 3
	for k in study cine; do
		seg-predict -q -m "$W/model" "$T/$k.nii" -o "$T/seg.nii"
		same_place "$T/$k.nii" "$T/seg.nii"
		[ "$(labels "$T/seg.nii" | tr -s ' ' '\n' | grep -vc '^[0-3]*$')" = 0 ]
	done
}

@test "pictures become pages of indexed colours, as large as they are" {
	seg-predict -q -m "$W/model" "$GOLDEN/pictures/colour.jpg" -o "$T/mask.tif"
	cp "$GOLDEN/pictures/colour.jpg" "$T/x.jpg"
	cp "$T/mask.tif" "$T/x_gt.tif"
	img2ten -q --grey "$T/x.jpg" | seg-predict -q -m "$W/model" -o "$T/a.ten"
	figures "$T/a.ten" mask >"$T/masks"
	figures "$T/a.ten" pred | diff "$T/masks" -
	fails_with "*need a folder*" seg-predict -m "$W/model" "$T/x.jpg" "$GOLDEN/pictures/rgb.png"
	seg-predict -q -m "$W/model" "$T/x.jpg" "$GOLDEN/pictures/rgb.png" -o "$T/out"
	cmp "$T/out/x.tif" "$T/mask.tif"
	[ -f "$T/out/rgb.tif" ]
}

@test "a folder of masks alone is told what goes with it" {
	mkdir "$T/in"
	study in/a
	fails_with "seg-eval: '$T/in' is a folder: one of predictions goes with one of truth" seg-eval "$T/in"
	fails_with "seg-report: '$T/in' is a folder: images go with predictions*" seg-report "$T/in" -o "$T/x"
	[ ! -e "$T/x" ]
}

@test "DICOM is refused with what to do about it" {
	mkdir "$T/series"
	{ head -c 128 /dev/zero && printf 'DICM\2\0\0\0UL\4\0' && head -c 300 /dev/zero; } >"$T/series/IM1"
	fails_with "*series/IM1': this is DICOM (dcm2niix makes NIfTI of it)" seg-predict -m "$W/model" "$T/series/IM1" -o "$T/x.nii"
	fails_with "*series': no data set: *dcm2niix makes NIfTI of DICOM?" seg-predict -m "$W/model" "$T/series" -o "$T/x"
	fails_with "*series/IM1': this is DICOM*" nii2ten -u "$T/series/IM1" -o "$T/x.ten"
	head -c 100 "$T/series/IM1" >"$T/short"
	fails_with "*short': not a NIfTI file" nii2ten -u "$T/short" -o "$T/x.ten"
	[ ! -e "$T/x.nii" ]
}

@test "what cannot go together is refused" {
	study a
	fails_with "*would both be case 'a'" seg-predict -m "$W/model" "$T/a.nii" "$T/a.nii" -o "$T/x"
	fails_with "*--logits is for streams" seg-predict -m "$W/model" --logits "$T/a.nii" -o "$T/x"
	fails_with "*need -o*" seg-predict -p -m "$W/model" "$T/a.nii"
	fails_with "*neither NIfTI nor a picture*" seg-predict -m "$W/model" "$T/a.nii" "$W/model" -o "$T/x"
	[ ! -e "$T/x" ]
}
