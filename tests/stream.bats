# The stream format as the tools keep it (ten.5)
load lib

@test "ten-cat of nothing but a newline is refused, and nothing is written" {
	run ten-cat -o "$T/out.ten" <<<""
	[ "$status" -eq 2 ]
	[[ $output == *"standard input record 0 at byte 0: ends after 1 of 8 length bytes"* ]]
	[ -z "$(ls -A "$T")" ]
}

@test "a missing input is named" {
	fails_with "ten-cat: cannot open '$T/no such'*No such file*" ten-cat "$T/no such"
}
