# A TSV with a header line as an HTML table:  awk -f table.awk arms.tsv FILE
# ENVIRON["COLUMNS_"] holds lines COLUMN=HEADING=FORMAT, those of the table in their order; without any, all columns.
# FORMAT is printf's for a number, "time" for seconds, or "words". A column NAME_sd is shown beside NAME, after a ±. A
# cell of the column `arm` shows the arm's colour and title, one of `against` the title; nan and nothing are a dash. On a
# narrow page a row becomes a card, so every cell knows its heading.
function escape(s) {
	gsub(/&/, "\\&amp;", s)
	gsub(/</, "\\&lt;", s)
	gsub(/>/, "\\&gt;", s)
	gsub(/"/, "\\&quot;", s)
	return s
}
function is_number(s) { # or a bound: ">12"
	return s ~ /^[<>]?[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?$/
}
function duration(s) {
	s = int(s + .5)
	return s < 3600 ? sprintf("%d:%02d min", s / 60, s % 60) : sprintf("%d:%02d h", s / 3600, s % 3600 / 60)
}
# With its deviation, if there is one and the number is no bound
function number(i, s,    f, sd, has_sd) {
	if (format[i] == "time")
		return duration(s)
	has_sd = (shown[i] "_sd") in place
	sd = has_sd ? $place[shown[i] "_sd"] : ""
	f = format[i] != "" ? format[i] : has_sd ? "%.3f" : "%.4g"
	if (s ~ /^[<>]/)
		return escape(substr(s, 1, 1)) sprintf(" " f, substr(s, 2))
	return sprintf(f, s) (is_number(sd) ? sprintf("\302\240±\302\240" f, sd) : "")
}
# Words that are not broken at their hyphens
function words(s) {
	gsub(/[^ ]+/, "<span class=\"word\">&</span>", s)
	return "<span>" s "</span>"
}
function cell(i, s) {
	if (shown[i] == "arm" && s in title)
		return sprintf("<th scope=\"row\"><span class=\"dot\" style=\"background:var(--line-%d)\"></span>%s</th>",
			line[s], escape(title[s]))
	if (shown[i] == "against" && s in title)
		s = title[s]
	if (is_number(s) && format[i] != "words")
		return sprintf("<td class=\"n\" data-label=\"%s\">%s</td>", head[i], number(i, s))
	s = s == "" || s ~ /^-?nan$/ ? "–" : escape(s)
	return sprintf("<td data-label=\"%s\">%s</td>", head[i], format[i] == "words" ? words(s) : s)
}
# When the first row is known: headings stand as what they are above
function header(    i, numbers) {
	printf "<div class=\"table\"><table%s>\n<thead><tr>", (n > 3 ? "" : " class=\"few\"")
	for (i = 1; i <= n; i++) {
		numbers = shown[i] in place && format[i] != "words" && is_number($place[shown[i]])
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
