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

# --- what torch.save wrote (tests/golden/make-checkpoints.py) ---

# same_features NAME: those of $T/out are PyTorch's
same_features() {
	[ -e "$W/seen.ten" ] || make-stream --kind images -s 21 --samples 3 --channels 3 --height 64 --width 64 -o "$W/seen.ten"
	ssl-embed -q --weights "$T/out" "$W/seen.ten" |
		ten-cmp -v -t features --relative-norm 1e-5 - "$GOLDEN/features-checkpoint-$1.safetensors"
}

@test "a Lightning checkpoint, zip and legacy: the target network unless the online one is asked for" {
	for file in checkpoint.pth checkpoint-legacy.pth; do
		ln -sf "$GOLDEN/$file" "$W/$file"
		imports $file
		[[ $said == *" 'state_dict': took 120 tensors (torchvision names behind 'momentum_backbone.'), renamed 120, left 121" ]]
		[ "$(ten-info --meta source.from "$T/out")" = state_dict ]
		same_features target
		imports $file --which online
		[[ $said == *"behind 'backbone.'"* ]]
		same_features online
		imports $file --prefix backbone --from state_dict
		same_features online
	done
}

@test "the same weights under every name that other packages give them" {
	weights-import -q "$GOLDEN/checkpoint.pth" -o "$T/want"
	for file in checkpoint.pth checkpoint-legacy.pth; do
		ln -sf "$GOLDEN/$file" "$W/$file"
		for prefix in module. target_backbone. encoder. encoder.model.; do
			imports $file --from "named/$prefix"
			[[ $said == *"took 120 tensors (torchvision names behind '$prefix'), renamed 120, left 2" ]]
			ten-cmp "$T/out" "$T/want"
		done
		imports $file --from named/numbered
		[[ $said == *"took 120 tensors (numbered children names), renamed 120, left 0" ]]
		ten-cmp "$T/out" "$T/want"
		imports $file --from named/hugging-face
		[[ $said == *"took 120 tensors (Hugging Face names behind 'resnet.'), renamed 120, left 2" ]]
		ten-cmp "$T/out" "$T/want"
	done
}

@test "half, bfloat16 and double precision, and dimensions in another order" {
	for file in checkpoint.pth checkpoint-legacy.pth; do
		ln -sf "$GOLDEN/$file" "$W/$file"
		imports $file --from types -v
		[[ $said == *"took conv1.weight F16 [64,3,7,7] as conv1.weight"* && $said == *" BF16 "* && $said == *" F64 "* ]]
		same_features types
	done
}

@test "channels of a .pth are adapted" {
	weights-import -q --channels 1 "$GOLDEN/checkpoint.pth" -o "$T/one"
	weights-import -q "$GOLDEN/checkpoint.pth" | weights-import -q --channels 1 - -o "$T/two"
	ten-cmp "$T/one" "$T/two"
	[[ $(ten-info --tsv "$T/one") == *"conv1.weight	F32	[64,1,7,7]"* ]]
}

@test "a dictionary that is not there, and one without an encoder" {
	for file in checkpoint.pth checkpoint-legacy.pth; do
		fails_with "*'$GOLDEN/$file': no dictionary of tensors under 'model', but under 'state_dict', 'types'" \
			weights-import --from model "$GOLDEN/$file" -o "$T/out"
		fails_with "*no dictionary of tensors under 'named/none'*" weights-import --from named/none "$GOLDEN/$file" -o "$T/out"
		fails_with "*no ResNet under 'head', only under 'backbone.', 'momentum_backbone.'" \
			weights-import --prefix head "$GOLDEN/$file" -o "$T/out"
	done
	[ ! -e "$T/out" ]
}

@test "a .pth that was cut or damaged is refused and leaves no file" {
	for file in checkpoint.pth checkpoint-legacy.pth; do
		size=$(wc -c <"$GOLDEN/$file")
		for at in 20 200 20000 $((size / 2)) $((size - 1)); do
			head -c "$at" "$GOLDEN/$file" >"$T/cut"
			fails_with "*'$T/cut': *" weights-import "$T/cut" -o "$T/out"
		done
	done
	# the storage of all convolutions, in the middle
	at=$(grep -abo 'checkpoint/data/0FB' "$GOLDEN/checkpoint.pth" | cut -d: -f1)
	cp "$GOLDEN/checkpoint.pth" "$T/bad"
	chmod +w "$T/bad"
	printf '\125' | dd of="$T/bad" bs=1 seek=$((at + 2000)) conv=notrunc 2>/dev/null
	fails_with "*weights '$T/bad': tensor '*': 'checkpoint/data/0': wrong checksum (data damaged)" \
		weights-import "$T/bad" -o "$T/out"
	[ ! -e "$T/out" ]
}

# --- pickles that are up to something ---

# legacy PICKLE: a legacy file whose object is this (a printf format), to standard output
legacy() {
	printf '\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.\x80\x02M\xe9\x03.'
	printf '\x80\x02}X\x0d\0\0\0little_endian\x88s.'
	# shellcheck disable=SC2059 # the format is the bytes
	printf "$1"
}

@test "a pickle that would call something is refused by opcode, place and name, and calls nothing" {
	command="touch $T/owned"
	legacy "\x80\x02cos\nsystem\nX$(printf '\\x%02x' ${#command})\0\0\0$command\x85R." >"$T/bad.pth"
	fails_with "*'$T/bad.pth': pickle opcode GLOBAL at byte 47: 'os.system' is nothing that weights are made of*" \
		weights-import "$T/bad.pth" -o "$T/out"
	{ legacy "\x80\x02cos\nsystem\nX$(printf '\\x%02x' ${#command})\0\0\0$command\x85R." && printf '\x80\x02].'; } >"$T/bad.pth"
	fails_with "*'$T/bad.pth': no dictionary of tensors*" weights-import --ignore-objects "$T/bad.pth" -o "$T/out"
	legacy '\x80\x04\x8c\x05posix\x8c\x06system\x93\x8c\x04true\x85R.' >"$T/bad.pth"
	fails_with "*pickle opcode STACK_GLOBAL at byte 62: 'posix.system'*" weights-import "$T/bad.pth" -o "$T/out"
	legacy '\x80\x02c__builtin__\neval\nX\x01\0\0\01\x85R.' >"$T/bad.pth"
	fails_with "*pickle opcode GLOBAL at byte 47: '__builtin__.eval'*" weights-import "$T/bad.pth" -o "$T/out"
	legacy '\x80\x02(cos\nsystem\nios\nsystem\n.' >"$T/bad.pth"
	fails_with "*pickle opcode GLOBAL at byte 48: 'os.system'*" weights-import "$T/bad.pth" -o "$T/out"
	legacy '\x80\x02(X\x04\0\0\0trueios\nsystem\n.' >"$T/bad.pth"
	fails_with "*pickle opcode INST at byte 57: refused*" weights-import --ignore-objects "$T/bad.pth" -o "$T/out"
	[ -z "$(find "$T" -name 'out*' -o -name 'owned*')" ]
}
