# Sourced by the bats files that compare with PyTorch's figures, after lib

# Weights take a moment to write; each file is made once.
setup_file() {
	export W=$BATS_FILE_TMPDIR
}

# weights NAME OPTION ...: $W/NAME, written by make-weights unless it is there
weights() {
	local name=$1
	shift
	[ -e "$W/$name" ] || make-weights "$@" -o "$W/$name"
}

# can_play SET: whether this processor can play the one that SEGPIPE_CPU=SET names
can_play() {
	[[ $(SEGPIPE_CPU=$1 ssl-embed 2>&1 </dev/null) != *"cannot run"* ]]
}

# near FILE GOLDEN COLUMN TOLERANCE [LATER]: the same rows, and this column within a relative tolerance; within LATER
# from the second row on, where it is given
near() {
	awk -F'\t' -v column="$3" -v first="$4" -v later="${5:-$4}" '
	FNR == 1 {
		file++
		at = 0
		for (i = 1; i <= NF; i++)
			if ($i == column)
				at = i
		if (!at) {
			print FILENAME " has no column " column
			bad = 1
		}
		next
	}
	file == 1 { got[FNR] = $at; rows = FNR; next }
	{
		golden = FNR
		tolerance = FNR == 2 ? first : later
		off = ($at == 0 ? got[FNR] : got[FNR] / $at - 1)
		off = off < 0 ? -off : off
		worst = off > worst ? off : worst
		if (got[FNR] !~ /^[0-9]/ || !(off <= tolerance)) {
			print column " in row " FNR - 1 " is " got[FNR] ", expected " $at
			bad = 1
		}
	}
	END {
		if (rows != golden || rows < 2) {
			print rows - 1 " rows, expected " golden - 1
			bad = 1
		}
		print column " off by " worst + 0 " of " tolerance
		exit bad
	}' "$1" "$2"
}
