# A TSV with a header line as an HTML table:  awk -f table.awk arms.tsv FILE
# ENVIRON["COLUMNS_"] holds lines COLUMN=HEADING=FORMAT, those of the table in their order; without any, all columns as
# they are. On a narrow page a row becomes a card, so every cell knows its heading. A cell of the column `arm` shows
# the arm's colour and title, one of `against` the title; nan and nothing are a dash.
function escape(s) {
	gsub(/&/, "\\&amp;", s)
	gsub(/</, "\\&lt;", s)
	gsub(/>/, "\\&gt;", s)
	gsub(/"/, "\\&quot;", s)
	return s
}
function is_number(s) {
	return s ~ /^[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?$/
}
function duration(s) {
	s = int(s + .5)
	return s < 3600 ? sprintf("%d:%02d min", s / 60, s % 60) : sprintf("%d:%02d h", s / 3600, s % 3600 / 60)
}
function cell(i, s,    f, sd) {
	if (shown[i] == "arm" && s in title)
		return sprintf("<th scope=\"row\"><span class=\"dot\" style=\"background:var(--line-%d)\"></span>%s</th>",
			line[s], escape(title[s]))
	if (shown[i] == "against" && s in title)
		s = title[s]
	if (s == "" || s ~ /^-?nan$/)
		s = "–"
	else if (s ~ /^[<>]/ && is_number(substr(s, 2))) # no deviation beside a bound
		return sprintf("<td class=\"n\" data-label=\"%s\">%s</td>", head[i], escape(substr(s, 1, 1)) " " \
			sprintf(format[i] != "" ? format[i] : "%.4g", substr(s, 2)))
	else if (is_number(s)) {
		if (format[i] == "time")
			return sprintf("<td class=\"n\" data-label=\"%s\">%s</td>", head[i], duration(s))
		f = format[i] != "" ? format[i] : (shown[i] "_sd") in place ? "%.3f" : "%.4g"
		sd = (shown[i] "_sd") in place ? $place[shown[i] "_sd"] : "nan"
		s = sprintf(f, s) (is_number(sd) ? "\302\240±\302\240" sprintf(f, sd) : "")
		return sprintf("<td class=\"n\" data-label=\"%s\">%s</td>", head[i], s)
	}
	return sprintf("<td data-label=\"%s\">%s</td>", head[i], escape(s))
}
# When the first row is known: headings stand as what they are above
function header(    i, numbers) {
	printf "<div class=\"table\"><table%s>\n<thead><tr>", (n > 3 ? "" : " class=\"few\"")
	for (i = 1; i <= n; i++) {
		numbers = shown[i] in place && $place[shown[i]] ~ /^[<>]?[-+]?[0-9.]+(e[-+]?[0-9]+)?$/
		printf "<th scope=\"col\"%s>%s</th>", (numbers ? " class=\"n\"" : ""), head[i]
	}
	printf "</tr></thead>\n<tbody>\n"
}
BEGIN {
	FS = "\t"
	n = split(ENVIRON["COLUMNS_"], spec, "\n")
}
NR == FNR {
	title[$1] = $2
	line[$1] = NR - 2
	next
}
FNR == 1 {
	for (i = 1; i <= NF; i++)
		place[$i] = i
	if (n == 0)
		for (i = 1; i <= NF; i++)
			if ($i !~ /_sd$/ || !(substr($i, 1, length($i) - 3) in place))
				spec[++n] = $i
	for (i = 1; i <= n; i++) {
		split(spec[i] "==", part, "=")
		shown[i] = part[1]
		head[i] = part[2] != "" ? part[2] : part[1]
		format[i] = part[3]
		gsub(/_/, " ", head[i])
		head[i] = escape(head[i])
	}
	next
}
FNR == 2 { header() }
{
	printf "<tr>"
	for (i = 1; i <= n; i++)
		printf "%s", cell(i, shown[i] in place ? $place[shown[i]] : "")
	print "</tr>"
}
END { if (FNR > 1) print "</tbody></table></div>" }
