# The history of a training, by steps or epochs, as at most 200 points, each the mean of a part of it:
#   awk -v of=NAME -f thin.awk HISTORY HISTORY
# NAME, column, epochs done, mean; for the columns that tell how training goes
BEGIN {
	FS = OFS = "\t"
	wanted = "^(loss|collapse|val_loss|val_top1|val_top5|top1|top5)$"
}
FNR == 1 {
	for (i = 1; i <= NF; i++)
		name[i] = $i
	columns = NF
	next
}
NR == FNR {
	rows++
	for (i = 1; i <= NF; i++)
		if (name[i] == "epoch")
			epochs = $i + 1
	next
}
{
	for (i = 1; i <= columns; i++) {
		if (name[i] !~ wanted || $i !~ /^[-+.0-9e]+$/)
			continue
		sum[i] += $i
		n[i]++
	}
	bin = int(((FNR - 1) * 200) / rows)
	if (bin == int((FNR * 200) / rows) && FNR - 1 < rows)
		next
	for (i = 1; i <= columns; i++)
		if (n[i])
			print of, name[i], epochs * (FNR - 1) / rows, sum[i] / n[i]
	split("", sum)
	split("", n)
}
