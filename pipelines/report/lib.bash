# What the sections of the report have in common. Set by `page`: $here, this folder; $out, the folder reported on;
# $behind, the folder for the tables behind the page; $eval, which patients are scored; $given, what a make command
# needs beside its goal.

arms=$(awk -F '\t' 'NR > 1 { print $1 }' "$here/arms.tsv")

die() {
	printf 'report: %s\n' "$*" >&2
	exit 2
}

# Standard input as HTML text, which may also stand in an attribute
escape() {
	sed "s/&/\\&amp;/g; s/</\\&lt;/g; s/>/\\&gt;/g; s/\"/\\&quot;/g; s/'/\\&#39;/g"
}

text() {
	printf '%s' "$*" | escape
}

arm_title() {
	awk -F '\t' -v arm="$1" '$1 == arm { print $2 }' "$here/arms.tsv" | escape
}

# arm_line ARM: the number of its line (plot.gp, style.css)
arm_line() {
	awk -F '\t' -v arm="$1" '$1 == arm { print NR - 2 }' "$here/arms.tsv"
}

# runs ARM FILE: the folders of its fine-tunings that have FILE, in the order of their seeds
runs() {
	local f
	for f in "$out/$1"/seed-*/"$2"; do
		if [ -s "$f" ]; then printf '%s\n' "${f%/"$2"}"; fi
	done | sort -V
}

# scored ARM: the first of them whose predictions and scores are there, which speaks for the arm in pictures and commands
scored() {
	local run
	runs "$1" metrics.tsv | while read -r run; do
		if [ -s "$run/$eval.ten" ] && [ -s "$run/slices.tsv" ]; then printf '%s\n' "$run"; fi
	done | sed -n 1p
}

# have FILE: the arms with a fine-tuning that has FILE
have() {
	local arm
	for arm in $arms; do
		if [ -n "$(runs "$arm" "$1")" ]; then printf '%s\n' "$arm"; fi
	done
}

section() {
	printf '<section id="%s">\n<h2>%s</h2>\n' "$1" "$2"
}

# study_title SECTION
study_title() {
	case $1 in
	convergence) echo Convergence ;;
	length) echo "Length of pretraining" ;;
	labels) echo "Labels needed" ;;
	esac
}

# not_run GOAL: in place of what is missing
not_run() {
	printf '<p class="missing">Not run: <code>make %s</code></p>\n' "$(text "$1$given")"
}

# key LINE: a piece of a line of plot.gp
key() {
	local dash
	case $1 in 0 | 7) dash=4,6 ;; 3 | 4) dash=18,6 ;; 5) dash=18,6,4,6 ;; *) dash=none ;; esac
	printf '<svg class="key" viewBox="0 0 44 10" aria-hidden="true"><path d="M0 5H44" fill="none" stroke-width="4" '
	printf 'stroke-dasharray="%s" style="stroke:var(--line-%d)"/></svg>' "$dash" "$1"
}

# legend ARM ...: what the lines of the next plots are
legend() {
	local arm
	printf '<p class="legend">'
	for arm; do
		printf '<span>%s%s</span> ' "$(key "$(arm_line "$arm")")" "$(arm_title "$arm")"
	done
	printf '</p>\n'
}

# figure NAME CAPTION: what the gnuplot commands on standard input draw; they run in $behind
figure() {
	local drawn
	drawn=$(cat "$here/plot.gp" - | (cd "$behind" && gnuplot 2>&1)) || die "gnuplot: $drawn"
	printf '<figure>\n'
	printf '%s\n' "$drawn" | awk -v name="$1" -v label="$2" -f "$here/svg.awk"
	printf '<figcaption>%s</figcaption>\n</figure>\n' "$2"
}

by_epoch="set xlabel 'epoch'; set yrange [0:*]"

# bands FILE COLUMN CAPTION SETTINGS ARM ...: a line and a band for each arm, from a table in $behind whose columns are
# arm, column, x, seeds, mean, low, high. SETTINGS are gnuplot's; `style = "linespoints"` among them marks the points.
bands() {
	local file=$1 column=$2 caption=$3 settings=$4 arm line areas='' lines=''
	shift 4
	for arm; do
		line=$((10 + $(arm_line "$arm")))
		areas="$areas of('$file', '$arm', '$column') using 3:6:7 with filledcurves ls $line notitle,"
		lines="$lines of('$file', '$arm', '$column') using 3:5 with @style ls $line title '$(arm_title "$arm")',"
	done
	figure "${file%.tsv}-$column" "$caption" <<-P
		style = 'lines'
		$settings
		plot $areas ${lines%,}
	P
}

# table FILE [COLUMN[=HEADING[=FORMAT]] ...]: a TSV as a table, these columns or all
table() {
	local file=$1
	shift
	COLUMNS_=$(printf '%s\n' "$@") awk -f "$here/table.awk" "$here/arms.tsv" "$file"
}

# sources FILE ...: the tables that a section shows
sources() {
	local f
	printf '<p class="sources">Tables:'
	for f; do
		printf ' <code>%s</code>' "$(text "$f")"
	done
	printf '</p>\n'
}
