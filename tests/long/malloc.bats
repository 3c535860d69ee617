# Each request for memory of each tool fails once; of the thousands that a network makes, one in 17. About 20 minutes.
#   MALLOC_STEP=7     try one in seven times as many
#   MALLOC_FIRST=N    begin at the N-th: others of those 17
load ../lib
load ../malloc

setup_file() {
	small_inputs
	large_inputs
}

each() {
	tell "${MALLOC_STEP:-1}" "$@"
}

some() {
	tell $((17 * ${MALLOC_STEP:-1})) "$@"
}

# tell STEP TOOL ...: how many requests it were, whatever becomes of the test
tell() {
	set -o pipefail
	loop "$@" | tee >(sed 's/^/# /' >&3)
}

@test "streams" {
	each ten-cat -j 2 -o out "$IN/in.ten"
	each ten-cmp -o out "$IN/in.ten" "$IN/in.ten"
	each ten-info --tsv --stats -o out "$IN/in.ten"
	each ten-select --shuffle --by patient -n 1 -o out "$IN/in.ten"
	each ten-stats -o out "$IN/in.ten"
	each ten-resample -q --spacing 3,4 -o out "$IN/in.ten"
}

@test "files into streams and back" {
	each nii2ten -j 2 -q --acdc "$IN/acdc" -o out
	each nii2ten -j 2 -q --split all -o out "$IN/set"
	each dataset-check -j 2 -q -o out "$IN/acdc"
	each dataset-check -j 2 -q -o out "$IN/set"
	# libtiff crashes when it has no memory for a codec, as does libjpeg within libtiff
	CRASHES=6 each img2ten -j 1 -q -o out "$IN/pictures"
	each ten2tif -q -o out "$IN/in.ten"
}

@test "phantoms and augmentation" {
	each phantom-cine -j 2 -q -n 1 --frames 4,4 --slices 2,2 --matrix 32,32 -o out
	each phantom-scene -j 2 -q -c 2 -n 1 --size 32 -o out
	each ssl-augment -j 2 -q --size 16 -o out "$IN/in.ten"
}

@test "tables" {
	each seg-eval --slices a --volumes b --confusion c -o out "$IN/pred.ten"
	each seg-report -q -j 2 --names a,b --replicates 2 -o out "$IN/report.ten"
	each exp-converge -q -r random --replicates 20 --runs a --curves b -o out "$GOLDEN"/studies/random/seed-*/history.tsv
	each exp-compare -q --at ratio --also slices --tests a -o out "$GOLDEN/studies/scores.tsv"
}

@test "weights" {
	some weights-import -q -o out "$IN/encoder"
	each weights-import -q -o out "$GOLDEN/checkpoint.pth"
	some weights-export -q -o out "$IN/encoder"
}

@test "networks that are applied" {
	some seg-predict -q --model "$IN/model" -o out "$IN/in.ten"
	some ssl-embed -q --weights "$IN/encoder" -o out "$IN/in.ten"
}

@test "training" {
	# OpenBLAS does not look whether it got the memory for a small product
	CRASHES=9 TIMED=a some seg-finetune -q --arch resnet18 --batch 4 --history a -o out "$IN/train.ten"
	CRASHES=9 TIMED=a some ssl-pretrain -q --arch resnet18 --batch 4 --proj-hidden 8 --pred-hidden 8 --history a -o out "$IN/train.ten"
	CRASHES=9 TIMED=a some cls-pretrain -q --arch resnet18 --batch 4 --classes 2 --history a --steps b --state c -o out "$IN/train.ten"
}

@test "no tool is missing from these tests" {
	for tool in "$BUILD"/bin/*; do
		grep -Eq "(each|some) ${tool##*/} " "$ROOT/tests/long/malloc.bats"
	done
}
