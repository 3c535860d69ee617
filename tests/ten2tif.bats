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
