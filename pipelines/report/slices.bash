# The best, the median and the worst slice of each arm, as pictures.

# slices_ranked SLICES-TSV: best, median and worst of the slices that have something in either mask:
# rank, number in the stream, patient, frame, slice, Dice
slices_ranked() {
	awk -f "$here/slices.awk" "$1" | LC_ALL=C sort -t "$(printf '\t')" -k1,1gr -k2,2n | awk '
		BEGIN { FS = OFS = "\t" }
		{ row[NR] = $2 OFS $3 OFS $4 OFS $5 OFS $1 }
		END { if (NR) { print "best", row[1]; print "median", row[int((NR + 1) / 2)]; print "worst", row[NR] } }'
}

# picture STREAM NUMBER ALT: that sample with its true and its predicted labels
picture() {
	local png=$work/slice.png
	ten-select -q --range "$2,$(($2 + 1))" "$1" | ten2tif -q --labels fill --panels each -o "$png" ||
		die "cannot draw sample $2 of '$1'"
	printf '<img alt="%s" width="%d" height="%d" src="data:image/png;base64,' "$3" \
		"$((0x$(od -An -tx1 -j16 -N4 "$png" | tr -d ' ')))" "$((0x$(od -An -tx1 -j20 -N4 "$png" | tr -d ' ')))"
	base64 -w 0 "$png"
	printf '"/>'
}

# slices_of ARM RUN: three figures from that fine-tuning
slices_of() {
	local run=$2 rank number patient frame slice dice title
	title=$(arm_title "$1")
	printf '<h3>%s, seed %s</h3>\n<div class="figures slices">\n' "$title" "${run##*seed-}"
	slices_ranked "$run/slices.tsv" | while IFS=$'\t' read -r rank number patient frame slice dice; do
		printf '%s\t%s\t%s\t%s\t%s\t%s\t%s\n' "$1" "$rank" "$number" "$patient" "$frame" "$slice" "$dice" \
			>>"$behind/slices.tsv"
		printf '<figure>'
		picture "$run/$eval.ten" "$number" "$(text "true and predicted labels of $patient, frame $frame, slice $slice")"
		printf '<figcaption><b>%s:</b> Dice %.3f, %s, frame %s, slice %s</figcaption></figure>\n' "$rank" "$dice" \
			"$(text "$patient")" "$(text "$frame")" "$(text "$slice")"
	done
	printf '</div>\n'
}

section_slices() {
	local shown arm run
	section slices "Best, median and worst"
	shown=$(have slices.tsv)
	if [ -z "$shown" ]; then
		not_run experiments
		return
	fi
	printf 'arm\trank\tsample\tpatient\tframe\tslice\tdice\n' >"$behind/slices.tsv"
	cat <<-'H'
		<p>Slices of the scored patients, left with their true labels, right with those that were found: right cavity blue,
		muscle yellow, left cavity orange. They are ranked by the mean Dice of the structures that are in either of the two;
		slices without any are left out.</p>
	H
	for arm in $shown; do
		run=$(scored "$arm")
		[ -z "$run" ] || slices_of "$arm" "$run"
	done
	sources report/slices.tsv
}
