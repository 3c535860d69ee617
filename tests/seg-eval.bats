# seg-eval: against numpy, and what it refuses
load lib

# masks TRUTH PRED [META]: a stream of one 2x2 slice with these label bytes
masks() {
	ten_record "{\"__metadata__\":{${3:-}},\"mask\":{\"dtype\":\"U8\",\"shape\":[1,2,2],\"data_offsets\":[0,4]},\
\"pred\":{\"dtype\":\"U8\",\"shape\":[1,2,2],\"data_offsets\":[4,8]}}" "$1$2"
}

@test "every number is numpy's" {
	cd "$T"
	seg-eval -k 5 --slices s --volumes v --confusion c -o m "$GOLDEN/overlap.ten"
	diff m "$GOLDEN/overlap-summary.tsv"
	diff s "$GOLDEN/overlap-slices.tsv"
	diff v "$GOLDEN/overlap-volumes.tsv"
	diff c "$GOLDEN/overlap-confusion.tsv"
}

@test "how records divide the slices changes nothing but the sums' last digits" {
	for k in 1 2 3 4 5 6 7; do ten-select --split $k/7 "$GOLDEN/overlap.ten" -o "$T/$k.ten"; done
	ten-cat "$T"/?.ten | seg-eval -k 5 --volumes "$T/v" | diff - "$GOLDEN/overlap-summary.tsv"
	diff "$T/v" "$GOLDEN/overlap-volumes.tsv"
}

@test "the number of classes: told, in the stream, the largest label; a pipe must know" {
	masks '\0\1\2\2' '\0\1\2\1' >"$T/a"
	[ "$(seg-eval "$T/a" | grep -c ^pooled_dice)" = 4 ] # 3 and the foreground
	[ "$(seg-eval -k 4 "$T/a" | grep -c ^pooled_dice)" = 5 ]
	[ "$(masks '\0\1\2\2' '\0\1\2\1' '"classes":"4"' | seg-eval | grep -c ^pooled_dice)" = 5 ]
	run bash -c 'cat "$1" | seg-eval' - "$T/a"
	[ "$status" -eq 2 ]
	[[ $output == *"give --classes" ]]
}

@test "classes have names" {
	masks '\0\1\2\2' '\0\1\2\1' >"$T/a"
	seg-eval --names background,RV,LV "$T/a" --slices "$T/s" --confusion "$T/c" | grep -qx $'pooled_dice\tLV\t0.666667'
	[ "$(head -1 "$T/s" | cut -f 6-)" = \
		$'iou.background\tdice.background\tiou.RV\tdice.RV\tiou.LV\tdice.LV\thd.RV\thd95.RV\tassd.RV\thd.LV\thd95.LV\tassd.LV' ]
	[ "$(cat "$T/c")" = $'truth\tbackground\tRV\tLV\nbackground\t1\t0\t0\nRV\t0\t1\t0\nLV\t0\t1\t1' ]
	fails_with "*no name for class 2*" seg-eval --names a,b "$T/a"
	fails_with "*more names*" seg-eval --names a,b,c,d "$T/a"
}

@test "what cannot be evaluated is refused, and no file is left" {
	masks '\0\1\2\2' '\0\1\2\5' >"$T/a"
	fails_with "*'$T/a' record 0 at byte 0: sample 0: predicted label 5 at pixel 3, expected 0..3" \
		seg-eval -k 4 -o "$T/out" --slices "$T/out2" --volumes "$T/out3" "$T/a"
	ten_ids 3 >"$T/b"
	fails_with "*no tensor 'mask'*" seg-eval -o "$T/out" "$T/b"
	masks '\0\1\2\2' '\0\1\2\2' | sed 's/"mask":{"dtype":"U8","shape":\[1,2,2\]/"mask":{"dtype":"U8","shape":[2,2,1]/' >"$T/c"
	fails_with "*'mask' is ?2,2,1?, 'pred' is ?1,2,2?" seg-eval -o "$T/out" "$T/c"
	masks '\0\1\2\2' '\0\1\2\2' '"spacing":"1 2"' >"$T/d"
	fails_with "*'spacing' is '1 2'*" seg-eval -o "$T/out" "$T/d"
	fails_with "*--slices needs a file*" seg-eval -o "$T/m" --slices - "$T/a"
	[ -z "$(find "$T" -name 'out*')" ]
}

@test "slices of one volume must agree on their spacing" {
	{
		masks '\0\1\2\2' '\0\1\2\2' '"seq":"0","patient":"p","spacing":"1 1 1"'
		masks '\0\1\2\2' '\0\1\2\2' '"seq":"1","patient":"p","spacing":"1 1 2","eos":"1"'
	} >"$T/a"
	fails_with "*record 1 at byte *spacing*other slices*" seg-eval "$T/a"
}
