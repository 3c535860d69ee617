# For malloc.bats and long/malloc.bats: every tool on a tiny input, with requests for memory failing (helpers/malloc-loop)

# The shim stands before the sanitizer's functions, and what is lost is an error there, but for what libtiff loses.
export ASAN_OPTIONS=verify_asan_link_order=0:detect_leaks=1
export LSAN_OPTIONS=suppressions=$ROOT/tests/helpers/leaks:print_suppressions=0
IN=${BATS_FILE_TMPDIR:-/tmp}

# A record of two 32x32 samples with everything that trainers read: SEQ, more metadata
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

# Small inputs into $IN
small_inputs() {
	phantom-cine -q -n 1 --first 3 --frames 4,4 --slices 2,2 --matrix 32,32 -o "$IN/acdc"
	nii2ten -q --acdc "$IN/acdc" -o "$IN/in.ten"
	ten_record '{"__metadata__":{"seq":"0","eos":"1","classes":"2"},"mask":{"dtype":"U8","shape":[1,2,2],"data_offsets":[0,4]},
"pred":{"dtype":"U8","shape":[1,2,2],"data_offsets":[4,8]}}' '\0\1\1\0\0\1\0\0' >"$IN/pred.ten"
	ten_record '{"__metadata__":{"seq":"0","eos":"1","names":"a,b","spacing":"1 1 1"},"image":{"dtype":"U8","shape":[1,1,2,2],"data_offsets":[0,4]},
"mask":{"dtype":"U8","shape":[1,2,2],"data_offsets":[4,8]},
"pred":{"dtype":"U8","shape":[1,2,2],"data_offsets":[8,12]}}' '\1\2\3\4\0\1\1\0\0\1\0\0' >"$IN/report.ten"
	mkdir -p "$IN/set/"{imagesTr,labelsTr}
	cp "$GOLDEN/nifti/frame.nii.gz" "$IN/set/imagesTr/a_0000.nii.gz"
	cp "$GOLDEN/nifti/labels.nii.gz" "$IN/set/labelsTr/a.nii.gz"
	printf '{"channel_names":{"0":"MRI"},"labels":{"background":0,"RV":1,"MYO":2,"LV":3},"numTraining":1,"file_ending":".nii.gz"}' \
		>"$IN/set/dataset.json"
	mkdir "$IN/pictures"
	cp "$GOLDEN"/pictures/{rgb.png,palette.png,colour.jpg,zipped.tif,jpeg.tif} "$IN/pictures"
}

# Inputs with a network in them
large_inputs() {
	{ training 0 '' && training 1 ',"eos":"1"'; } >"$IN/train.ten"
	seg-finetune -q --arch resnet18 --batch 4 -o "$IN/model" "$IN/train.ten"
	ssl-pretrain -q --arch resnet18 --batch 4 --proj-hidden 8 --pred-hidden 8 -o "$IN/encoder" "$IN/train.ten"
}

# loop STEP TOOL ...: see malloc-loop.c; CRASHES: how often a library may crash; TIMED: a file with times
loop() {
	local step=$1
	shift
	mkdir -p "$T/out"
	(cd "$T/out" && malloc-loop --step "$step" --first "${MALLOC_FIRST:-1}" --crashes "${CRASHES:-0}" ${TIMED:+--timed "$TIMED"} "$BUILD/shims/fail-malloc.so" "$@")
}
