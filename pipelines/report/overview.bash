# What was claimed and what was found; what there is and what is not, and how to make it.

overview_rows() {
	local arm study n
	printf 'goal\tstate\n'
	for arm in $arms; do
		n=$(runs "$arm" metrics.tsv | sed 's/.*seed-//' | paste -s -d ' ')
		overview_row "experiment-$arm" "${n:+seeds $n}"
	done
	for study in convergence pretrain-length data-efficiency normalization; do
		n=
		[ ! -s "$out/study-$study.tsv" ] || n=$(find "$out/study-$study/rows" -name '*.tsv' 2>/dev/null | wc -l)
		overview_row "study-$study" "${n:+${n/#0/} runs}"
	done
}

# overview_row GOAL STATE: without a state, how to make it
overview_row() {
	printf '%s\t%s\n' "$1" "${2:-not run: make $1$given}"
}

# The studies' claims and what came of them, in a row each
overview_claims() {
	local name found
	printf '<div class="table"><table>\n<thead><tr><th scope="col">study</th><th scope="col">the paper</th>'
	printf '<th scope="col">here</th></tr></thead>\n<tbody>\n'
	for name in convergence length labels; do
		found=$("found_$name")
		printf '<tr><th scope="row"><a href="#%s">%s</a></th>' "$name" "$(study_title $name)"
		printf '<td data-label="the paper">%s</td>' "$("claim_$name")"
		printf '<td data-label="here">%s</td></tr>\n' "${found:-not run}"
	done
	printf '</tbody></table></div>\n'
}

section_overview() {
	section overview "Claims and findings"
	cat <<-'H'
		<p>A. Kalapos and B. Gyires-Tóth asked what self-supervised pretraining brings to the segmentation of medical
		images (“Self-Supervised Pretraining for 2D Medical Image Segmentation”, ECCV 2022 workshops). They fine-tuned
		one U-Net on cardiac MRI from six different encoders. This page repeats their experiments, as far as they were
		run, and sets what came out beside what they found.</p>
	H
	if [ "$scale" = demo ]; then
		cat <<-'H'
			<p class="note">This is the demo: phantoms in place of patients and photographs, a small network, minutes of
			training. It shows that everything works and how results are read. It says nothing about medicine.</p>
		H
	fi
	overview_claims
	printf '<h3>What has finished</h3>\n'
	overview_rows >"$behind/overview.tsv"
	table "$behind/overview.tsv"
}
