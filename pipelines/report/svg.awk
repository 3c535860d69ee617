# A plot by gnuplot as it goes into a page: without the prologue, what has no shape and what would be twice on a page
# (ids get `name`), and with colours by role, which the page sets for light and dark:
#   rgb(1,0,K)  the colour of arm K, or of line K;   rgb(1,1,0)  the grid;   black  the text's own colour
BEGIN {
	n = split("currentColor #E69F00 #56B4E9 #009E73 #D55E00 #0072B2 #CC79A7 #F0E442", usual, " ")
	for (k = 0; k < n; k++)
		role["rgb(1,0," k ")"] = "var(--line-" k "," usual[k + 1] ")"
	role["rgb(1,1,0)"] = "var(--grid,#808080)"
	role["rgb(0,0,0)"] = "currentColor"
}
# rgb(  1,   0,   2) as written above, then by role
function colours(s,    out, at, c) {
	while (match(s, /rgb\([ 0-9,]*\)/)) {
		c = substr(s, RSTART, RLENGTH)
		gsub(/ /, "", c)
		out = out substr(s, 1, RSTART - 1) (c in role ? role[c] : c)
		s = substr(s, RSTART + RLENGTH)
	}
	return out s
}
/^<\?xml|^<title>|^<desc>|<rect x="0" y="0"/ { next }
/<filter/ { filter = 1 }
filter { if (/<\/filter>/) filter = 0; next }
/^ *xmlns/ { next }
/^<svg/ {
	$0 = "<svg role=\"img\" aria-label=\"" label "\""
}
{
	sub(/<g id="gnuplot_canvas">/, "<g>")
	gsub(/xlink:href/, "href")
	gsub(/gpDot/, name "-dot")
	gsub(/gpPt/, name "-p")
	gsub(/ id="[A-Za-z0-9_-]*_plot_[0-9a-z]*"/, "")
	gsub(/fill="black"/, "fill=\"currentColor\"")
	gsub(/ color="(black|white|gray)"/, "")
	gsub(/ font-family="inherit"/, "")
	gsub(/ stroke-linecap="butt" stroke-linejoin="miter"/, " stroke-linejoin=\"round\"")
	gsub(/[ \t]+/, " ")
	$0 = colours($0)
}
/^ ?$/ { next }
# A group that closes at once holds nothing
/^<g fill="none"/ { if (held != "") print held; held = $0; next }
/^<\/g>/ && held != "" { held = ""; next }
{
	if (held != "")
		print held
	held = ""
	print
}
