# Encoders from elsewhere: their names, their channels, what is refused
load lib
load parity

# imports NAME OPTION ...: weights-import of $W/NAME to $T/out, its words in $said
imports() {
	local name=$1
	shift
	said=$(weights-import "$@" "$W/$name" -o "$T/out" 2>&1)
}

# names FILE: of its tensors, sorted
names() {
	ten-info --tsv "$1" | cut -f4 | sort
}

small() {
	weights small --arch resnet18 --in-channels 3
}

@test "a safetensors file with torchvision's names comes through as it is" {
	small
	imports small
	echo "$said"
	[[ $said == "weights-import: resnet18 of '$W/small': took 120 tensors (torchvision names), renamed 0, left 0" ]]
	ten-cmp "$T/out" "$W/small"
	[ "$(ten-info --meta arch "$T/out")" = resnet18 ]
	[ "$(ten-info --meta channels "$T/out")" = 3 ]
	[ "$(ten-info --meta source "$T/out")" = small ]
}

@test "a prefix is found and stripped, whatever it is" {
	small
	for prefix in module. backbone. momentum_backbone. target_backbone. encoder. encoder.model. model. \
		module.encoder_q. a.b.c.; do
		weights prefixed --arch resnet18 --in-channels 3 --prefix "$prefix"
		imports prefixed
		[[ $said == *"took 120 tensors (torchvision names behind '$prefix'), renamed 120, left 0" ]]
		ten-cmp "$T/out" "$W/small"
		[ "$(ten-info --meta source.prefix "$T/out")" = "$prefix" ]
		rm "$W/prefixed"
	done
}

@test "the encoder of a U-Net, and that of a state with projection heads" {
	small
	weights unet --arch resnet18 --kind unet
	imports unet -v
	[[ $said == *"took 120 tensors (torchvision names behind 'encoder.'), renamed 120, left 62" ]]
	[[ $said == *"took encoder.conv1.weight F32 [64,1,7,7] as conv1.weight"* ]]
	[[ $said == *"left segmentation_head.0.bias F32 [4]"* ]]
	[ "$(names "$T/out")" = "$(names "$W/small")" ]
	weights state --arch resnet18 --kind state --proj-hidden 8 --pred-hidden 8 --in-channels 3
	imports state
	[[ $said == *"renamed 0, left 18" ]]
	ten-cmp "$T/out" "$W/small"
}

@test "channels are adapted as the other tools adapt them" {
	weights wide --arch resnet50 --in-channels 3
	make-stream --kind images -s 11 --samples 2 --channels 1 --height 64 --width 96 -o "$T/images.ten"
	imports wide --channels 1
	[[ $said == *"adapted the first convolution from 3 channels to 1" ]]
	[ "$(ten-info --meta channels "$T/out")" = 1 ]
	ssl-embed -q --weights "$T/out" "$T/images.ten" |
		ten-cmp -v -t features --relative-norm 1e-5 - "$GOLDEN/features-resnet50-3to1.safetensors"
}

@test "an imported encoder starts pretraining and fine-tuning" {
	small
	imports small --channels 1
	make-stream --kind views --samples 4 --epochs 1 --width 32 |
		ssl-pretrain -q --init "$T/out" --batch 4 --warmup 0 --proj-hidden 8 --pred-hidden 8 -o "$T/pre"
	make-stream --kind segmented --samples 2 --height 32 --width 32 |
		seg-finetune -q --encoder "$T/pre" --classes 4 --batch 2 -o "$T/model"
	ten-info --provenance "$T/model" | grep -q "weights-import .*--channels=1"
	ten-cat "$W/small" | weights-import - -o "$T/piped"
	ten-cmp "$T/piped" "$W/small"
}

@test "what has no encoder, or not all of it, or another one, is refused and leaves no file" {
	small
	ten_record '{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}' abcd >"$T/none"
	fails_with "*weights '$T/none': no ResNet among its 1 tensors ('a', ...)*" weights-import "$T/none" -o "$T/out"
	fails_with "*cannot open '$T/absent'*" weights-import "$T/absent" -o "$T/out"
	fails_with "*no ResNet under 'backbone', only under ''*" weights-import --prefix backbone "$W/small" -o "$T/out"
	fails_with "*no target network, only ''*" weights-import --which target "$W/small" -o "$T/out"
	fails_with "*no dictionaries to choose 'model' from*" weights-import --from model "$W/small" -o "$T/out"
	sed 's/layer3.1.bn2.bias/layer3.1.bn2.bios/' "$W/small" >"$T/odd"
	fails_with "*'layer3.1.bn2.bios' has no place in a resnet18*" weights-import "$T/odd" -o "$T/out"
	sed 's/layer3.1.bn2.bias/xayer3.1.bn2.bias/' "$W/small" >"$T/odd"
	fails_with "*no tensor for 'encoder.layer3.1.bn2.bias'*" weights-import "$T/odd" -o "$T/out"
	sed 's/layer3.1.bn2.num_b/xayer3.1.bn2.num_b/' "$W/small" >"$T/odd" # which may be absent
	weights-import "$T/odd" -o "$T/out" 2>"$T/said"
	grep "took 119 tensors .*, left 1$" "$T/said"
	ten-cmp --atol 7 "$T/out" "$W/small"
	rm "$T/out"
	sed 's/"shape":\[512,256,1,1\]/"shape":[256,512,1,1]/' "$W/small" >"$T/odd"
	fails_with "*'layer4.0.downsample.0.weight' is \[256,512,1,1\], a resnet18 has \[512,256,1,1\] there*" \
		weights-import "$T/odd" -o "$T/out"
	weights five --arch resnet18 --in-channels 5
	fails_with "*'encoder.conv1.weight' is \[64,5,7,7\], this network needs \[64,2,7,7\]*" \
		weights-import -c 2 "$W/five" -o "$T/out"
	fails_with "*FILE*" weights-import -o "$T/out"
	[ ! -e "$T/out" ]
}
