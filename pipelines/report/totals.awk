# From the trainings (arm, seed, tool, steps, seconds) a row for each arm: arm, seeds, seconds of pretraining, and of
# fine-tuning on average
BEGIN {
	FS = OFS = "\t"
	print "arm", "seeds", "pretraining", "finetuning"
}
NR == 1 { next }
!($1 in n) { order[++arms] = $1; n[$1] = 0 }
$2 == "" { pretraining[$1] = $5; next }
{
	seeds[$1] = seeds[$1] (n[$1]++ ? ", " : "") $2
	sum[$1] += $5
}
END {
	for (i = 1; i <= arms; i++) {
		a = order[i]
		print a, seeds[a], (a in pretraining ? pretraining[a] : "nan"), (n[a] ? sum[a] / n[a] : "nan")
	}
}
