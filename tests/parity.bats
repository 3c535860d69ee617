# The same features and logits as PyTorch from the same weights and images (tests/golden/README.md)
load lib
load parity

# --- the helpers against numpy: names, shapes and numbers ---

# crc_of FILE: the checksum its header holds
crc_of() {
	head -c 100000 "$1" | grep -ao '"crc32":"[0-9a-f]*"' | cut -d'"' -f4
}

# as_numpy FILE OPTION ...: make-weights writes what tests/golden/make-weights.py found for FILE
as_numpy() {
	local name=$1 file tensors parameters crc
	shift
	make-weights "$@" -o "$T/w"
	read -r file tensors parameters crc < <(grep "^$name	" "$GOLDEN/weights.tsv")
	echo "$file: $tensors tensors, $parameters parameters, $crc, here $(crc_of "$T/w")"
	[ "$(crc_of "$T/w")" = "$crc" ]
}

@test "weights by formula are those that numpy computes, name by name, bit by bit" {
	as_numpy resnet18-encoder-1 --arch resnet18
	as_numpy resnet18-encoder-3 --arch resnet18 --in-channels 3
	as_numpy resnet34-encoder-1 --arch resnet34
	as_numpy resnet50-encoder-1 --arch resnet50
	as_numpy resnet50-encoder-3 --arch resnet50 --in-channels 3
	as_numpy resnet18-state-1 --arch resnet18 --kind state --proj-hidden 64 --pred-hidden 64
	as_numpy resnet18-unet-1 --arch resnet18 --kind unet
	as_numpy resnet50-unet-1 --arch resnet50 --kind unet
}

@test "images, masks and views by formula are those that numpy computes" {
	make-stream --kind segmented -s 5 --channels 2 --height 11 --width 13 --samples 2 -o "$T/seg.ten"
	ten-cmp "$T/seg.ten" "$GOLDEN/stream-segmented.safetensors"
	make-stream --kind views -s 5 --channels 1 --width 12 --samples 1 --epochs 2 -o "$T/views.ten"
	ten-cmp --samples "$T/views.ten" "$GOLDEN/stream-views.safetensors"
}

@test "ResNet-50 networks have as many parameters as published" {
	make-stream --kind views --samples 2 --epochs 1 --width 32 |
		ssl-pretrain -v --arch resnet50 --batch 2 --warmup 0 -o "$T/encoder" 2>"$T/said"
	grep -w "$((23501760 + 9449728 + 4219136)) parameters" "$T/said"
	make-stream --kind segmented --samples 1 |
		seg-finetune -v --arch resnet50 --classes 4 --batch 1 -o "$T/model" 2>"$T/said"
	grep -w "32515268 parameters" "$T/said"
}

# --- features and logits ---

# features_match GOLDEN ARCH CHANNELS-OF-WEIGHTS CHANNELS HEIGHT WIDTH: in both ways of computing
features_match() {
	local mode
	weights "enc-$2-$3" --kind encoder --arch "$2" --in-channels "$3"
	make-stream --kind images -s 11 --samples 2 --channels "$4" --height "$5" --width "$6" -o "$T/images.ten"
	for mode in fast reference; do
		echo "--compute $mode"
		ssl-embed -q --compute $mode --weights "$W/enc-$2-$3" "$T/images.ten" -o "$T/features.ten"
		ten-cmp -v -t features --relative-norm 1e-5 "$T/features.ten" "$GOLDEN/features-$1.safetensors"
	done
}

@test "ResNet-18 features, 1 and 3 channels" {
	features_match resnet18-1 resnet18 1 1 96 96
	features_match resnet18-3 resnet18 3 3 64 96
}

@test "ResNet-34 features" {
	features_match resnet34-1 resnet34 1 1 64 96
}

@test "ResNet-50 features, 1 and 3 channels" {
	features_match resnet50-1 resnet50 1 1 96 96
	features_match resnet50-3 resnet50 3 3 64 96
}

@test "3-channel weights for 1 channel are summed, 1-channel weights for 3 repeated and divided" {
	features_match resnet50-3to1 resnet50 3 1 64 96
	features_match resnet18-1to3 resnet18 1 3 64 96
}

# logits_match GOLDEN WEIGHTS CHANNELS HEIGHT WIDTH
logits_match() {
	local mode
	make-stream --kind images -s 12 --samples 1 --channels "$3" --height "$4" --width "$5" -o "$T/images.ten"
	for mode in fast reference; do
		echo "--compute $mode"
		seg-predict -q --compute $mode --logits --model "$W/$2" "$T/images.ten" -o "$T/pred.ten"
		ten-cmp -v -t logits --relative-norm 1e-5 "$T/pred.ten" "$GOLDEN/logits-$1.safetensors"
		ten-cmp -t pred "$T/pred.ten" "$GOLDEN/logits-$1.safetensors"
	done
}

@test "U-Net logits and classes on ResNet-18, 1 and 3 channels" {
	weights unet-resnet18-1 --kind unet --arch resnet18
	weights unet-resnet18-3 --kind unet --arch resnet18 --in-channels 3
	logits_match resnet18-1 unet-resnet18-1 1 32 64
	logits_match resnet18-3 unet-resnet18-3 3 32 32
}

@test "U-Net logits and classes on ResNet-50" {
	weights unet-resnet50-1 --kind unet --arch resnet50
	logits_match resnet50-1 unet-resnet50-1 1 64 32
}

@test "an image of any size is padded with its minimum, half above and left, and cropped back" {
	weights unet-resnet18-1 --kind unet --arch resnet18
	logits_match odd unet-resnet18-1 1 43 50
}

@test "a model's own normalisation is applied to raw images, and not to normalised ones" {
	weights unet-normalised --kind unet --arch resnet18 --normalize "dataset 0.25 0.5"
	logits_match normalised unet-normalised 1 32 40
	make-stream --kind images -s 12 --samples 1 --height 32 --width 64 --normalize "dataset 0.25 0.5" |
		seg-predict -q --logits --model "$W/unet-normalised" |
		ten-cmp -t logits --relative-norm 1e-5 - "$GOLDEN/logits-resnet18-1.safetensors"
}

@test "the same features and logits as on lesser processors" {
	local set
	for set in portable avx2; do
		can_play $set || continue
		echo "SEGPIPE_CPU=$set"
		export SEGPIPE_CPU=$set
		features_match resnet18-1 resnet18 1 1 96 96
		features_match resnet50-3 resnet50 3 3 64 96
		weights unet-resnet18-1 --kind unet --arch resnet18
		logits_match odd unet-resnet18-1 1 43 50
	done
}

@test "a processor that this one is not, or no such way of computing, is refused before anything is read" {
	fails_with "*SEGPIPE_CPU: no instruction set 'z80' here*" env SEGPIPE_CPU=z80 ssl-embed -w "$T/absent"
	fails_with "*--compute: 'slow' is none of fast|reference*" seg-predict --compute slow -m "$T/absent"
}
