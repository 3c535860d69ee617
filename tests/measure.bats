# seg-eval: distances, volumes of folders, patients and their hearts, what to do with components
load lib

# value FILE METRIC CLASS
value() {
	awk -F '\t' -v m="$2" -v c="$3" '$1 == m && $2 == c { print $3 }' "$1"
}

# cell FILE COLUMN ROW: rows from 1, after the header
cell() {
	awk -F '\t' -v name="$2" -v row="$3" 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == name) at = i }
		NR == row + 1 { print $at }' "$1"
}

@test "distances are in millimetres of the files' spacing, along each axis" {
	nifti 4 1 3 2 1 10 '\1\0\0\0\0\0\0\0\0\0\0\0' >"$T/t.nii"
	nifti 4 1 3 2 1 10 '\0\0\0\1\0\0\0\0\0\0\0\0' >"$T/x.nii"
	nifti 4 1 3 2 1 10 '\0\0\0\0\0\0\0\0\1\0\0\0' >"$T/z.nii"
	seg-eval -q "$T/x.nii" "$T/t.nii" -o "$T/m"
	[ "$(value "$T/m" volume_hd 1)" = 6.000000 ]
	[ "$(value "$T/m" volume_assd 1)" = 6.000000 ]
	seg-eval -q "$T/z.nii" "$T/t.nii" -o "$T/m"
	[ "$(value "$T/m" volume_hd95 1)" = 20.000000 ]
	seg-eval -q "$T/t.nii" "$T/t.nii" -o "$T/m"
	[ "$(value "$T/m" volume_hd 1) $(value "$T/m" volume_dice 1)" = '0.000000 1.000000' ]
}

@test "an empty mask: right if both are, no distance if one is, and it is listed first" {
	mkdir "$T/t" "$T/p"
	for n in both truth prediction neither; do
		a='\0\0\1\1' b='\0\1\1\0'
		[ $n != both ] || a='\0\0\0\0' b='\0\0\0\0'
		[ $n != truth ] || a='\0\0\0\0'
		[ $n != prediction ] || b='\0\0\0\0'
		nifti 4 1 1 1 1 1 "$a" >"$T/t/${n}_gt.nii"
		nifti 4 1 1 1 1 1 "$b" >"$T/p/$n.nii"
	done
	seg-eval -q -k 2 "$T/p" "$T/t" --worst "$T/w" --volumes "$T/v" -o "$T/m"
	[ "$(cut -f 4,6,7,11 "$T/w")" = $'case\tdice\thd95\tempty
prediction\t0.000000\tnan\tprediction
truth\t0.000000\tnan\ttruth
neither\t0.500000\t1.000000\tneither
both\t1.000000\t0.000000\tboth' ]
	[ "$(value "$T/m" volumes_one_empty 1)" = 2 ]
	[ "$(value "$T/m" volume_hd95 1)" = 0.500000 ] # of the two that have one
	[ "$(value "$T/m" volume_dice 1)" = 0.375000 ]
	[ -z "$(grep -e -nan "$T/w" "$T/v" "$T/m")" ]
}

@test "volumes of two folders are matched by name; one without partner is named, or left out" {
	mkdir "$T/t" "$T/p"
	for n in a b c; do
		nifti 2 1 1 1 1 1 '\0\1' >"$T/t/${n}_gt.nii"
		nifti 2 1 1 1 1 1 '\0\1' | gzip >"$T/p/$n.nii.gz"
	done
	[ "$(seg-eval -q "$T/p" "$T/t" | grep -cx $'volume_dice\tforeground\t1.000000\|volumes\tall\t3')" = 2 ]
	rm "$T/p/b.nii.gz"
	fails_with "*'$T/p': no prediction of case 'b' of '$T/t' (--common leaves it out)" seg-eval "$T/p" "$T/t"
	rm "$T/t/a_gt.nii"
	fails_with "*'$T/p': no prediction of case 'b' of '$T/t' (--common leaves it out)" seg-eval "$T/p" "$T/t" -o "$T/out"
	seg-eval -q --common "$T/p" "$T/t" | grep -qx $'volumes\tall\t1'
	rm "$T/t/c_gt.nii"
	fails_with "*have no case in common" seg-eval --common "$T/p" "$T/t"
	fails_with "*is a folder, *is none" seg-eval "$T/p" "$T/t/b_gt.nii"
	fails_with "*cannot open '$T/none': No such file*" seg-eval "$T/p" "$T/none"
	[ ! -e "$T/out" ]
}

@test "volumes that are not on one grid are refused with the numbers" {
	nifti 4 1 1 1 1 1 '\0\0\1\1' >"$T/t.nii"
	nifti 2 2 1 1 1 1 '\0\0\1\1' >"$T/size.nii"
	nifti 4 1 1 1 1 2 '\0\0\1\1' >"$T/spacing.nii"
	fails_with "*'$T/size.nii' and '$T/t.nii': size 2x2x1 against 4x1x1" seg-eval "$T/size.nii" "$T/t.nii"
	fails_with "*: spacing 1x1x2 against 1x1x1 mm, up to 1 mm apart" seg-eval "$T/spacing.nii" "$T/t.nii"
	# sform: the same axes, but 10 mm to the right
	for x in '\0\0\x20\x41' '\0\0\0\0'; do
		head -c 254 "$T/t.nii"
		printf '\2\0'
		head -c 24 /dev/zero
		# shellcheck disable=SC2059
		printf '\0\0\x80\x3f\0\0\0\0\0\0\0\0'"$x"'\0\0\0\0\0\0\x80\x3f\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x80\x3f\0\0\0\0'
		tail -c +329 "$T/t.nii"
	done | split -b 356 - "$T/place"
	fails_with "*'$T/placeaa' and '$T/placeab': origin (10,0,0) against (0,0,0) mm, up to 10 mm apart" \
		seg-eval "$T/placeaa" "$T/placeab"
	seg-eval -q --by-voxel "$T/placeaa" "$T/placeab" | grep -qx $'volume_dice\tforeground\t1.000000'
	seg-eval -q "$T/placeaa" "$T/t.nii" | grep -qx $'volume_dice\tforeground\t1.000000' # t.nii does not say where it lies
	nifti 4 1 1 1 nan 1 '\0\0\1\1' >"$T/nan.nii"
	fails_with "*'$T/nan.nii': spacing 2 is nan" seg-eval "$T/t.nii" "$T/nan.nii"
	fails_with "*'$T/t.nii' and '$T/t.nii': sample 0: true label 1 at pixel 2, expected 0..0" seg-eval -k 1 "$T/t.nii" "$T/t.nii"
}

@test "each frame of a cine is a volume" {
	FRAMES=3 nifti 4 1 1 1 1 1 '\0\1\1\0\1\1\1\1\0\0\0\1' >"$T/t.nii"
	FRAMES=3 nifti 4 1 1 1 1 1 '\0\1\1\0\1\1\1\0\0\0\0\1' >"$T/p.nii"
	seg-eval -q "$T/p.nii" "$T/t.nii" --names background,LV --patients "$T/pat" --guess-phases --volumes "$T/v" -o "$T/m"
	[ "$(grep LV "$T/v" | cut -f 1,2,7,9,10)" = $'t\t1\t1.000000\t0.002\t0.002\nt\t2\t0.857143\t0.004\t0.003
t\t3\t1.000000\t0.001\t0.001' ]
	[ "$(cell "$T/pat" lv_ef_percent.true 1) $(cell "$T/pat" lv_ef_percent.pred 1)" = '75 66.6667' ]
	FRAMES=2 nifti 4 1 1 1 1 1 '\0\1\1\0\1\1\1\1' >"$T/two.nii"
	fails_with "*two.nii' and '*t.nii': 2 against 3 frames" seg-eval "$T/two.nii" "$T/t.nii"
	FRAMES=3 nifti 4 1 1 1 1 1 '\0\1\1\0\1\1\7\0\0\0\0\1' >"$T/p.nii"
	fails_with "*'$T/p.nii' and '$T/t.nii': frame 2: sample 0: predicted label 7 at pixel 2, expected 0..1" \
		seg-eval -k 2 "$T/p.nii" "$T/t.nii"
}

@test "what has no truth is not scored" {
	nifti 6 1 1 1 1 1 '\0\1\1\xff\xff\xff' >"$T/t.nii"
	nifti 6 1 1 1 1 1 '\0\1\1\1\1\1' >"$T/p.nii"
	nifti 6 1 1 1 1 1 '\0\1\1\0\0\0' >"$T/clean.nii"
	seg-eval -q --ignore 255 "$T/p.nii" "$T/t.nii" --confusion "$T/c" -o "$T/m"
	[ "$(value "$T/m" volume_dice 1) $(value "$T/m" volume_hd 1) $(value "$T/m" accuracy all)" = '1.000000 0.000000 1.000000' ]
	[ "$(cat "$T/c")" = $'truth\t0\t1\n0\t1\t0\n1\t0\t2' ]
	fails_with "*true label 255*" seg-eval -k 2 "$T/p.nii" "$T/t.nii"
	seg-eval -q "$T/p.nii" "$T/clean.nii" -o "$T/m"
	[ "$(value "$T/m" volume_hd 1)" = 3.000000 ]
}

@test "without spacing there are neither millilitres nor distances, and that is said once" {
	ten_record '{"__metadata__":{"seq":"0","file":"a"},"mask":{"dtype":"U8","shape":[1,2,2],"data_offsets":[0,4]},
"pred":{"dtype":"U8","shape":[1,2,2],"data_offsets":[4,8]}}' '\0\0\1\1\0\0\1\1' >"$T/a"
	ten_record '{"__metadata__":{"seq":"1","eos":"1","file":"b"},"mask":{"dtype":"U8","shape":[1,2,2],"data_offsets":[0,4]},
"pred":{"dtype":"U8","shape":[1,2,2],"data_offsets":[4,8]}}' '\0\0\1\1\0\0\0\1' >>"$T/a"
	seg-eval "$T/a" -o "$T/m" --slices "$T/s" 2>"$T/err"
	[ "$(cat "$T/err")" = 'seg-eval: volumes without spacing, so without millilitres and distances: 2 of 2' ]
	[ "$(value "$T/m" volume_hd 1) $(value "$T/m" volume_error_ml 1) $(value "$T/m" volume_recall 1)" = 'nan nan 0.750000' ]
	[ "$(cell "$T/s" hd.1 2)" = nan ]
}

# piece SEQ SLICE MORE: a record with one slice of patient p, who has two
piece() {
	ten_record "{\"__metadata__\":{\"seq\":\"$1\",\"patient\":\"p\",\"slice\":\"$2\",\"slices\":\"2\",\"spacing\":\"1 1 1\"$3},\
\"mask\":{\"dtype\":\"U8\",\"shape\":[1,1,2],\"data_offsets\":[0,2]},\"pred\":{\"dtype\":\"U8\",\"shape\":[1,1,2],\
\"data_offsets\":[2,4]}}" '\0\1\0\1'
}

@test "a volume of which slices are missing, or there twice, has no distances" {
	{ piece 0 1; piece 1 0 ',"eos":"1"'; } >"$T/whole"
	{ piece 0 0; piece 1 0 ',"eos":"1"'; } >"$T/twice"
	{ piece 0 0; piece 1 2 ',"eos":"1"'; } >"$T/gap"
	{ piece 0 0; piece 1 1; piece 2 1 ',"eos":"1"'; } >"$T/more"
	piece 0 0 ',"eos":"1"' >"$T/less"
	seg-eval "$T/whole" -o "$T/m" 2>"$T/err"
	[ "$(value "$T/m" volume_hd 1)$(cat "$T/err")" = 0.000000 ]
	for n in 'twice:slice 0 is there twice' 'gap:slice 1 is missing' 'more:it should have 2 slices, there are 3' \
		'less:it should have 2 slices, there are 1'; do
		seg-eval "$T/${n%%:*}" -o "$T/m" 2>"$T/err"
		[ "$(value "$T/m" volume_hd 1) $(value "$T/m" volume_dice 1)" = 'nan 1.000000' ]
		[ "$(cat "$T/err")" = "seg-eval: volumes without distances: 1 of 1, the first is 'p' : ${n#*:}" ]
		fails_with "*needs whole volumes: 'p' : ${n#*:}" seg-eval "$T/${n%%:*}" --choose-postprocessing "$T/c" -o "$T/out"
	done
	[ -z "$(find "$T" -name 'out' -o -name c)" ]
}

@test "hearts: what patients' tables say follows from the volumes'" {
	phantom-cine -q -s 3 --patients 4 --matrix 64,64 --slices 4,5 --frames 6,6 --no-cine -o "$T/acdc"
	mkdir "$T/p"
	for f in "$T"/acdc/*/*_gt.nii.gz; do
		cp "${f%_frame*}"_frame01_gt.nii.gz "$T/p/$(basename "${f%_gt.nii.gz}").nii.gz"
	done
	seg-eval -q "$T/p" "$T/acdc" --cardiac 1,2,3 -k 4 --names background,RV,MYO,LV --volumes "$T/v" --patients "$T/pat" \
		--agreement "$T/a" -o "$T/m"
	awk -F '\t' 'NR > 1 && $12 != 0 && $6 == "LV" { if ($4 == "ED") ed[$1] = $9; else es[$1] = $9 }
		END { for (p in ed) printf "%s %.3f\n", p, 100 * (ed[p] - es[p]) / ed[p] }' "$T/v" | sort >"$T/ef"
	awk -F '\t' 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == "lv_ef_percent.true") at = i }
		NR > 1 { printf "%s %.3f\n", $1, $at }' "$T/pat" | sort | diff - "$T/ef"
	[ "$(cell "$T/pat" lv_ef_percent.pred 2)" = 0 ]   # ES predicted as ED
	[ "$(cell "$T/pat" myo_mass_ed_g.error 1)" = 0 ]
	[ "$(cell "$T/pat" ed 1)" = 1 ]
	grep -qx $'rv_edv_ml\tRV\tbias\t4\t0\t0\t0' "$T/a"
	grep -qx $'rv_edv_ml\tRV\tr\t4\t1\t1\t1' "$T/a"
	awk -F '\t' '$1 == "lv_ef_percent" && $3 == "bias" { ok = $6 < $5 && $5 < $7 && $5 < -30 } END { exit !ok }' "$T/a"
}

@test "intervals depend on the seed, and on nothing else" {
	mkdir "$T/t" "$T/p"
	for n in 1 2 3 4 5 6 7; do
		nifti 8 1 1 1 1 1 "\\0\\1\\1\\1\\1\\$((n % 2))\\$((n % 3 / 2))\\0" >"$T/t/$n.nii"
		nifti 8 1 1 1 1 1 "\\1\\1\\1\\1\\$((n % 3 > 0))\\0\\0\\0" >"$T/p/$n.nii"
	done
	for j in 1 3; do seg-eval -q -j $j -s 5 "$T/p" "$T/t" --agreement "$T/a$j" -o "$T/m"; done
	cmp "$T/a1" "$T/a3"
	seg-eval -q -s 6 "$T/p" "$T/t" --agreement "$T/b" -o "$T/m"
	[ "$(cat "$T/a1")" != "$(cat "$T/b")" ]
	diff <(cut -f 1-5 "$T/a1") <(cut -f 1-5 "$T/b")
	seg-eval -q --replicates 0 "$T/p" "$T/t" --agreement "$T/b" -o "$T/m"
	[ "$(tail -n +2 "$T/b" | cut -f 6-7 | sort -u)" = $'nan\tnan' ]
}

@test "phases may be guessed from the left ventricle" {
	mkdir "$T/t"
	nifti 4 1 1 10 10 10 '\1\1\1\0' >"$T/t/a.nii"
	printf 'image\tmask\tpatient\tframe\na.nii\ta.nii\tp\t1\nb.nii\tb.nii\tp\t2\nc.nii\tc.nii\tp\t3\n' >"$T/t/labels.tsv"
	nifti 4 1 1 10 10 10 '\1\1\1\1' >"$T/t/b.nii"
	nifti 4 1 1 10 10 10 '\0\1\0\0' >"$T/t/c.nii"
	seg-eval "$T/t" "$T/t" --cardiac=-,-,1 --patients "$T/p" -o "$T/m" 2>"$T/err"
	[ "$(cell "$T/p" lv_ef_percent.true 1)" = nan ]
	grep -q 'ED and ES are known for 0 of 1 patients' "$T/err"
	seg-eval -q "$T/t" "$T/t" --cardiac=-,-,1 --guess-phases --patients "$T/p" -o "$T/m"
	[ "$(cut -f 3-5 "$T/p" | tail -1) $(cell "$T/p" lv_ef_percent.true 1)" = $'3\t2\t3 75' ]
	fails_with "*--cardiac '7' is not a class; there are 2" seg-eval "$T/t" "$T/t" --cardiac=-,-,7 -o "$T/out"
}

@test "the largest component is kept of the classes that gain by it" {
	mkdir "$T/t" "$T/p"
	# class 1: a speck too many; class 2: two true pieces; class 3: whole
	nifti 12 1 1 1 1 1 '\0\0\1\1\0\2\2\0\2\3\3\3' >"$T/t/a.nii"
	nifti 12 1 1 1 1 1 '\1\0\1\1\0\2\2\0\2\3\3\3' >"$T/p/a.nii"
	seg-eval -q "$T/p" "$T/t" --choose-postprocessing "$T/c" -o "$T/m"
	[ "$(cat "$T/c")" = $'class\tname\tkeep_largest\tdice_before\tdice_after
1\t1\t1\t0.800000\t1.000000
2\t2\t0\t1.000000\t0.800000
3\t3\t0\t1.000000\t1.000000' ]
}

@test "two models are compared patient by patient, over what both have a score for" {
	{
		printf 'patient\tframe\tclass\tdice\thd95\n'
		for p in 1 2 3 4 5 6; do printf 'p%s\t1\tLV\t0.8%s\t%s\np%s\t2\tLV\t0.9\t%s\n' $p $p $p $p $p; done
	} >"$T/a"
	# in the second frame worse by 0.02, in the first better by 0.1; no distance in a frame of p3, none at all of p4
	awk -F '\t' -v OFS='\t' 'NR > 1 { if ($2 == 2) $4 -= 0.02; else $4 += 0.1; $5 += 1
		if ($1 == "p3" && $2 == 1 || $1 == "p4") $5 = "nan" } { print }' "$T/a" >"$T/b"
	exp-compare a="$T/a" b="$T/b" --tests "$T/t" >"$T/m"
	[ "$(cut -f 1-4 "$T/m")" = $'class\tmodel\tn\tmean\nLV\ta\t6\t0.867500\nLV\tb\t6\t0.907500' ]
	[ "$(cut -f 1-5,9,10 "$T/t" | tail -1)" = $'LV\ta\tb\t6\t-0.040000\t0\t0.03125' ]
	exp-compare -m hd95 a="$T/a" b="$T/b" --tests "$T/t" >"$T/m" 2>"$T/err"
	[ "$(cut -f 1-4 "$T/m")" = $'class\tmodel\tn\tmean\nLV\ta\t5\t3.400000\nLV\tb\t5\t4.400000' ]
	[ "$(cat "$T/err")" = 'exp-compare: left out, because not every model has a hd95: 6 of 24 rows' ]
	fails_with "*'*/a' is not NAME=TABLE*" exp-compare b="$T/b" "$T/a"
	fails_with "*two tables have the name 'a'" exp-compare a="$T/b" a="$T/a"
	printf 'patient\tclass\tdice\np\tLV\t1\np\tLV\t1\n' >"$T/c"
	fails_with "*'$T/c' line 3: a second row for model b, patient p at the same*" exp-compare a="$T/a" b="$T/c"
}
