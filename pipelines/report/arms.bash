# The six arms: how well each segments the patients that no training saw.

# Every score of every fine-tuning: arm, seed, metric, class, value
arms_scores() {
	local arm run
	printf 'arm\tseed\tmetric\tclass\tvalue\n'
	for arm in $arms; do
		runs "$arm" metrics.tsv | while read -r run; do
			awk -v arm="$arm" -v seed="${run##*seed-}" \
				'BEGIN { FS = OFS = "\t" } FNR > 1 { print arm, seed, $1, $2, $3 }' "$run/metrics.tsv"
		done
	done
}

section_arms() {
	section arms "The six arms"
	arms_scores >"$behind/scores.tsv"
	if [ -z "$(have metrics.tsv)" ]; then
		not_run experiments
		return
	fi
	awk -f "$here/means.awk" "$behind/scores.tsv" >"$behind/arms.tsv"
	printf '<p>Dice and IoU on the %s patients: per volume, then the mean over volumes; of several seeds the mean and ' \
		"$(text "$eval")"
	printf 'its standard deviation. RV and LV are the cavities of the right and the left ventricle, MYO the muscle.</p>\n'
	table "$behind/arms.tsv" arm=arm=%s seeds foreground='Dice, mean'=%.3f 1='Dice RV'=%.3f 2='Dice MYO'=%.3f \
		3='Dice LV'=%.3f iou='IoU, mean'=%.3f
	cat <<-'H'
		<p>To hold them against: with all of ACDC's labels nnU-Net reaches a mean Dice of .915 to .920 (five folds, 3D
		and ensembles), the best entries of the challenge's own test set .967/.928 for LV and .904/.923 for MYO
		(end-diastole/end-systole), and a 2D study .89 with or without self-supervised pretraining
		(arXiv 2409.18100).</p>
	H
	sources report/arms.tsv report/scores.tsv
}
