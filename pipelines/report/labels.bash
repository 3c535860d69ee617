# How many labels are needed.

# labels_bands KIND SIZE-COLUMN: the rows of means-dice.tsv as bands() takes them; sizes are means over seeds
labels_bands() {
	awk -F '\t' -v by="$1" -v size="$2" '
		BEGIN { OFS = "\t" }
		FNR == 1 { for (i = 1; i <= NF; i++) place[$i] = i; next }
		$place["by"] == by {
			sd = $place["sd"] ~ /nan/ ? 0 : $place["sd"]
			print $place["arm"], by, $place[size], $place["runs"], $place["mean"], $place["mean"] - sd, $place["mean"] + sd
		}' "$out/study-data-efficiency/means-dice.tsv"
}

# labels_plot KIND LABEL CAPTION ARM ...
labels_plot() {
	local kind=$1 label=$2 caption=$3
	shift 3
	bands labels.tsv "$kind" "$caption" \
		"set logscale x; set autoscale xfix; set xtics (1, 3, 10, 30, 100, 300, 1000)
		set xlabel '$label'; set ylabel 'Dice'; set yrange [0:1]; style = 'linespoints'" "$@"
}

section_labels() {
	local dir=$out/study-data-efficiency shown kind
	section labels "$(study_title labels)"
	claim labels
	if [ ! -s "$dir/means-dice.tsv" ]; then
		not_run study-data-efficiency
		return
	fi
	{
		printf 'arm\tby\tsize\tseeds\tmean\tlow\thigh\n'
		labels_bands ratio slices
		labels_bands patients patients
	} >"$behind/labels.tsv"
	shown=$(for arm in $arms; do
		awk -F '\t' -v arm="$arm" '$1 == arm { print arm; exit }' "$behind/labels.tsv"
	done)
	cat <<-'H'
		<p>Fine-tuning on random subsets of the labelled slices, each repeated to an epoch of constant length: once a part of
		the slices of all patients, once all slices of some patients, which is how labels are bought. Foreground Dice of the
		scored volumes, mean and standard deviation over seeds, which also decide the subset.</p>
	H
	# shellcheck disable=SC2086 # a list of words
	legend $shown
	printf '<div class="figures">\n'
	# shellcheck disable=SC2086
	labels_plot ratio 'labelled slices' 'By slices' $shown
	# shellcheck disable=SC2086
	if grep -q "	patients	" "$behind/labels.tsv"; then labels_plot patients 'patients' 'By patients' $shown; fi
	printf '</div>\n'
	for kind in ratio patients; do
		awk -v by=$kind -f "$here/pivot.awk" "$here/arms.tsv" "$dir/means-dice.tsv" >"$work/pivot"
		[ "$(wc -l <"$work/pivot")" -lt 2 ] ||
			table "$work/pivot"
	done
	if [ -s "$dir/tests-dice.tsv" ]; then
		cat <<-'H'
			<details><summary>Paired tests between arms</summary>
			<p>Differences of Dice between runs of the same subset: Student’s t and Wilcoxon’s signed ranks, the latter’s
			probability also corrected for the number of comparisons (Holm). They speak of other seeds, not of other
			patients.</p>
		H
		table "$dir/tests-dice.tsv" arm by size against pairs difference=difference=%.3f p_t='p (t)=%.2g' \
			p_w='p (Wilcoxon)=%.2g' p_holm='p (Holm)=%.2g'
		printf '</details>\n'
	fi
	sources study-data-efficiency.tsv study-data-efficiency/means-dice.tsv study-data-efficiency/means-iou.tsv \
		study-data-efficiency/tests-dice.tsv report/labels.tsv
}
