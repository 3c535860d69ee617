# From a folder of pictures to scores; masks and probabilities as TIFF files (img2ten.1, seg-predict.1, seg-eval.1)
load lib

P=$GOLDEN/pictures

setup_file() {
	W=$BATS_FILE_TMPDIR
	export W
	make-weights --arch resnet18 --kind unet --names background,RV,MYO,LV -o "$W/model"
	make-weights --arch resnet18 --kind unet --in-channels 2 -o "$W/two"
}

# shapes N IMAGE MASK: a picture of 48x48 pixels with a red disc and a green square on a noisy grey, and its labels: 1, 2, and
# 255 around the disc, where nobody could say
shapes() {
	awk -v n="$1" -v image="$T/image" -v mask="$T/mask" '
		function random() { seed = (seed * 16807) % 2147483647; return seed / 2147483647 }
		BEGIN {
			for (seed = n * 123456789 % 2147483647; i++ < 9;)
				random()
			x = 10 + int(28 * random()); y = 10 + int(28 * random()); r = 5 + int(6 * random())
			a = 4 + int(28 * random()); b = 4 + int(28 * random()); side = 8 + int(8 * random())
			for (j = 0; j < 48; j++)
				for (i = 0; i < 48; i++) {
					d = sqrt((i - x) ^ 2 + (j - y) ^ 2)
					k = d < r ? 1 : d < r + 1.5 ? 255 : i >= a && i < a + side && j >= b && j < b + side ? 2 : 0
					noise = int(60 + 40 * random())
					printf "\\x%02x\\x%02x\\x%02x", noise + 100 * (d < r + 1), noise + 100 * (k == 2), noise >image
					printf "\\x%02x", k >mask
				}
		}'
	SAMPLES=3 tiff 48 48 "$(cat "$T/image")" >"$2"
	tiff 48 48 "$(cat "$T/mask")" >"$3"
}

# tag FILE NUMBER: the count and the value (or its place) of an entry of a TIFF's first directory, by the format's specification:
# the directory is where bytes 4 to 7 say, two bytes tell how many entries of 12 bytes follow
tag() {
	local at n
	at=$(od -An -tu4 -j4 -N4 "$1")
	n=$(od -An -tu2 -j"$at" -N2 "$1")
	od -An -v -tu2 -w12 -j$((at + 2)) -N$((12 * n)) "$1" | awk -v t="$2" '$1 == t { print $3 + 65536 * $4, $5 + 65536 * $6 }'
}

# strip FILE: the bytes of its only strip, uncompressed: a zlib stream is a gzip stream with another head and tail
strip() {
	local at n
	read -r n at < <(tag "$1" 273)
	[ "$n" -eq 1 ]
	read -r _ n < <(tag "$1" 279)
	(printf '\x1f\x8b\x08\0\0\0\0\0\0\0' && tail -c +$((at + 3)) "$1" | head -c $((n - 2))) | gzip -dc 2>/dev/null || true
}

# last TENSOR-BYTES FILE RECORD: the end of a record
last() {
	ten-select -q --range "$3,$(($3 + 1))" "$2" | tail -c "$1"
}

# A reader of images written by others (PIL) opened such a file as a palette image with these indices and colours.
@test "a mask is indexed colours: labels for who reads indices, colours for who looks" {
	seg-predict -q -m "$W/model" "$P/grey.png" -o "$T/mask.tif"
	[ "$(tag "$T/mask.tif" 256) $(tag "$T/mask.tif" 257) $(tag "$T/mask.tif" 258)" = "1 7 1 6 1 8" ]
	[ "$(tag "$T/mask.tif" 262)" = "1 3" ] # a palette
	read -r n at < <(tag "$T/mask.tif" 320)
	[ "$n" -eq 768 ] # 256 reds, greens and blues of 16 bits
	for c in 0 1 2; do od -An -v -tu2 -j$((at + 512 * c)) -N8 "$T/mask.tif"; done >"$T/map"
	[ "$(xargs <"$T/map")" = "0 22102 61680 54741 0 46260 58596 24158 0 59881 16962 0" ]
	img2ten -q --grey "$P/grey.png" | seg-predict -q -m "$W/model" -o "$T/a.ten"
	strip "$T/mask.tif" | cmp - <(tail -c 42 "$T/a.ten")
	[ "$(strip "$T/mask.tif" | od -An -v -tu1 | tr -s ' ' '\n' | sort -u | xargs)" != 0 ]
}

@test "probabilities and entropy are pages of floats, named by their class" {
	img2ten -q "$P/pages.tif" -o "$T/pages.ten"
	seg-predict -q -m "$W/model" -p -e "$T/pages.ten" -o "$T/a.ten"
	seg-predict -q -m "$W/model" -p -e "$P/pages.tif" -o "$T/x.tif"
	img2ten -q "$T/x_probabilities.tif" -o "$T/p.ten"
	img2ten -q "$T/x_entropy.tif" -o "$T/e.ten"
	[ "$(grep -ao '"samples":"[0-9]*"' "$T/p.ten" "$T/e.ten" | cut -d'"' -f4 | sort | uniq -c | xargs)" = "12 12 3 3" ]
	grep -aq background "$T/x_probabilities.tif"
	grep -aq MYO "$T/x_probabilities.tif"
	ten-info --tsv "$T/a.ten" | awk -F'\t' '$4 == "image" { print $6 }' | tr -d '[]' | tr , ' ' >"$T/sizes"
	k=0
	while read -r _ _ h w; do
		n=$((h * w))
		bytes=$(ten-info --tsv "$T/a.ten" | awk -F'\t' -v k=$k '$2 == k && $4 == "image" { print $5 }' | tr -dc 0-9)
		# in a record, wider types come first: entropy and probabilities, then image and pred
		last $((5 * 4 * n + n * bytes / 8 + n)) "$T/a.ten" $k | head -c $((20 * n)) >"$T/want"
		last $((4 * n)) "$T/e.ten" $k >"$T/got"
		for c in 0 1 2 3; do last $((4 * n)) "$T/p.ten" $((4 * k + c)) >>"$T/got"; done
		cmp "$T/want" "$T/got"
		k=$((k + 1))
	done <"$T/sizes"
	[ $k -eq 3 ]
	fails_with "*need -o*" seg-predict -p -m "$W/model" "$P/pages.tif"
}

@test "a folder of pictures becomes one of masks by the same names; its own masks are no images" {
	mkdir "$T/d"
	cp "$P/grey.png" "$T/d/a.png"
	cp "$P/palette.tif" "$T/d/a_gt.tif"
	cp "$P/rgb.tif" "$T/d/b.tiff"
	seg-predict -q -m "$W/model" -p -e "$T/d" -o "$T/out"
	[ "$(cd "$T/out" && find . -type f | sort | xargs)" = "./a.tif ./b.tif ./classes.tsv ./entropy/a.tif ./entropy/b.tif \
./probabilities/a.tif ./probabilities/b.tif" ]
	: >"$T/d/c.png"
	fails_with "seg-predict: '$T/d/c.png': neither TIFF, JPEG nor PNG" seg-predict -m "$W/model" "$T/d" -o "$T/other"
	rm "$T/d/c.png"
	head -c 60 "$T/d/b.tiff" >"$T/d/c.tif"
	fails_with "seg-predict: '$T/d/c.tif'*" seg-predict -m "$W/model" "$T/d" -o "$T/other"
	[ ! -e "$T/other" ]
}

@test "an image of one pixel goes all the way" {
	mkdir "$T/d"
	tiff 1 1 '\5' >"$T/d/x.tif"
	seg-predict -q -m "$W/model" "$T/d/x.tif" -o "$T/d/x_gt.tif"
	img2ten -q "$T/d" | seg-predict -q -m "$W/model" | seg-eval -q >"$T/scores.tsv"
	grep -qx 'accuracy	all	1.000000' "$T/scores.tsv"
}

@test "channels in files of their own, from a table" {
	mkdir "$T/d"
	cp "$P/grey.png" "$T/d"
	cp "$P/grey.png" "$T/d/other.png"
	printf 'image\tsplit\ngrey.png,other.png\ttest\nother.png,grey.png\ttrain\n' >"$T/d/labels.tsv"
	seg-predict -q -m "$W/two" --split test "$T/d" -o "$T/out"
	[ "$(ls "$T/out")" = grey.tif ]
	img2ten -q --split test "$T/d" | seg-predict -q -m "$W/two" -o "$T/a.ten"
	strip "$T/out/grey.tif" | cmp - <(tail -c 42 "$T/a.ten")
	fails_with "seg-predict: '$T/d/grey.png' page 1: 'image' is \[1,2,6,7\], the model takes \[N,1,H,W\]" seg-predict -m "$W/model" --split test "$T/d" -o "$T/other"
}

@test "two folders of masks, or two files, score as labels do in a stream" {
	mkdir -p "$T/truth" "$T/pred/entropy"
	tiff 4 2 '\0\1\1\0\2\2\11\11' >"$T/truth/a_gt.tif"
	tiff 4 2 '\0\1\0\0\2\2\1\2' >"$T/pred/a.tif"
	BITS=16 tiff 2 1 '\1\0\0\0' >"$T/truth/b_gt.tif"
	tiff 2 1 '\1\0' >"$T/pred/b.tif"
	cp "$T/pred/a.tif" "$T/pred/entropy" # no case
	seg-eval -q --ignore 9 --classes 3 "$T/pred" "$T/truth" -o "$T/scores.tsv" --volumes "$T/volumes.tsv"
	# class 1: 2 of 2, 3 in truth; class 2: all; the label 9 is left out
	awk -F'\t' '$1 == "pooled_dice" { print $2, $3 }' "$T/scores.tsv" >"$T/dice"
	diff "$T/dice" - <<-EOF
		0 0.857143
		1 0.800000
		2 1.000000
		foreground 0.900000
	EOF
	[ "$(cut -f 1 "$T/volumes.tsv" | uniq | xargs)" = "patient a b" ]
	seg-eval -q --ignore 9 "$T/pred/a.tif" "$T/truth/a_gt.tif" -o "$T/one.tsv"
	grep -q '^volumes	all	1$' "$T/one.tsv"
	seg-eval -q --ignore 9 --spacing 1,1 --volumes "$T/v.tsv" "$T/pred" "$T/truth" >/dev/null
	fails_with "seg-eval: --spacing '1': expected two sizes*" seg-eval --spacing 1 "$T/pred" "$T/truth"
}

@test "masks that cannot be compared" {
	mkdir -p "$T/truth" "$T/pred"
	tiff 2 1 '\0\1' >"$T/truth/a.tif"
	tiff 1 2 '\0\1' >"$T/pred/a.tif"
	fails_with "seg-eval: '$T/pred/a.tif' and '$T/truth/a.tif': page 1: 1x2 against 2x1 pixels" seg-eval "$T/pred" "$T/truth"
	SAMPLES=3 tiff 2 1 '\0\1\2\3\4\5' >"$T/pred/a.tif"
	fails_with "seg-eval: '$T/pred/a.tif': a colour at (0,0), expected labels 0..255" seg-eval "$T/pred" "$T/truth"
	fails_with "seg-eval: '$P/pages.tif' and '$T/truth/a.tif': 3 against 1 pages" seg-eval "$P/pages.tif" "$T/truth/a.tif"
	gzip -dc "$GOLDEN/nifti/labels.nii.gz" >"$T/l.nii"
	fails_with "seg-eval: '$T/l.nii' and '$T/truth/a.tif': one is a picture, the other is none" seg-eval "$T/l.nii" "$T/truth/a.tif"
	rm "$T/pred/a.tif"
	tiff 2 1 '\0\1' >"$T/pred/b.tif"
	fails_with "seg-eval: '$T/pred': no prediction of case 'a' of '$T/truth'*" seg-eval "$T/pred" "$T/truth"
}

@test "the whole road: check, learn, predict a folder, score, with three colours, three classes and pixels without truth" {
	mkdir -p "$T/d"/{img_dir,ann_dir}/{train,val}
	for n in 1 2 3 4 5 6 7 8 9 10 11 12; do
		part=$([ "$n" -le 9 ] && echo train || echo val)
		shapes "$n" "$T/d/img_dir/$part/s$n.tiff" "$T/d/ann_dir/$part/s${n}_gt.tiff"
	done
	printf '%s\t%s\n' label name 0 background 1 disc 2 square 255 ignore >"$T/d/classes.tsv"
	dataset-check -q "$T/d" -o "$T/check.tsv"
	[ "$(cut -f 2,3,5 "$T/check.tsv" | sort | uniq -c | xargs)" = "1 part size channels 9 train 48x48 3 3 val 48x48 3" ]
	img2ten -q --split train "$T/d" -o "$T/train.ten"
	img2ten -q --split val "$T/d" -o "$T/val.ten"
	ssl-augment -q -s 1 --policy finetune --size 64 --epochs 10 "$T/train.ten" |
		seg-finetune -q -s 1 --arch resnet18 -b 9 --lr 2e-3 --warmup 1 -o "$T/model"
	seg-predict -q -m "$T/model" --split val "$T/d" -o "$T/out"
	[ "$(cd "$T/out" && echo *)" = "classes.tsv s10.tif s11.tif s12.tif" ]
	seg-eval -q --common "$T/out" "$T/d" -o "$T/scores.tsv"
	seg-predict -q -m "$T/model" "$T/val.ten" | seg-eval -q | diff "$T/scores.tsv" -
	# classes have their names, and what was learnt is far from chance
	awk -F'\t' '$1 == "pooled_dice" { d[$2] = $3 } END { print d["disc"], d["square"]; exit !(d["disc"] > 0.5 && d["square"] > 0.4) }' \
		"$T/scores.tsv"
	seg-report -q --common "$T/d" "$T/out" -o "$T/report.html"
	grep -q '>s10<' "$T/report.html"
	# pixels without truth, 80, 109 and 80 of 255, are neither right nor wrong
	seg-predict -q -m "$T/model" "$T/val.ten" | seg-eval -q --confusion "$T/confusion.tsv" >/dev/null
	[ "$(awk -F'\t' 'NR > 1 { for (i = 2; i <= NF; i++) n += $i } END { print n }' "$T/confusion.tsv")" -eq $((3 * 48 * 48 - 80 - 109 - 80)) ]
}
