# Weights for other packages: exactly the tensors that a strict load_state_dict wants (tests/golden/make-keys.py)
load lib
load parity

# has_keys FILE GOLDEN: name, type and shape of every tensor
has_keys() {
	diff <(ten-info --tsv "$1" | tail -n +2 | cut -f4-6 | sort) <(sort "$GOLDEN/keys-$2.tsv")
}

@test "a U-Net has segmentation_models.pytorch's tensors, all of them and no other, with the same values" {
	for arch in resnet18 resnet34 resnet50; do
		weights unet --arch $arch --kind unet
		weights-export -q "$W/unet" -o "$T/out"
		has_keys "$T/out" $arch-unet
		ten-cmp "$T/out" "$W/unet"
		rm "$W/unet"
	done
}

@test "an encoder has torchvision's and timm's tensors, whether it comes alone, from a U-Net or with heads" {
	for arch in resnet18 resnet34 resnet50; do
		weights enc --arch $arch --in-channels 3
		weights unet --arch $arch --kind unet --in-channels 3
		weights state --arch $arch --kind state --in-channels 3 --proj-hidden 8 --pred-hidden 8
		for layout in torchvision timm; do
			for kind in enc unet state; do
				weights-export -q --layout $layout "$W/$kind" -o "$T/$kind"
				has_keys "$T/$kind" $arch-encoder
			done
			ten-cmp "$T/enc" "$W/enc"
			ten-cmp "$T/state" "$W/enc"
		done
		ten-cat "$W/enc" | weights-export -q -o "$T/piped"
		ten-cmp "$T/piped" "$W/enc"
		rm "$W/enc" "$W/unet" "$W/state"
	done
}

@test "a U-Net's encoder comes out with its values" {
	weights unet --arch resnet18 --kind unet
	weights-export -q --layout timm "$W/unet" -o "$T/enc"
	weights-import -q "$W/unet" | ten-cmp - "$T/enc"
	make-stream --kind images -s 11 --samples 2 --height 32 --width 32 -o "$T/images.ten"
	for file in "$T/enc" "$W/unet"; do ssl-embed -q -w "$file" "$T/images.ten" -o "$T/$(basename "$file").ten"; done
	ten-cmp "$T/enc.ten" "$T/unet.ten"
}

@test "channels are adapted" {
	weights one --arch resnet18
	weights-export -q --channels 3 "$W/one" -o "$T/out"
	has_keys "$T/out" resnet18-encoder
	make-stream --kind images -s 11 --samples 2 --channels 3 --height 64 --width 96 |
		ssl-embed -q --weights "$T/out" |
		ten-cmp -v -t features --relative-norm 1e-5 - "$GOLDEN/features-resnet18-1to3.safetensors"
}

@test "the file is one safetensors record, with strings to say what it is" {
	weights said --arch resnet18 --kind unet --normalize "dataset 0.25 0.5"
	weights-export -q "$W/said" -o "$T/out"
	[ "$(ten-info --meta format "$T/out")" = pt ]
	[ "$(ten-info --meta arch "$T/out")" = resnet18 ]
	[ "$(ten-info --meta channels "$T/out")" = 1 ]
	[ "$(ten-info --meta normalize "$T/out")" = "dataset 0.25 0.5" ]
	ten-info --provenance "$T/out" | grep -q '^weights-export'
	[ "$(ten-info --tsv "$T/out" | cut -f2 | sort -u | wc -l)" -eq 2 ] # the heading, and record 0
	weights-export -q --channels 3 "$W/said" -o "$T/out"
	run ten-info --meta normalize "$T/out" # it was said of one channel
	[ "$status" -ne 0 ] || [ -z "$output" ]
}

@test "what cannot be exported is refused and leaves no file" {
	weights enc --arch resnet18
	fails_with "*'$W/enc': no decoder for --layout smp*" weights-export --layout smp "$W/enc" -o "$T/out"
	sed 's/layer3.1.bn2.bias/xayer3.1.bn2.bias/' "$W/enc" >"$T/odd"
	fails_with "*'$T/odd': 'xayer3.1.bn2.bias' has no place*" weights-export "$T/odd" -o "$T/out"
	make-stream --kind images --samples 1 -o "$T/images.ten"
	fails_with "*'$T/images.ten': no ResNet weights*" weights-export "$T/images.ten" -o "$T/out"
	[ ! -e "$T/out" ]
}
