# Mean and deviation over fine-tunings, epoch by epoch, of columns of their histories:
#   awk -f band.awk columns=dice_mean,val_loss  arm=A A/seed-1/history.tsv A/seed-2/history.tsv  arm=B ...
# A row for each arm, column and epoch (from 1): arm, column, epoch, seeds, mean, low, high, these two one standard
# deviation (n-1) away from the mean and, with one seed, the mean.
BEGIN {
	FS = OFS = "\t"
	print "arm", "column", "epoch", "seeds", "mean", "low", "high"
}
function flush(    c, e, m, sd) {
	for (c = 1; c <= columns_n; c++)
		for (e = 1; e <= last; e++) {
			if (!count[c, e])
				continue
			m = sum[c, e] / count[c, e]
			sd = count[c, e] > 1 ? (square[c, e] - count[c, e] * m * m) / (count[c, e] - 1) : 0
			sd = sd > 0 ? sqrt(sd) : 0
			print of, name[c], e, count[c, e], m, m - sd, m + sd
		}
	split("", sum); split("", square); split("", count)
	last = 0
}
FNR == 1 {
	if (arm != of)
		flush()
	of = arm
	columns_n = split(columns, name, ",")
	split("", place)
	for (i = 1; i <= NF; i++)
		place[$i] = i
	next
}
{
	e = $place["epoch"] + 1
	last = e > last ? e : last
	for (c = 1; c <= columns_n; c++) {
		if (!(name[c] in place) || $place[name[c]] ~ /nan|inf/ || $place[name[c]] == "")
			continue
		x = $place[name[c]]
		sum[c, e] += x
		square[c, e] += x * x
		count[c, e]++
	}
}
END { flush() }
