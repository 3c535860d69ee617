# Sourced by run: programs that make a step for every line they are sent, so that they can take turns.
# A racer prints "ready", then the seconds of each step asked for, and "peak MIB" after the last.

declare -A racer_pid racer_in racer_out
mib=- # of the racer stopped last

# racer_start NAME COMMAND ...: fails, with the reason on standard error, if it doesn't get ready
racer_start() {
	local name=$1 fd line=
	shift
	mkfifo "$T/$name.in" "$T/$name.out"
	(
		for fd in "${racer_in[@]}" "${racer_out[@]}"; do exec {fd}>&-; done
		exec "$@" <"$T/$name.in" >"$T/$name.out" 2>"$T/$name.err"
	) &
	racer_pid[$name]=$!
	exec {fd}>"$T/$name.in"
	racer_in[$name]=$fd
	exec {fd}<"$T/$name.out"
	racer_out[$name]=$fd
	read -r line <&"$fd"
	[ "$line" = ready ] && return
	tail -n 1 "$T/$name.err" >&2
	racer_stop "$name"
	return 1
}

# racer_step NAME: prints the seconds of one step
racer_step() {
	local seconds
	echo >&"${racer_in[$1]}"
	read -r seconds <&"${racer_out[$1]}" || { tail -n 1 "$T/$1.err" >&2; return 1; }
	echo "$seconds"
}

# racer_stop NAME: ends it and sets mib to its largest memory. Not in a subshell: the program is waited for.
racer_stop() {
	local word=- fd=${racer_in[$1]}
	exec {fd}>&-
	fd=${racer_out[$1]}
	read -r word mib <&"$fd"
	[ "$word" = peak ] || mib=-
	exec {fd}<&-
	wait "${racer_pid[$1]}"
	rm -f "$T/$1.in" "$T/$1.out" "$T/$1.err"
	unset "racer_pid[$1]" "racer_in[$1]" "racer_out[$1]"
}

# racer_rename OLD NEW
racer_rename() {
	racer_pid[$2]=${racer_pid[$1]} racer_in[$2]=${racer_in[$1]} racer_out[$2]=${racer_out[$1]}
	unset "racer_pid[$1]" "racer_in[$1]" "racer_out[$1]"
	mv "$T/$1.err" "$T/$2.err"
	rm "$T/$1.in" "$T/$1.out"
}

# race ROUNDS NAME ...: lets them take turns; a line per round with the seconds of each
race() {
	local rounds=$1 i name line
	shift
	for ((i = 0; i < rounds; i++)); do
		line=
		for name; do
			line+="$(racer_step "$name") " || return
		done
		echo "$line"
	done
}

# medians [PER]: of rounds on standard input, "OURS THEIRS" each: prints the medians, divided by PER, their ratio, and
# the smallest and the largest ratio of a round; "-" for what needs theirs where there is none
medians() {
	awk -v per="${1:-1}" '
	function median(x, n, i, j, t) {
		for (i = 2; i <= n; i++) {
			t = x[i]
			for (j = i - 1; j > 0 && x[j] > t; j--)
				x[j + 1] = x[j]
			x[j + 1] = t
		}
		return n % 2 ? x[(n + 1) / 2] : (x[n / 2] + x[n / 2 + 1]) / 2
	}
	{ ours[NR] = $1 + 0 }
	NF > 1 {
		theirs[++m] = $2 + 0
		r = $2 / $1
		if (m == 1 || r < low) low = r
		if (m == 1 || r > high) high = r
	}
	END {
		if (!NR)
			exit 1
		a = median(ours, NR)
		if (!m) {
			printf "%.4g\t-\t-\t-\t-\n", a / per
			exit
		}
		b = median(theirs, m)
		printf "%.4g\t%.4g\t%.2f\t%.2f\t%.2f\n", a / per, b / per, b / a, low, high
	}'
}
