# How fast each arm converges: curves of the fine-tunings, and the study's table.


# curves FILE COLUMN LABEL CAPTION LIMITS ARM ...: a line and a band for each arm, from the rows of that column
curves() {
	local file=$1 column=$2 label=$3 caption=$4 range=$5 arm line plot=
	shift 5
	for arm; do
		line=$(arm_line "$arm")
		plot="$plot${plot:+, }of('$file', '$arm', '$column') using 3:6:7 with filledcurves ls $((10 + line)) notitle"
	done
	for arm; do
		line=$(arm_line "$arm")
		plot="$plot, of('$file', '$arm', '$column') using 3:5 with lines ls $((10 + line)) title '$(arm_title "$arm")'"
	done
	figure "${file%.tsv}-$column" "$caption" <<-P
		set xlabel 'epoch'
		set ylabel '$label'
		set yrange $range
		plot $plot
	P
}

section_convergence() {
	local files=() arm run shown
	section convergence "Convergence"
	paper 'an encoder pretrained on ImageNet and then by BYOL on ACDC lets the segmentation converge 4 to 5 times faster
		than one pretrained on ImageNet with labels.'
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
		curves curves.tsv dice_mean 'Dice' 'Foreground Dice of the validation patients' '[0:1]' $shown
		# shellcheck disable=SC2086
		curves curves.tsv val_loss 'loss' 'Loss on the validation patients' '[0:*]' $shown
		printf '</div>\n'
	fi
	if [ -s "$out/study-convergence.tsv" ]; then
		table "$out/study-convergence.tsv"
		sources study-convergence.tsv report/curves.tsv
	else
		not_run study-convergence
	fi
}
