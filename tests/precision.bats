# --precision bf16: the same bytes from any number of threads, close to single precision, and that where there is none
# shellcheck disable=SC2030,SC2031 # each test has an environment of its own, and means to
load lib
load parity

pretrain() {
	ssl-pretrain -q -s 1 --arch resnet18 --batch 4 --warmup 1 --proj-hidden 16 --pred-hidden 16 "$@" "$DATA/views.ten"
}

finetune() {
	seg-finetune -q -s 1 -e "$DATA/encoder" -b 4 --warmup 0 --lr 1e-3 "$@" "$DATA/train.ten"
}

setup_file() {
	export DATA=$BATS_FILE_TMPDIR
	PATH=$(cd "$BATS_TEST_DIRNAME/.." && cd "${BUILD:-build}" && pwd)/bin:$PATH
	phantom-cine -q -s 1 --patients 4 --matrix 64,64 --slices 2,3 --no-cine -o "$DATA/acdc"
	nii2ten -q --acdc "$DATA/acdc" --split all -o "$DATA/all.ten"
	nii2ten -q --acdc "$DATA/acdc" --split val -o "$DATA/val.ten"
	ten-select -q --range 0,8 "$DATA/all.ten" -o "$DATA/some.ten"
	ssl-augment -q -s 1 --size 32 "$DATA/some.ten" -o "$DATA/views.ten"
	ssl-augment -q -s 1 --views 1 --size 64 "$DATA/some.ten" -o "$DATA/train.ten"
	pretrain -o "$DATA/encoder" --history "$DATA/pretrain.tsv"
	finetune --steps "$DATA/steps.tsv" -o "$DATA/model"
}

needs_bf16() {
	[[ $(ssl-embed --precision bf16 2>&1 </dev/null) != *"no fast products"* ]] ||
		skip "this processor has no fast products of bfloat16"
}

@test "the same bytes from 1 and 2 threads, by either kind of processor" {
	needs_bf16
	for set in avx512bf16 amx; do
		can_play $set || continue
		echo "SEGPIPE_CPU=$set"
		export SEGPIPE_CPU=$set
		for j in 1 2; do
			pretrain -j $j --precision bf16 -o "$T/e$j"
			finetune -j $j --precision bf16 -o "$T/m$j"
			seg-predict -q -j $j --precision bf16 --logits -m "$DATA/model" "$DATA/val.ten" -o "$T/p$j"
			ssl-embed -q -j $j --precision bf16 -w "$DATA/encoder" "$DATA/val.ten" -o "$T/f$j"
		done
		for what in e m p f; do
			cmp "$T/${what}1" "$T/${what}2"
			ten-info --provenance "$T/${what}1" | grep -e --precision=bf16
		done
	done
}

# off FILE GOLDEN TENSOR: they differ by more than single precision would, and by less than a twentieth
off() {
	ten-cmp -q --tensor "$3" --relative-norm 0.05 "$1" "$2"
	run ten-cmp -q --tensor "$3" --relative-norm 1e-4 "$1" "$2"
	[ "$status" -eq 1 ]
}

@test "losses, features and logits are those of single precision but for rounding" {
	needs_bf16
	pretrain --precision bf16 --history "$T/pretrain.tsv" -o "$T/e"
	finetune --precision bf16 --steps "$T/steps.tsv" -o "$T/m"
	near "$T/pretrain.tsv" "$DATA/pretrain.tsv" loss 0.05
	near "$T/steps.tsv" "$DATA/steps.tsv" loss 0.05
	near "$T/steps.tsv" "$DATA/steps.tsv" grad_norm 0.1 0.5
	for p in f32 bf16; do
		seg-predict -q --precision $p --logits -m "$DATA/model" "$DATA/val.ten" -o "$T/p.$p"
		ssl-embed -q --precision $p -w "$DATA/encoder" "$DATA/val.ten" -o "$T/f.$p"
	done
	off "$T/p.bf16" "$T/p.f32" logits
	off "$T/f.bf16" "$T/f.f32" features
}

@test "validation computes as training does: the figures of seg-predict in bfloat16" {
	needs_bf16
	finetune --precision bf16 --val "$DATA/val.ten" --history "$T/h.tsv" -o "$T/m"
	val=$(awk -F '\t' '{ for (i = 1; i <= NF; i++) if (NR == 1) c[$i] = i } END { printf "%.6f", $c["dice_mean"] }' "$T/h.tsv")
	for p in f32 bf16; do
		seg-predict -q --precision $p -m "$T/m" "$DATA/val.ten" | seg-eval -q |
			awk '$1 == "pooled_dice" && $2 == "foreground" { printf "%.6f", $3 }' >"$T/$p"
	done
	[ "$val" = "$(cat "$T/bf16")" ]
	[ "$val" != "$(cat "$T/f32")" ]
}

@test "activations in half the memory" {
	needs_bf16
	for p in f32 bf16; do
		seg-finetune -b 8 --arch resnet18 --warmup 0 --precision $p "$DATA/train.ten" -o "$T/m" 2>&1 |
			sed -n 's/.* \([0-9]*\) for activations.*/\1/p' >"$T/$p"
	done
	[ "$(cat "$T/bf16")" -gt 0 ]
	[ $((10 * $(cat "$T/bf16"))) -lt $((6 * $(cat "$T/f32"))) ]
}

@test "elsewhere a note, and the bytes of single precision, which is also what the provenance says" {
	export SEGPIPE_CPU=portable
	can_play avx2 && SEGPIPE_CPU=avx2
	for p in f32 bf16; do
		ssl-pretrain -s 1 --precision $p --arch resnet18 --batch 4 --warmup 1 --proj-hidden 16 --pred-hidden 16 \
			"$DATA/views.ten" -o "$T/e.$p" 2>"$T/note.$p"
		finetune --precision $p --val "$DATA/val.ten" -o "$T/m.$p"
		seg-predict -q --precision $p --logits -m "$DATA/model" "$DATA/val.ten" -o "$T/p.$p"
		ssl-embed -q --precision $p -w "$DATA/encoder" "$DATA/val.ten" -o "$T/f.$p" 2>"$T/quiet"
	done
	for what in e m p f; do cmp "$T/$what.f32" "$T/$what.bf16"; done
	ten-info --provenance "$T/e.bf16" | grep -e --precision=f32
	grep -x "ssl-pretrain: this processor has no fast products of bfloat16: computing in single precision" "$T/note.bf16"
	run grep bfloat16 "$T/note.f32"
	[ "$status" -eq 1 ]
	[ ! -s "$T/quiet" ]
}

@test "not with --compute reference, and of no other kind" {
	for tool in cls-pretrain ssl-pretrain ssl-embed seg-finetune seg-predict; do
		fails_with "$tool: --precision bf16 is for --compute fast alone*" $tool --compute reference --precision bf16
		fails_with "$tool: --precision: 'f16' is none of f32|bf16*" $tool --precision f16
	done
}
