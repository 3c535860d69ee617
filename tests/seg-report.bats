# seg-report: the page of a prediction run
load lib

# cases NAME [MASK]: a stream of two patients, each ED and ES of two slices of 4 x 4; the second patient is called NAME
cases() {
	local seq=0 patient phase full='\1\1\2\2\1\1\2\2\3\3\0\0\3\3\0\0' part='\1\1\2\0\1\1\2\2\3\3\0\0\3\0\0\0' image=''
	local labels i
	for ((i = 0; i < 32; i++)); do image+='\7'; done
	for patient in p1 "$1"; do
		for phase in ED ES; do
			labels=$full$part$full$full
			[ "$phase$patient" != ESp1 ] || labels=$full$full$full$full
			ten_record "{\"__metadata__\":{\"seq\":\"$seq\",\"patient\":\"$patient\",\"frame\":\"$((seq + 1))\",\"phase\":\"$phase\",\
\"slice\":\"0\",\"slices\":\"2\",\"spacing\":\"1 2 5\",\"names\":\"back,RV,MYO,LV\",\"cmd.0\":\"made <by> hand & so\"$([ $seq -lt 3 ] || echo ',"eos":"1"')},\
\"image\":{\"dtype\":\"U8\",\"shape\":[2,1,4,4],\"data_offsets\":[0,32]},\
\"${2:-mask}\":{\"dtype\":\"U8\",\"shape\":[2,4,4],\"data_offsets\":[32,64]},\
\"pred\":{\"dtype\":\"U8\",\"shape\":[2,4,4],\"data_offsets\":[64,96]}}" "$image$labels"
			seq=$((seq + 1))
		done
	done
}

@test "a page that is well-formed, asks for nothing, and has what seg-eval says" {
	cases p2 >"$T/a.ten"
	seg-report --replicates 20 -o "$T/a.html" "$T/a.ten"
	xmllint --noout --nonet "$T/a.html"
	run grep -n -E -i '(src|href)="?(https?:|//|file:)|url\(|@import|<link|<iframe' "$T/a.html"
	[ "$status" -eq 1 ]
	dice=$(seg-eval "$T/a.ten" | awk '$1 == "volume_dice" && $2 == "LV" { printf "%.3f", $3 }')
	grep -q "<b>$dice</b><span>mean Dice, LV" "$T/a.html"
	# patient 1: LV of 8 voxels of 10 mm3 at both
	grep -q '<th scope="row">p1</th>.*data-v="0.08"' "$T/a.html"
	[ "$(grep -c '<article class="case"' "$T/a.html")" -eq 4 ]
	[ "$(grep -c '<figure><img' "$T/a.html")" -eq 8 ]
	[ "$(grep -c '<svg viewBox' "$T/a.html")" -eq 10 ]
	grep -q 'cmd.0: made &lt;by&gt; hand &amp; so' "$T/a.html"
	seg-report --replicates 20 -o "$T/b.html" - <"$T/a.ten"
	diff <(grep -v '^seg-report' "$T/a.html") <(grep -v '^seg-report' "$T/b.html")
}

@test "names cannot break the page" {
	cases "<i>&'x" >"$T/a.ten"
	seg-report --replicates 0 --title '</title><b>"' -o "$T/a.html" "$T/a.ten"
	xmllint --noout --nonet "$T/a.html"
	grep -q '&lt;i&gt;&amp;&#39;x' "$T/a.html"
	[ "$(grep -c '<i>&\|<b>"' "$T/a.html")" -eq 0 ]
}

@test "only the worst get pictures, the very worst first, and it is said how many do not" {
	cases p2 >"$T/a.ten"
	seg-report --replicates 0 --worst 2 -o "$T/a.html" "$T/a.ten"
	[ "$(grep -c '<article class="case"' "$T/a.html")" -eq 2 ]
	[ "$(grep -c 'case" id="case-2"' "$T/a.html")" -eq 0 ] # all of it was right
	grep -q '2 more volumes have no pictures' "$T/a.html"
	seg-report --replicates 0 --worst 0 -o "$T/b.html" "$T/a.ten"
	[ "$(grep -c '<img' "$T/b.html")" -eq 0 ]
}

# article NAME FILE: what the page has of the pictures of patient NAME
article() {
	awk -v name="<h3>$1 " '/^<article/ { text = "" } { text = text $0 "\n" } /^<\/article/ && index(text, name) { printf "%s", text }' "$2"
}

@test "pictures of a volume do not depend on records, nor on what comes between" {
	phantom-cine -q -s 1 --patients 2 --matrix 48,48 --slices 3,4 --no-cine -o "$T/acdc"
	nii2ten -q --acdc "$T/acdc" --split all -o "$T/all"
	make-weights --arch resnet18 --kind unet --normalize image -o "$T/model"
	seg-predict -q -m "$T/model" "$T/all" -o "$T/a"
	n=$(ten-info --tsv "$T/a" | awk -F '\t' '$4 == "pred" { n += substr($6, 2) + 0 } END { print n }')
	for ((i = 0; i < n; i++)); do ten-select -q --range $i,$((i + 1)) "$T/a" -o "$T/one.$i"; done
	for ((i = n; i-- > 0;)); do last_first+=("$T/one.$i"); done
	ten-cat "${last_first[@]}" -o "$T/b" # the last slice first
	for f in a b; do
		seg-report -q --names a,b,c,d --replicates 0 -o "$T/$f.html" "$T/$f"
		article patient001 "$T/$f.html" | sed 's/id="[^"]*"//' >"$T/$f.pictures"
	done
	[ "$(grep -c '<img' "$T/a.pictures")" -ge 6 ]
	diff "$T/a.pictures" "$T/b.pictures"
	# where nothing says how many slices there are, those that come apart are missed, and it is said
	sed 's/"slices":"[0-9]*"/"slizes":"1"/g' "$T/a" >"$T/c"
	sed 's/"slices":"[0-9]*"/"slizes":"1"/g' "$T/one.0" >"$T/d"
	[ "$n" -gt 6 ]
	seg-report --names a,b,c,d --replicates 0 -o "$T/c.html" "$T/c"
	diff <(grep -c '<img' "$T/a.html") <(grep -c '<img' "$T/c.html")
	ten-cat "$T/c" "$T/d" | seg-report --names a,b,c,d --replicates 0 --worst 1 -o "$T/d.html" 2>"$T/err"
	grep -q 'slices that came apart, after the others were drawn: 1' "$T/err"
	grep -q 'Of 1 volume slices came apart' "$T/d.html"
}

@test "without truth there are volumes and pictures, and no scores" {
	cases p2 other >"$T/a.ten"
	seg-report --replicates 0 -o "$T/a.html" "$T/a.ten"
	xmllint --noout --nonet "$T/a.html"
	grep -q 'There is no truth' "$T/a.html"
	[ "$(sed '/<script>/,$d' "$T/a.html" | grep -c 'Dice\|<svg')" -eq 0 ]
	[ "$(grep -c '<figure><img' "$T/a.html")" -eq 8 ]
}

@test "folders of images, predictions and truth, and single files" {
	local p f hd95
	phantom-cine -q -s 1 --patients 3 --matrix 40,40 --slices 2,3 --no-cine -o "$T/acdc"
	mkdir "$T/p" "$T/t"
	for p in patient001 patient002; do
		for f in "$T/acdc/$p"/*_gt.nii.gz; do
			cp "$f" "$T/t/$(basename "$f" _gt.nii.gz).nii.gz"
			cp "$T/acdc/$p/$(basename "$f")" "$T/p/$(basename "$f" _gt.nii.gz).nii.gz"
		done
	done
	mv "$T/p/patient001_frame01.nii.gz" "$T/swapped"
	f=$(ls "$T"/p/patient001_*)
	cp "$T/swapped" "$f" # end diastole for end systole
	mv "$T/swapped" "$T/p/patient001_frame01.nii.gz"
	seg-report -q --replicates 0 "$T/acdc" "$T/p" -o "$T/a.html" # masks beside the images
	xmllint --noout --nonet "$T/a.html"
	grep -q '(ES)</h3>' "$T/a.html"
	[ "$(grep -c '<article class="case"' "$T/a.html")" -eq 4 ]
	seg-eval -q --common "$T/p" "$T/acdc" >"$T/m"
	hd95=$(awk '$1 == "volume_hd95" && $2 == "foreground" { printf "%.1f", $3 }' "$T/m")
	[ "$hd95" != 0.0 ]
	grep -q "<b>$hd95</b><span>mean HD95, mm" "$T/a.html"
	grep -q "<b>$(awk '$1 == "volume_dice" && $2 == "foreground" { printf "%.3f", $3 }' "$T/m")</b><span>mean Dice<" "$T/a.html"
	grep -q "<b>$(awk '$1 == "volume_assd" && $2 == "foreground" { printf "%.2f", $3 }' "$T/m")</b><span>mean ASSD" "$T/a.html"
	seg-report -q --replicates 0 "$T/acdc" "$T/p" "$T/t" -o "$T/b.html"
	diff <(grep -v 'seg-report 0' "$T/a.html") <(grep -v 'seg-report 0' "$T/b.html")
	# without masks
	rm "$T"/acdc/*/*_gt.nii.gz
	mkdir "$T/plain"
	cp "$T"/acdc/patient00[12]/*frame??.nii.gz "$T/plain"
	seg-report -q --names a,b,c,d "$T/plain" "$T/p" -o "$T/c.html"
	grep -q 'There is no truth' "$T/c.html"
	[ "$(grep -c '<article class="case"' "$T/c.html")" -eq 4 ]
	f=patient001_frame01.nii.gz
	seg-report -q --names a,b,c,d "$T/plain/$f" "$T/p/$f" "$T/t/$f" -o "$T/d.html"
	grep -q '<b>1.000</b><span>mean Dice<' "$T/d.html"
	fails_with "*a folder, *is none" seg-report --names a,b "$T/plain" "$T/p/$f" -o "$T/out"
	rm "$T/plain/$f"
	fails_with "*no image of case 'patient001_frame01' of *" seg-report --names a,b "$T/plain" "$T/p" -o "$T/out"
	fails_with "*no image of case 'patient001_frame01'" seg-report --names a,b "$T/plain" "$T/p" "$T/t" -o "$T/out"
	[ ! -e "$T/out" ]
}

# pictures PAGE: the pictures in it
pictures() {
	grep -o 'data:image/png;base64,[^"]*' "$1"
}

# channels N ORDER: a stream of a slice of 4 x 4 whose channels are the digits of ORDER
channels() {
	local data='' k i n=$1 labels='\1\1\2\2\1\1\2\2\3\3\0\0\3\3\0\0'
	for ((k = 0; k < n; k++)); do
		for ((i = 0; i < 16; i++)); do data+="\\x$(printf %02x $((i * (1 + ${2:k:1}) * 37 % 251)))"; done
	done
	ten_record "{\"__metadata__\":{\"names\":\"back,RV,MYO,LV\"},\
\"image\":{\"dtype\":\"U8\",\"shape\":[1,$n,4,4],\"data_offsets\":[0,$((16 * n))]},\
\"pred\":{\"dtype\":\"U8\",\"shape\":[1,4,4],\"data_offsets\":[$((16 * n)),$((16 * n + 16))]}}" "$data$labels"
}

@test "a channel of several is shown: of a stream, and of files" {
	local k
	for k in 0 1 2; do
		channels 1 $k | seg-report -q -o "$T/one.html"
		channels 3 012 | seg-report -q --channel $k -o "$T/of.html"
		diff <(pictures "$T/one.html") <(pictures "$T/of.html")
		pictures "$T/of.html" >>"$T/all"
	done
	[ "$(sort -u "$T/all" | wc -l)" = 3 ]
	channels 3 012 | seg-report -q | pictures - >>"$T/all" # in colours
	channels 2 21 | seg-report -q -o "$T/two.html"
	pictures "$T/two.html" >>"$T/all"
	[ "$(sort -u "$T/all" | wc -l)" = 4 ]
	fails_with "seg-report: *'image' is ?1,3,4,4?: it has no channel 3" \
		seg-report --channel 3 -o "$T/x" <(channels 3 012)
	mkdir "$T/d" "$T/p"
	nifti 4 2 1 1 1 1 '\0\1\2\3\4\5\6\7' >"$T/d/a_0000.nii"
	nifti 4 2 1 1 1 1 '\7\1\2\6\4\5\3\0' >"$T/d/a_0001.nii"
	nifti 4 2 1 1 1 1 '\0\1\1\0\0\2\2\0' >"$T/p/a.nii"
	seg-report -q --names a,b,c "$T/d" "$T/p" -o "$T/0.html"
	seg-report -q --names a,b,c --channel 1 "$T/d" "$T/p" -o "$T/1.html"
	seg-report -q --names a,b,c "$T/d/a_0001.nii" "$T/p/a.nii" -o "$T/file.html"
	diff <(pictures "$T/1.html") <(pictures "$T/file.html")
	[ "$(pictures "$T/0.html")" != "$(pictures "$T/1.html")" ]
	fails_with "seg-report: '$T/d': case 'a' has 2 channels, so no channel 2" \
		seg-report --names a,b,c --channel 2 "$T/d" "$T/p" -o "$T/x"
	[ ! -e "$T/x" ]
}

@test "what cannot be reported on is refused and leaves no page" {
	make-stream --kind images --samples 2 -o "$T/a.ten"
	fails_with "seg-report: * no tensor 'pred'*" seg-report --names a,b -o "$T/out" "$T/a.ten"
	cases p2 | sed 's/"names"/"nomes"/' >"$T/b.ten"
	fails_with "seg-report: *give --names" seg-report -o "$T/out" "$T/b.ten"
	[ ! -e "$T/out" ]
}

@test "in a browser a click on a header sorts, and the slider moves the picture" {
	command -v chromium >/dev/null || skip "no chromium"
	cases p2 >"$T/a.ten"
	seg-report --replicates 0 -o "$T/a.html" "$T/a.ten"
	{
		sed '/^<\/body>/,$d' "$T/a.html"
		cat <<-'H'
			<script>
			const frames = () => [...document.querySelectorAll("#volumes tbody tr")].map((r) => r.cells[1].textContent).join("");
			const head = document.querySelectorAll("#volumes thead tr:last-child th")[1];
			const shown = () => [...document.querySelectorAll(".scroll")[0].querySelectorAll("figure")]
				.filter((e) => e.getBoundingClientRect().height !== 0).map((e) => e.querySelector("figcaption").textContent).join();
			const said = [frames()];
			head.querySelector("button").click(); said.push(frames(), head.getAttribute("aria-sort"));
			head.querySelector("button").click(); said.push(frames(), head.getAttribute("aria-sort"));
			const slider = document.querySelector(".slider input");
			for (const v of [0, 1]) { slider.value = v; slider.dispatchEvent(new Event("input")); said.push(shown()); }
			document.title = said.join("; ");
			</script></body></html>
		H
	} >"$T/page.html"
	run timeout 150 chromium --headless --no-sandbox --disable-gpu --disable-quic --no-first-run \
		--disable-background-networking --disable-component-update --disable-sync \
		--user-data-dir="$T/chromium" --window-size=1280,900 --dump-dom "file://$T/page.html"
	title=$(grep -o '<title>[^<]*; [^<]*</title>' <<<"$output")
	[ "$title" = "<title>1234; 1234; ascending; 4321; descending; slice 1 of 2; slice 2 of 2</title>" ] || { echo "$title"; false; }
}
