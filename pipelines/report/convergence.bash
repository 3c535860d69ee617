# How fast each arm converges: curves of the fine-tunings, and the study's table.


# speedups_table FILE: of speedups.awk
speedups_table() {
	local references
	mapfile -t references < <(head -n 1 "$1" | tr '\t' '\n' | tail -n +7)
	table "$1" arm runs 'final=final Dice=%.3f' 'epochs=epochs=%.1f' "${references[@]}"
}

# speedups FILE: exp-converge's table, for each threshold
speedups() {
	local share shares
	shares=$(awk -F '\t' 'NR > 1 && !seen[$1]++ { print $1 }' "$1")
	cat <<-'H'
		<p>Epochs of a run: until its validation Dice reaches the threshold for the first time, which is a share of the best
		arm’s final value, one for all; “&gt;” if some run never did and counts as all epochs it was given. Speed-up:
		the reference’s mean epochs divided by the arm’s, in brackets its 95&#160;% bootstrap interval over seeds, which
		with less than five seeds means little; ≥, ≤ and ? say to which side runs without end make it wrong.</p>
	H
	for share in $shares; do
		printf '<h3>%s&#160;%% of the best arm: Dice %.3f</h3>\n' "$(awk -v s="$share" 'BEGIN { printf "%g", 100 * s }')" \
			"$(field "$1" threshold "share=$share")"
		awk -v share="$share" -f "$here/speedups.awk" "$here/arms.tsv" "$1" >"$work/speedups"
		speedups_table "$work/speedups"
	done
}

section_convergence() {
	local files=() arm run shown
	section convergence "$(study_title convergence)"
	claim convergence
	shown=$(have history.tsv)
	if [ -n "$shown" ]; then
		for arm in $shown; do
			files+=("arm=$arm")
			while read -r run; do files+=("$run/history.tsv"); done < <(runs "$arm" history.tsv)
		done
		awk -f "$here/band.awk" columns=dice_mean,val_loss,loss "${files[@]}" >"$behind/curves.tsv"
		printf '<p>Validation after every epoch of fine-tuning: the mean over seeds, and one standard deviation to either '
		printf 'side where there are several.</p>\n'
		# shellcheck disable=SC2086 # a list of words
		legend $shown
		printf '<div class="figures">\n'
		# shellcheck disable=SC2086
		bands curves.tsv dice_mean 'Foreground Dice of the validation patients' \
			"$by_epoch; set ylabel 'Dice'; set yrange [0:1]" $shown
		# shellcheck disable=SC2086
		bands curves.tsv val_loss 'Loss on the validation patients' "$by_epoch; set ylabel 'loss'" $shown
		printf '</div>\n'
	fi
	if [ -s "$out/study-convergence/speedup.tsv" ]; then
		speedups "$out/study-convergence/speedup.tsv"
		sources report/curves.tsv study-convergence.tsv study-convergence/speedup.tsv study-convergence/runs.tsv
	else
		not_run study-convergence
		[ -z "$shown" ] || sources report/curves.tsv
	fi
}
