# From all scores (arm, seed, metric, class, value) a row for each arm: volume_dice of each class and of the foreground,
# volume_iou of the foreground, each with the standard deviation (n-1) over seeds in a column NAME_sd.
BEGIN {
	FS = OFS = "\t"
}
FNR == 1 { next }
!($1 in known) { known[$1] = 1; arm[++arms] = $1 }
!(($1, $2) in seen) { seen[$1, $2] = 1; seeds[$1]++ }
$3 == "volume_dice" { add($1, $4, $5) }
$3 == "volume_iou" && $4 == "foreground" { add($1, "iou", $5) }
function add(a, c, x) {
	if (!(c in column)) {
		column[c] = 1
		name[++names] = c
	}
	if (x ~ /nan/)
		return
	n[a, c]++
	sum[a, c] += x
	square[a, c] += x * x
}
function mean(a, c) {
	return n[a, c] ? sum[a, c] / n[a, c] : "nan"
}
function deviation(a, c,    v) {
	if (n[a, c] < 2)
		return "nan"
	v = (square[a, c] - sum[a, c] * sum[a, c] / n[a, c]) / (n[a, c] - 1)
	return v > 0 ? sqrt(v) : 0
}
END {
	printf "arm\tseeds"
	for (j = 1; j <= names; j++)
		printf "\t%s\t%s_sd", name[j], name[j]
	print ""
	for (i = 1; i <= arms; i++) {
		a = arm[i]
		printf "%s\t%d", a, seeds[a]
		for (j = 1; j <= names; j++)
			printf "\t%s\t%s", mean(a, name[j]), deviation(a, name[j])
		print ""
	}
}
