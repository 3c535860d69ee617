# ten-info --provenance: a script that makes a file again, to the byte
# shellcheck disable=SC2164 # bats stops where cd fails
load lib

# One chain of everything, in a folder "one": a pretrained encoder (kept after an epoch; its folder and another name with a
# blank), a model with validation, what else the trainers write, predictions through ten-cat, features, an export.
setup_file() {
	export DATA=$BATS_FILE_TMPDIR
	PATH=$(cd "$BATS_TEST_DIRNAME/.." && cd "${BUILD:-build}" && pwd)/bin:$PATH
	mkdir -p "$DATA/one/enc"
	cd "$DATA/one"
	phantom-cine -q -s 1 --patients 3 --matrix 48,48 --slices 2,3 --frames 4,4 -o ../acdc
	ln -s ../acdc .
	nii2ten -q --acdc acdc --split all --unlabelled | ten-select -q -s 1 --count 8 -o pool.ten
	nii2ten -q --acdc acdc --split all -o 'all slices.ten'
	ten-select -q --range 6,8 'all slices.ten' -o val.ten
	ssl-augment -q -s 1 --size 32 --epochs 2 --batch 3 pool.ten |
		ssl-pretrain -q -s 1 --arch resnet18 -b 4 --warmup 0 --proj-hidden 8 --pred-hidden 8 --keep 1 \
			-o enc/e.safetensors --state state.safetensors
	ten-select -q --split 1/2 'all slices.ten' | ssl-augment -q -s 2 --views 1 --size 32 |
		seg-finetune -q -s 3 -e enc/e-epoch1.safetensors -b 2 --warmup 0 --val val.ten -o model.safetensors --last last
	nii2ten -q --acdc acdc --split test | ten-cat -q val.ten - | seg-predict -q -m model.safetensors -o pred.ten
	ssl-embed -q --weights model.safetensors val.ten -o features.ten
	weights-export -q model.safetensors -o exported.safetensors
}

# again FILE [THERE ...]: makes it from its provenance in the folder $T/again, which has nothing but the data and these
again() {
	rm -rf "$T/again"
	mkdir -p "$T/again/enc"
	ln -s "$DATA/acdc" "$T/again"
	for there in "${@:2}"; do cp "$DATA/one/$there" "$T/again/$there"; done
	ten-info --provenance "$DATA/one/$1" >"$T/again.sh"
	(cd "$T/again" && bash "$T/again.sh" 2>"$T/said") || { cat "$T/again.sh" "$T/said"; return 1; }
}

@test "predictions come out again, with the model, the encoder and all streams between" {
	again pred.ten
	cmp "$T/again/pred.ten" "$DATA/one/pred.ten"
	[ "$(cd "$T/again" && find . -type f | sort | tr '\n' ' ')" = \
		"./all slices.ten ./enc/e-epoch1.safetensors ./enc/e.safetensors ./model.safetensors ./pool.ten ./pred.ten ./val.ten " ]
	for file in "all slices.ten" enc/e-epoch1.safetensors enc/e.safetensors model.safetensors pool.ten val.ten; do
		cmp "$T/again/$file" "$DATA/one/$file"
	done
	# read as a page it is the commands in order
	[ "$(grep -oE '^(nii2ten|ten-[a-z]*|s[a-z]*-[a-z]*) ' "$T/again.sh" | tr -d '\n')" = "nii2ten ten-select ssl-augment \
ssl-pretrain nii2ten ten-select ten-select ssl-augment seg-finetune nii2ten ten-cat seg-predict " ]
	grep -qx '# needs acdc' "$T/again.sh"
	grep -qx "# version $(ten-info --version | sed 's/.* //')" "$T/again.sh"
	grep -qx 'seg-finetune --seed=3 .* -o model.safetensors' "$T/again.sh"
}

@test "what trainers write besides, features and exported weights come out again" {
	again state.safetensors
	cmp "$T/again/state.safetensors" "$DATA/one/state.safetensors"
	again last enc/e-epoch1.safetensors
	cmp "$T/again/last" "$DATA/one/last"
	for file in features.ten exported.safetensors; do
		again "$file" model.safetensors enc/e-epoch1.safetensors
		cmp "$T/again/$file" "$DATA/one/$file"
	done
}

@test "nothing is overwritten: where all is there, nothing happens" {
	cp -a "$DATA/one" "$T/copy"
	cd "$T/copy"
	find . -type f -exec stat -c '%n %Y %i %s' {} + | sort >"$T/before"
	ten-info --provenance pred.ten | bash
	find . -type f -exec stat -c '%n %Y %i %s' {} + | sort | diff "$T/before" -
}

@test "another file under the name of one that was read is noticed" {
	make-weights --arch resnet18 --in-channels 3 -o "$T/enc"
	weights-import -q --channels 1 "$T/enc" -o "$T/imported"
	ten-info --provenance "$T/imported" >"$T/make.sh"
	grep -qx "# needs $T/enc" "$T/make.sh"
	mkdir "$T/a"
	(cd "$T/a" && bash "$T/make.sh")
	cmp "$T/a/imported" "$T/imported"
	make-weights --arch resnet18 --in-channels 3 --normalize image -o "$T/enc"
	rm "$T/a/imported"
	run bash -c 'cd "$1" && bash "$2"' - "$T/a" "$T/make.sh"
	[ "$status" -eq 1 ]
	[ "$output" = "$T/enc is not what it was" ]
	[ -z "$(ls "$T/a")" ]
}

# told COMMAND ...: a file that says it was made by these, to standard output
told() {
	local k=0 meta='' c
	for c; do meta+="\"cmd.$k\":\"$c\"," k=$((k + 1)); done
	ten_record "{\"__metadata__\":{$meta\"seq\":\"0\",\"eos\":\"1\"},\"id\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]}}" x
}

@test "the commands of a file from elsewhere are data" {
	local n=0 bad=$T/bad script
	told "touch 1 $bad" "ten-cat 1; touch $bad" >"$T/1"
	told "ten-cat 1 \$(touch $bad) \`touch $bad\` 'x\\u000atouch' && touch $bad; touch $bad" >"$T/2"
	told "ten-cat/../touch 1 $bad" "ten-cat" >"$T/3"
	told "ten-cat 1 a > $bad" 'ten-cat' 'ten-cat' >"$T/4"
	told 'ten-cat' '' >"$T/5"
	for file in 1 2 3 4 5; do
		script=$(ten-info --provenance "$T/$file")
		mkdir "$T/in-$file"
		(cd "$T/in-$file" && bash 2>/dev/null <<<"$script") || n=$((n + 1))
		echo "$script"
		[ -z "$(find "$T" -name '*bad*')" ]
	done
	[ "$n" -ge 2 ] # some of them were run
	ten-info --provenance "$T/2" | grep -F "\$'x\\012touch' '&&' touch"
	ten-info --provenance "$T/1" | grep -x "# touch -o touch $bad"
}

@test "operands that look like options, and inputs from a pipe's other end, are typed as they were" {
	cd "$T"
	ten_ids 3 2 >./-a.ten
	ten_ids 2 >b.ten
	cp b.ten other.ten
	ten-cat -o c.ten -- -a.ten - b.ten <other.ten
	ten-info --commands c.ten | grep -x 'ten-cat [^ ]* -- -a.ten - b.ten'
	[ "$(ten-info --meta cmd.0.from c.ten | tr '\n' ' ')" = "-a.ten -a.ten - b.ten " ]
	ten-info --provenance c.ten >make.sh
	cp c.ten was.ten
	rm c.ten
	bash make.sh <other.ten
	cmp c.ten was.ten
	grep -x '# needs -a.ten' make.sh
}

@test "a file that tells nothing, and one of nothing" {
	ten_record '{"id":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}' x >"$T/a"
	[ "$(ten-info --provenance "$T/a")" = "# Nothing tells what made it." ]
	[ -z "$(ten-info -q --provenance "$T/a")" ]
	fails_with "*exclude each other*" ten-info --provenance --commands "$T/a"
}
