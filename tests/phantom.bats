# Phantom datasets: what is promised about the files (the anatomy is checked in unit/heart and unit/cine)
load lib

small=(--no-cine "--matrix=48,64" "--slices=4,6")

@test "phantom-cine lays patients out as ACDC does" {
	phantom-cine -q -s 1 -n 2 --matrix 48,64 --slices 4,6 --frames 8,8 -o "$T/a"
	[ "$(ls "$T")" = a ]
	[ "$(ls "$T/a")" = $'patient001\npatient002' ]
	es=$(sed -n 's/^ES: //p' "$T/a/patient002/Info.cfg")
	[ "$es" -ge 3 ] && [ "$es" -le 5 ]
	[ "$(ls "$T/a/patient002")" = "Info.cfg
patient002_4d.nii.gz
patient002_frame01.nii.gz
patient002_frame01_gt.nii.gz
patient002_frame0$es.nii.gz
patient002_frame0${es}_gt.nii.gz" ]
	[ "$(cut -d: -f1 "$T/a/patient002/Info.cfg" | tr '\n' ' ')" = "ED ES Group Height NbFrame Weight " ]
	grep -qx 'Group: DCM' "$T/a/patient002/Info.cfg"
	grep -qx 'NbFrame: 8' "$T/a/patient002/Info.cfg"
}

@test "phantom-cine --table lays patients out as one's own data, with masks for the first" {
	phantom-cine -q -s 7 -n 6 "--matrix=48,64" "--slices=4,6" --table --masks 4 -o "$T/a"
	phantom-cine -q -s 7 -n 6 "${small[@]}" -o "$T/b"
	[ "$(cd "$T/a" && echo *)" = "classes.tsv images labels.tsv masks" ]
	[ "$(find "$T/a/images" -type f | wc -l) $(find "$T/a/masks" -type f | wc -l)" = "12 8" ]
	cut -f 1,2 "$T/a/labels.tsv" | tail -n +2 | while IFS=$'\t' read -r image mask; do
		name=$(basename "$image" .nii.gz)
		cmp "$T/a/$image" "$T/b/${name%_*}/$name.nii.gz"
		[ -z "$mask" ] || cmp "$T/a/$mask" "$T/b/${name%_*}/${name}_gt.nii.gz"
	done
	[ "$(awk -F '\t' '$2 != "" { print $3, $5, $7 }' "$T/a/labels.tsv" | paste -sd ,)" = "patient phase split,\
patient001 ED train,patient001 ES train,patient002 ED train,patient002 ES train,\
patient003 ED train,patient003 ES train,patient004 ED val,patient004 ES val" ]
	[ "$(awk -F '\t' 'NR > 1 && $2 == "" { print $3, $7 }' "$T/a/labels.tsv" | sort -u | paste -sd ,)" = "patient005 train,patient006 train" ]
	grep -qx "ES: $(awk -F '\t' '$3 == "patient003" && $5 == "ES" { print $4 }' "$T/a/labels.tsv")" "$T/b/patient003/Info.cfg"
	[ "$(paste -sd ' ' "$T/a/classes.tsv" | tr '\t' =)" = "label=name 0=background 1=RV 2=MYO 3=LV" ]
	fails_with "phantom-cine: --masks goes with --table" phantom-cine --masks 2 -o "$T/c"
}

@test "the cycle's file holds the labelled frames, byte for byte" {
	phantom-cine -q -s 1 -n 1 --matrix 48,48 --slices 4,4 --frames 8,8 -o "$T/a"
	cd "$T/a/patient001"
	gzip -dc patient001_frame01.nii.gz | tail -c +353 >first
	gzip -dc patient001_4d.nii.gz | tail -c +353 >all
	[ "$(wc -c <all)" -eq $((8 * $(wc -c <first))) ]
	cmp -n "$(wc -c <first)" first all
}

@test "the same seed gives the same bytes, whatever -j and however many patients" {
	phantom-cine -q -s 7 -n 5 "${small[@]}" -j 1 -o "$T/a"
	phantom-cine -q -s 7 -n 5 "${small[@]}" -j 3 -o "$T/b"
	phantom-cine -q -s 7 -n 1 --first 4 "${small[@]}" -o "$T/c"
	phantom-cine -q -s 8 -n 1 --first 4 "${small[@]}" -o "$T/d"
	diff -r "$T/a" "$T/b"
	diff -r "$T/a/patient004" "$T/c/patient004"
	run cmp -s "$T/c/patient004/patient004_frame01.nii.gz" "$T/d/patient004/patient004_frame01.nii.gz"
	[ "$status" -eq 1 ]
}

@test "an empty folder is filled, a full one refused untouched" {
	mkdir "$T/a" "$T/b"
	echo mine >"$T/b/file"
	phantom-cine -q -n 1 "${small[@]}" -o "$T/a/"
	[ -e "$T/a/patient001/Info.cfg" ]
	fails_with "phantom-cine: '$T/b' exists already and is not empty" \
		phantom-cine -q -n 1 "${small[@]}" -o "$T/b"
	fails_with "phantom-cine: cannot create folder '$T/b/file'*Not a directory*" \
		phantom-cine -q -n 1 "${small[@]}" -o "$T/b/file"
	fails_with "phantom-cine: cannot create folder '$T/c/d'*" \
		phantom-cine -q -n 1 "${small[@]}" -o "$T/c/d"
	[ "$(cd "$T" && find . -maxdepth 1 | sort | tr "\n" " ")" = ". ./a ./b " ]
	[ "$(cat "$T/b/file")" = mine ]
}

@test "options are checked before anything is written" {
	fails_with "phantom-cine: -o:*" phantom-cine
	fails_with "phantom-cine: --frames: 8.5 is not a whole number" phantom-cine --frames 8.5,9 -o "$T/a"
	run phantom-cine --slices 9,8 -o "$T/a"
	[ "$status" -eq 2 ]
	[ -z "$(ls -A "$T")" ]
}

@test "interrupted, phantom-cine leaves nothing" {
	phantom-cine -q -n 500 -o "$T/a" &
	pid=$!
	for _ in $(seq 100); do
		ls "$T"/a.tmp-*/patient001/*gt* >/dev/null 2>&1 && break
		sleep 0.1
	done
	[ -n "$(ls -A "$T")" ]
	kill -TERM "$pid"
	wait "$pid" || status=$?
	[ "$status" -eq 143 ]
	[ -z "$(ls -A "$T")" ]
}

@test "phantom-scene writes classes as folders, the same bytes whatever -j and however many" {
	phantom-scene -q -s 2 --classes 3 --per-class 4 --size 24 -j 1 -o "$T/a"
	phantom-scene -q -s 2 --classes 3 --per-class 4 --size 24 -j 3 -o "$T/b"
	phantom-scene -q -s 2 --classes 2 --per-class 5 --size 24 -o "$T/c"
	phantom-scene -q -s 3 --classes 1 --per-class 1 --size 24 -o "$T/d"
	[ "$(cd "$T/a" && find . -type f | sort | head -n 5 | tr '\n' ' ')" = "./class00/scene00000.tif \
./class00/scene00001.tif ./class00/scene00002.tif ./class00/scene00003.tif ./class01/scene00000.tif " ]
	[ "$(find "$T/a" -type f | wc -l)" -eq 12 ]
	diff -r "$T/a" "$T/b"
	cmp "$T/a/class01/scene00003.tif" "$T/c/class01/scene00003.tif"
	run cmp -s "$T/a/class00/scene00000.tif" "$T/d/class00/scene00000.tif"
	[ "$status" -eq 1 ]
	[ "$(cat "$T"/a/*/* | cksum)" != "$(cat "$T"/a/class00/* "$T"/a/class00/* "$T"/a/class00/* | cksum)" ]
}

@test "phantom-scene --grey writes one channel" {
	phantom-scene -q -s 2 --classes 1 --per-class 1 --size 16 --grey -o "$T/a"
	phantom-scene -q -s 2 --classes 1 --per-class 1 --size 16 -o "$T/b"
	# tag 277 (samples per pixel), type SHORT, count 1, little-endian
	od -An -v -tx1 "$T/a/class00/scene00000.tif" | tr -d ' \n' | grep -q 1501030001000000010000
	od -An -v -tx1 "$T/b/class00/scene00000.tif" | tr -d ' \n' | grep -q 1501030001000000030000
}

@test "phantom-scene fills no folder that has something in it" {
	mkdir "$T/a"
	touch "$T/a/x"
	fails_with "phantom-scene: '$T/a' exists already and is not empty" phantom-scene -q -o "$T/a"
	fails_with "phantom-scene: -o:*" phantom-scene
}
