# Pictures to streams (img2ten.1)
load lib

P=$GOLDEN/pictures

# said KEY FILE: the values of a metadata key in a stream, one per record
said() {
	grep -ao "\"$1\":\"[^\"]*\"" "$2" | cut -d'"' -f4 | paste -sd' '
}

# count_of NAME FILE: how many records have this tensor
count_of() {
	grep -ao "\"$1\":{" "$2" | wc -l
}

# classes: $T/d with two class folders of three pictures each
classes() {
	mkdir -p "$T/d/cat" "$T/d/ant/deep"
	cp "$P/rgb.png" "$T/d/cat/b.png"
	cp "$P/colour.jpg" "$T/d/cat/a.JPEG"
	cp "$P/rgb.tif" "$T/d/cat/c.tif"
	cp "$P/grey.png" "$T/d/ant/z.png"
	cp "$P/u2.tif" "$T/d/ant/deep/a.tif"
	cp "$P/grey.jpg" "$T/d/ant/m.jpg"
	echo "not a picture" >"$T/d/ant/README"
}

@test "a file is taken as it is, planar, by its content and not by its name" {
	cp "$P/u2.tif" "$T/grey.png"
	img2ten -q "$T/grey.png" -o "$T/a.ten"
	grep -aq '"image":{"data_offsets":\[0,70\],"dtype":"U16","shape":\[1,1,5,7\]}' "$T/a.ten"
	img2ten -q "$P/rgb.tif" "$P/grey.jpg" -o "$T/b.ten"
	[ "$(said file "$T/b.ten")" = "$P/rgb.tif $P/grey.jpg" ]
	[ "$(said first "$T/b.ten") $(said samples "$T/b.ten")" = "0 1 2 2" ]
	[ "$(said epoch "$T/b.ten") $(said epochs "$T/b.ten")" = "0 0 1 1" ]
	[ "$(count_of label "$T/b.ten")" -eq 0 ]
}

@test "every page of a TIFF is a record" {
	img2ten -q "$P/pages.tif" "$P/u1.tif" -o "$T/a.ten"
	[ "$(said page "$T/a.ten")" = "1 2 3" ]
	[ "$(said samples "$T/a.ten")" = "4 4 4 4" ]
	cp "$P/pages.tif" "$T/pages.dat"
	fails_with "img2ten: '$T/pages.dat': 3 pages, 1 were counted*" img2ten -q "$T/pages.dat"
}

@test "subfolders are classes, in sorted order" {
	classes
	img2ten -q "$T/d" -o "$T/a.ten"
	[ "$(said class "$T/a.ten")" = "ant ant ant cat cat cat" ]
	[ "$(said classes "$T/a.ten")" = "2 2 2 2 2 2" ]
	(cd "$T/d" && img2ten -q . -o "$T/b.ten")
	[ "$(said file "$T/b.ten")" = "./ant/deep/a.tif ./ant/m.jpg ./ant/z.png ./cat/a.JPEG ./cat/b.png ./cat/c.tif" ]
	[ "$(count_of label "$T/a.ten")" -eq 6 ]
	img2ten -q --flat "$T/d" -o "$T/flat.ten"
	[ "$(count_of label "$T/flat.ten")" -eq 0 ]
	cp "$P/rgb.png" "$T/d/stray.png"
	fails_with "img2ten: '$T/d/cat/c.tif' is in a class folder, '$T/d/stray.png' is not*" img2ten -q "$T/d"
}

@test "the label is the class's number" {
	mkdir -p "$T/d/x" "$T/d/y"
	cp "$P/grey.png" "$T/d/x/1.png"
	cp "$P/grey.png" "$T/d/y/1.png"
	img2ten -q "$T/d" -o "$T/a.ten"
	img2ten -q "$P/grey.png" -o "$T/g.ten"
	# the tensors of a record lie widest first: label, then image
	[ "$(tail -c 50 "$T/a.ten" | od -An -tu1 -w8 | head -1 | tr -s ' ')" = " 1 0 0 0 0 0 0 0" ]
	[ "$(tail -c 42 "$T/a.ten" | cksum)" = "$(tail -c 42 "$T/g.ten" | cksum)" ]
}

@test "NAME_gt beside NAME is its mask and no picture of its own" {
	mkdir "$T/d"
	cp "$P/palette.tif" "$T/d/a_gt.tif"
	cp "$P/rgb.png" "$T/d/a.png"
	cp "$P/rgb.png" "$T/d/b.png"
	img2ten -q "$T/d" -o "$T/a.ten"
	[ "$(said file "$T/a.ten")" = "$T/d/a.png $T/d/b.png" ]
	[ "$(count_of mask "$T/a.ten")" -eq 1 ]
	img2ten -q --no-masks "$T/d/a.png" -o "$T/n.ten"
	[ "$(count_of mask "$T/n.ten")" -eq 0 ]
	fails_with "img2ten: '$T/d/a_gt.tif': label 4 at ([0-9],[0-9]), expected 0..3" img2ten -q --classes 4 "$T/d"
	cp "$P/u1.tif" "$T/d/a_gt.tif"
	fails_with "img2ten: '$T/d/a_gt.tif': mask is 7x5, its image 7x6" img2ten -q "$T/d"
	cp "$P/rgb.png" "$T/d/a_gt.tif"
	fails_with "img2ten: '$T/d/a_gt.tif': a colour at (0,0), expected labels 0..255" img2ten -q "$T/d"
}

@test "ann_dir mirrors img_dir, and a missing mask there is an error" {
	mkdir -p "$T/d/img_dir/train" "$T/d/ann_dir/train"
	cp "$P/rgb.png" "$T/d/img_dir/train/a.png"
	cp "$P/rgb.png" "$T/d/img_dir/train/b.png"
	cp "$P/palette.png" "$T/d/ann_dir/train/a.png"
	cp "$P/palette.tif" "$T/d/ann_dir/train/b.tif"
	img2ten -q "$T/d" -o "$T/a.ten"
	[ "$(said file "$T/a.ten")" = "$T/d/img_dir/train/a.png $T/d/img_dir/train/b.png" ]
	[ "$(count_of mask "$T/a.ten") $(count_of label "$T/a.ten")" = "2 0" ]
	img2ten -q "$T/d/img_dir/train" -o "$T/b.ten"
	[ "$(said crc32 "$T/b.ten")" = "$(said crc32 "$T/a.ten")" ]
	rm "$T/d/ann_dir/train/b.tif"
	fails_with "img2ten: '$T/d/img_dir/train/b.png': no mask $T/d/ann_dir/train/b.png*" img2ten -q "$T/d"
}

@test "--grey and --rgb settle the channels" {
	img2ten -q --grey "$P/rgb.png" "$P/grey.png" -o "$T/g.ten"
	[ "$(grep -ao '"shape":\[1,1,6,7\]' "$T/g.ten" | wc -l)" -eq 2 ]
	img2ten -q --rgb "$P/rgb.png" "$P/grey.png" -o "$T/c.ten"
	[ "$(grep -ao '"shape":\[1,3,6,7\]' "$T/c.ten" | wc -l)" -eq 2 ]
	fails_with "img2ten: --grey and --rgb*" img2ten --grey --rgb "$P/rgb.png"
}

@test "a subset is the same for the same seed, keeps the order and the class numbers" {
	classes
	img2ten -q -s 5 --per-class 1 "$T/d" -o "$T/a.ten"
	[ "$(said class "$T/a.ten")" = "ant cat" ]
	[ "$(said classes "$T/a.ten") $(said samples "$T/a.ten")" = "2 2 2 2" ]
	img2ten -q -s 5 --per-class 1 "$T/d" -o "$T/b.ten"
	cmp "$T/a.ten" "$T/b.ten"
	img2ten -q --limit 4 "$T/d" -o "$T/l.ten"
	[ "$(said file "$T/l.ten")" = "$(said file "$T/l.ten" | tr ' ' '\n' | sort | paste -sd' ')" ]
	[ "$(said file "$T/l.ten" | wc -w)" -eq 4 ]
	for i in 1 2 3 4 5 6; do img2ten -q -s $i --limit 3 "$T/d" -o "$T/s.ten" && said file "$T/s.ten"; done >"$T/subsets"
	[ "$(sort -u "$T/subsets" | wc -l)" -gt 1 ]
	fails_with "img2ten: --per-class: there are no class folders" img2ten --per-class 1 "$P/rgb.png"
}

@test "of every ten files of a class the first is for validation, the others for training" {
	mkdir -p "$T/d/ant" "$T/d/bee"
	for i in 01 02 03 04 05 06 07 08 09 10 11 12; do cp "$P/grey.png" "$T/d/ant/$i.png"; done
	cp "$P/grey.png" "$T/d/bee/1.png"
	cp "$P/grey.png" "$T/d/bee/2.png"
	img2ten -q --split val "$T/d" -o "$T/v.ten"
	[ "$(said file "$T/v.ten")" = "$T/d/ant/01.png $T/d/ant/11.png $T/d/bee/1.png" ]
	[ "$(said samples "$T/v.ten") $(said classes "$T/v.ten")" = "3 3 3 2 2 2" ]
	img2ten -q --split train "$T/d" -o "$T/t.ten"
	img2ten -q "$T/d" -o "$T/all.ten"
	[ "$( (said file "$T/t.ten" && said file "$T/v.ten") | tr ' ' '\n' | sort)" = "$(said file "$T/all.ten" | tr ' ' '\n' | sort)" ]
	[ "$(said samples "$T/t.ten" | cut -d ' ' -f 1)" = 11 ]
	fails_with "img2ten: --split train: there is one picture of each class*" img2ten --split train "$P/grey.png"
}

@test "each epoch has an order of its own, whatever the threads" {
	classes
	img2ten -q -s 2 -j 1 --epochs 3 --shuffle "$T/d" -o "$T/a.ten"
	img2ten -q -s 2 -j 4 --epochs 3 --shuffle "$T/d" -o "$T/b.ten"
	cmp "$T/a.ten" "$T/b.ten"
	[ "$(said epoch "$T/a.ten")" = "0 0 0 0 0 0 1 1 1 1 1 1 2 2 2 2 2 2" ]
	[ "$(said first "$T/a.ten")" = "0 1 2 3 4 5 0 1 2 3 4 5 0 1 2 3 4 5" ]
	[ "$(said samples "$T/a.ten" | tr ' ' '\n' | sort -u)" = 6 ]
	said file "$T/a.ten" | tr ' ' '\n' >"$T/files"
	for i in 1 2 3; do
		sed -n "$((6 * i - 5)),$((6 * i))p" "$T/files" >"$T/e$i"
		[ "$(sort -u "$T/e$i" | wc -l)" -eq 6 ]
	done
	[ "$(cksum <"$T/e1")" != "$(cksum <"$T/e2")" ]
	[ "$(cksum <"$T/e2")" != "$(cksum <"$T/e3")" ]
	img2ten -q --epochs 2 "$T/d" -o "$T/c.ten"
	[ "$(said first "$T/c.ten")" = "0 1 2 3 4 5 0 1 2 3 4 5" ]
}

@test "an unreadable picture is an error, or a warning with --skip-bad" {
	classes
	head -c 500 "$P/colour.jpg" >"$T/d/cat/a.JPEG"
	fails_with "img2ten: '$T/d/cat/a.JPEG': *" img2ten -q "$T/d" -o "$T/out.ten"
	[ ! -e "$T/out.ten" ]
	run img2ten -q --skip-bad "$T/d" -o "$T/a.ten"
	[ "$status" -eq 0 ]
	[[ ${lines[0]} == "img2ten: '$T/d/cat/a.JPEG': "*"; left out" ]]
	[ "${lines[1]}" = "img2ten: 1 of 6 files left out" ]
	[ "$(said samples "$T/a.ten")" = "5 5 5 5 5" ]
	[ "$(said first "$T/a.ten")" = "0 1 2 3 4" ]
	echo x >"$T/x.png"
	run img2ten -q --skip-bad "$T/x.png"
	[ "$status" -eq 2 ]
}

@test "files can be listed in a file" {
	printf '%s\n\n%s\r\n' "$P/rgb.png" "$P/grey.png" >"$T/list"
	img2ten -q --list "$T/list" -o "$T/a.ten"
	[ "$(said file "$T/a.ten")" = "$P/rgb.png $P/grey.png" ]
	echo "$P/rgb.png" | img2ten -q --list - -o "$T/b.ten"
	[ "$(said file "$T/b.ten")" = "$P/rgb.png" ]
	fails_with "img2ten: cannot open '$T/none': No such*" img2ten --list "$T/none"
	mkdir "$T/empty"
	fails_with "img2ten: no pictures*" img2ten "$T/empty"
	fails_with "img2ten: nothing to read*" img2ten
}

@test "cases are called as their files are, and by their folders where that is not enough" {
	mkdir -p "$T/d/x/deep" "$T/d/y"
	for f in x/a.png x/deep/a.png y/a.png y/b.png y/b.tif y/c.png; do cp "$P/grey.png" "$T/d/$f"; done
	img2ten -q --flat "$T/d" -o "$T/a.ten"
	[ "$(said case "$T/a.ten")" = "x_a x_deep_a y_a y_b.png y_b.tif c" ]
	img2ten -q "$T/d/y/c.png" "$T/d/y/c.png" "$P/pages.tif" -o "$T/b.ten"
	[ "$(said case "$T/b.ten" | cut -d' ' -f 3-)" = "pages_page01 pages_page02 pages_page03" ]
	[ "$(said case "$T/b.ten" | tr ' ' '\n' | sort -u | wc -l)" -eq 5 ]
}

@test "the layout of the paper: img_dir and ann_dir with _gt, train, val and test" {
	for part in train val test; do
		mkdir -p "$T/d/img_dir/$part" "$T/d/ann_dir/$part"
		tiff 2 1 '\7\10' >"$T/d/img_dir/$part/p1_0.tiff"
		tiff 2 1 '\0\3' >"$T/d/ann_dir/$part/p1_0_gt.tiff"
	done
	img2ten -q --names a,b,c,d "$T/d" -o "$T/a.ten"
	[ "$(said case "$T/a.ten")" = "test_p1_0 train_p1_0 val_p1_0" ]
	[ "$(count_of mask "$T/a.ten") $(said classes "$T/a.ten") $(said names "$T/a.ten")" = "3 4 4 4 a,b,c,d a,b,c,d a,b,c,d" ]
	for part in train val test; do
		img2ten -q --split $part "$T/d" -o "$T/b.ten"
		[ "$(said file "$T/b.ten") $(said case "$T/b.ten")" = "$T/d/img_dir/$part/p1_0.tiff ${part}_p1_0" ]
	done
	rm "$T/d/ann_dir/test/p1_0_gt.tiff" # those for testing are often kept back
	img2ten -q --split train "$T/d" -o "$T/b.ten"
	[ "$(count_of mask "$T/b.ten")" -eq 1 ]
	rm -r "$T/d/img_dir/test"
	fails_with "img2ten: --split test: none of the pictures is in a folder of that name" img2ten --split test "$T/d"
	rm "$T/d/ann_dir/val/p1_0_gt.tiff"
	fails_with "img2ten: '$T/d/img_dir/val/p1_0.tiff': no mask $T/d/ann_dir/val/p1_0.tiff*" img2ten -q "$T/d"
	img2ten -q --no-masks "$T/d" -o "$T/n.ten"
	[ "$(count_of mask "$T/n.ten") $(count_of image "$T/n.ten")" = "0 2" ]
}

@test "images with masks or labels beside them, in parts above or below; a folder of that name alone is any other" {
	for dir in train val; do
		mkdir -p "$T/d/$dir/images" "$T/d/$dir/labels"
		tiff 2 1 '\7\10' >"$T/d/$dir/images/a$dir.tif"
		tiff 2 1 '\0\3' >"$T/d/$dir/labels/a$dir.png"
	done
	img2ten -q --split val "$T/d" -o "$T/a.ten"
	[ "$(said case "$T/a.ten") $(count_of mask "$T/a.ten") $(count_of label "$T/a.ten")" = "aval 1 0" ]
	mkdir -p "$T/c/images" "$T/c/other"
	cp "$P/grey.png" "$T/c/images"
	cp "$P/grey.png" "$T/c/other/x.png"
	img2ten -q "$T/c" -o "$T/b.ten"
	[ "$(said class "$T/b.ten")" = "images other" ]
	mkdir "$T/c/masks"
	fails_with "img2ten: '$T/c/images/grey.png': no mask $T/c/masks/grey.png*" img2ten -q "$T/c"
}

@test "names, number and the ignore label: of options, of classes.tsv" {
	mkdir "$T/d"
	cp "$P/rgb.png" "$T/d/a.png"
	tiff 7 6 '\0\1\2\3\377\0\0\0\1\2\3\377\0\0\0\1\2\3\377\0\0\0\1\2\3\377\0\0\0\1\2\3\377\0\0\0\1\2\3\377\0\0' >"$T/d/a_gt.tif"
	fails_with "img2ten: '$T/d/a_gt.tif': label 255 at (4,0), expected 0..3" img2ten -q -c 4 "$T/d"
	fails_with "img2ten: '$T/d/a_gt.tif': label 3 at (3,0), expected 0..2 or 255" img2ten -q -c 3 --ignore 255 "$T/d"
	fails_with "img2ten: the ignore label 3 is one of the 4 classes" img2ten -q -c 4 --ignore 3 "$T/d"
	fails_with "img2ten: --names: 'a,b': no name for class 2 of 0..3" img2ten -q -c 4 --names a,b "$T/d"
	img2ten -q --names a,b,c,d --ignore 255 "$T/d" -o "$T/a.ten"
	[ "$(said names "$T/a.ten") $(said classes "$T/a.ten") $(said ignore "$T/a.ten")" = "a,b,c,d 4 255" ]
	printf '%s\t%s\n' label name 0 no 1 wall 2 lumen 3 clot 255 ignore >"$T/d/classes.tsv"
	img2ten -q "$T/d" -o "$T/b.ten"
	[ "$(said names "$T/b.ten") $(said classes "$T/b.ten") $(said ignore "$T/b.ten")" = "no,wall,lumen,clot 4 255" ]
	[ "$(said case "$T/b.ten")" = a ]
	classes
	rm "$T/d/a.png" "$T/d/a_gt.tif" "$T/d/classes.tsv"
	fails_with "img2ten: --ignore is about labels in masks: here subfolders are the classes*" img2ten -q --ignore 9 "$T/d"
	fails_with "img2ten: --names is about labels in masks: *" img2ten -q --names a,b "$T/d"
}

@test "a table: channels in several files, masks of 16 bits or a palette, patients and parts" {
	mkdir -p "$T/d/i" "$T/d/m"
	tiff 2 1 '\1\2' >"$T/d/i/a.tif"
	tiff 2 1 '\3\4' >"$T/d/i/b.tif"
	SAMPLES=3 tiff 2 1 '\5\6\7\10\11\12' >"$T/d/i/rgb.tif"
	BITS=16 tiff 2 1 '\1\0\2\0' >"$T/d/m/a.tif"
	printf '%s\t%s\t%s\t%s\n' image mask patient split i/a.tif,i/rgb.tif m/a.tif jane train i/b.tif,i/rgb.tif - zoe val \
		>"$T/d/labels.tsv"
	img2ten -q --split train --names a,b,c "$T/d" -o "$T/a.ten"
	[ "$(said case "$T/a.ten") $(said patient "$T/a.ten")" = "a jane" ]
	grep -aq '"image":{"data_offsets":[^}]*"dtype":"U8","shape":\[1,4,1,2\]' "$T/a.ten"
	[ "$(tail -c 10 "$T/a.ten" | od -An -tu1 | xargs)" = "1 2 5 8 6 9 7 10 1 2" ]
	img2ten -q --grey --split val "$T/d" -o "$T/b.ten"
	[ "$(said case "$T/b.ten") $(count_of mask "$T/b.ten")" = "b 0" ]
	grep -aq '"shape":\[1,2,1,2\]' "$T/b.ten"
	run img2ten "$T/d" -o "$T/c.ten"
	[[ $output == *"img2ten: 1 of 2 cases have no mask and are left out; --no-masks takes all"* ]]
	img2ten -q --no-masks "$T/d" -o "$T/n.ten"
	[ "$(said case "$T/c.ten") $(said case "$T/n.ten")" = "a a b" ]
	fails_with "img2ten: '$T/d/i/rgb.tif': with its 3 there would be more than 4 channels" img2ten -q --rgb "$T/d"
	tiff 1 1 '\5' >"$T/d/i/rgb.tif"
	fails_with "img2ten: '$T/d/i/rgb.tif': 1x1 pixels, the first channel has 2x1" img2ten -q "$T/d"
	gzip -dc "$GOLDEN/nifti/frame.nii.gz" >"$T/d/i/a.nii"
	printf 'image\ni/a.nii\n' >"$T/d/labels.tsv"
	fails_with "img2ten: '$T/d/i/a.nii' is no picture (nii2ten reads NIfTI)" img2ten -q "$T/d"
	printf 'image\ni/a.tif\n' >"$T/d/labels.tsv"
	fails_with "nii2ten: '$T/d/i/a.tif' is a picture (img2ten reads those)" nii2ten -qu --split all "$T/d"
}

@test "nnU-Net's folder of pictures: three colours in one file, or a channel in each" {
	mkdir -p "$T/d/imagesTr" "$T/d/labelsTr"
	SAMPLES=3 tiff 2 1 '\1\2\3\4\5\6' >"$T/d/imagesTr/x_0000.tif"
	tiff 2 1 '\0\2' >"$T/d/labelsTr/x.tif"
	echo '{"channel_names":{"0":"R","1":"G","2":"B"},"labels":{"no":0,"yes":1,"ignore":2},"numTraining":1,"file_ending":".tif"}' \
		>"$T/d/dataset.json"
	img2ten -q "$T/d" -o "$T/a.ten"
	[ "$(said case "$T/a.ten") $(said names "$T/a.ten") $(said ignore "$T/a.ten")" = "x no,yes 2" ]
	grep -aq '"shape":\[1,3,1,2\]' "$T/a.ten"
	for k in 0 1 2; do tiff 2 1 "\\$((k + 1))\\$((k + 4))" >"$T/d/imagesTr/x_000$k.tif"; done
	img2ten -q "$T/d" -o "$T/b.ten"
	[ "$(tail -c 8 "$T/b.ten" | od -An -tu1 | xargs)" = "1 4 2 5 3 6 0 2" ]
	rm "$T/d/imagesTr/x_0001.tif"
	rm "$T/d/imagesTr/x_0002.tif"
	img2ten -q "$T/d" -o "$T/c.ten" # one grey file is an image of one channel
	grep -aq '"shape":\[1,1,1,2\]' "$T/c.ten"
}

@test "a mask without its image, a file of no bytes and an image of one pixel" {
	mkdir "$T/d"
	tiff 1 1 '\5' >"$T/d/a.tif"
	tiff 1 1 '\1' >"$T/d/a_gt.tif"
	img2ten -q -c 2 "$T/d" -o "$T/a.ten"
	[ "$(count_of mask "$T/a.ten")" -eq 1 ]
	cp "$T/d/a_gt.tif" "$T/d/b_gt.tif"
	fails_with "img2ten: '$T/d/b_gt.tif': labels without an image: its name without _gt is that of none" img2ten "$T/d"
	mv "$T/d/b_gt.tif" "$T/d/b.tif"
	: >"$T/d/b.tif"
	fails_with "img2ten: '$T/d/b.tif': neither TIFF, JPEG nor PNG" img2ten "$T/d"
	rm "$T/d/b.tif"
	: >"$T/d/a_gt.tif"
	fails_with "img2ten: '$T/d/a_gt.tif': neither TIFF, JPEG nor PNG" img2ten "$T/d"
}
