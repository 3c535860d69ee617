# How long a training took, from its history; `batch` samples a step. ssl-pretrain's speed is the mean since its start,
# that of tools with a row per epoch is the epoch's.  Prints arm, seed, tool, steps, seconds
BEGIN {
	FS = OFS = "\t"
}
NR == 1 {
	for (i = 1; i <= NF; i++)
		place[$i] = i
	next
}
{ speed = $place["samples_per_s"] }
speed <= 0 { next }
"step" in place { steps++; seconds = steps * batch / speed; next }
"steps" in place { steps += $place["steps"]; seconds += $place["steps"] * batch / speed }
END {
	if (seconds > 0)
		print arm, seed, tool, steps, seconds
}
