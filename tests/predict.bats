# seg-predict beyond one look at an image: ensembles, flips, windows, volumes and pictures
load lib
load parity

# match GOLDEN: probabilities, classes and entropy of $T/pred.ten
match() {
	ten-cmp -v -t probabilities -a 2e-6 "$T/pred.ten" "$GOLDEN/logits-$1.safetensors"
	ten-cmp -v -t entropy -a 1e-5 "$T/pred.ten" "$GOLDEN/logits-$1.safetensors"
	ten-cmp -t pred "$T/pred.ten" "$GOLDEN/logits-$1.safetensors"
}

unets() {
	weights unet-resnet18-1 --kind unet --arch resnet18
	weights unet-resnet50-1 --kind unet --arch resnet50
}

@test "two networks and four mirrorings: the mean of probabilities that PyTorch finds" {
	unets
	make-stream --kind images -s 12 --samples 1 --height 43 --width 50 |
		seg-predict -q -m "$W/unet-resnet18-1" -m "$W/unet-resnet50-1" --flip both -p -e -o "$T/pred.ten"
	match ensemble
}

@test "windows: the weighted mean of probabilities that PyTorch finds" {
	unets
	make-stream --kind images -s 12 --samples 1 --height 75 --width 64 -o "$T/images.ten"
	seg-predict -q -m "$W/unet-resnet18-1" --window 32 -p -e "$T/images.ten" -o "$T/pred.ten"
	match windows
	seg-predict -q -m "$W/unet-resnet18-1" "$T/images.ten" -o "$T/whole.ten"
	seg-predict -q -m "$W/unet-resnet18-1" --window 75 "$T/images.ten" | ten-cmp - "$T/whole.ten"
}

@test "flips and windows: the same bytes with any number of threads" {
	unets
	make-stream --kind images -s 3 --samples 3 --height 40 --width 33 -o "$T/images.ten"
	seg-predict -q -j1 -m "$W/unet-resnet18-1" --flip x -w 32 -p "$T/images.ten" -o "$T/1.ten"
	seg-predict -q -j3 -m "$W/unet-resnet18-1" --flip x -w 32 -p "$T/images.ten" | cmp - "$T/1.ten"
}

@test "models that do not go together are refused" {
	unets
	weights unet-3 --kind unet --in-channels 3
	weights unet-5 --kind unet --classes 5
	make-stream --kind images --height 32 --width 32 -o "$T/images.ten"
	fails_with "*unet-5' makes 5 classes of 1 channels, '*unet-resnet18-1' 4 of 1" \
		seg-predict -m "$W/unet-resnet18-1" -m "$W/unet-5" "$T/images.ten" -o "$T/x"
	fails_with "*unet-3' makes 4 classes of 3 channels*" \
		seg-predict -m "$W/unet-resnet18-1" -m "$W/unet-3" "$T/images.ten" -o "$T/x"
	fails_with "*record 0*logits of one model's one look*" \
		seg-predict -m "$W/unet-resnet18-1" --flip x --logits "$T/images.ten" -o "$T/x"
	fails_with "*--keep-largest: 'LV' is neither a number of 1..3 nor the name of a class" \
		seg-predict -m "$W/unet-resnet18-1" --keep-largest LV "$T/images.ten" -o "$T/x"
	[ ! -e "$T/x" ]
}

@test "the provenance knows every model" {
	unets
	make-stream --kind images --samples 1 --height 32 --width 32 -o "$T/images.ten"
	seg-predict -q -m "$W/unet-resnet18-1" -m "$W/unet-resnet50-1" "$T/images.ten" -o "$T/pred.ten"
	grep -aqE '"cmd.0.model":"[0-9a-f]{8}","cmd.0.model-2":"[0-9a-f]{8}"' "$T/pred.ten"
}

@test "only the largest component of a class stays, of whole volumes and of pictures" {
	unets
	make-stream --kind images --samples 2 --chunk 2 --height 32 --width 32 -o "$T/images.ten"
	seg-predict -q -m "$W/unet-resnet18-1" "$T/images.ten" -o "$T/all.ten"
	seg-predict -q -m "$W/unet-resnet18-1" --keep-largest 1,3 "$T/images.ten" -o "$T/largest.ten"
	run ten-cmp "$T/all.ten" "$T/largest.ten"
	[ "$status" -eq 1 ]
	printf 'class\tname\tkeep_largest\tdice_before\tdice_after\n1\tRV\t1\t.1\t.2\n2\tMYO\t0\t.1\t.1\n3\tLV\t1\t.1\t.2\n' >"$T/choice.tsv"
	seg-predict -q -m "$W/unet-resnet18-1" --postprocess "$T/choice.tsv" "$T/images.ten" | ten-cmp - "$T/largest.ten"
	sed 's/"samples":"2"/"slices":"3" /' "$T/images.ten" >"$T/part.ten"
	fails_with "*'$T/part.ten' record 0*2 of the 3 slices of a volume*" \
		seg-predict -m "$W/unet-resnet18-1" --keep-largest all "$T/part.ten" -o "$T/x"
	sed 's/^3\tLV\t1/3\tLV\t2/' "$T/choice.tsv" >"$T/wrong.tsv"
	fails_with "*wrong.tsv' line 4: keep_largest is '2', expected a whole number of 0..1" \
		seg-predict -m "$W/unet-resnet18-1" --postprocess "$T/wrong.tsv" "$T/images.ten" -o "$T/x"
	[ ! -e "$T/x" ]
}
