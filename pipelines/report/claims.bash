# What the paper claims, and what came out here: one sentence each, at the top of the page and in its section.

# field FILE COLUMN NAME=VALUE ...: that column of the first row with these values; nothing if there is none
field() {
	local file=$1 column=$2
	shift 2
	[ ! -s "$file" ] || awk -F '\t' -v column="$column" '
		BEGIN {
			for (i = 1; i < ARGC - 1; i++) {
				split(ARGV[i], part, "=")
				want[part[1]] = part[2]
				delete ARGV[i]
			}
		}
		NR == 1 { for (i = 1; i <= NF; i++) place[$i] = i; next }
		{ for (name in want) if ($place[name] != want[name]) next }
		column in place { print $place[column]; exit }' "$@" "$file"
}

claim_convergence() {
	printf 'an encoder pretrained on ImageNet and then by BYOL on ACDC lets the segmentation converge 4 to 5 times faster '
	printf 'than one pretrained on ImageNet with labels.'
}

found_convergence() {
	local file=$out/study-convergence/speedup.tsv
	[ ! -s "$file" ] || awk -F '\t' -v of=imagenet-ssl-acdc-ssl -v against=imagenet-supervised '
		NR == 1 { for (i = 1; i <= NF; i++) place[$i] = i; next }
		NR == 2 { share = $place["share"] }
		$place["share"] != share { next }
		{ epochs[$place["arm"]] = $place["epochs"]; runs[$place["arm"]] = $place["runs"] }
		$place["arm"] == of {
			speedup = $place["speedup." against]
			low = $place["low." against]
			high = $place["high." against]
			bound = $place["bound." against]
		}
		function about(x) {
			return x ~ /^>/ ? sprintf("more than %.3g", substr(x, 2)) : sprintf("%.3g", x)
		}
		END {
			if (!(of in epochs) || !(against in epochs) || speedup == "" || speedup ~ /nan/) {
				printf "these two arms were not both run."
				exit
			}
			printf "%s epochs against %s until %g %% of the best arm’s final value, ", about(epochs[of]),
				about(epochs[against]), 100 * share
			if (bound == "?") {
				printf "but both have runs that never got there, so there is no telling which is faster"
			} else {
				printf "%s%.2f times as fast", bound == ">=" ? "at least " : bound == "<=" ? "at most " : "", speedup
				if (low !~ /nan/)
					printf " (interval %.2f to %.2f)", low, high
			}
			printf "; %d and %d runs.", runs[of], runs[against]
		}' "$file"
}

claim_labels() {
	printf 'with few labels supervised ImageNet is the most accurate, and less than 100 labelled slices suffice to come close '
	printf 'to the smallest error.'
}

# The best arm with the fewest slices, with the most below 100, with the most
found_labels() {
	local file=$out/study-data-efficiency/means-dice.tsv
	[ ! -s "$file" ] || awk -F '\t' '
		NR == FNR { title[$1] = $2; next }
		FNR == 1 { for (i = 1; i <= NF; i++) place[$i] = i; next }
		$place["by"] != "ratio" || $place["mean"] ~ /nan/ { next }
		{
			n = $place["slices"] + 0
			if (!(n in best) || $place["mean"] > best[n]) {
				best[n] = $place["mean"]
				arm[n] = title[$place["arm"]]
			}
			if (!rows++ || n < first) first = n
			if (n > last) last = n
			if (n < 100 && n > some) some = n
		}
		function about(n) {
			return sprintf("%.3f with %d slice%s (%s)", best[n], n, n == 1 ? "" : "s", arm[n])
		}
		END {
			if (!rows)
				exit
			printf "the highest mean Dice is %s", about(first)
			if (some && some != first && some != last)
				printf ", %s", about(some)
			if (last != first)
				printf ", %s", about(last)
			printf "."
		}' "$here/arms.tsv" "$file"
}

claim_length() {
	printf 'less than 5 epochs of BYOL on ACDC suffice, after BYOL on ImageNet.'
}

found_length() {
	local file=$out/study-pretrain-length/means.tsv
	[ ! -s "$file" ] || awk -F '\t' '
		NR == 1 { for (i = 1; i <= NF; i++) place[$i] = i; next }
		{
			n = $place["length"] + 0
			dice[n] = $place["mean"]
			if (NR == 2 || n < first) first = n
			if (NR == 2 || n > last) last = n
			if (n > 0 && n < 5 && (!some || n > some)) some = n
		}
		function epochs(n) {
			return n == 0 ? "without it" : sprintf("after %d epoch%s", n, n == 1 ? "" : "s")
		}
		END {
			printf "Dice %.3f %s", dice[first], epochs(first)
			if (some && some != last && some != first)
				printf ", %.3f %s", dice[some], epochs(some)
			if (last != first)
				printf ", %.3f %s", dice[last], epochs(last)
			printf "."
		}' "$file"
}

# claim NAME: both as paragraphs
claim() {
	local found
	printf '<p class="paper"><b>The paper:</b> %s</p>\n' "$("claim_$1")"
	found=$("found_$1")
	[ -z "$found" ] || printf '<p class="here"><b>Here:</b> %s</p>\n' "$found"
}
