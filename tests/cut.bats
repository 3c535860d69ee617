# Training and prediction on streams and weights that were cut (tests/unit/hostile.c has the smaller tools)
load lib
# what a tool still holds when it dies is of no concern here
export ASAN_OPTIONS=detect_leaks=0

# training SEQ MORE: a record of two 32x32 samples with everything that trainers read
training() {
	local zeros
	zeros=$(printf '\\0%.0s' {1..2064})
	ten_record "{\"__metadata__\":{\"seq\":\"$1\",\"samples\":\"4\"$2},\
\"image\":{\"dtype\":\"F32\",\"shape\":[2,1,32,32],\"data_offsets\":[0,8192]},\
\"view.1\":{\"dtype\":\"F32\",\"shape\":[2,1,32,32],\"data_offsets\":[8192,16384]},\
\"view.2\":{\"dtype\":\"F32\",\"shape\":[2,1,32,32],\"data_offsets\":[16384,24576]},\
\"mask\":{\"dtype\":\"U8\",\"shape\":[2,32,32],\"data_offsets\":[24576,26624]},\
\"label\":{\"dtype\":\"I64\",\"shape\":[2],\"data_offsets\":[26624,26640]}}" "%024576d$zeros"
}

@test "trainers and models refuse a stream that is cut, and write nothing" {
	{ training 0 '' && training 1 ',"eos":"1"'; } >"$T/whole"
	seg-finetune -q --arch resnet18 --batch 4 -o "$T/model" --history "$T/h" "$T/whole"
	ssl-pretrain -q --arch resnet18 --batch 4 --proj-hidden 8 --pred-hidden 8 -o "$T/encoder" "$T/whole"
	rm "$T/h"
	second=$(ten-info --tsv "$T/whole" | awk -F '\t' '$2 == 1 { print $3; exit }')
	for at in 0 4 100 10000 "$second" $((second + 4)) $(($(wc -c <"$T/whole") - 1)); do
		head -c "$at" "$T/whole" >"$T/cut"
		for tool in "seg-finetune --arch resnet18 --batch 4 --history $T/out2 --last $T/out3" \
			"ssl-pretrain --arch resnet18 --batch 4 --proj-hidden 8 --pred-hidden 8 --history $T/out2 --state $T/out3" \
			"cls-pretrain --arch resnet18 --classes 2 --batch 4 --history $T/out2 --steps $T/out3 --state $T/out4" \
			"seg-predict --model $T/model" "ssl-embed --weights $T/encoder" ten-stats "ssl-augment --size 32"; do
			# shellcheck disable=SC2086
			fails_with "*'$T/cut'*" $tool -q -o "$T/out1" "$T/cut"
			[ -z "$(find "$T" -name 'out*')" ]
		done
	done
}

@test "weights that are cut are refused" {
	{ training 0 '' && training 1 ',"eos":"1"'; } >"$T/whole"
	seg-finetune -q --arch resnet18 --batch 4 -o "$T/model" "$T/whole"
	for at in 4 100 1000000 $(($(wc -c <"$T/model") - 1)); do
		head -c "$at" "$T/model" >"$T/cut"
		for tool in "seg-finetune --batch 4 --init" "seg-finetune --batch 4 --encoder" "ssl-pretrain --batch 4 --init" \
			"cls-pretrain --classes 2 --batch 4 --init" \
			"seg-predict --model" "ssl-embed --weights"; do
			# shellcheck disable=SC2086
			fails_with "*'$T/cut'*" $tool "$T/cut" -q -o "$T/out" "$T/whole"
			[ -z "$(find "$T" -name 'out*')" ]
		done
		for tool in weights-import weights-export; do
			fails_with "*'$T/cut'*" $tool "$T/cut" -q -o "$T/out"
		done
		[ ! -e "$T/out" ]
	done
}

@test "no tool that reads streams is missing from these tests" {
	for tool in "$BUILD"/bin/*; do
		case ${tool##*/} in
		phantom-cine | phantom-scene | nii2ten | img2ten | exp-*) ;; # read no streams
		*) grep -q "${tool##*/}[\" ;]" "$ROOT/tests/cut.bats" "$ROOT/tests/unit/hostile.c" ;;
		esac
	done
}
