# Failing outputs of the tools that train (tests/outputs.bats has the others): some minutes
load ../lib
load ../tools
load ../outputs

setup_file() {
	inputs "$BATS_FILE_TMPDIR"
}

@test "a full device" {
	each_output all full_device
}

@test "a full disk, at once, after some blocks and after half of what there is" {
	small_disk
	for room in 0 4096 524288; do
		each_output all full_disk "$room"
	done
}

@test "an error that shows only at the end of a file" {
	needs_shims
	each_output all late_error
}

@test "closed descriptors, bytes that come one by one, signals" {
	for row in "${commands[@]}"; do
		is_light "$row" && continue
		twice "$row" closed
		! ldd "$BUILD/bin/ten-cat" | grep -q san || continue
		twice "$row" hiccups
	done
}
