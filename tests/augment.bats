# ssl-augment and ten-stats: what views depend on, and what they don't
load lib

# aug ARGUMENT ...: small views, quietly
aug() {
	ssl-augment -q --size 24 "$@"
}

# same FILE FILE: the same samples, however records divide them
same() {
	ten-cmp --samples "$1" "$2"
}

# range FILE FROM TO: those samples, counted through all epochs (of which ten-select must not know)
range() {
	sed 's/"epochs":/"EPOCHS":/g; s/"samples":/"SAMPLES":/g' "$1" | ten-select --range "$2,$3"
}

# sums FILE N BYTES: a line for each of N samples, in order; BYTES is the size of a sample's data
sums() {
	local i
	for ((i = 0; i < $2; i++)); do
		range "$1" "$i" "$((i + 1))" | tail -c "$3" | cksum
	done
}

# near X Y TOLERANCE
near() {
	awk "BEGIN { d = ($1) - ($2); exit !(d < 0 ? -d <= $3 : d <= $3) }" || { echo "$1, expected $2 +- $3"; return 1; }
}

# squares FILE: crops, not normalised, nothing else done to them
squares() {
	aug --views 1 --jitter-p 0 --flip-p 0 -n none --no-shuffle -o "$1" "$GOLDEN/slices.ten"
}

@test "two views of every image, float and square, that differ" {
	aug -s 1 "$GOLDEN/slices.ten" -o "$T/a.ten"
	run ten-info "$T/a.ten"
	[[ ${lines[0]} == *"view.1 F32 [12,1,24,24], view.2 F32 [12,1,24,24]; epoch=0; epochs=1; first=0; normalize=image; policy=byol-mri; samples=12; size=24" ]]
	range "$T/a.ten" 0 1 | tail -c 4608 >"$T/x"
	run cmp -s <(head -c 2304 "$T/x") <(tail -c 2304 "$T/x")
	[ "$status" -eq 1 ]
}

@test "the same for any number of threads, another for another seed" {
	aug -s 1 -j1 "$GOLDEN/slices.ten" -o "$T/a.ten"
	aug -s 1 -j3 "$GOLDEN/slices.ten" -o "$T/b.ten"
	aug -s 2 "$GOLDEN/slices.ten" -o "$T/c.ten"
	cmp "$T/a.ten" "$T/b.ten"
	run same "$T/a.ten" "$T/c.ten"
	[ "$status" -eq 1 ]
}

@test "the output's batch and the input's records carry no meaning" {
	aug -s 1 "$GOLDEN/slices.ten" -o "$T/a.ten"
	aug -s 1 --batch 5 --epochs 2 "$GOLDEN/slices.ten" -o "$T/b.ten"
	range "$T/b.ten" 0 12 >"$T/one.ten"
	same "$T/a.ten" "$T/one.ten"
	[ "$(ten-info "$T/b.ten" | grep -c '^record.*\[5,1.*first=[05];')" -eq 4 ]
	[ "$(ten-info "$T/b.ten" | grep -c '^record.*\[2,1.*first=10;')" -eq 2 ]
	ten-cat <(range "$GOLDEN/slices.ten" 0 2) <(range "$GOLDEN/slices.ten" 2 12) -o "$T/cut.ten"
	[ "$(ten-info "$T/cut.ten" | grep -c ^record)" -eq 4 ]
	aug -s 1 "$T/cut.ten" -o "$T/c.ten"
	same "$T/a.ten" "$T/c.ten"
}

@test "an epoch of more samples than the file: other views of all, round after round; of fewer: the first" {
	aug -s 1 --epochs 2 "$GOLDEN/slices.ten" -o "$T/plain.ten"
	aug -s 1 --epochs 2 --samples 30 --batch 7 "$GOLDEN/slices.ten" -o "$T/more.ten"
	aug -s 1 --epochs 2 --samples 5 "$GOLDEN/slices.ten" -o "$T/less.ten"
	[ "$(ten-info --meta samples "$T/more.ten" | sort -u)" = 30 ]
	[ "$(ten-info "$T/more.ten" | grep -c '^record.* first=28;')" -eq 2 ]
	range "$T/plain.ten" 0 12 >"$T/a" && range "$T/more.ten" 0 12 >"$T/b" && same "$T/a" "$T/b"
	range "$T/plain.ten" 12 24 >"$T/a" && range "$T/more.ten" 30 42 >"$T/b" && same "$T/a" "$T/b"
	range "$T/plain.ten" 0 5 >"$T/a" && range "$T/less.ten" 0 5 >"$T/b" && same "$T/a" "$T/b"
	range "$T/plain.ten" 12 17 >"$T/a" && range "$T/less.ten" 5 10 >"$T/b" && same "$T/a" "$T/b"
	[ "$(sums "$T/more.ten" 60 4608 | sort -u | wc -l)" -eq 60 ]
	aug -s 1 --epochs 2 --samples 30 --batch 9 --skip 17 "$GOLDEN/slices.ten" -o "$T/tail.ten"
	range "$T/more.ten" 17 60 >"$T/a" && same "$T/a" "$T/tail.ten"
	# each round has every image once, in an order of its own
	whole() { ssl-augment -q --size 16 --views 1 --scale 1,1 --ratio 1,1 --flip-p 0 --jitter-p 0 "$@"; }
	whole --samples 24 "$GOLDEN/slices.ten" -o "$T/w.ten"
	sums "$T/w.ten" 24 1280 >"$T/order"
	head -12 "$T/order" | sort >"$T/a" && tail -12 "$T/order" | sort | cmp - "$T/a"
	[ "$(head -12 "$T/order")" != "$(tail -12 "$T/order")" ]
	fails_with "*is a pipe: epochs of another number of samples need a file*" aug --samples 30 <(cat "$GOLDEN/slices.ten")
}

@test "a skipped part changes nothing of the rest" {
	aug -s 1 --epochs 3 --batch 5 "$GOLDEN/slices.ten" -o "$T/all.ten"
	for n in 0 1 12 17 35; do
		aug -s 1 --epochs 3 --batch 5 --skip $n "$GOLDEN/slices.ten" -o "$T/tail.ten"
		range "$T/all.ten" $n 36 >"$T/rest.ten"
		same "$T/rest.ten" "$T/tail.ten"
	done
	aug --skip 3 --batch 5 "$GOLDEN/slices.ten" -o "$T/b.ten"
	[[ $(ten-info "$T/b.ten" | head -n 1) == *"[2,1,24,24]"*" first=3;"* ]] # then at multiples of 5 again
	aug --skip 36 --epochs 3 "$GOLDEN/slices.ten" | ten-info -q
	fails_with "*cannot skip 37 samples of 36" aug --skip 37 --epochs 3 "$GOLDEN/slices.ten"
	aug -s 1 --skip 7 - < <(cat "$GOLDEN/slices.ten") >"$T/pipe.ten"
	aug -s 1 --no-shuffle "$GOLDEN/slices.ten" -o "$T/file.ten"
	same <(range "$T/file.ten" 7 12) "$T/pipe.ten"
	run aug --skip 13 < <(cat "$GOLDEN/slices.ten")
	[ "$status" -eq 2 ]
	[[ $output == *"standard input: cannot skip 13 samples of 12"* ]]
}

@test "a pipe is a file that is not shuffled, and shuffling only changes the order" {
	aug -s 1 --no-shuffle "$GOLDEN/slices.ten" -o "$T/file.ten"
	aug -s 1 < <(cat "$GOLDEN/slices.ten") >"$T/pipe.ten"
	aug -s 1 -o "$T/shuffled.ten" "$GOLDEN/slices.ten"
	same "$T/file.ten" "$T/pipe.ten"
	run same "$T/file.ten" "$T/shuffled.ten"
	[ "$status" -eq 1 ]
	sums "$T/file.ten" 12 4608 | sort >"$T/file"
	sums "$T/shuffled.ten" 12 4608 | sort >"$T/shuffled"
	cmp "$T/file" "$T/shuffled"
	[ "$(uniq "$T/file" | wc -l)" -eq 12 ]
}

@test "each epoch has its own order and its own views" {
	aug -s 1 --epochs 2 "$GOLDEN/slices.ten" -o "$T/a.ten"
	aug -s 1 --epochs 2 --no-shuffle "$GOLDEN/slices.ten" -o "$T/b.ten"
	[ "$(sums "$T/b.ten" 24 4608 | sort | uniq | wc -l)" -eq 24 ]
	aug --jitter-p 0 --flip-p 0 --scale 1,1 --ratio 1,1 -n none --epochs 2 "$GOLDEN/slices.ten" -o "$T/c.ten"
	[ "$(sums "$T/c.ten" 24 4608 | sort | uniq -c | awk '$1 == 2' | wc -l)" -eq 12 ]
	run same <(range "$T/c.ten" 0 12) <(range "$T/c.ten" 12 24)
	[ "$status" -eq 1 ]
}

@test "nothing to do is the identity, and mirrored twice is too" {
	squares "$T/a.ten"
	aug --views 1 --scale 1,1 --ratio 1,1 --jitter-p 0 -n none --no-shuffle --flip-p 0 "$T/a.ten" -o "$T/b.ten"
	same "$T/a.ten" "$T/b.ten"
	aug --views 1 --scale 1,1 --ratio 1,1 --jitter-p 0 -n none --no-shuffle --flip-p 1 "$T/a.ten" -o "$T/c.ten"
	aug --views 1 --scale 1,1 --ratio 1,1 --jitter-p 0 -n none --no-shuffle --flip-p 1 "$T/c.ten" -o "$T/d.ten"
	run same "$T/a.ten" "$T/c.ten"
	[ "$status" -eq 1 ]
	same "$T/a.ten" "$T/d.ten"
}

@test "several epochs need a file, or a stream that has them" {
	run aug --epochs 2 < <(cat "$GOLDEN/slices.ten")
	[ "$status" -eq 2 ]
	[[ $output == *"is a pipe and holds one epoch; 2 epochs need a file"* ]]
	aug -s 1 "$GOLDEN/colours.ten" -o "$T/a.ten"
	aug -s 1 --epochs 2 --batch 3 -o "$T/b.ten" < <(cat "$GOLDEN/colours.ten")
	same "$T/a.ten" "$T/b.ten"
	run ten-info "$T/a.ten"
	[[ ${lines[1]} == *"[4,3,24,24]"*"epoch=1; epochs=2; first=0;"*"samples=4;"* ]]
	fails_with "*holds 2 epochs, 3 were asked for" aug --epochs 3 "$GOLDEN/colours.ten"
}

# pixel N EPOCH META [COUNT]: record N with more metadata META, holding COUNT images of one pixel
pixel() {
	local count=${4:-1} data='' i
	for ((i = 0; i < count; i++)); do data+='\1'; done
	ten_record "{\"__metadata__\":{\"seq\":\"$1\",\"epoch\":\"$2\",\"epochs\":\"2\"$3},\"image\":{\"dtype\":\"U8\",\
\"shape\":[$count,1,1,1],\"data_offsets\":[0,$count]}}" "$data"
}

@test "epochs in a pipe only go forward, and keep to what was announced" {
	{ pixel 0 0 '' && pixel 1 1 '' 0 && pixel 2 1 '' 2 && pixel 3 1 ',"eos":"1"'; } >"$T/good.ten"
	run ten-info <(aug --size 1 <(cat "$T/good.ten"))
	[[ ${lines[0]} == *"[1,1,1,1]"*"epoch=0; epochs=2; first=0"* ]]
	[[ ${lines[1]} == *"[3,1,1,1]"*"epoch=1; epochs=2; first=0"* ]]
	{ pixel 0 1 '' && pixel 1 0 ',"eos":"1"'; } >"$T/back.ten"
	fails_with "*record 1 at byte *: epoch 0 after epoch 1" aug "$T/back.ten"
	{ pixel 0 0 '' && pixel 1 2 ',"eos":"1"'; } >"$T/far.ten"
	fails_with "*record 1 at byte *: epoch 2, but the stream was to have 2*" aug "$T/far.ten"
	pixel 0 0 ',"samples":"1","eos":"1"' 2 >"$T/more.ten"
	fails_with "*'samples' promises 1 in an epoch, there are more*" aug "$T/more.ten"
}

@test "an image is normalised by itself, once" {
	squares "$T/a.ten"
	for ((i = 0; i < 3; i++)); do
		range "$T/a.ten" $i $((i + 1)) |
			aug --views 1 --scale 1,1 --ratio 1,1 --jitter-p 0 --flip-p 0 -n image -o "$T/b.ten"
		read -r _ _ mean std _ < <(ten-stats "$T/b.ten" | tail -n 1)
		near "$mean" 0 1e-6
		near "$std" 1 1e-6
	done
	fails_with "*record 0 at byte 0: is normalised already ('image')*" aug "$T/b.ten"
	aug --views 1 -n none --scale 1,1 --ratio 1,1 --jitter-p 0 --flip-p 0 -o "$T/c.ten" "$T/b.ten"
	same "$T/b.ten" "$T/c.ten"
	ten-info "$T/c.ten" | grep -q normalize=image
}

@test "the data set's mean and deviation: measured, from a table, or given, are the same" {
	ten-stats "$GOLDEN/slices.ten" -o "$T/t.tsv"
	read -r _ _ mean std _ < <(tail -n 1 "$T/t.tsv")
	aug -n dataset "$GOLDEN/slices.ten" -o "$T/a.ten"
	aug -n dataset --stats "$T/t.tsv" "$GOLDEN/slices.ten" -o "$T/b.ten"
	aug -n dataset --mean "$mean" --std "$std" "$GOLDEN/slices.ten" -o "$T/c.ten"
	ten-cmp --meta "$T/a.ten" "$T/b.ten"
	ten-cmp --meta "$T/a.ten" "$T/c.ten"
	ten-info "$T/a.ten" | grep -q "normalize='dataset $mean $std'"
	aug -n none "$GOLDEN/slices.ten" -o "$T/raw.ten"
	read -r _ _ rawmean rawstd _ < <(ten-stats -t view.2 "$T/raw.ten" | tail -n 1)
	read -r _ _ m s _ < <(ten-stats -t view.2 "$T/a.ten" | tail -n 1)
	near "$m" "($rawmean - $mean) / $std" 1e-5
	near "$s" "$rawstd / $std" 1e-5
	aug -n released "$GOLDEN/slices.ten" -o "$T/r.ten"
	read -r _ _ m s _ < <(ten-stats -t view.2 "$T/r.ten" | tail -n 1)
	near "$m" "($rawmean / 255 - $mean) / $std" 1e-5
	near "$s" "$rawstd / 255 / $std" 1e-6
	run aug -n dataset < <(cat "$GOLDEN/slices.ten")
	[ "$status" -eq 2 ]
	[[ $output == *"is a pipe: --normalize dataset needs --stats, or --mean and --std"* ]]
}

@test "natural images stay within their range, and labels stay with them" {
	aug --policy byol-natural --views 1 -n none --solarize-p 1 -b 1 "$GOLDEN/colours.ten" -o "$T/a.ten"
	read -r _ _ _ _ min max < <(ten-stats "$T/a.ten" | tail -n 1)
	near "$min" 127.5 127.5
	near "$max" 127.5 127.5
	ten-cmp -t label "$GOLDEN/colours.ten" "$T/a.ten"
	aug --policy byol-natural --brightness 3 --jitter-p 1 -n none "$GOLDEN/colours.ten" -o "$T/b.ten"
	[ "$(ten-stats -t view.2 "$T/b.ten" | awk 'NR > 1 && $6 == 255' | wc -l)" -eq 3 ]
}

@test "to classify, views keep their labels; in the middle there is no chance" {
	img2ten -q --rgb "$GOLDEN/pictures/colour.jpg" -o "$T/a.ten"
	for seed in 1 2; do
		ssl-augment -q -s $seed --policy centre -n none --size 16 "$T/a.ten" -o "$T/m$seed"
		ssl-augment -q -s $seed --policy classify -n none --size 16 "$T/a.ten" -o "$T/c$seed"
	done
	ten-cmp "$T/m1" "$T/m2"
	run ten-cmp -q "$T/c1" "$T/c2"
	[ "$status" -eq 1 ]
	phantom-scene -q -s 1 --classes 2 --per-class 3 --size 32 -o "$T/scenes"
	img2ten -q "$T/scenes" -o "$T/s.ten"
	ssl-augment -q --policy classify --size 16 "$T/s.ten" | ten-info | grep -q 'label'
}

@test "colours can be made grey and grey repeated" {
	aug --channels 1 --views 1 --scale 1,1 -n none "$GOLDEN/colours.ten" -o "$T/a.ten"
	ten-info "$T/a.ten" | grep -q 'image F32 \[4,1,24,24\]'
	aug --channels 3 -n dataset "$GOLDEN/slices.ten" -o "$T/b.ten"
	ten-info "$T/b.ten" | grep -q 'view.2 F32 \[12,3,24,24\]'
	[ "$(ten-stats -t view.1 "$T/b.ten" | cut -f 2- | sed 1d | uniq | wc -l)" -eq 1 ]
	range "$GOLDEN/colours.ten" 0 1 >"$T/c.ten"
	fails_with "*record 3 at byte *: 'image' has 3 channels, those before it 1 (--channels makes them agree)" \
		aug <(ten-cat "$GOLDEN/slices.ten" "$T/c.ten")
	aug --channels 3 <(ten-cat "$GOLDEN/slices.ten" "$T/c.ten") | ten-info -q
}

@test "provenance goes on, what belongs to one record does not" {
	ten-cat "$GOLDEN/slices.ten" | aug -s 3 --flip-p 0.25 -o "$T/a.ten"
	run ten-info --provenance "$T/a.ten"
	[[ $output == *ten-cat*ssl-augment*--seed=3*--flip-p=0.25* ]]
	[ "$(ten-info "$T/a.ten" | grep -c patient)" -eq 0 ]
}

@test "what cannot be augmented is refused, and nothing is written" {
	local image='{"__metadata__":{"seq":"0","eos":"1"},"image":{"dtype":"F32","shape":[1,1,1,2],"data_offsets":[0,8]}'
	ten_record "$image}" '\0\0\0\0\0\0\300\177' >"$T/nan.ten"
	ten_record "$image,\"mask\":{\"dtype\":\"U8\",\"shape\":[1,2,1],\"data_offsets\":[8,10]}}" '\0\0\0\0\0\0\0\0\0\0' >"$T/mask.ten"
	ten_record "$image,\"mask\":{\"dtype\":\"I8\",\"shape\":[1,1,2],\"data_offsets\":[8,10]}}" '\0\0\0\0\0\0\0\0\0\0' >"$T/type.ten"
	ten_record '{"image":{"dtype":"U8","shape":[1,1,0,2],"data_offsets":[0,0]}}' '' >"$T/empty.ten"
	ten_record '{"image":{"dtype":"U8","shape":[1,2],"data_offsets":[0,2]}}' '\1\2' >"$T/flat.ten"
	fails_with "*'$T/nan.ten' record 0 at byte 0, sample 0: pixels that are not finite*" aug -o "$T/o" "$T/nan.ten"
	fails_with "*pixels that are not finite*" aug -n dataset -o "$T/o" "$T/nan.ten"
	fails_with "*'mask' is \[1,2,1\], 'image' \[1,1,1,2\]" aug --views 1 -o "$T/o" "$T/mask.ten"
	fails_with "*'mask' is I8, expected U8" aug --views 1 -o "$T/o" "$T/type.ten"
	fails_with "*'image' is \[1,1,0,2\]: samples without values" aug -o "$T/o" "$T/empty.ten"
	fails_with "*'image' is \[1,2\], expected*" aug -o "$T/o" "$T/flat.ten"
	head -c 30000 "$GOLDEN/slices.ten" >"$T/cut.ten"
	fails_with "*record 1*stream cut short*" aug -o "$T/o" "$T/cut.ten"
	fails_with "*record 1*stream cut short*" aug -o "$T/o" <(cat "$T/cut.ten")
	fails_with "*record 1*stream cut short*" ten-stats -o "$T/o" "$T/cut.ten"
	fails_with "*expected --stats, or --mean and --std together" aug -n dataset --mean 3 -o "$T/o" "$GOLDEN/slices.ten"
	fails_with "*are for --normalize dataset or released" aug --mean 3 -o "$T/o" "$GOLDEN/slices.ten"
	fails_with "*cannot be divided by" aug -n dataset --mean 3 --std 0 -o "$T/o" "$GOLDEN/slices.ten"
	fails_with "*is for 2 channels, the image has 1" aug -n dataset --mean 3,4 --std 1,1 -o "$T/o" "$GOLDEN/slices.ten"
	[ ! -e "$T/o" ]
}

@test "an image of one pixel and a view of one pixel" {
	ten_record '{"image":{"dtype":"U8","shape":[1,1,1,1],"data_offsets":[0,1]}}' '\7' >"$T/one.ten"
	aug --views 1 -n none --jitter-p 0 "$T/one.ten" -o "$T/a.ten"
	read -r _ n _ _ min max < <(ten-stats "$T/a.ten" | tail -n 1)
	[ "$n $min $max" = "576 7 7" ]
	ssl-augment -q --size 1 --policy byol-natural "$GOLDEN/colours.ten" | ten-info -q
}

@test "ten-stats counts classes, and measures other tensors" {
	run ten-stats --mask "$GOLDEN/slices.ten"
	[ "${lines[0]}" = $'class\tcount\tpart' ]
	[ "${#lines[@]}" -eq 5 ]
	[ "$(tail -n +2 <<<"$output" | awk '{ n += $2; p += $3 } END { print n, p }')" = "16596 1" ]
	run ten-stats -t label "$GOLDEN/colours.ten"
	[ "${lines[1]}" = $'0\t8\t0.875\t0.780624750\t0\t2' ] || [ "${lines[1]}" = $'0\t8\t0.875\t0.78062475\t0\t2' ]
	fails_with "*no tensor 'mask', only*" ten-stats -m "$GOLDEN/colours.ten"
}

@test "ten-stats refuses what is not finite, and tells what it does not know by nan" {
	local header='{"image":{"dtype":"F32","shape":[1,2,1,2],"data_offsets":[0,16]}}' zero='\0\0\0\0' v
	for v in '\0\0\xc0\x7f' '\0\0\x80\x7f' '\0\0\x80\xff'; do
		ten_record "$header" "$zero$zero$v$zero" >"$T/bad.ten"
		fails_with "*'$T/bad.ten' record 0*'image' has values in sample 0, channel 1 that are not finite*" \
			ten-stats "$T/bad.ten" -o "$T/out"
	done
	[ ! -e "$T/out" ]
	ten_record '{"image":{"dtype":"F32","shape":[2,1,0,4],"data_offsets":[0,0]}}' '' >"$T/none.ten"
	[ "$(ten-stats "$T/none.ten" | tail -n 1)" = $'0\t0\tnan\tnan\tnan\tnan' ]
	ten-stats "$T/none.ten" -o "$T/none.tsv"
	fails_with "*none.tsv' line 2: expected numbers for mean and std" \
		ssl-augment -n dataset --stats "$T/none.tsv" "$GOLDEN/slices.ten" -o "$T/out"
}
