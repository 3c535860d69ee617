# The history of a training, by steps or epochs, as at most 200 points, each the mean of a part of it:
#   awk -v of=NAME -f thin.awk HISTORY HISTORY
# NAME, column, epochs done, mean; for the columns that tell how training goes, losses named by their kind
BEGIN {
	FS = OFS = "\t"
	wanted = "^(byol_loss|collapse|class_loss|val_top1|val_top5)$"
}
FNR == 1 {
	for (i = 1; i <= NF; i++)
		name[i] = $i != "loss" ? $i : /collapse/ ? "byol_loss" : "class_loss"
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
