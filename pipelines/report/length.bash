# How long pretraining on the target data must be.

# length_rows: length, runs, Dice and its deviation; epochs until the threshold and theirs, speed-up as a text
length_rows() {
	local dir=$out/study-pretrain-length
	awk -v share="$(field "$dir/speedup.tsv" share)" -f "$here/speedups.awk" "$here/arms.tsv" "$dir/speedup.tsv" |
		awk -F '\t' '
			BEGIN { OFS = "\t"; print "length", "runs", "dice", "dice_sd", "epochs", "epochs_sd", "speedup" }
			NR == FNR { sub(/.*-epoch/, "", $1); epochs[$1] = $5; epochs_sd[$1] = $6; speedup[$1] = $7; next }
			FNR == 1 { for (i = 1; i <= NF; i++) place[$i] = i; next }
			{
				n = $place["length"]
				print n, $place["runs"], $place["mean"], $place["sd"], epochs[n], epochs_sd[n], speedup[n]
			}' - "$dir/means.tsv"
}

# The same as bands() takes it
length_bands() {
	awk -F '\t' '
		function row(column, mean, sd) {
			sub(/>/, "", mean)
			sd = sd ~ /nan/ ? 0 : sd
			if (mean != "")
				print "imagenet-ssl-acdc-ssl", column, $1, $2, mean, mean - sd, mean + sd
		}
		BEGIN { OFS = "\t"; print "arm", "column", "length", "seeds", "mean", "low", "high" }
		NR > 1 { row("dice", $3, $4); row("epochs", $5, $6) }' "$1"
}

section_length() {
	local dir=$out/study-pretrain-length axis
	section length "$(study_title length)"
	claim length
	if [ ! -s "$dir/means.tsv" ] || [ ! -s "$dir/speedup.tsv" ]; then
		not_run study-pretrain-length
		return
	fi
	length_rows >"$behind/lengths.tsv"
	length_bands "$behind/lengths.tsv" >"$behind/length.tsv"
	cat <<-'H'
		<p>BYOL on ImageNet, then so many epochs of one training by BYOL on ACDC, then fine-tuning: foreground Dice of the
		scored volumes, and epochs of fine-tuning until a share of the best final value, with one standard deviation over
		seeds.</p>
		<div class="figures">
	H
	axis="set nonlinear x via log(1 + x) inverse exp(x) - 1; set xtics (0, 1, 2, 3, 5, 10, 25, 100, 400)
		set xlabel 'epochs of pretraining on ACDC'; set yrange [0:*]; style = 'linespoints'"
	bands length.tsv dice 'Dice of the scored volumes' "$axis; set ylabel 'Dice'" imagenet-ssl-acdc-ssl
	bands length.tsv epochs \
		'Epochs of fine-tuning until the threshold; a run that never got there counts as all of its epochs' \
		"$axis; set ylabel 'epochs'" imagenet-ssl-acdc-ssl
	printf '</div>\n'
	table "$behind/lengths.tsv" length='epochs of pretraining' runs dice=Dice=%.3f epochs='epochs of fine-tuning'=%.3g \
		'speedup=speed-up against the shortest'
	sources study-pretrain-length.tsv study-pretrain-length/speedup.tsv report/lengths.tsv report/length.tsv
}
