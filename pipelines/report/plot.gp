# What all plots have in common: 400 x 280 units, which a page stretches to its width; no key, for the page has one.
# Colours are roles, see svg.awk.
set terminal svg size 400,280 dynamic font "inherit,14" dashlength 1
set datafile separator tab
set datafile missing "nan"
unset key
set border 3 lc rgb "black"
set tics nomirror scale 0.5
set grid lt 1 lc rgb "#010100" lw 0.6
set format y "%g"
set lmargin 8.5
set rmargin 2
set tmargin 0.8
set bmargin 3
set xlabel offset 0, 0.4
set ylabel offset 1, 0
set style fill transparent solid 0.18 noborder
do for [k = 0:7] { set style line 10+k lw 2 ps 0.5 lc rgb sprintf("#0100%02x", k) }
set style line 10 dt (2, 3) pt 5
set style line 11 dt solid pt 7
set style line 12 dt solid pt 5
set style line 13 dt (9, 3) pt 9
set style line 14 dt (9, 3) pt 7
set style line 15 dt (9, 3, 2, 3) pt 5
set style line 16 dt solid pt 9
set style line 17 dt (2, 3) pt 7
# of(FILE, A, B): the rows of FILE whose first two columns are A and B
of(file, a, b) = sprintf("< awk -F '\\t' '$1 == \"%s\" && $2 == \"%s\"' %s", a, b, file)
