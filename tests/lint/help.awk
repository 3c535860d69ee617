# The options that a tool's -h lists, as "letter name takes": letter "-" if there is none, takes "=" if it needs a value.
/^  (-.,|   ) --/ {
	letter = substr($0, 3, 1) == "-" ? substr($0, 4, 1) : "-"
	name = substr($0, 9)
	sub(/ .*/, "", name)
	at = 9 + length(name) # help begins in column 29, or on the next line; what stands right behind the name is the value
	print letter, name, substr($0, at) ~ /^ [^ ]/ && at + 1 != 29 ? "=" : ""
}
