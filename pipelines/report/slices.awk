# From seg-eval's table of slices: mean Dice of the foreground classes that are in either mask, the slice's place in the
# stream (from 0), patient, frame, slice. Slices without such a class are left out.
BEGIN {
	FS = OFS = "\t"
}
NR == 1 {
	for (i = 1; i <= NF; i++)
		if ($i ~ /^dice\./ && foreground++)
			wanted[i] = 1
	next
}
{
	n = sum = 0
	for (i in wanted)
		if ($i !~ /nan/) {
			sum += $i
			n++
		}
	if (n)
		print sum / n, NR - 2, $1, $2, $3
}
