# What runs on several threads, under gcc's thread sanitizer: no data race. Some minutes, most of them to build.
#
# The libraries are not instrumented. OpenBLAS is told to use one thread (lib/nn/gemm.c), so none of its own run beside
# ours, and no report needs to be suppressed.
# shellcheck disable=SC2164 # bats stops where cd fails
load ../lib

TOOLS=(phantom-cine nii2ten ssl-augment ssl-pretrain seg-finetune seg-predict ten-stats)
UNITS=(graph conv loss optim)

# race PROGRAM ARGUMENT ...: of the build with the sanitizer, which wants its addresses where they always are
race() {
	local program=$ROOT/build/tsan/$1
	shift
	TSAN_OPTIONS='halt_on_error=1 exitcode=66' setarch -R "$program" "$@"
}

@test "no data race in training, prediction and augmentation on four threads" {
	local unit
	setarch -R true || skip "setarch is not allowed here"
	env -u MAKEFLAGS -u MAKELEVEL -u MFLAGS make -s -j"$(nproc)" -C "$ROOT" BUILD=build/tsan SAN=thread \
		"${TOOLS[@]/#/build/tsan/bin/}" "${UNITS[@]/#/build/tsan/unit/}"
	cd "$T"
	race bin/phantom-cine -q -j 4 -s 1 --patients 2 --matrix 48,48 --slices 2,3 --no-cine -o acdc
	race bin/nii2ten -q -j 4 --acdc acdc --split all -o all.ten
	race bin/ssl-augment -q -j 4 -s 1 --size 32 all.ten -o views.ten
	race bin/ssl-augment -q -j 4 -s 1 --views 1 --size 32 all.ten -o train.ten
	race bin/ssl-pretrain -q -j 4 -s 1 --arch resnet18 -b 4 --warmup 0 --proj-hidden 8 --pred-hidden 8 views.ten -o enc
	race bin/seg-finetune -q -j 4 -s 1 -e enc -b 4 --warmup 0 --val all.ten train.ten -o model
	race bin/seg-predict -q -j 4 -m model all.ten -o pred.ten
	race bin/ten-stats -q -j 4 all.ten -o stats.tsv
	for unit in "${UNITS[@]}"; do
		race "unit/$unit" >log 2>&1 || { grep -v '^ok ' log | head -n 60; return 1; }
	done
}
