# The distinct commands of the arms without what differs by file and seed:  awk -f settings.awk arms.tsv commands.tsv
# for (what the result led into), tool, version, settings, arms
BEGIN {
	FS = OFS = "\t"
	print "for", "tool", "version", "settings", "arms"
	files = "^--(seed|acdc|val|encoder|init|model|last|history|steps)=|\\.(ten|tsv|safetensors)'?$"
}
# The next word of `rest`, which is quoted for a shell
function next_word(    i, c, quoted, word) {
	sub(/^ +/, "", rest)
	for (i = 1; i <= length(rest); i++) {
		c = substr(rest, i, 1)
		if (c == " " && !quoted)
			break
		if (c == "'" "'")
			quoted = !quoted
		word = word c
	}
	rest = substr(rest, i)
	return word
}
NR == FNR { title[$1] = $2; next }
FNR == 1 || !($2 in title) { next }
{
	rest = $5
	tool = next_word()
	version = next_word()
	settings = ""
	while ((word = next_word()) != "")
		if (word ~ /^-/ && word !~ files)
			settings = settings (settings == "" ? "" : " ") word
	part = $4 ~ /encoder|init/ ? "pretraining" : $4 == "model" ? "fine-tuning" : "scores"
	what = part OFS tool OFS version OFS settings
	if (!(what in uses)) {
		order[++n] = what
		part_of[what] = part
	}
	if (last[what] != $2) {
		users[what] = users[what] (uses[what]++ ? ", " : "") title[$2]
		last[what] = $2
	}
	if (!($2 in seen)) {
		seen[$2] = 1
		arms++
	}
}
END {
	parts = split("pretraining fine-tuning scores", name, " ")
	for (k = 1; k <= parts; k++)
		for (i = 1; i <= n; i++)
			if (part_of[order[i]] == name[k])
				print order[i], uses[order[i]] == arms ? "all" : users[order[i]]
}
