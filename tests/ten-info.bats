# ten-info: what it says and what it refuses
load lib

@test "a record is a line, the last line sums up" {
	ten_ids 3 2 | ten-cat -o "$T/a.ten"
	run ten-info "$T/a.ten"
	[ "$status" -eq 0 ]
	[ "${#lines[@]}" -eq 3 ]
	[ "${lines[0]}" = "record 0: id U8 [3]; first=0; frame=1; patient=p0; samples=5; slice=0; slices=3" ]
	[ "${lines[2]}" = "'$T/a.ten': 2 records, 2 tensors, 5 samples, 5 bytes of data; complete" ]
}

@test "parameters and running statistics are counted apart" {
	ten_record '{"bn.running_mean":{"dtype":"F32","shape":[2],"data_offsets":[24,32]},
	"w":{"dtype":"F32","shape":[3,2],"data_offsets":[0,24]},
	"bn.num_batches_tracked":{"dtype":"I64","shape":[],"data_offsets":[32,40]}}' \
		'%040d' >"$T/w.safetensors"
	run ten-info "$T/w.safetensors"
	[ "$status" -eq 0 ]
	[[ $output == *"1 record, 3 tensors, 6 parameters and 2 running statistics, 40 bytes of data; complete (without checksum)" ]]
}

@test "metadata as columns, absent ones empty" {
	[ "$(ten_ids 3 2 | ten-info --meta patient,nothing,first)" = $'p0\t\t0\np1\t\t3' ]
}

@test "a table of tensors with their range" {
	[ "$(ten_ids 3 | ten-info --tsv --stats)" = $'file\trecord\toffset\ttensor\tdtype\tshape\tmin\tmean\tmax\tnonfinite
-\t0\t0\tid\tU8\t[3]\t0\t1\t2\t0' ]
}

@test "values that are not finite are counted, not averaged" {
	ten_record '{"x":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}}' \
		'\0\0\200\077\0\0\300\177\0\0\200\177\0\0\100\100' >"$T/x"
	run ten-info --stats "$T/x"
	[[ $output == *"x F32 [4]  min 1 mean 2 max 3 (2 not finite)"* ]]
}

@test "commands: every one once, in order, the encoder's first" {
	meta='"cmd.0":"a","cmd.10":"k","cmd.2":"c","cmd.1":"b","encoder.cmd.0":"e0","encoder.cmd.1":"e1","encoder.init.cmd.0":"i"'
	{
		ten_record "{\"__metadata__\":{\"seq\":\"0\",$meta}}" ''
		ten_record "{\"__metadata__\":{\"seq\":\"1\",\"eos\":\"1\",$meta,\"cmd.11\":\"two\\nlines\",\"xcmd.0\":\"no\",\"cmd.x\":\"no\"}}" ''
	} >"$T/p.ten"
	[ "$(ten-info --commands "$T/p.ten" | tr '\n' ' ')" = 'encoder.init: i encoder: e0 encoder: e1 a b c k two\nlines ' ]
}

@test "a command line is kept as it would be typed" {
	ten_ids 2 >"$T/a b'c.ten"
	ten-cat "$T/a b'c.ten" -o "$T/out.ten"
	line=$(ten-info --commands "$T/out.ten")
	[[ $line == "ten-cat "* ]]
	[ "$(eval "printf '%s|' ${line#ten-cat * }")" = "$T/a b'c.ten|" ]
}

@test "-q says nothing about a good file and one line about a bad one" {
	ten_ids 3 2 >"$T/a.ten"
	[ -z "$(ten-info -q "$T/a.ten" 2>&1)" ]
	head -c 300 "$T/a.ten" >"$T/cut.ten"
	fails_with "*'$T/cut.ten' record 1 at byte *cut short*" ten-info -q "$T/cut.ten"
}

@test "control characters in a file never reach the terminal" {
	ten_record '{"__metadata__":{"k":"a\u001b[31mb\tc\\d"},"n\u0007":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}}' '' >"$T/x"
	run ten-info "$T/x"
	[ "${lines[0]}" = 'record 0: n\x07 U8 [0]; k=a\x1b[31mb\tc\d' ]
	[ "$(ten-info --meta k "$T/x")" = 'a\x1b[31mb\tc\\d' ]
}

@test "a large header is fine in a weights file, not in a pipe" {
	pad=$(printf '%*s' 2000000 '')
	ten_record "{\"w\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[0,2]}}$pad" 'ab' >"$T/w.safetensors"
	ten-info -q "$T/w.safetensors"
	run ten-info -q - <"$T/w.safetensors"
	[ "$status" -eq 2 ]
	[[ $output == *"header length"* ]]
}
