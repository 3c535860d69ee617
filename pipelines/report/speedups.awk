# exp-converge's table for people:  awk -v share=0.95 -f speedups.awk arms.tsv speedup.tsv
# A row for each arm, in the order of the first file: runs, final value and epochs with their deviations, and for each
# reference that was run the speed-up against it, its interval and, where runs never got there, the side to which it is
# off: "≥ 2.31 (1.10 to 4.02)"
function place_of(name) {
	return (name in place) ? $place[name] : "nan"
}
function speedup(of,    s, bound) {
	if (place_of("arm") == of)
		return "reference"
	if (place_of("speedup." of) ~ /nan/)
		return "–"
	bound = place_of("bound." of)
	s = bound == ">=" ? "≥\302\240" : bound == "<=" ? "≤\302\240" : bound == "?" ? "?\302\240" : ""
	s = s sprintf("%.2f", place_of("speedup." of))
	if (place_of("low." of) !~ /nan/)
		s = s sprintf(" (%.2f\302\240to\302\240%.2f)", place_of("low." of), place_of("high." of))
	return s
}
BEGIN { FS = OFS = "\t" }
NR == FNR { if (FNR > 1) { title[$1] = $2; order[++arms] = $1 } next }
FNR == 1 {
	for (i = 1; i <= NF; i++) {
		place[$i] = i
		if ($i ~ /^speedup\./)
			reference[++n] = substr($i, 9)
	}
	next
}
place_of("share") + 0 == share + 0 {
	arm = place_of("arm")
	row[arm] = arm OFS place_of("runs") OFS place_of("final") OFS place_of("final_sd") OFS place_of("epochs") OFS \
		place_of("epochs_sd")
	for (i = 1; i <= n; i++) {
		against[arm, i] = speedup(reference[i])
		run[i] = run[i] || place_of("speedup." reference[i]) !~ /nan/
	}
	if (!(arm in title))
		order[++arms] = arm
}
END {
	printf "arm\truns\tfinal\tfinal_sd\tepochs\tepochs_sd"
	for (i = 1; i <= n; i++)
		if (run[i])
			printf "\tagainst %s", reference[i] in title ? title[reference[i]] : reference[i]
	print ""
	for (j = 1; j <= arms; j++) {
		if (!(order[j] in row))
			continue
		printf "%s", row[order[j]]
		for (i = 1; i <= n; i++)
			if (run[i])
				printf "\t%s", against[order[j], i]
		print ""
	}
}
