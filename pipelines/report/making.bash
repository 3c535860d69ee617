# How all this was made: settings, seeds, versions, times, commands.

# What ten-info --commands tells of every scored run of the arms, and of the first seed of what studies ran besides:
# run, arm (none for studies), seed, part, command. Part is what the command's result led into: model.encoder, model or,
# for what led to the predictions, nothing.
making_commands() {
	local arm run dir
	printf 'run\tarm\tseed\tpart\tcommand\n'
	for arm in $arms; do
		runs "$arm" "$eval.ten" | while read -r run; do commands_of "$run" "$arm"; done
	done
	for dir in "$out"/study-*/*/; do
		dir=${dir%/}
		run=$(runs "${dir#"$out/"}" "$eval.ten" | sed -n 1p)
		[ -z "$run" ] || commands_of "$run" ''
	done
}

commands_of() {
	ten-info --commands "$1/$eval.ten" | awk -v run="${1#"$out/"}" -v arm="$2" -v seed="${1##*seed-}" '
		BEGIN { OFS = "\t" }
		{
			part = ""
			if (match($0, /^[a-z.]+: /)) {
				part = substr($0, 1, RLENGTH - 2)
				$0 = substr($0, RLENGTH + 1)
			}
			print run, arm, seed, part, $0
		}'
}

# batch TOOL COMMAND: samples per step, by the command or by the tool's default
batch() {
	local n
	n=$(grep -o -e '--batch=[0-9]*' <<<"$2" | tail -n 1 | cut -d = -f 2)
	[ -n "$n" ] || n=$("$1" -h | sed -n 's/.*--batch N.*(default: \([0-9]*\)).*/\1/p')
	printf '%s\n' "${n:-0}"
}

# Seconds of training by the histories: arm, seed, what, seconds, samples_per_s
making_times() {
	local arm run file tool command
	printf 'arm\tseed\ttraining\tsteps\tseconds\n'
	for arm in $arms; do
		file=$out/encoders/$arm.tsv
		if [ -s "$file" ] && [ -s "$out/encoders/$arm.safetensors" ]; then
			command=$(ten-info --commands "$out/encoders/$arm.safetensors" | grep -E '^(ssl|cls)-pretrain ' | tail -n 1)
			tool=${command%% *}
			[ -z "$tool" ] || awk -v batch="$(batch "$tool" "$command")" -v arm="$arm" -v tool="$tool" \
				-f "$here/times.awk" "$file"
		fi
		runs "$arm" history.tsv | while read -r run; do
			command=$(awk -F '\t' -v run="${run#"$out/"}" '$1 == run && $5 ~ /^seg-finetune / { print $5 }' \
				"$behind/commands.tsv")
			awk -v batch="$(batch seg-finetune "$command")" -v arm="$arm" -v tool=seg-finetune -v seed="${run##*seed-}" \
				-f "$here/times.awk" "$run/history.tsv"
		done
	done
}

section_making() {
	local arm shown run
	section making "How it was made"
	making_commands >"$behind/commands.tsv"
	shown=$(have metrics.tsv)
	if [ -z "$shown" ]; then
		not_run experiments
		return
	fi
	printf '<h3>Settings</h3>\n<p>Options that differ from a tool’s default; files and seeds left out.</p>\n'
	awk -f "$here/settings.awk" "$here/arms.tsv" "$behind/commands.tsv" >"$behind/settings.tsv"
	table "$behind/settings.tsv" for tool=tool=words version settings=settings=words arms
	printf '<h3>Seeds and times</h3>\n<p>Training alone, by the speed that the histories tell; data, validation and '
	printf 'prediction come on top. Pretraining is that of the encoder’s last stage.</p>\n'
	making_times >"$behind/trainings.tsv"
	awk -f "$here/totals.awk" "$behind/trainings.tsv" >"$behind/times.tsv"
	table "$behind/times.tsv" arm seeds pretraining=pretraining=time finetuning='fine-tuning, each'=time
	cat <<-'H'
		<h3>Commands</h3>
		<p>What led to the predictions of each arm’s first seed, oldest first; each stage reads what the one before wrote.
		The table has all seeds, and one of whatever the studies ran besides.</p>
	H
	for arm in $shown; do
		run=$(scored "$arm")
		[ -n "$run" ] || continue
		printf '<details><summary>%s</summary>\n<pre>' "$(arm_title "$arm")"
		awk -F '\t' -v run="${run#"$out/"}" '$1 == run { print ($4 != "" ? $4 ": " : "") $5 }' "$behind/commands.tsv" | escape
		printf '</pre></details>\n'
	done
	sources report/commands.tsv report/settings.tsv report/trainings.tsv report/times.tsv
}
