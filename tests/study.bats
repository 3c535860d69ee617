# The studies as make targets: their rows, what becomes of an interrupted one, the numbers of the paper
load lib

# study ARGUMENT ...: make with tiny phantoms, below $T/out
study() {
	env -u MAKEFLAGS -u MAKELEVEL -u MFLAGS make -s -C "$ROOT" BUILD="$BUILD" OUT="$T/out" \
		PHANTOM_CINE='--patients 4 --matrix 64,64 --slices 2,3 --no-cine' \
		PHANTOM_SCENE='--classes 2 --per-class 4 --size 32' ARCH=resnet18 NATURAL_SIZE=32 \
		NATURAL_SSL_VIEWS= NATURAL_SSL='--batch 4 --warmup 0 --proj-hidden 8 --pred-hidden 8' \
		ACDC_VIEWS='--size 32' ACDC_EPOCHS=1 ACDC_EPOCHS_MORE=1 \
		ACDC_SSL='--batch 4 --warmup 0 --proj-hidden 8 --pred-hidden 8' \
		FINETUNE_VIEWS='--size 32 --epochs 2' FINETUNE='--batch 2 --warmup 0' OVERLAYS='--limit 2' \
		STUDY_SEEDS=1 "$@"
}

# plan SCALE ARGUMENT ...: what make would do with the numbers of a scale
plan() {
	local scale=$1
	shift
	env -u MAKEFLAGS -u MAKELEVEL -u MFLAGS make -n -C "$ROOT" BUILD="$BUILD" OUT="$T/out" SCALE="$scale" ACDC="$T" \
		NATURAL="$T" IMAGENET_WEIGHTS="$ROOT/README.md" "$@" | grep -v -e '^gcc' -e '^clang'
}

# finished RUN SCORE ...: the folder of a run that has finished, with these scores after its epochs
finished() {
	local run=$T/out/$1 i=0 x
	shift
	mkdir -p "$run"
	{
		printf 'epoch\tdice_mean\n'
		for x; do printf '%d\t%s\n' $((i++)) "$x"; done
	} >"$run/history.tsv"
	printf 'metric\tclass\tvalue\nslice_macro_iou\tall\t0.7\nvolume_dice\tforeground\t%s\n' "$x" >"$run/metrics.tsv"
}

# column FILE NAME: its values in a line
column() {
	awk -F '\t' -v name="$2" 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == name) at = i; next } { printf "%s ", $at }' "$1"
}

@test "data efficiency: a row for each run, subsets as told, tables; and nothing twice" {
	small=(study EFFICIENCY_ARMS=random EFFICIENCY_RATIOS='0.3 1' EFFICIENCY_PATIENTS=1 -j2 study-data-efficiency)
	"${small[@]}"
	out=$T/out/study-data-efficiency
	[ "$(column "$out.tsv" by)" = "patients ratio ratio " ] && [ "$(column "$out.tsv" size)" = "1 0.3 1 " ]
	all=$(ten-info --meta samples "$T/out/data/train.ten" | uniq)
	third=$(awk -v n="$all" 'BEGIN { print int(n * 0.3 + 0.5) }')
	[[ "$(column "$out.tsv" slices)" == *" $third $all " ]]
	[[ "$(column "$out.tsv" patients)" == "1 "* ]]
	# as many steps as with all
	[ "$(column "$out/random-patients-1/seed-1/history.tsv" steps)" = "$(column "$T/out/random/seed-1/history.tsv" steps)" ]
	[ "$(column "$out/means-dice.tsv" mean)" = "$(column "$out.tsv" dice)" ]
	[ -s "$out/tests-iou.tsv" ] && [ -s "$out/means-iou.tsv" ]
	find "$T/out" -type f ! -name 'means*' ! -name 'tests*' -exec stat -c '%n %Y %i' {} + | sort >"$T/before"
	"${small[@]}"
	find "$T/out" -type f ! -name 'means*' ! -name 'tests*' -exec stat -c '%n %Y %i' {} + | sort | cmp - "$T/before"
}

@test "pretraining length: one training, an encoder kept at each length, 0 being the natural one" {
	study PRETRAIN_LENGTHS='0 1' -j2 study-pretrain-length
	out=$T/out/study-pretrain-length
	[ "$(column "$out.tsv" length)" = "0 1 " ] && [ "$(column "$out.tsv" epochs)" = "2 2 " ]
	ten-info --provenance "$out/imagenet-ssl-acdc-ssl-epoch0/seed-1/model.safetensors" | grep -q 'ssl-pretrain.*--keep'
	run ten-cmp -q "$out/encoders/imagenet-ssl-acdc-ssl-epoch0.safetensors" "$out/encoders/imagenet-ssl-acdc-ssl-epoch1.safetensors"
	[ "$status" -eq 1 ]
	[ "$(column "$out/speedup.tsv" speedup.imagenet-ssl-acdc-ssl-epoch0 | cut -d ' ' -f 1)" = 1.0000 ]
	[ -s "$out/curves.tsv" ] && [ -s "$out/means.tsv" ]
}

@test "convergence: tables of what there is, in the middle of a study" {
	mkdir -p "$T/out/data" && ten_ids 3 2 >"$T/out/data/train.ten"
	finished random/seed-1 .1 .4 .6 .8
	finished acdc-ssl/seed-1 .5 .8 .9 .95
	rows=$T/out/study-convergence/rows
	mkdir -p "$rows"
	for arm in random acdc-ssl; do
		"$ROOT/pipelines/row" "$rows/$arm-seed-1.tsv" "$T/out/$arm/seed-1" "$T/out/data/train.ten" arm=$arm seed=1
		"$ROOT/pipelines/gather" "$T/out/study-convergence.tsv" "$rows"
	done
	[ "$(sed -n 2p "$T/out/study-convergence.tsv")" = \
		"$(printf 'acdc-ssl\t1\t5\t2\t4\t0.950000\t0.950000\t4\t.95\t0.7\t%s' "$T/out/acdc-ssl/seed-1/history.tsv")" ]
	study study-tables CONVERGE='-q --share .8'
	[ "$(column "$T/out/study-convergence/speedup.tsv" speedup.random)" = "2.0000 1.0000 " ]
	[ "$(column "$T/out/study-convergence/speedup.tsv" speedup.imagenet-supervised)" = "nan nan " ]
	[ "$(wc -l <"$T/out/study-convergence/curves.tsv")" -eq 9 ]
	rm "$T/out/random/seed-1/metrics.tsv"
	run "$ROOT/pipelines/row" "$rows/random-seed-1.tsv" "$T/out/random/seed-1" "$T/out/data/train.ten" arm=random seed=1
	[ "$status" -ne 0 ]
	grep -q random "$rows/random-seed-1.tsv" # what was there stays
}

@test "rows that many jobs gather at once are all there in the end" {
	mkdir "$T/rows"
	printf 'a\tb\n1\t2\n' | tee "$T/rows/1.tsv" >"$T/row"
	for i in $(seq 2 40); do
		(cp "$T/row" "$T/rows/$i.tsv.new" && mv "$T/rows/$i.tsv.new" "$T/rows/$i.tsv" &&
			"$ROOT/pipelines/gather" "$T/all.tsv" "$T/rows") &
	done
	wait
	[ "$(wc -l <"$T/all.tsv")" -eq 41 ]
	printf 'a\tc\n1\t2\n' >"$T/rows/99.tsv"
	run "$ROOT/pipelines/gather" "$T/all.tsv" "$T/rows"
	[ "$status" -ne 0 ] && [[ $output == *"99.tsv has other columns"* ]]
	[ "$(wc -l <"$T/all.tsv")" -eq 41 ]
}

@test "the paper's lists: 24 lengths, 10 ratios of 6 arms, 10 seeds; the arms' own runs serve the studies" {
	plan paper study-pretrain-length >"$T/length"
	[ "$(grep -c 'pipelines/row ' "$T/length")" -eq 240 ]
	grep -q -e '--epochs 400 .*pool.ten' "$T/length"
	grep -q -e '--keep 0,1,2,3,4,5,6,7,8,9,10,12,14,16,18,20,22,24,25,50,100,200,300,400 ' "$T/length"
	plan paper study-data-efficiency >"$T/efficiency"
	[ "$(grep -c 'pipelines/row .*by=ratio' "$T/efficiency")" -eq 600 ]
	[ "$(grep 'pipelines/row .*by=ratio size=1 ' "$T/efficiency" | grep -c -v study-data-efficiency/random)" -eq 60 ]
	for ratio in 0.001 0.002 0.005 0.01 0.02 0.05 0.1 0.2 0.5; do
		[ "$(grep -c -e "ten-select .*--ratio $ratio " "$T/efficiency")" -eq 10 ]
	done
	[ "$(grep 'data/ratio-0.1-seed-13.ten.*seg-finetune' "$T/efficiency" | grep -c 'ssl-augment .*-s 13 .*--samples .*--stats .*/train.tsv')" -eq 6 ]
	plan paper study-convergence >"$T/convergence"
	[ "$(grep -c 'pipelines/row ' "$T/convergence")" -eq 60 ]
	[ "$(grep -c 'seg-finetune ' "$T/convergence")" -eq 60 ]
}

@test "normalisation: three kinds, of which the arms have done one" {
	for scale in demo small paper; do
		plan $scale STUDY_SEEDS=1 NORMALIZATION_ARMS='random acdc-ssl' study-normalization >"$T/n"
		[ "$(grep -c 'pipelines/row ' "$T/n")" -eq 6 ]
		[ "$(grep -c 'seg-finetune ' "$T/n")" -eq 6 ]
		[ "$(grep -c -- '--normalize released .*seg-finetune ' "$T/n")" -eq 2 ]
		[ "$(grep -c -e '-o [^ ]*/study-normalization/.*/model.safetensors$' "$T/n")" -ge 4 ]
		[ "$(grep -c -e '-o [^ ]*/out/\(random\|acdc-ssl\)/seed-1/model.safetensors$' "$T/n")" -eq 2 ]
	done
}

@test "studies take SEEDS where they are given, and make no other seed" {
	plan demo SEEDS='4 5' study-convergence >"$T/n"
	[ "$(grep -c 'seg-finetune -s 4 ' "$T/n")" -eq 6 ] && [ "$(grep -c 'seg-finetune ' "$T/n")" -eq 12 ]
	plan demo experiment-random >"$T/n"
	[ "$(grep -c 'seg-finetune ' "$T/n")" -eq 1 ]
}
