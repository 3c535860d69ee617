# ssl-embed --neighbours: each image and those that an encoder finds most similar
load lib

setup_file() {
	W=$BATS_FILE_TMPDIR
	export W
	make-weights --arch resnet18 -o "$W/encoder"
	make-stream --kind segmented -s 4 --samples 7 --chunk 3 --height 32 --width 40 -o "$W/images.ten"
}

near() {
	ssl-embed -q -w "$W/encoder" --neighbours "$@"
}

# said KEYS FILE: that metadata of all records
said() {
	ten-info --meta "$1" "$2" | tr '\t\n' ' ;'
}

@test "they are those of the largest cosine of the features, in order" {
	near 3 "$W/images.ten" -o "$T/near.ten"
	for i in 0 1 2 3 4 5 6; do
		ten-select --range $i,$((i + 1)) "$W/images.ten" | ssl-embed -q -w "$W/encoder" | tail -c 2048 | od -An -v -w2048 -tf4
	done >"$T/features"
	awk -v k=3 '{ for (d = 1; d <= NF; d++) { x[NR, d] = $d; long[NR] += $d * $d } }
		END {
			for (i = 1; i <= NR; i++) {
				printf "%d 0 1;", i - 1
				split("", used)
				for (rank = 1; rank <= k; rank++) {
					best = -2
					for (j = 1; j <= NR; j++) {
						for (d = sum = 0; ++d <= NF;) sum += x[i, d] * x[j, d]
						c = sum / sqrt(long[i] * long[j])
						if (j != i && !(j in used) && c > best) { best = c; at = j }
					}
					used[at] = 1
					printf "%d %d %.6f;", at - 1, rank, best
				}
			}
		}' "$T/features" >"$T/expected"
	said sample,neighbour,cosine "$T/near.ten" |
		awk -v RS=';' '{ printf "%d %d %s;", $1, $2, $2 ? sprintf("%.6f", $3) : $3 }' | diff - "$T/expected"
	[ "$(grep -o ';' "$T/expected" | wc -l)" = 28 ]
}

@test "each is the sample itself, with its mask, whatever records the samples came in" {
	local line n=0
	near 2 "$W/images.ten" -o "$T/near.ten"
	while read -r line; do
		ten-select --range "$n,$((n + 1))" "$T/near.ten" >"$T/one"
		ten-select --range "$line,$((line + 1))" "$W/images.ten" | ten-cmp - "$T/one"
		n=$((n + 1))
	done < <(ten-info --meta sample "$T/near.ten")
	[ "$n" = 21 ]
	for n in 0 1 2 3 4 5 6; do ten-select --range $n,$((n + 1)) "$W/images.ten" -o "$T/$n.ten"; done
	ten-cat "$T"/?.ten -o "$T/cut.ten"
	near 2 -j 1 "$T/cut.ten" | ten-cmp - "$T/near.ten"
	near 2 -j 3 "$W/images.ten" | cmp - "$T/near.ten"
	ten2tif --sheet --columns 3 --caption "$T/near.ten" -o "$T/sheet.png"
}

@test "the same image is nearest, unless neighbours must be of another patient" {
	sed 's/"samples":"7"/"patient":"a"/' "$W/images.ten" >"$T/a.ten"
	sed 's/"samples":"7"/"patient":"b"/' "$W/images.ten" >"$T/b.ten"
	ten-cat "$T/a.ten" "$T/b.ten" -o "$T/ab.ten"
	near 1 "$T/ab.ten" -o "$T/near.ten"
	[ "$(said sample "$T/near.ten")" = "0;7;1;8;2;9;3;10;4;11;5;12;6;13;7;0;8;1;9;2;10;3;11;4;12;5;13;6;" ]
	[ "$(said cosine "$T/near.ten" | tr ';' '\n' | sort -u | xargs)" = 1 ]
	near 6 --unlike patient "$T/ab.ten" -o "$T/near.ten"
	[ "$(ten-info --meta patient,neighbour "$T/near.ten" | awk '$2 == 0 { self = $1 } $2 > 0 && $1 == self')" = "" ]
	fails_with "*'$T/ab.ten': sample 0 has fewer than 8 others to compare with" near 8 --unlike patient "$T/ab.ten" -o "$T/out"
	fails_with "*'$W/images.ten': sample 0 has fewer than 7 others*" near 7 "$W/images.ten" -o "$T/out"
	fails_with "*record 0: no metadata 'patient' to tell*" near 1 --unlike patient "$W/images.ten" -o "$T/out"
	fails_with "*--unlike goes with --neighbours" ssl-embed -w "$W/encoder" --unlike patient "$T/ab.ten" -o "$T/out"
	fails_with "*is a pipe: --neighbours needs a file" near 1 -o "$T/out" <(cat "$T/ab.ten")
	[ ! -e "$T/out" ]
}
