# ten2tif: pages, sheets, refusals
load lib

# data FILE: a stream of two volumes, 10 slices in all, with masks
data() {
	phantom-cine -q -s 1 -n 1 --matrix 40,40 --slices 5,5 --no-cine -o "$T/acdc"
	nii2ten -q --acdc "$T/acdc" --split all -o "$1"
}

# pages FILE: number of pages of a little-endian TIFF, following its chain
pages() {
	local at n=0 entries
	at=$(od -An -tu4 -j4 -N4 "$1")
	while [ "$at" -ne 0 ]; do
		n=$((n + 1))
		entries=$(od -An -tu2 -j"$at" -N2 "$1")
		at=$(od -An -tu4 -j$((at + 2 + 12 * entries)) -N4 "$1")
	done
	echo "$n"
}

# png_size FILE: "WxH"
png_size() {
	od -An -v -tu1 -j16 -N8 "$1" | awk '{ print $3 * 256 + $4 "x" $7 * 256 + $8 }'
}

@test "a page for each sample, or for every third, up to a limit" {
	data "$T/a.ten"
	ten2tif -o "$T/a.tif" "$T/a.ten"
	[ "$(pages "$T/a.tif")" -eq 10 ]
	ten2tif --every 3 -o "$T/b.tif" <"$T/a.ten"
	[ "$(pages "$T/b.tif")" -eq 4 ]
	ten2tif --limit 2 <"$T/a.ten" | cat >"$T/c.tif"
	[ "$(pages "$T/c.tif")" -eq 2 ]
}

@test "a sheet is one page; its size follows from columns, zoom and panels" {
	data "$T/a.ten"
	read -r h w < <(ten-info "$T/a.ten" | sed -n 's/^record 0: image I16 .5,1,\([0-9]*\),\([0-9]*\).*/\1 \2/p')
	ten2tif --sheet -o "$T/a.tif" "$T/a.ten"
	[ "$(pages "$T/a.tif")" -eq 1 ]
	ten2tif --sheet --columns 5 -o "$T/a.png" "$T/a.ten"
	[ "$(png_size "$T/a.png")" = "$((5 * w + 4 * 2))x$((2 * h + 2))" ]
	ten2tif --limit 1 -z 3 --panels all -o "$T/b.png" "$T/a.ten"
	[ "$(png_size "$T/b.png")" = "$((2 * 3 * w))x$((3 * h))" ]
}

@test "labels change the picture, and none are drawn when none are wanted" {
	data "$T/a.ten"
	for how in contour fill none; do
		ten2tif --sheet --labels $how -o "$T/$how.png" "$T/a.ten"
	done
	[ "$(cksum <"$T/contour.png")" != "$(cksum <"$T/fill.png")" ]
	[ "$(cksum <"$T/contour.png")" != "$(cksum <"$T/none.png")" ]
	ten2tif --sheet -o "$T/again.png" "$T/a.ten"
	cmp "$T/contour.png" "$T/again.png"
}

# labelled [META]: two slices of 8 x 8 with truth, prediction and no truth for the last row; every pixel grey is 0 but one
labelled() {
	local image='' mask='' pred='' i
	for ((i = 0; i < 128; i++)); do image+='\0'; done
	for ((i = 0; i < 2; i++)); do
		mask+='\0\0\0\0\0\0\0\0\0\1\1\0\0\0\0\0\0\1\1\0\0\2\2\0\0\0\0\0\0\2\2\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0'
		mask+='\0\0\0\0\0\0\0\0\377\377\377\377\377\377\377\377'
		pred+='\0\0\0\0\0\0\0\0\0\1\1\1\0\0\0\0\0\1\1\1\0\2\0\0\0\0\0\0\0\2\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0'
		pred+='\0\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0'
	done
	ten_record "{\"__metadata__\":{${1:-}},\"image\":{\"dtype\":\"U8\",\"shape\":[2,1,8,8],\"data_offsets\":[0,128]},\
\"mask\":{\"dtype\":\"U8\",\"shape\":[2,8,8],\"data_offsets\":[128,256]},\
\"pred\":{\"dtype\":\"U8\",\"shape\":[2,8,8],\"data_offsets\":[256,384]}}" "$image$mask$pred"
}

# colours FILE [X Y W H]: the picture's, without black
colours() {
	pixels "$@" | grep -v '^0 0 0 ' | tr '\n' ';'
}

@test "differences: right green, missed vermilion, extra yellow, no truth hatched; each panel where it belongs" {
	labelled '"ignore":"255"' >"$T/a.ten"
	ten2tif --labels difference --panels one --limit 1 -o "$T/one.png" "$T/a.ten"
	[ "$(png_size "$T/one.png")" = 8x8 ]
	# 4 + 2 pixels half green, 2 missed and 2 extra at three quarters, 2 of 8 hatched
	[ "$(colours "$T/one.png")" = "0 79 57 6;150 150 150 2;159 70 0 2;180 171 49 2;" ]
	ten2tif --labels difference --limit 1 -o "$T/each.png" "$T/a.ten"
	[ "$(png_size "$T/each.png")" = 16x8 ]
	[ "$(colours "$T/each.png" 8 0 8 8)" = "$(colours "$T/one.png")" ]
	[ "$(colours "$T/each.png" 0 0 8 7 | grep -o ';' | wc -l)" -eq 2 ] # the contours of 1 and 2
	ten2tif --labels difference --panels all --limit 1 -z 3 -o "$T/all.png" "$T/a.ten"
	[ "$(png_size "$T/all.png")" = 72x24 ]
	[ -z "$(colours "$T/all.png" 0 0 24 24)" ]
	ten-select --range 0,1 "$T/a.ten" | sed 's/"pred"/"prod"/' >"$T/b.ten"
	fails_with "ten2tif: *no tensor 'pred': --labels difference needs 'mask' and 'pred'" \
		ten2tif --labels difference -o "$T/c.tif" "$T/b.ten"
}

@test "the ignored label is no structure: contours leave it out" {
	labelled '"ignore":"255"' | ten2tif --panels one --limit 1 -o "$T/a.png"
	[ "$(colours "$T/a.png" 1 7 7 1)" = "150 150 150 2;" ]
	labelled | ten2tif --panels one --limit 1 -o "$T/b.png"
	[ "$(colours "$T/b.png" 1 7 7 1)" = "$(colours "$T/b.png" 3 7 1 1 | sed 's/ 1;/ 7;/')" ]
	labelled '"ignore":"256"' >"$T/c.ten"
	fails_with "ten2tif: *'ignore'*" ten2tif -o "$T/c.tif" "$T/c.ten"
}

@test "a caption stands above each picture, a legend below the page or the sheet" {
	labelled '"patient":"p1","frame":"1","phase":"ED","slice":"0","slices":"2","names":"back,RV,LV","ignore":"255"' >"$T/a.ten"
	ten2tif --panels one -z 20 --caption --limit 1 -o "$T/a.png" "$T/a.ten"
	ten2tif --panels one -z 20 --limit 1 -o "$T/plain.png" "$T/a.ten"
	[ "$(png_size "$T/a.png")" = 160x183 ]
	[ "$(colours "$T/a.png" 0 23 160 160)" = "$(colours "$T/plain.png")" ]
	# "p1 frame 1" is black and white and takes 10 cells of 6; "ED, slice 1/2" 13
	[ "$(colours "$T/a.png" 2 1 60 9 | grep -c '^255 255 255 [0-9]*;$')" -eq 1 ]
	[ -z "$(colours "$T/a.png" 62 0 98 11)" ]
	[ -n "$(colours "$T/a.png" 74 12 6 9)" ]
	[ -z "$(colours "$T/a.png" 80 12 80 11)" ]
	# two lines: RV, LV, truth, predicted and no truth are more than 160 pixels
	ten2tif --panels one -z 20 --legend --limit 1 -o "$T/b.png" "$T/a.ten"
	[ "$(png_size "$T/b.png")" = 160x184 ]
	[ "$(colours "$T/b.png" 2 162 9 7)" = "86 180 233 18;" ]
	[ "$(colours "$T/b.png" 35 162 9 7)" = "240 228 66 18;" ]
	ten2tif --legend --caption --sheet --columns 2 --panels one -z 20 -o "$T/c.png" "$T/a.ten"
	[ "$(png_size "$T/c.png")" = 360x196 ]
	# without names the numbers; --names go before those of the stream
	ten2tif --panels one -z 20 --legend --limit 1 --names 'back,RV,LV' -o "$T/d.png" <(labelled '"ignore":"255"')
	cmp "$T/b.png" "$T/d.png"
	fails_with "ten2tif: --names 'a,,b': no name for class 1" ten2tif --names a,,b -o "$T/e.tif" "$T/a.ten"
}

@test "two views of a sample are shown side by side, one of them when it is asked for" {
	make-stream --kind views --samples 2 --width 16 -o "$T/a.ten"
	ten2tif --limit 1 -o "$T/both.png" "$T/a.ten"
	[ "$(png_size "$T/both.png")" = 32x16 ]
	for v in 1 2; do
		ten2tif --limit 1 --tensor view.$v -o "$T/$v.png" "$T/a.ten"
		[ "$(png_size "$T/$v.png")" = 16x16 ]
		[ "$(colours "$T/both.png" $((16 * (v - 1))) 0 16 16)" = "$(colours "$T/$v.png")" ]
	done
	[ "$(colours "$T/1.png")" != "$(colours "$T/2.png")" ]
	ten2tif --limit 1 --tensor views -o "$T/asked.png" "$T/a.ten"
	cmp "$T/both.png" "$T/asked.png"
	make-stream --kind images --samples 2 -o "$T/b.ten"
	fails_with "ten2tif: *no tensor 'view.1'*" ten2tif --tensor views -o "$T/b.tif" "$T/b.ten"
}

@test "what cannot be shown is refused and leaves no file" {
	data "$T/a.ten"
	mkdir "$T/out"
	fails_with "ten2tif: '$T/out/a.png': a PNG holds one picture*" ten2tif -o "$T/out/a.png" "$T/a.ten"
	fails_with "ten2tif: * record 0 *no tensor 'view.2', only 'image', 'mask'" \
		ten2tif --tensor view.2 -o "$T/out/a.tif" "$T/a.ten"
	fails_with "ten2tif: * record 0 *'mask' is \[5,*expected 4 dimensions" \
		ten2tif --tensor mask -o "$T/out/a.tif" "$T/a.ten"
	fails_with "ten2tif: * record 0 *it has no channel 1" ten2tif --channel 1 -o "$T/out/a.tif" "$T/a.ten"
	head -c 9000 "$T/a.ten" >"$T/cut.ten"
	fails_with "ten2tif: '$T/cut.ten' record *" ten2tif --limit 1 -o "$T/out/a.tif" "$T/cut.ten"
	: >"$T/empty"
	fails_with "ten2tif: *" ten2tif -o "$T/out/a.tif" "$T/empty"
	[ -z "$(ls -A "$T/out")" ]
}
