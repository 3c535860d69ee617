# How the trainings went: encoders first, then the loss of the fine-tunings.

# A history of any length as at most 200 points, each the mean of its part: encoder, column, epoch, value
training_thin() {
	local arm file
	printf 'encoder\tcolumn\tepoch\tvalue\n'
	for arm in $arms; do
		file=$out/encoders/$arm.tsv
		[ ! -s "$file" ] || awk -v of="$arm" -f "$here/thin.awk" "$file" "$file"
	done
}

# training_plot COLUMN LABEL CAPTION RANGE: a line for each encoder that has the column
training_plot() {
	local arm line having plot=
	having=$(awk -F '\t' -v c="$1" '$2 == c && !seen[$1]++ { print $1 }' "$behind/pretraining.tsv")
	for arm in $having; do
		line=$((10 + $(arm_line "$arm")))
		plot="$plot of('pretraining.tsv', '$arm', '$1') using 3:4 with lines ls $line title '$(arm_title "$arm")',"
	done
	[ -z "$plot" ] || figure "pretraining-$1" "$3" <<-P
		set xlabel 'epoch'
		set ylabel '$2'
		set yrange $4
		plot ${plot%,}
	P
}

section_training() {
	local shown encoders
	section training "Training curves"
	printf '<h3>Pretraining</h3>\n'
	training_thin >"$behind/pretraining.tsv"
	encoders=$(awk -F '\t' 'NR > 1 && !seen[$1]++ { print $1 }' "$behind/pretraining.tsv")
	if [ -n "$encoders" ]; then
		cat <<-'H'
			<p>BYOL’s loss lies between 0 and 8 and starts near 4. The monitor is the mean deviation of the projections over a
			batch: about .06 is healthy, and at 0 all images have been mapped to one point. One line is one encoder, used by
			the arms that begin with it.</p>
		H
		# shellcheck disable=SC2086 # a list of words
		legend $encoders
		printf '<div class="figures">\n'
		training_plot byol_loss 'loss' 'BYOL: loss' '[0:*]'
		training_plot collapse 'monitor' 'BYOL: collapse monitor' '[0:*]'
		training_plot class_loss 'loss' 'Classification: loss (cross-entropy)' '[0:*]'
		training_plot val_top1 'top-1' 'Classification: part of the validation images whose class is found' '[0:1]'
		printf '</div>\n'
	else
		printf '<p class="missing">No encoder has been pretrained here, or none left a history.</p>\n'
	fi
	printf '<h3>Fine-tuning</h3>\n'
	shown=$(have history.tsv)
	if [ -n "$shown" ]; then
		# shellcheck disable=SC2086
		legend $shown
		printf '<div class="figures">\n'
		# shellcheck disable=SC2086
		bands curves.tsv loss 'Loss on the training samples' "$by_epoch; set ylabel 'loss'" $shown
		printf '</div>\n'
	else
		not_run experiments
	fi
	sources report/pretraining.tsv report/curves.tsv
}
