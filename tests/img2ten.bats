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
