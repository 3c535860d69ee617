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
	fails_with "phantom-cine: '$T/b' exists already and is not empty" phantom-cine -q -n 1 "${small[@]}" -o "$T/b"
	fails_with "phantom-cine: cannot create folder '$T/b/file'*Not a directory*" \
		phantom-cine -q -n 1 "${small[@]}" -o "$T/b/file"
	fails_with "phantom-cine: cannot create folder '$T/c/d'*" phantom-cine -q -n 1 "${small[@]}" -o "$T/c/d"
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
