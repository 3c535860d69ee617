# Commands in man pages (literal displays), Markdown (indented by four spaces) and makefiles (recipes): every tool of ours
# exists and has the options it is given. First a table "tool letter name takes", then the files.
function complain(text) {
	print FILENAME ":" FNR ": " text
	bad = 1
}
# Options of one simple command.
function check(command,    word, n, i, tool, name, letters, letter) {
	n = split(command, word, /[ \t]+/)
	for (i = 1; i <= n && word[i] !~ /^[a-z][a-z0-9]*[a-z0-9-]*$/; i++)
		;
	if (i > n)
		return
	tool = word[i]
	if (!(tool in tools)) {
		if (tool ~ /^(ten|seg|ssl|cls|exp|phantom)-|^ten2|2ten$/)
			complain("there is no " tool)
		return
	}
	for (i++; i <= n && word[i] != "--"; i++) {
		if (word[i] ~ /^--/) {
			name = substr(word[i], 3)
			sub(/=.*/, "", name)
			if (!((tool, name) in takes))
				complain(tool " has no --" name)
			else if (takes[tool, name] && word[i] !~ /=/)
				i++
		} else if (word[i] ~ /^-[A-Za-z]/) {
			for (letters = substr(word[i], 2); letters != ""; letters = substr(letters, 2)) {
				letter = substr(letters, 1, 1)
				if (!((tool, letter) in takes)) {
					complain(tool " has no -" letter)
					break
				}
				if (takes[tool, letter]) {
					i += letters == letter
					break
				}
			}
		}
	}
}
function line(text,    part, n, i) {
	if (sub(/\\e?[ \t]*$/, "", text) || text ~ /\|[ \t]*$/) {
		held = held text " "
		return
	}
	text = held text
	held = ""
	sub(/[ \t]#.*/, "", text)
	n = split(text, part, /\|\|?|&&|;|\$\(shell|[`()]/)
	for (i = 1; i <= n; i++)
		check(part[i])
}
NR == FNR {
	tools[$1] = 1
	takes[$1, $2] = takes[$1, $3] = $4 == "="
	next
}
FNR == 1 { literal = 0; held = "" }
FILENAME ~ /\.[1-9]$/ && /^\.Bd -literal/ { literal = 1; next }
FILENAME ~ /\.[1-9]$/ && /^\.Ed/ { literal = 0; held = "" }
FILENAME ~ /\.[1-9]$/ { if (literal) line($0); next }
FILENAME ~ /\.md$/ { if (/^    /) line($0); next }
/^\t/ || held != "" { line($0) }
END { exit bad }
