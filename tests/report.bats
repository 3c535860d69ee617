# make report: the page of what has finished, from a folder of experiments that is made up (helpers/fake-out)
load lib

PATH=$ROOT/tests/helpers:$PATH

setup_file() {
	fake-out "$BATS_FILE_TMPDIR/out"
	page "$BATS_FILE_TMPDIR/out"
}

OUT=$BATS_FILE_TMPDIR/out
HTML=$OUT/report.html

# page DIR: the report on it
page() {
	SCALE=tiny "$ROOT/pipelines/report/page" "$1" 2>/dev/null
}

# part ID FILE: that section of the page
part() {
	sed -n "/^<section id=\"$1\">/,/^<\/section>/p" "$2"
}

@test "one page holds every section, the tables behind it lie beside, and equal results give equal bytes" {
	cp "$HTML" "$T/first.html"
	cp -r "$OUT/report" "$T/first"
	for id in overview arms convergence length labels normalization training slices making; do
		[ "$(part $id "$T/first.html" | wc -l)" -ge 3 ]
		grep -q "<a href=\"#$id\">" "$T/first.html"
	done
	part making "$T/first.html" | grep -q -E '^(model: )?seg-finetune .*--seed=1 .*--batch=2'
	[ "$(part slices "$T/first.html" | grep -c -o '<img ')" -eq 18 ]
	# all tables that are named are there, and all in the folder are named but the one of what has finished
	grep -o '<code>[a-z/-]*\.tsv</code>' "$T/first.html" | sed 's|<code>||; s|</code>||' | sort -u >"$T/told"
	while read -r table; do [ -s "$OUT/$table" ]; done <"$T/told"
	find "$T/first" -type f -printf 'report/%f\n' | grep -v overview | sort >"$T/there"
	grep ^report/ "$T/told" | cmp "$T/there" -
	page "$OUT"
	cmp "$T/first.html" "$HTML"
	diff -r "$T/first" "$OUT/report"
	[ -z "$(find "$OUT" -maxdepth 1 -name '*.tmp-*')" ]
}

@test "the page is well-formed and asks for nothing from outside" {
	xmllint --noout --nonet "$HTML"
	run grep -n -E -i '(src|href|data|action|poster)="?(https?:|//|file:|ftp:)|url\(|@import|<script|<link|<iframe|<object' "$HTML"
	[ "$status" -eq 1 ]
	# pictures are whole PNGs
	grep -o 'src="data:image/png;base64,[^"]*"' "$HTML" | sed 's/.*base64,//; s/"//' | while read -r png; do
		base64 -d <<<"$png" >"$T/a.png"
		[ "$(head -c 4 "$T/a.png" | tail -c 3)" = PNG ]
		[ "$(tail -c 8 "$T/a.png" | head -c 4)" = IEND ]
	done
}

@test "means and deviations over seeds are those of the runs" {
	local a b
	a=$(awk '$1 == "volume_dice" && $2 == "foreground" { print $3 }' "$OUT/acdc-ssl/seed-1/metrics.tsv")
	b=$(awk '$1 == "volume_dice" && $2 == "foreground" { print $3 }' "$OUT/acdc-ssl/seed-2/metrics.tsv")
	expected=$(awk -v a="$a" -v b="$b" 'BEGIN { m = (a + b) / 2; d = a - b; printf "%.3f ± %.3f", m, (d < 0 ? -d : d) / sqrt(2) }')
	part arms "$HTML" | sed 's/\xc2\xa0/ /g' | grep 'BYOL ACDC' | grep -v ImageNet | grep -q -F ">$expected<"
	awk -F '\t' '$1 == "random" && $2 == "dice_mean" && $3 == 20 && $4 == 2 { found = $6 < $5 && $5 < $7 } END { exit !found }' \
		"$OUT/report/curves.tsv"
	# 5 steps of 2 samples at 51 and 52 a second, for 20 epochs
	awk -F '\t' -v want="$(awk 'BEGIN { print (200 / 51 + 200 / 52) / 2 }')" \
		'$1 == "random" { found = $4 - want < 1e-3 && want - $4 < 1e-3 } END { exit !found }' "$OUT/report/times.tsv"
}

@test "findings of the studies stand beside what the paper claims" {
	local speedup
	[ "$(grep -c 'Not run' "$HTML")" -eq 0 ]
	for id in convergence length labels; do
		part $id "$HTML" | grep -q '<b>The paper:</b>'
		part $id "$HTML" | grep -q '<b>Here:</b>'
	done
	speedup=$(awk -F '\t' '$1 == 0.95 && $4 == "imagenet-ssl-acdc-ssl" { printf "%.2f", $11 }' "$OUT/study-convergence/speedup.tsv")
	[ "$(awk -F '\t' 'NR == 1 { print $11 }' "$OUT/study-convergence/speedup.tsv")" = speedup.imagenet-supervised ]
	part convergence "$HTML" | grep -q "<b>Here:</b>.* $speedup times as fast"
	part length "$HTML" | grep -q '<b>Here:</b> Dice [.0-9]* without it, [.0-9]* after 3 epochs, [.0-9]* after 25 epochs'
	part labels "$HTML" | grep -q 'with 75 slices (supervised ImageNet), [.0-9]* with 1498 slices'
	part normalization "$HTML" | grep -q 'as released'
	grep -q '^study-normalization/acdc-ssl/seed-1		1	model	seg-finetune ' "$OUT/report/commands.tsv"
	# a study that has begun but has no tables yet is not run
	mkdir -p "$T/begun/study-convergence/rows"
	page "$T/begun"
	part convergence "$T/begun/report.html" | grep -q 'Not run'
}

@test "what has not been run is said, with the command, and leaves no plot" {
	mkdir "$T/empty"
	page "$T/empty"
	[ "$(grep -c '<figure\|<img' "$T/empty/report.html")" -eq 0 ]
	part convergence "$T/empty/report.html" | grep -q 'Not run: <code>make study-convergence</code>'
	part arms "$T/empty/report.html" | grep -q 'Not run: <code>make experiments</code>'
	part overview "$T/empty/report.html" | grep -q '>not run: make experiment-acdc-ssl<'
	xmllint --noout "$T/empty/report.html"
}

@test "names and commands are text, whatever is in them" {
	odd="$T/a & <b> \"c\" 'd'"
	fake-out "$odd" acdc-ssl
	sed -i 's/patient001/<i>\&"p"/' "$odd/acdc-ssl/seed-1/slices.tsv"
	SCALE='<u>' GIVEN="ACDC='<x>'" "$ROOT/pipelines/report/page" "$odd" 2>/dev/null
	xmllint --noout "$odd/report.html"
	[ "$(grep -c -E '<(b|i|u|x)> |<i>&' "$odd/report.html")" -eq 0 ]
	part slices "$odd/report.html" | grep -q -F '&lt;i&gt;&amp;&quot;p&quot;'
	part making "$odd/report.html" | grep -q -F 'a &amp; &lt;b&gt; &quot;c&quot;'
	part overview "$odd/report.html" | grep -q "make experiment-random ACDC='&lt;x&gt;'"
}

@test "without gnuplot, or anything to report on, a line says so" {
	mkdir "$T/bin"
	for tool in bash dirname awk sed cat ten-info; do ln -s "$(command -v $tool)" "$T/bin"; done
	PATH=$T/bin fails_with "report: there is no gnuplot*make deps*" "$ROOT/pipelines/report/page" "$OUT"
	fails_with "report: nothing in '*/none' yet: 'make experiments'*" "$ROOT/pipelines/report/page" "$T/none"
}

@test "make report makes it" {
	mkdir "$T/empty"
	env -u MAKEFLAGS -u MAKELEVEL -u MFLAGS make -s -C "$ROOT" BUILD="$BUILD" OUT="$T/empty" SEEDS='0 13' report
	part length "$T/empty/report.html" | grep -q "make study-pretrain-length OUT=$T/empty SEEDS=&#39;0 13&#39;<"
	grep -q 'This is the demo' "$T/empty/report.html"
}

@test "in a browser every picture shows, and nothing overlaps or sticks out, on a phone as on a desk" {
	command -v chromium >/dev/null || skip "no chromium"
	{
		sed '/^<\/body>/,$d' "$HTML"
		printf '<script>%s</script></body></html>\n' "$(cat "$ROOT/tests/helpers/look.js")"
	} >"$T/page.html"
	for width in 360 700 1280; do
		printf '<iframe src="page.html" style="width:%dpx;height:800px"></iframe>
			<script>onmessage = (e) => { document.title = e.data; }</script>\n' $width >"$T/frame.html"
		run timeout 150 chromium --headless --no-sandbox --disable-gpu --disable-quic --no-first-run \
			--disable-background-networking --disable-component-update --disable-sync \
			--user-data-dir="$T/chromium" --window-size=1400,900 --dump-dom "file://$T/frame.html"
		title=$(grep -o '<title>.*</title>' <<<"$output")
		[ "$title" = "<title>looked at 18 images, 13 plots at $width: fine</title>" ] || { echo "$title"; false; }
	done
}
