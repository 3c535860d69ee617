# How much of it is the normalisation: the same curves with intensities treated in three ways.

# normalization_kinds: those that were run
normalization_kinds() {
	local kind
	for kind in released dataset image; do
		[ ! -s "$out/study-normalization/speedup-$kind.tsv" ] || echo $kind
	done
}

normalization_title() {
	case $1 in
	released) echo "as released: divided by 255 first" ;;
	dataset) echo "mean and deviation of the training images" ;;
	image) echo "mean and deviation of each image" ;;
	esac
}

section_normalization() {
	local dir=$out/study-normalization kinds kind shown arm
	section normalization "Normalisation"
	cat <<-'H'
		<p class="paper"><b>Not in the paper:</b> its released code divides images by 255 before it subtracts the mean and
		divides by the deviation, which leaves all images a range about .012 wide. How much of a speed-up is owed to
		that? The same fine-tunings with sound normalisations beside it, all from the same encoders.</p>
	H
	kinds=$(normalization_kinds)
	if [ -z "$kinds" ]; then
		not_run study-normalization
		return
	fi
	{
		printf 'arm\tnormalize\tepoch\tseeds\tmean\tlow\thigh\n'
		for kind in $kinds; do
			awk -F '\t' -v kind="$kind" 'NR > 1 {
				sd = $5 ~ /nan/ ? 0 : $5
				printf "%s\t%s\t%s\t%s\t%s\t%.6f\t%.6f\n", $1, kind, $2, $3, $4, $4 - sd, $4 + sd
			}' "$dir/curves-$kind.tsv"
		done
	} >"$behind/normalization.tsv"
	shown=$(for arm in $arms; do
		awk -F '\t' -v arm="$arm" '$1 == arm { print arm; exit }' "$behind/normalization.tsv"
	done)
	# shellcheck disable=SC2086 # a list of words
	legend $shown
	printf '<div class="figures">\n'
	for kind in $kinds; do
		# shellcheck disable=SC2086
		bands normalization.tsv "$kind" "Validation Dice, $(normalization_title "$kind")" \
			"$by_epoch; set ylabel 'Dice'; set yrange [0:1]" $shown
	done
	printf '</div>\n<p>Epochs until the first share of the best final value <em>of the same normalisation</em>, and speed-ups, '
	printf 'as above.</p>\n'
	for kind in $kinds; do
		printf '<h3>%s</h3>\n' "$(normalization_title "$kind")"
		awk -v share="$(field "$dir/speedup-$kind.tsv" share)" -f "$here/speedups.awk" "$here/arms.tsv" \
			"$dir/speedup-$kind.tsv" >"$work/speedups"
		speedups_table "$work/speedups"
	done
	# shellcheck disable=SC2046,SC2086 # lists of words
	sources study-normalization.tsv $(printf 'study-normalization/speedup-%s.tsv ' $kinds) report/normalization.tsv
}
