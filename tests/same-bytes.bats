# Same seed, same input, same machine: same bytes, whatever the threads, the pipe, the locale, the hour and the place.
# A row for each tool; a tool without a row fails the test.
# shellcheck disable=SC2164 # bats stops where cd fails
load lib

# The rows. row_TOOL J IN: the tool on J threads with options that make every output it has, into the present folder; IN
# is the file it reads or - where it is fed by a pipe. FED says what with: tools that are not there read no stream.
declare -gA FED=(
	[cls-pretrain]=labelled.ten [seg-eval]=pred.ten [seg-finetune]=train.ten [seg-predict]=some.ten [seg-report]=pred.ten
	[ssl-augment]=some.ten [ssl-embed]=some.ten [ssl-pretrain]=views.ten [ten-cat]=some.ten [ten-cmp]=some.ten
	[ten-info]=some.ten [ten-resample]=some.ten [ten-select]=some.ten [ten-stats]=some.ten [ten2tif]=pred.ten [weights-export]=model
)
# Those among them that tell of records, or have one, so that other records of the same samples mean something else
SHOWING=" ten-info ten-cmp weights-export "

row_cls-pretrain() {
	cls-pretrain -q -s 1 -j "$1" --arch resnet18 --batch 3 --warmup 0 --val "$DATA/labelled-val.ten" --history h.tsv \
		--steps s.tsv --state state "$2" -o out
}
row_dataset-check() {
	dataset-check -s 1 -j "$1" "$DATA/acdc" -o out || [ $? -eq 1 ]
}
row_exp-compare() {
	exp-compare -q -s 1 -j "$1" --metric v --tests t.tsv "$DATA/scores.tsv" -o out
}
row_exp-converge() {
	exp-converge -q -s 1 -j "$1" --replicates 200 --runs r.tsv --curves c.tsv -r a a="$DATA/a.tsv" a="$DATA/b.tsv" \
		b="$DATA/b.tsv" -o out
}
row_img2ten() {
	img2ten -q -s 1 -j "$1" --rgb --epochs 2 --shuffle "$DATA/scenes" -o out
}
row_nii2ten() {
	nii2ten -q -s 1 -j "$1" --acdc "$DATA/acdc" --split all -o out
}
row_phantom-cine() {
	phantom-cine -q -s 1 -j "$1" --patients 2 --matrix 40,40 --slices 2,3 --frames 4,5 -o out
}
row_phantom-scene() {
	phantom-scene -q -s 1 -j "$1" --classes 2 --per-class 3 --size 24 -o out
}
row_seg-eval() {
	seg-eval -q -s 1 -j "$1" --slices s.tsv --volumes v.tsv --confusion c.tsv "$2" -o out
}
row_seg-finetune() {
	seg-finetune -q -s 1 -j "$1" -e "$DATA/encoder" --batch 3 --warmup 0 --val "$DATA/val.ten" --history h.tsv \
		--steps s.tsv --last last "$2" -o out
}
row_seg-predict() {
	seg-predict -q -s 1 -j "$1" --logits -m "$DATA/model" "$2" -o out
}
row_seg-report() {
	seg-report -q -s 1 -j "$1" --names a,b,c,d --replicates 20 --worst 1 "$2" -o out
}
row_ssl-augment() {
	ssl-augment -q -s 1 -j "$1" --policy byol-natural --size 24 --batch 4 "$2" -o out
}
row_ssl-embed() {
	ssl-embed -q -s 1 -j "$1" -w "$DATA/encoder" "$2" -o out
}
row_ssl-pretrain() {
	ssl-pretrain -q -s 1 -j "$1" --init "$DATA/encoder" --batch 3 --warmup 0 --proj-hidden 16 --pred-hidden 16 --keep 1 \
		--history h.tsv --state state "$2" -o out
}
row_ten-cat() {
	ten-cat -q -s 1 -j "$1" "$DATA/val.ten" "$2" "$DATA/val.ten" -o out
}
row_ten-cmp() {
	ten-cmp -s 1 -j "$1" --samples --atol 5 "$DATA/noisy.ten" "$2" -o out || [ $? -eq 1 ]
}
row_ten-info() {
	ten-info -s 1 -j "$1" --tsv --stats "$2" -o out
}
row_ten-resample() {
	ten-resample -q -s 1 -j "$1" --spacing 3.3,7 "$2" -o out
	[ "$2" = - ] || ten-resample -q -s 1 -j "$1" --spacing median "$2" -o median
}
row_ten-select() {
	ten-select -q -s 1 -j "$1" --ratio .6 "$2" -o out
}
row_ten-stats() {
	ten-stats -q -s 1 -j "$1" "$2" -o out
}
row_ten2tif() {
	ten2tif -q -s 1 -j "$1" --panels all "$2" -o out.tif
	[ "$2" = - ] || ten2tif -q -s 1 -j "$1" --sheet --labels fill "$2" -o sheet.png
}
row_weights-export() {
	weights-export -q -s 1 -j "$1" --channels 3 "$2" -o out
}
row_weights-import() {
	weights-import -q -s 1 -j "$1" --channels 1 "$DATA/encoder3" -o out
}

setup_file() {
	export DATA=$BATS_FILE_TMPDIR
	PATH=$(cd "$BATS_TEST_DIRNAME/.." && cd "${BUILD:-build}" && pwd)/bin:$PATH
	PATH=${PATH%%/bin:*}/helpers:$PATH
	cd "$DATA"
	phantom-cine -q -s 1 --patients 3 --matrix 48,48 --slices 2,3 --no-cine -o acdc
	nii2ten -q --acdc acdc --split all -o all.ten
	ten-select -q --range 0,6 all.ten -o some.ten
	ten-select -q --range 7,10 all.ten -o val.ten
	phantom-scene -q -s 1 --classes 2 --per-class 3 --size 32 -o scenes
	img2ten -q --grey scenes | ssl-augment -q --policy classify --size 32 -o labelled.ten
	img2ten -q --grey scenes | ssl-augment -q --policy centre --size 32 -o labelled-val.ten
	ssl-augment -q -s 1 --size 32 some.ten -o views.ten
	ssl-augment -q -s 1 --views 1 --size 32 some.ten -o train.ten
	ssl-augment -q -s 1 --policy centre --normalize none --size 48 some.ten -o noisy.ten
	make-weights --arch resnet18 --normalize image -o encoder
	make-weights --arch resnet18 --in-channels 3 -o encoder3
	make-weights --arch resnet18 --kind unet --normalize image -o model
	seg-predict -q -m model some.ten -o pred.ten
	printf 'arm\tseed\tv\na\t1\t0.5\na\t2\t0.625\nb\t1\t0.25\nb\t2\t0.75\n' >scores.tsv
	printf 'epoch\tdice_mean\n0\t0.1\n1\t0.5\n2\t0.7\n' >a.tsv
	printf 'epoch\tdice_mean\n0\t0.2\n1\t0.4\n2\t0.75\n' >b.tsv
	localedef -i de_DE -f UTF-8 "$DATA/de_DE.UTF-8" 2>/dev/null || true
}

# within FOLDER COMMAND ...: runs it there, in a shell of its own; tables then lose what a clock has measured
within() {
	local file
	mkdir -p "$1"
	(
		cd "$1"
		"${@:2}"
		for file in *.tsv; do
			[ -e "$file" ] || continue
			awk -F '\t' -v OFS='\t' 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == "samples_per_s") at = i }
				at { $at = "" } { print }' "$file" >table && mv table "$file"
		done
	)
}

# The tool of row $1, run by a user in another country, late, poor in rights and priority, elsewhere
abroad() {
	export LOCPATH=$DATA LANGUAGE=de TZ=Asia/Kolkata COLUMNS=40 OMP_NUM_THREADS=3
	export LC_ALL=de_DE.UTF-8 2>/dev/null # the shell itself has looked for locales already
	umask 077
	renice -n 5 "$BASHPID" >/dev/null
	"$@"
}

# by_pipe BYTES FILE COMMAND ...: FILE comes in through a pipe, so many bytes at a time
by_pipe() {
	dd bs="$1" if="$2" 2>/dev/null | "${@:3}"
}

# same_bytes TOOL
same_bytes() {
	local tool=$1 fed=${FED[$1]-} file
	file=$DATA/$fed
	within "$T/$tool/1" "row_$tool" 1 "$file"
	within "$T/$tool/else where/7" abroad "row_$tool" 7 "$file"
	diff -r "$T/$tool/1" "$T/$tool/else where/7"
	if ! ldd "$BUILD/bin/ten-cat" | grep -q asan; then # there it takes its time, and shows no more
		within "$T/$tool/again" "row_$tool" 1 "$file"
		within "$T/$tool/2" "row_$tool" 2 "$file"
		diff -r "$T/$tool/1" "$T/$tool/again"
		diff -r "$T/$tool/1" "$T/$tool/2"
	fi
	[ -n "$(find "$T/$tool/1" -size +0)" ]
	[ -z "$fed" ] || same_from_pipes "$tool" "$file"
	[[ -z $fed || $SHOWING == *" $tool "* ]] || same_from_other_records "$tool" "$file"
}

# However the bytes come in; one by one unless there are too many of them
same_from_pipes() {
	local tool=$1 file=$2 bytes
	within "$T/$tool/whole" by_pipe 1M "$file" "row_$tool" 2 -
	for bytes in 1 4096; do
		[ "$(wc -c <"$file")" -lt 300000 ] || [ "$bytes" -gt 1 ] || continue
		[[ $tool != *-pretrain || $bytes -eq 1 ]] || continue # costly enough
		within "$T/$tool/by-$bytes" by_pipe "$bytes" "$file" "row_$tool" 7 -
		diff -r "$T/$tool/whole" "$T/$tool/by-$bytes"
	done
}

# A page without its part on the commands that made it; other files as they are
without_commands() {
	sed '/^<section id="making">/,/^<\/section>/d' "$1"
}

# The six samples of the input in records of 1, 2 and 3: the same, but for the commands that made it and records that
# follow the input's
same_from_other_records() {
	local tool=$1 file=$2 range out joined=--samples
	case $tool in *-pretrain | seg-finetune) joined= ;; esac # weights are no samples
	for range in 0,1 1,3 3,6; do ten-select -q --range $range "$file" -o "$T/$range"; done
	ten-cat "$T/0,1" "$T/1,3" "$T/3,6" -o "$T/cut.ten"
	within "$T/$tool/cut" "row_$tool" 2 "$T/cut.ten"
	for out in "$T/$tool"/cut/*; do
		if ten-info -q "$out" 2>/dev/null; then
			ten-cmp $joined "$out" "$T/$tool/1/${out##*/}"
		else
			cmp <(without_commands "$out") <(without_commands "$T/$tool/1/${out##*/}")
		fi
	done
}

@test "a row for each tool, and each row for a tool" {
	local tool
	for tool in "$BUILD"/bin/*; do
		declare -F "row_$(basename "$tool")" || { echo "no row for $(basename "$tool") in $BATS_TEST_FILENAME"; return 1; }
	done
	for tool in $(declare -F | sed -n 's/.* row_//p'); do [ -x "$BUILD/bin/$tool" ]; done
}

@test "the German locale is one in which it would show" {
	[ -d "$DATA/de_DE.UTF-8" ] || skip "no localedef, or nothing it could make de_DE from"
	[ "$(LOCPATH=$DATA LC_ALL=de_DE.UTF-8 bash -c 'printf %.1f 1,5')" = 1,5 ]
}

@test "same bytes: all tools but those that train" {
	local tool
	for tool in $(declare -F | sed -n 's/.* row_//p'); do
		case $tool in *-pretrain | seg-finetune) ;; *) same_bytes "$tool" ;; esac
	done
}

@test "same bytes: ssl-pretrain" {
	same_bytes ssl-pretrain
}

@test "same bytes: cls-pretrain" {
	same_bytes cls-pretrain
}

@test "same bytes: seg-finetune" {
	same_bytes seg-finetune
}
