# Pixels of one size (ten-resample.1), and what is kept of it on the way into a model
load lib

# study NAME SPACING H W [PATIENT]: a stream of a patient's two slices to standard output, with a mask
study() {
	local n=$((2 * $3 * $4)) data
	data=$(seq 1 $n | awk '{ printf "\\%03o", $1 * 7 % 4 }')
	ten_record "{\"__metadata__\":{\"patient\":\"$1\",\"spacing\":\"$2\",\"names\":\"a,b,c,d\",\"first\":\"0\"},\
\"image\":{\"dtype\":\"U8\",\"shape\":[2,1,$3,$4],\"data_offsets\":[0,$n]},\
\"mask\":{\"dtype\":\"U8\",\"shape\":[2,$3,$4],\"data_offsets\":[$n,$((2 * n))]}}" "$data$data"
}

# three: patients of three spacings, in $T/all.ten
three() {
	study a "1 1 8" 20 24 >"$T/a"
	study b "2 1.5 8" 20 24 >"$T/b"
	study c "1.5 2.5 10" 20 24 >"$T/c"
	ten-cat "$T/a" "$T/b" "$T/c" -o "$T/all.ten"
}

# listing FILE: patient, spacing and grid of each record
listing() {
	ten-info --meta patient,spacing,grid "$1" | tr '\t\n' ',;'
}

@test "images, masks and predictions get pixels of the size asked for, and stay as large as they were" {
	three
	ten-resample --spacing 1.5,1.25 "$T/all.ten" -o "$T/out.ten"
	ten-info "$T/out.ten" >"$T/info"
	sed -n 1p "$T/info" | grep -q 'image F32 \[2,1,16,16\], mask U8 \[2,16,16\]'
	sed -n 2p "$T/info" | grep -q 'image F32 \[2,1,24,32\], mask U8 \[2,24,32\]'
	sed -n 3p "$T/info" | grep -q 'image F32 \[2,1,40,24\], mask U8 \[2,40,24\]'
	[ "$(listing "$T/out.ten")" = "a,1.5 1.25 8,1.5 1.25;b,1.5 1.25 8,1.5 1.25;c,1.5 1.25 10,1.5 1.25;" ]
	[ "$(ten-info --meta names "$T/out.ten" | uniq)" = a,b,c,d ]
	sed 's/"mask"/"pred"/' "$T/b" | ten-resample --spacing 1.5,1.25 -o "$T/pred.ten"
	ten-select --where patient=b "$T/out.ten" | sed 's/"mask"/"pred"/' >"$T/b.ten"
	[ "$(ten-info -q --tsv --stats "$T/pred.ten" | grep pred)" = "$(ten-info -q --tsv --stats "$T/b.ten" | grep pred)" ]
}

@test "an image with pixels of that size stays as it is, and a second time changes nothing" {
	three
	ten-resample --spacing 1,1 "$T/a" -o "$T/same.ten"
	[ "$(listing "$T/same.ten")" = "a,1 1 8,1 1;" ]
	tail -c 1920 "$T/same.ten" | cmp - <(tail -c 1920 "$T/a")
	ten-resample --spacing 1.7,0.9 "$T/all.ten" -o "$T/one.ten"
	[ "$(listing "$T/one.ten")" = "a,1.71428571 0.909090909 8,1.7 0.9;b,1.71428571 0.909090909 8,1.7 0.9;c,1.71428571 0.892857143 10,1.7 0.9;" ]
	ten-resample --spacing 1.7,0.9 "$T/one.ten" -o "$T/two.ten"
	ten-cmp "$T/one.ten" "$T/two.ten"
	[ "$(listing "$T/two.ten")" = "$(listing "$T/one.ten")" ]
}

@test "the median is that of a file's volumes, however their slices lie in records" {
	three
	ten-resample --spacing median "$T/all.ten" -o "$T/m.ten" 2>"$T/note"
	[ "$(cat "$T/note")" = "ten-resample: median spacing of 3 volumes: 1.5 1.5 mm" ]
	ten-resample --spacing 1.5,1.5 "$T/all.ten" -o "$T/e.ten"
	ten-cmp "$T/m.ten" "$T/e.ten"
	for i in 0 1 2 3 4 5; do ten-select --range $i,$((i + 1)) "$T/all.ten" -o "$T/$i.ten"; done
	ten-cat "$T/4.ten" "$T/0.ten" "$T/1.ten" "$T/2.ten" "$T/3.ten" -o "$T/cut.ten"
	ten-resample --spacing median - <"$T/cut.ten" 2>&1 >"$T/out" | grep -qx "ten-resample: median spacing of 3 volumes: 1.5 1.5 mm"
	[ "$(ten-info --meta grid "$T/out" | uniq)" = "1.5 1.5" ]
	run bash -c "cat '$T/all.ten' | ten-resample --spacing median"
	[ "$status" -eq 2 ]
	[ "$output" = "ten-resample: standard input is a pipe: --spacing median needs a file" ]
	ten-select --where patient=a,b "$T/all.ten" -o "$T/two.ten"
	ten-resample -q --spacing median "$T/two.ten" | ten-info --meta grid | grep -q "^1.5 1.25$"
}

@test "what cannot be resampled is refused with its place" {
	local s
	three
	fails_with "ten-resample: give --spacing*" ten-resample "$T/a"
	for s in 1 1,0 -1,1 a,b 1,1,1 1,nan Median; do
		fails_with "ten-resample: --spacing: '$s' is no grid*" ten-resample --spacing "$s" "$T/a"
	done
	fails_with "*'$T/a' record 0*: 24 pixels of 1 mm would be*" ten-resample --spacing 1e-9,1 "$T/a"
	study d "" 4 4 >"$T/d"
	ten-cat "$T/a" "$T/d" -o "$T/ad"
	fails_with "ten-resample: '$T/ad' record 1*: metadata 'spacing' is ''*" ten-resample --spacing 1,1 -o "$T/out" "$T/ad"
	fails_with "ten-resample: '$T/ad': record 1: metadata 'spacing' is ''*" ten-resample --spacing median -o "$T/out" "$T/ad"
	sed 's/"spacing"/"Spacing"/' "$T/a" >"$T/e"
	fails_with "*no metadata 'spacing'*" ten-resample --spacing 1,1 -o "$T/out" "$T/e"
	[ ! -e "$T/out" ]
	sed 's/"mask"/"Mask"/' "$T/a" >"$T/e"
	fails_with "*'Mask' would not fit any more*" ten-resample --spacing 1,1 "$T/e"
}

@test "ten-select and ten-cat leave each record its grid; ssl-augment takes one" {
	three
	ten-resample --spacing 2,2 "$T/all.ten" -o "$T/two.ten"
	ten-resample --spacing 1,1 "$T/all.ten" -o "$T/one.ten"
	ten-select --where patient=b "$T/two.ten" | ten-cat "$T/one.ten" - "$T/a" -o "$T/mixed.ten"
	[ "$(ten-info --meta grid "$T/mixed.ten" | tr '\n' ';')" = "1 1;1 1;1 1;2 2;;" ]
	[ "$(ten-select --shuffle -s 1 "$T/two.ten" | ten-info --meta grid | uniq)" = "2 2" ]
	[ "$(ssl-augment -q --size 16 "$T/two.ten" | ten-info --meta grid,spacing)" = "2 2	" ]
	fails_with "*record 3*: grid is '2 2', before it was '1 1'*" ssl-augment --size 16 "$T/mixed.ten"
	ten-select --where patient=a "$T/mixed.ten" -o "$T/e"
	fails_with "*record 1*: grid is '', before it was '1 1'*" ssl-augment --size 16 "$T/e"
	sed 's/"grid":"2 2"/"grid":"2 x"/' "$T/two.ten" >"$T/e"
	fails_with "*metadata 'grid': '2 x' is no grid*" ssl-augment --size 16 "$T/e"
}

@test "a model knows the size of the pixels it learnt from" {
	phantom-cine -q -s 1 --patients 3 --matrix 40,56 --slices 2,2 --frames 4,4 --no-cine -o "$T/acdc"
	nii2ten -q --acdc "$T/acdc" --split all -o "$T/all.ten"
	[ "$(ten-info --meta spacing "$T/all.ten" | sort -u | wc -l)" -gt 1 ]
	ten-resample -q --spacing median "$T/all.ten" -o "$T/r.ten"
	ssl-augment -q --views 1 --size 32 "$T/r.ten" -o "$T/train.ten"
	train() {
		seg-finetune -q --arch resnet18 --batch 4 --schedule constant "$T/train.ten" "$@"
	}
	train --val "$T/r.ten" --last "$T/last" -o "$T/model"
	[ -n "$(ten-info --meta grid "$T/model")" ]
	[ "$(ten-info --meta grid "$T/model")" = "$(ten-info --meta grid "$T/r.ten" | uniq)" ]
	[ "$(ten-info --meta grid "$T/last")" = "$(ten-info --meta grid "$T/model")" ]
	[ "$(ten-info --meta names "$T/model")" = background,RV,MYO,LV ]
	[ -z "$(ten-info --meta case "$T/train.ten")" ]
	fails_with "seg-finetune: '$T/all.ten' record 0: grid is '', that of the training images '*" train --val "$T/all.ten"
	ten-info "$T/model" | grep -q "grid='"
	seg-predict -q -m "$T/model" "$T/all.ten" -o "$T/pred.ten" # there and back
	[ "$(ten-info --tsv "$T/pred.ten" | grep -c "	pred	")" = 6 ]
	[ "$(seg-eval -q "$T/pred.ten" | wc -l)" -gt 3 ]
}
