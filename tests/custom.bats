# Data that are not ACDC, from the folder to the report: two and four channels, seven classes, a label without truth
load lib

names='background,left lung,right lung,heart,aorta,liver,spleen'

# said KEY FILE: what all records of a stream, or weights, say
said() {
	ten-info "$2" | grep -o "$1='*[^;']*" | sort -u | sed "s/.*=//; s/^'//"
}

# learn FOLDER EPOCHS: $T/model from its training cases
learn() {
	nii2ten -q -u "$1" -o "$T/pool.ten"
	nii2ten -q "$1" -o "$T/train.ten"
	nii2ten -q --split val "$1" -o "$T/val.ten"
	ssl-augment -q -s 1 --size 32 "$T/pool.ten" |
		ssl-pretrain -q -s 1 --arch resnet18 --batch 8 --warmup 0 --proj-hidden 64 --pred-hidden 64 -o "$T/encoder"
	ssl-augment -q -s 1 --policy finetune --scale .3,1 --size 32 --epochs "$2" "$T/train.ten" |
		seg-finetune -q -s 1 --encoder "$T/encoder" --batch 8 --lr 3e-3 --loss dice+ce --warmup 1 --val "$T/val.ten" \
			--history "$T/history" -o "$T/model"
}

# scores TABLE: the Dice of each class but the background, in hundredths
scores() {
	awk -F '\t' '$1 == "volume_dice" && $2 != "background" && $2 != "foreground" { printf "%s%d", n++ ? " " : "", $3 * 100 }' "$1"
}

# header FILE: dim, pixdim, units, qform and sform of a compressed NIfTI-1 file
header() {
	local part
	for part in 40:16 76:32 123:1 252:76; do
		gzip -dc "$1" | tail -c +$((${part%:*} + 1)) | head -c "${part#*:}"
	done | od -An -v -tx1
}

# check FOLDER CHANNELS: what was learnt and what came of it; images of its test cases are $T/images/CASE.nii.gz
check() {
	local k case
	[ "$(said classes "$T/train.ten") $(said ignore "$T/train.ten") $(said names "$T/train.ten")" = "7 7 $names" ]
	ten-info "$T/encoder" | grep -q "conv1.weight *F32 \[64,$2,7,7\]"
	[ "$(said classes "$T/model") $(said channels "$T/model") $(said names "$T/model")" = "7 $2 $names" ]
	# masks that lie on their images, and know their names
	seg-predict -q -m "$T/model" --split test -p -o "$T/masks" "$1"
	for case in "$T"/images/*; do
		diff <(header "$case") <(header "$T/masks/$(basename "$case")")
		# probabilities: seven of them for each voxel
		[ "$(gzip -dc "$T/masks/probabilities/$(basename "$case")" | od -An -td2 -j40 -N12 | awk '{ print $1, $5 }')" = "4 7" ]
	done
	[ "$(tail -n +2 "$T/masks/classes.tsv" | cut -f 2 | paste -sd ,)" = "$names" ]
	# every class was learnt, some of them from few pixels, and pixels without truth are in no score
	seg-eval -q --common --confusion "$T/confusion" -o "$T/scores" "$T/masks" "$1"
	[ "$(awk -F '\t' '$1 == "volume_dice" { print $2 }' "$T/scores" | paste -sd ,)" = "$names,foreground" ]
	scores "$T/scores" | awk '{ for (i = 1; i <= NF; i++) { sum += $i; low += $i < 30 } }
		END { if (NF != 6 || low || sum < 6 * 65) { print "Dice of the classes: " $0; exit 1 } }'
	[ "$(tail -n +2 "$T/confusion" | cut -f 2- | tr '\t' '\n' | awk '{ n += $1 } END { print n }')" = "$(awk -F '\t' '$2 == "test" {
		k = split($9, l, " "); for (i = 1; i <= k; i++) { split(l[i], p, ":"); if (p[1] < 7) n += p[2] } } END { print n }' "$T/cases")" ]
	# the same by way of a stream
	nii2ten -q --split test "$1" | seg-predict -q -m "$T/model" -o "$T/test.ten"
	seg-eval -q "$T/test.ten" | diff <(grep _dice "$T/scores") <(grep _dice -)
	ten2tif -q --sheet --channel $(($2 - 1)) --caption --legend --labels difference --panels all -o "$T/a.png" "$T/test.ten"
	ten2tif -q --sheet --channel 0 --caption --legend --labels difference --panels all -o "$T/b.png" "$T/test.ten"
	[ "$(head -c 8 "$T/a.png" | od -An -tx1 | tr -d ' ')" = 89504e470d0a1a0a ]
	run cmp -s "$T/a.png" "$T/b.png" # another channel, another picture
	[ "$status" -eq 1 ]
	seg-report -q --replicates 10 -o "$T/report.html" "$1" "$T/masks"
	for k in 'left lung' 'right lung' heart aorta liver spleen; do
		grep -q "<span>mean Dice, $k</span>" "$T/report.html"
	done
	[ "$(grep -c '<article class="case"' "$T/report.html")" = 2 ]
}

@test "two channels and seven classes, from nnU-Net's folder to the report" {
	local f
	make-studies -s 1 --cases 10 --ignore -o "$T/set"
	dataset-check -q "$T/set" -o "$T/cases"
	learn "$T/set" 24
	mkdir "$T/images"
	for f in "$T"/set/imagesTs/*_0000.nii.gz; do
		f=$(basename "$f" _0000.nii.gz)
		cp "$T/set/imagesTs/${f}_0000.nii.gz" "$T/images/$f.nii.gz"
	done
	check "$T/set" 2
	# with its channels the wrong way round it is another image: both were learnt from, each in its place
	for f in case_008 case_009; do
		mv "$T/set/imagesTs/${f}_0000.nii.gz" "$T/x"
		mv "$T/set/imagesTs/${f}_0001.nii.gz" "$T/set/imagesTs/${f}_0000.nii.gz"
		mv "$T/x" "$T/set/imagesTs/${f}_0001.nii.gz"
	done
	seg-predict -q -m "$T/model" --split test -o "$T/swapped" "$T/set"
	seg-eval -q --common -o "$T/other" "$T/swapped" "$T/set"
	[ "$(awk -F '\t' '$1 == "volume_dice" && $2 == "foreground" { print $3 < 0.4 }' "$T/other")" = 1 ]
}

@test "four channels, names with blanks and dots and masks of floats, from a table to the report" {
	local f
	make-studies -s 2 --layout table --channels 4 --cases 10 --ignore -o "$T/set"
	dataset-check -q "$T/set" -o "$T/cases"
	learn "$T/set" 12
	mkdir "$T/images"
	for f in 8 9; do cp "$T/set/images/case no. $f v1.5_0000.nii.gz" "$T/images/case no. $f v1.5.nii.gz"; done
	check "$T/set" 4
	[ "$(cd "$T/masks" && ls -- *.nii.gz)" = "case no. 8 v1.5.nii.gz
case no. 9 v1.5.nii.gz" ]
	grep -q '<th scope="row">Mr. 9</th>' "$T/report.html" || grep -q '<h3>Mr. 9' "$T/report.html"
	# fewer channels than the model has seen
	fails_with "seg-predict: *: 1 channels, the model takes 4*" seg-predict -q -m "$T/model" -o "$T/none" "$T/images"
	nii2ten -q -u --split all "$T/images" -o "$T/one.ten"
	fails_with "seg-predict: '$T/one.ten' record 0 at byte 0: *1*4*" seg-predict -q -m "$T/model" "$T/one.ten" -o "$T/p.ten"
}
