# Sourced by bats files that interrupt trainings: the three trainers, small, and a comparison of all they write.

trainers_data() {
	export DATA=$BATS_FILE_TMPDIR
	phantom-cine -q -s 1 --patients 4 --matrix 48,48 --slices 2,3 --no-cine -o "$DATA/acdc"
	nii2ten -q --acdc "$DATA/acdc" --split train -o "$DATA/train.ten"
	nii2ten -q --acdc "$DATA/acdc" --split val -o "$DATA/val.ten"
	phantom-scene -q -s 1 --classes 2 --per-class 8 --size 40 -o "$DATA/scenes"
	img2ten -q --rgb "$DATA/scenes" -o "$DATA/scenes.ten"
}

# The three trainers, each behind its augmentation, which has the options SKIP besides
SKIP=()
ssl() {
	ssl-augment -q -s 1 --size 32 --epochs 3 "${SKIP[@]}" "$DATA/train.ten" | ssl-pretrain -q -s 1 --arch resnet18 -b 4 \
		--warmup 1 --proj-hidden 8 --pred-hidden 8 "$@"
}
cls() {
	ssl-augment -q -s 1 --policy classify --size 32 --epochs 3 --normalize image "${SKIP[@]}" "$DATA/scenes.ten" |
		cls-pretrain -q -s 1 --arch resnet18 -b 4 --warmup 0 "$@"
}
seg() {
	ssl-augment -q -s 1 --policy finetune --size 32 --epochs 3 "${SKIP[@]}" "$DATA/train.ten" |
		seg-finetune -q -s 1 --arch resnet18 -b 4 --warmup 1 --val "$DATA/val.ten" "$@"
}

# whole TRAINER NAME [OPTION ...]: its outputs below $T/NAME
whole() {
	local trainer=$1 dir=$T/$2
	shift 2
	mkdir -p "$dir"
	case $trainer in
	ssl) set -- --history "$dir/history" --state "$dir/state" "$@" ;;
	cls) set -- --history "$dir/history" --steps "$dir/steps" --state "$dir/state" "$@" ;;
	seg) set -- --history "$dir/history" --steps "$dir/steps" --last "$dir/last" "$@" ;;
	esac
	$trainer -o "$dir/weights" "$@"
}

# same A B: the same files with the same bytes, but for the rates in histories
same() {
	local name
	for name in "$T/$1"/*; do
		name=${name##*/}
		if [ "$name" = history ]; then
			diff <(without_rates "$T/$1/history") <(without_rates "$T/$2/history")
		else
			cmp "$T/$1/$name" "$T/$2/$name"
		fi
	done
	diff <(ls "$T/$1") <(ls "$T/$2")
}
without_rates() {
	awk -F '\t' 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == "samples_per_s") at = i } { $at = ""; print }' "$1"
}

