# Models that learnt from pixels of another size, alone and in an ensemble: PyTorch's probabilities, and what follows from
# the formula (lib/predict)
load lib

setup_file() {
	W=$BATS_FILE_TMPDIR
	export W
	make-weights --arch resnet18 --kind unet --grid "1.5 1.1" -o "$W/coarse"
	make-weights --arch resnet18 --kind unet --grid "1 1.25" -o "$W/fine"
	make-weights --arch resnet34 --kind unet -o "$W/other"
}

# predict OUT OPTION ...: with all that can be had beside the classes
predict() {
	local out=$1
	shift
	seg-predict -q --probabilities --entropy "$@" "$T/images" -o "$out"
}

# agrees GOLDEN HEIGHT WIDTH SPACING OPTION ...
agrees() {
	local expected=$GOLDEN/ensemble-$1.safetensors t
	make-stream --kind images -s 12 --samples 1 --height "$2" --width "$3" --spacing "$4" -o "$T/images"
	shift 4
	predict "$T/out" "$@"
	for t in probabilities entropy; do
		ten-cmp -v -t $t --relative-norm 1e-5 "$T/out" "$expected" || return 1
	done
	ten-cmp -t pred "$T/out" "$expected"
}

@test "to larger pixels and back: the probabilities that PyTorch finds" {
	agrees coarse 43 50 "1.2 0.9 8" -m "$W/coarse"
}

@test "to smaller pixels and back, with another model, mirrored, through windows: PyTorch's mean" {
	agrees fine 40 48 "1.25 1.6 8" -m "$W/fine" -m "$W/other" --flip both --window 32
}

@test "any number of threads, and any division into records, gives the same bytes" {
	make-stream --kind images -s 3 --samples 3 --chunk 3 --height 40 --width 42 --spacing "1.25 1.25 8" -o "$T/images"
	predict "$T/1" -j 1 -m "$W/fine" -m "$W/other" --flip x --window 32
	predict "$T/3" -j 3 -m "$W/fine" -m "$W/other" --flip x --window 32
	cmp "$T/1" "$T/3"
	make-stream --kind images -s 3 --samples 3 --chunk 1 --height 40 --width 42 --spacing "1.25 1.25 8" -o "$T/images"
	predict "$T/4" -m "$W/fine" -m "$W/other" --flip x --window 32
	ten-cmp --samples "$T/4" "$T/1"
}

@test "a model given twice is itself, and pixels of the model's own size are not touched" {
	make-stream --kind images -s 3 --samples 2 --height 40 --width 56 --spacing "1 1.25 8" -o "$T/images"
	predict "$T/once" -m "$W/fine"
	predict "$T/twice" -m "$W/fine" -m "$W/fine"
	sed 's/"grid":"1 1.25"/"gRid":"1 1.25"/' "$W/fine" >"$T/plain"
	predict "$T/plain-out" -m "$T/plain"
	ten-cmp "$T/once" "$T/twice"
	ten-cmp "$T/once" "$T/plain-out"
}

@test "models that name their classes otherwise, and images whose pixels have no size, are refused" {
	make-stream --kind images --samples 1 -o "$T/images"
	make-weights --arch resnet18 --kind unet --names background,RV,MYO,LV -o "$T/named"
	make-weights --arch resnet18 --kind unet --names background,LV,MYO,RV -o "$T/renamed"
	fails_with "*model '$T/renamed'*'LV'*'RV'*" seg-predict -m "$T/named" -m "$T/renamed" "$T/images" -o "$T/out"
	fails_with "*'$W/fine'*1 1.25 mm*" seg-predict -m "$W/fine" "$T/images" -o "$T/out"
	[ ! -e "$T/out" ]
}
