# The unit tests under valgrind: no invalid access, no use of what was never set, nothing lost. Some minutes.
#
# Valgrind's processor has AVX2 and no AVX-512 or AMX; cpu() sees that by itself, and the sets of loops for these are not
# run here. Nor are the units of the network's loops, which valgrind would compute with for hours: all of them run under the
# address sanitizer.
load ../lib

LEFT=" augment byol cine conv conv_bf16 graph image layers layers_bf16 operand operand_bf16 plan product product_bf16 winograd "

@test "unit tests under valgrind" {
	command -v valgrind || skip "no valgrind"
	! ldd "$BUILD/bin/ten-cat" | grep -q 'asan\|tsan' || skip "a sanitizer build"
	local source unit bad=0
	for source in "$ROOT"/tests/unit/*.c; do
		unit=$(basename "$source" .c)
		[[ $LEFT != *" $unit "* ]] || continue
		valgrind -q --error-exitcode=9 --leak-check=full --show-leak-kinds=definite,indirect \
			--errors-for-leak-kinds=definite,indirect "$BUILD/unit/$unit" >"$T/log" 2>&1 ||
			{ echo "$unit"; grep -v '^ok ' "$T/log" | head -n 40; bad=1; }
	done
	[ "$bad" -eq 0 ]
}
