#include "ten/script.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "ten/command.h"

struct stage {
	char *target;
	char *output;           /* the option that named it; NULL: -o */
	struct command *c;      /* [n] */
	int n;
};

/* A chain of the metadata: its commands and what is known of each */
struct chain {
	const struct meta *m;
	char *prefix;           /* "" or "encoder." */
	struct command *c;
	int n;
};

static const char *
part(const struct chain *ch, int number, const char *name)
{
	char *key = mem_printf("%scmd.%d%s%s", ch->prefix, number, name ? "." : "", name ? name : "");
	const char *value = meta_get(ch->m, key);

	free(key);
	return value;
}

static void
chain_read(struct chain *ch, const struct meta *m, const char *prefix, size_t len)
{
	const char *text;

	*ch = (struct chain){ .m = m, .prefix = mem_printf("%.*s%s", (int)len, prefix, len ? "." : "") };
	while ((text = part(ch, ch->n, NULL))) {
		ch->c = mem_grow(ch->c, (size_t)ch->n + 1, sizeof *ch->c);
		if (command_parse(&ch->c[ch->n++], text))
			ch->c[ch->n - 1].operands = ch->c[ch->n - 1].n;
	}
}

static void
chain_free(struct chain *ch)
{
	while (ch->n > 0)
		command_free(&ch->c[--ch->n]);
	free(ch->c);
	free(ch->prefix);
}

/* The file through which command k got what the one before it wrote; NULL: a pipe. */
static const char *
input_of(const struct chain *ch, int k)
{
	const struct command *c = &ch->c[k];
	const char *file = part(ch, k, "from");

	if (!file)
		file = c->n > c->operands ? c->word[c->operands] : "-";
	return strcmp(file, "-") ? file : NULL;
}

static struct stage *
find_stage(const struct script *s, const char *target)
{
	int i;

	for (i = 0; i < s->n; i++)
		if (!strcmp(s->stage[i].target, target))
			return &s->stage[i];
	return NULL;
}

static void
copy_command(struct command *to, const struct command *from)
{
	int i;

	*to = *from;
	to->tool = mem_strdup(from->tool ? from->tool : "");
	to->version = mem_strdup(from->version ? from->version : "");
	to->word = mem_array((size_t)from->n + 1, sizeof *to->word);
	for (i = 0; i < from->n; i++)
		to->word[i] = mem_strdup(from->word[i]);
}

static void
free_commands(struct stage *st)
{
	while (st->n > 0)
		command_free(&st->c[--st->n]);
	free(st->c);
	free(st->output);
}

/* Commands first..last made target. Of two records that a command joined, one came by a pipe, the other from a file: what
 * begins earlier tells more. */
static void
add_stage(struct script *s, const struct chain *ch, int first, int last, const char *target)
{
	struct stage *st = find_stage(s, target);
	const char *output = part(ch, last, "output");
	int i, n = last - first + 1;

	if (st && st->n >= n)
		return;
	if (st)
		free_commands(st);
	else {
		s->stage = mem_grow(s->stage, (size_t)s->n + 1, sizeof *s->stage);
		st = &s->stage[s->n++];
		*st = (struct stage){ .target = mem_strdup(target) };
	}
	st->output = output ? mem_strdup(output) : NULL;
	st->n = n;
	st->c = mem_array((size_t)n, sizeof *st->c);
	for (i = 0; i < n; i++)
		copy_command(&st->c[i], &ch->c[first + i]);
}

static void
note_crc(struct script *s, const char *file, const char *crc)
{
	if (crc && strlen(crc) == 8 && strspn(crc, "0123456789abcdef") == 8)
		meta_set(&s->crc, file, crc);
}

/* The files that command k reads; its options' are known by the checksums kept of them. */
static void
note_files(struct script *s, const struct chain *ch, int k)
{
	const struct command *c = &ch->c[k];
	char *key = mem_printf("%scmd.%d.", ch->prefix, k);
	size_t len = strlen(key);
	int i;

	for (i = 0; i < ch->m->n; i++) {
		const struct meta_item *item = &ch->m->item[i];
		const char *file = strncmp(item->key, key, len) ? NULL : command_option(c, item->key + len);

		if (file) {
			meta_set(&s->given, file, "");
			note_crc(s, file, item->value);
		}
	}
	for (i = c->operands; i < c->n; i++)
		if (strcmp(c->word[i], "-") && strcmp(c->word[i], "--"))
			meta_set(&s->given, c->word[i], "");
	if (c->n == c->operands + 1)
		note_crc(s, c->word[c->operands], part(ch, k, "source"));
	free(key);
}

static void
add_chain(struct script *s, const struct chain *ch, const char *target)
{
	int first = 0, k;

	for (k = 0; k < ch->n; k++) {
		const char *file = k ? input_of(ch, k) : NULL;

		note_files(s, ch, k);
		if (!file)
			continue;
		add_stage(s, ch, first, k - 1, file);
		first = k;
	}
	if (ch->n)
		add_stage(s, ch, first, ch->n - 1, target);
}

/* The file by which the chain PREFIX led into the one beside it: its option of that name, or its first operand. */
static char *
side_target(const struct meta *m, const char *prefix, size_t len)
{
	size_t before = len;
	struct chain beside;
	const char *file = NULL;
	char *name, *found;
	int k;

	while (before && prefix[before - 1] != '.')
		before--;
	name = mem_printf("%.*s", (int)(len - before), prefix + before);
	chain_read(&beside, m, prefix, before ? before - 1 : 0);
	for (k = beside.n - 1; k >= 0 && !file; k--)
		file = command_option(&beside.c[k], name);
	if (!file && beside.n && beside.c[0].n > beside.c[0].operands)
		file = beside.c[0].word[beside.c[0].operands];
	found = file ? mem_strdup(file) : NULL;
	chain_free(&beside);
	free(name);
	return found;
}

void
script_add(struct script *s, const struct meta *m, const char *target)
{
	const struct meta_item **c = mem_array((size_t)m->n + 1, sizeof *c);
	int i, n = command_list(c, m);

	for (i = 0; i < n; i++) {
		struct chain ch;
		char *side = NULL;
		size_t prefix = 0;
		long number = 0;

		command_key(c[i]->key, &prefix, &number);
		if (number)
			continue;
		if (prefix)
			side = side_target(m, c[i]->key, prefix);
		chain_read(&ch, m, c[i]->key, prefix);
		if (!prefix || side)
			add_chain(s, &ch, prefix ? side : target);
		chain_free(&ch);
		free(side);
	}
	free(c);
}

/* --- the text --- */

/* Adds to text, which grows; returns it. */
static char *
add(char *text, const char *more)
{
	size_t n = strlen(text), len = strlen(more) + 1;

	text = mem_grow(text, n + len, 1);
	memcpy(text + n, more, len);
	return text;
}

static char *
add_words(char *text, const char *before, const char *word, const char *after)
{
	char *quoted = command_quote(NULL, word);

	text = add(add(add(text, before), quoted), after);
	free(quoted);
	return text;
}

/* What writes streams and weights here; anything else a script should not run just because a file says so. */
static int
is_ours(const char *tool)
{
	static const char *const begin[] = { "ten-", "ssl-", "cls-", "seg-", "weights-", "nii2ten", "img2ten" };
	size_t i;

	for (i = 0; i < ARRAY_LEN(begin); i++)
		if (!strncmp(tool, begin[i], strlen(begin[i])))
			return !tool[strspn(tool, "abcdefghijklmnopqrstuvwxyz0123456789-")];
	return 0;
}

static int
stage_runs(const struct stage *st)
{
	int i;

	for (i = 0; i < st->n; i++)
		if (!is_ours(st->c[i].tool))
			return 0;
	return 1;
}

static int
stage_reads(const struct stage *st, const char *file)
{
	int i, k;

	for (i = 0; i < st->n; i++)
		for (k = 0; k < st->c[i].n; k++) {
			const char *word = st->c[i].word[k], *value = k < st->c[i].operands ? strchr(word, '=') : NULL;

			if (!strcmp(value ? value + 1 : word, file))
				return 1;
		}
	return 0;
}

/* --keep=1,2 -o a.x wrote a-epoch1.x, too: the name that leads to target. */
static char *
kept_from(const struct command *c, const char *target)
{
	char *name = mem_strdup(target), *mark = NULL, *p;

	for (p = name; command_option(c, "keep") && (p = strstr(p, "-epoch")); p++)
		mark = isdigit((unsigned char)p[6]) ? p : mark;
	if (mark) {
		size_t digits = strspn(mark + 6, "0123456789");

		memmove(mark, mark + 6 + digits, strlen(mark + 6 + digits) + 1);
	}
	return name;
}

/* The options that let the last command write the stage's file. What --keep writes is named after -o. */
static char *
add_output(char *text, const struct stage *st)
{
	const struct command *c = &st->c[st->n - 1];
	char *name = st->output ? mem_printf("%s.other", st->target) : kept_from(c, st->target);
	int nowhere = st->output && !command_option(c, "keep");

	text = add_words(text, " -o ", nowhere ? "/dev/null" : name, "");
	if (st->output)
		text = add_words(add(add(text, " --"), st->output), " ", st->target, "");
	free(name);
	return text;
}

/* A command's words; the last command of st, where st is given, with its output before the operands. */
static char *
add_command(char *text, const struct command *c, const struct stage *st)
{
	int options = c->operands - (c->operands && !strcmp(c->word[c->operands - 1], "--")), k;

	text = add_words(text, "", c->tool, "");
	for (k = 0; k <= c->n; k++) {
		if (st && k == options)
			text = add_output(text, st);
		if (k < c->n)
			text = add_words(text, " ", c->word[k], "");
	}
	return text;
}

static char *
add_commands(char *text, const struct stage *st, const char *before, char **version)
{
	int i;

	for (i = 0; i < st->n; i++) {
		const struct command *c = &st->c[i];
		int last = i == st->n - 1;

		if (strcmp(*version, c->version)) {
			text = add_words(text, "# version ", c->version, "\n");
			free(*version);
			*version = mem_strdup(c->version);
		}
		text = add_command(add(text, before), c, last ? st : NULL);
		text = add(text, last ? "\n" : " |\n");
	}
	return text;
}

static char *
add_checks(char *text, const struct script *s, const struct stage *st, struct meta *checked)
{
	int i;

	for (i = 0; i < s->crc.n; i++) {
		const char *file = s->crc.item[i].key;

		if (!stage_reads(st, file) || meta_get(checked, file))
			continue;
		meta_set(checked, file, "");
		text = add(add_words(text, "is ", file, " "), s->crc.item[i].value);
		text = add(text, "\n");
	}
	return text;
}

static char *
add_stage_text(char *text, const struct script *s, const struct stage *st, struct meta *checked, char **version)
{
	const char *slash = strrchr(st->target, '/');

	if (!stage_runs(st)) {
		text = add(text, "# not run, as it is no pipe of this package's tools:\n");
		return add_commands(text, st, "# ", version);
	}
	text = add_checks(text, s, st, checked);
	if (slash && slash != st->target) {
		char *folder = mem_printf("%.*s", (int)(slash - st->target), st->target);

		text = add_words(text, "mkdir -p ", folder, "\n");
		free(folder);
	}
	text = add_words(text, "[ -e ", st->target, " ] ||\n");
	return add_commands(text, st, "", version);
}

static char *
add_beginning(char *text, const struct script *s)
{
	int i;

	text = add(text, "#!/bin/bash\n# What is there already is not made again.\n");
	for (i = 0; i < s->given.n; i++)
		if (!find_stage(s, s->given.item[i].key))
			text = add_words(text, "# needs ", s->given.item[i].key, "\n");
	text = add(text, "set -e -o pipefail\n");
	if (s->crc.n)
		text = add(text, "is() {\n"
		                 "\t[ \"$(gzip -1c <\"$1\" | tail -c 8 | od -An -tx4 -N4)\" = \" $2\" ] ||\n"
		                 "\t\t{ echo \"$1 is not what it was\" >&2; exit 1; }\n"
		                 "}\n");
	return text;
}

/* May stage i come now? Not before what makes its files, unless that runs in a circle. */
static int
is_ready(const struct script *s, int i, const char *told)
{
	int k;

	for (k = 0; k < s->n; k++)
		if (k != i && !told[k] && stage_reads(&s->stage[i], s->stage[k].target))
			return 0;
	return 1;
}

char *
script_text(const struct script *s)
{
	char *text = mem_strdup(""), *told = mem_alloc((size_t)s->n + 1), *version = mem_strdup("");
	struct meta checked = { 0 };
	int left, i;

	if (!s->n)
		text = add(text, "# Nothing tells what made it.\n");
	else
		text = add_beginning(text, s);
	for (left = s->n; left > 0; left--) {
		for (i = 0; i < s->n && (told[i] || !is_ready(s, i, told)); i++)
			;
		for (i = i < s->n ? i : 0; told[i]; i++)
			;
		told[i] = 1;
		text = add_stage_text(text, s, &s->stage[i], &checked, &version);
	}
	meta_free(&checked);
	free(told);
	free(version);
	return text;
}

void
script_free(struct script *s)
{
	while (s->n > 0) {
		free_commands(&s->stage[--s->n]);
		free(s->stage[s->n].target);
	}
	free(s->stage);
	meta_free(&s->crc);
	meta_free(&s->given);
}
