# From choosing what is to be cut down to its largest component, on validation patients, to predicting so
load lib

# Phantom patients, whose truth is what the model finds; but of RV only the largest component is true. So RV must be cut
# down, and the pieces of LV must stay.
setup_file() {
	W=$BATS_FILE_TMPDIR
	export W
	phantom-cine -q -s 1 --patients 2 --matrix 64,72 --slices 4,5 --frames 4,4 --no-cine -o "$W/acdc"
	make-weights --arch resnet18 --kind unet --names background,RV,MYO,LV -o "$W/model"
	predict "$W/acdc" -o "$W/before"
	predict "$W/acdc" --keep-largest RV -o "$W/truth"
	seg-eval -q "$W/before" "$W/truth" --names background,RV,MYO,LV --choose-postprocessing "$W/choice.tsv" -o "$W/scores"
}

predict() {
	seg-predict -q -m "$W/model" "$@"
}

# dice FILE: the mean over volumes of each class, from a summary
dice() {
	awk -F '\t' '$1 == "volume_dice" && $2 != "foreground" { print $2, $3 }' "$1"
}

# chosen COLUMN: the same by the table of choices
chosen() {
	awk -F '\t' -v column="$1" 'NR > 1 { print $2, $column }' "$W/choice.tsv"
}

@test "a class with a piece too many is chosen, one with true pieces is not" {
	[ "$(cut -f 1-3 "$W/choice.tsv" | tr '\t\n' ' ;')" = "class name keep_largest;1 RV 1;2 MYO 0;3 LV 0;" ]
	[ "$(chosen 4)" = "$(dice "$W/scores" | grep -v background)" ]
	chosen 5 | grep -qx "RV 1.000000"
	awk -F '\t' 'NR == 2 { if (!($4 < 1)) exit 1 } NR == 4 { if (!($5 < 1)) exit 1 }' "$W/choice.tsv"
}

@test "what was chosen raises Dice on the patients it was chosen on, to what the table says, and lowers no class's" {
	predict "$W/acdc" --postprocess "$W/choice.tsv" -o "$T/after"
	seg-eval -q "$T/after" "$W/truth" --names background,RV,MYO,LV -o "$T/scores"
	awk -F '\t' 'NR > 1 { print $2, $3 ? $5 : $4 }' "$W/choice.tsv" | diff - <(dice "$T/scores" | grep -v background)
	paste -d ' ' <(dice "$W/scores") <(dice "$T/scores") |
		awk '$4 < $2 { bad = 1 } $4 > $2 { better = 1 } END { exit bad || !better }'
	diff -r "$T/after" "$W/truth"
}

@test "cutting down a class that was not chosen would have lowered its Dice" {
	predict "$W/acdc" --keep-largest all -o "$T/all"
	seg-eval -q "$T/all" "$W/truth" --names background,RV,MYO,LV -o "$T/scores"
	[ "$(dice "$T/scores" | grep LV)" = "$(chosen 5 | grep LV)" ]
}

@test "a stream is cut down as the files are" {
	nii2ten -q -u --frames --acdc "$W/acdc" --split all | predict --postprocess "$W/choice.tsv" -o "$T/pred.ten"
	ten-info --tsv --stats "$T/pred.ten" | awk -F '\t' '$4 == "pred"' | cut -f 5- >"$T/stream"
	nii2ten -q "$W/truth"/*.nii.gz | ten-info --tsv --stats | awk -F '\t' '$4 == "image"' | cut -f 5- >"$T/files"
	[ "$(wc -l <"$T/stream")" = 4 ]
	diff <(sed 's/\t\[[0-9,]*\]//' "$T/stream") <(sed 's/\t\[[0-9,]*\]//' "$T/files")
}

@test "a class that the model has not is refused with those that it has" {
	fails_with "*--keep-largest: 'rv' is neither a number of 1..3 nor the name of a class: RV, MYO, LV" \
		predict "$W/acdc" --keep-largest rv -o "$T/x"
	[ ! -e "$T/x" ]
}

@test "a table for other classes is refused" {
	sed 's/RV/right/' "$W/choice.tsv" >"$T/other.tsv"
	fails_with "*other.tsv' line 2: class 1 is 'right', the model calls it 'RV'" \
		predict "$W/acdc" --postprocess "$T/other.tsv" -o "$T/x"
	sed 's/^3/4/' "$W/choice.tsv" >"$T/more.tsv"
	fails_with "*more.tsv' line 4: class is '4', expected a whole number of 1..3" \
		predict "$W/acdc" --postprocess "$T/more.tsv" -o "$T/x"
	[ ! -e "$T/x" ]
}
