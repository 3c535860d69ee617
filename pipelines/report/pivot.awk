# exp-compare's means by size, a row for each size and a column for each arm:
#   awk -v by=ratio|patients -f pivot.awk arms.tsv means.tsv
BEGIN { FS = OFS = "\t" }
NR == FNR { if (FNR > 1) { arm[++arms] = $1; title[$1] = $2 } next }
FNR == 1 {
	for (i = 1; i <= NF; i++)
		place[$i] = i
	next
}
$place["by"] == by {
	size = $place["size"]
	if (!(size in slices)) {
		order[++sizes] = size
		slices[size] = $place["slices"]
		patients[size] = $place["patients"]
	}
	a = $place["arm"]
	shown[a] = 1
	mean[size, a] = $place["mean"]
	sd[size, a] = $place["sd"]
}
END {
	printf "%s", by == "ratio" ? "slices" : "patients\tslices"
	for (j = 1; j <= arms; j++)
		if (arm[j] in shown)
			printf "\t%s\t%s_sd", title[arm[j]], title[arm[j]]
	print ""
	for (i = 1; i <= sizes; i++) {
		printf "%s", by == "ratio" ? slices[order[i]] : patients[order[i]] OFS slices[order[i]]
		for (j = 1; j <= arms; j++)
			if (arm[j] in shown)
				printf "\t%s\t%s", mean[order[i], arm[j]], sd[order[i], arm[j]]
		print ""
	}
}
