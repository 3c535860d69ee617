#include "base/opt.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/crc.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/opt_help.h"
#include "base/opt_outputs.h"
#include "base/par.h"

#ifndef VERSION
#define VERSION "unknown"
#endif

struct opt_common opt_common;

static char *command;

/* What the command was composed from */
static struct {
	const struct opt *table;
	const char **given; /* per option, the last time; NULL: not given */
	struct file {
		char *name; /* of the option, as opt_file says it */
		char crc[9];
	} *file;
	int files;
	char **operand;
	int n;
} parsed;

/* Whether results depend on it. */
static int
matters(const struct opt *o)
{
	return o->type != OPT_OUT && o->type != OPT_ASIDE && o->type != OPT_QUIET && o->type != OPT_SPEED;
}

static void usage_error(const char *fmt, ...) PRINTF(1, 2) __attribute__((noreturn));

static void
usage_error(const char *fmt, ...)
{
	struct err e;
	va_list ap;

	va_start(ap, fmt);
	err_vset(&e, fmt, ap);
	va_end(ap);
	die("%s (see %s -h)", e.msg, prog_name);
}

static double
parse_real(const struct opt *o, const char *text, const char *whole)
{
	char *end;
	double x;

	errno = 0;
	x = strtod(text, &end);
	if (end == text || *end || !isfinite(x) || errno == ERANGE)
		usage_error("--%s: '%s' is not a number", o->name, whole);
	if ((o->min || o->max) && (x < o->min || x > o->max))
		usage_error("--%s: %s is outside %.10g..%.10g", o->name, whole, o->min, o->max);
	return x;
}

static int
parse_int(const struct opt *o, const char *text)
{
	char *end;
	long x;

	errno = 0;
	x = strtol(text, &end, 10);
	if (end == text || *end)
		usage_error("--%s: '%s' is not a whole number", o->name, text);
	if (errno == ERANGE || x < -2147483647L || x > 2147483647L ||
	    ((o->min || o->max) && ((double)x < o->min || (double)x > o->max)))
		usage_error("--%s: %s is outside %.10g..%.10g", o->name, text,
		            o->min || o->max ? o->min : -2147483647.0, o->min || o->max ? o->max : 2147483647.0);
	return (int)x;
}

static uint64_t
parse_seed(const struct opt *o, const char *text)
{
	unsigned long long x;
	char *end;

	errno = 0;
	x = strtoull(text, &end, 10);
	if (end == text || *end || errno == ERANGE || strchr(text, '-'))
		usage_error("--%s: '%s' is not a whole number from 0 to 18446744073709551615", o->name, text);
	return x;
}

static void
parse_pair(const struct opt *o, const char *text)
{
	double *pair = o->var;
	char *low = mem_strdup(text), *comma = strchr(low, ',');

	if (!comma)
		usage_error("--%s: '%s' is not of the form %s", o->name, text, o->arg);
	*comma = '\0';
	pair[0] = parse_real(o, low, text);
	pair[1] = parse_real(o, comma + 1, text);
	free(low);
	if (pair[0] > pair[1])
		usage_error("--%s: '%s' runs downwards", o->name, text);
}

static int
parse_choice(const struct opt *o, const char *text)
{
	size_t len = strlen(text), n;
	const char *p = o->arg;
	int i;

	for (i = 0; *p; i++, p += n + (p[n] == '|')) {
		n = strcspn(p, "|");
		if (n == len && !strncmp(p, text, n))
			return i;
	}
	usage_error("--%s: '%s' is none of %s", o->name, text, o->arg);
}

static void
check_file(const struct opt *o, const char *value)
{
	if (!*value)
		usage_error("--%s: the name of a file is empty", o->name);
}

static void
add_file(const struct opt *o, const char *value)
{
	struct opt_files *f = o->var;

	check_file(o, value);
	f->file = mem_grow(f->file, (size_t)f->n + 1, sizeof *f->file);
	f->file[f->n++] = value;
}

static void
assign(const struct opt *o, const char *value)
{
	switch (o->type) {
	case OPT_FLAG:
	case OPT_QUIET:
		*(int *)o->var = 1;
		break;
	case OPT_INT:
	case OPT_SPEED:
		*(int *)o->var = parse_int(o, value);
		break;
	case OPT_SEED:
		*(uint64_t *)o->var = parse_seed(o, value);
		break;
	case OPT_REAL:
		*(double *)o->var = parse_real(o, value, value);
		break;
	case OPT_PAIR:
		parse_pair(o, value);
		break;
	case OPT_CHOICE:
		*(int *)o->var = parse_choice(o, value);
		break;
	case OPT_FILES:
		add_file(o, value);
		break;
	case OPT_FILE:
	case OPT_OUT:
		check_file(o, value);
		/* fallthrough */
	case OPT_TEXT:
	case OPT_ASIDE:
		*(const char **)o->var = value;
		break;
	}
}

static void
leave(void)
{
	if (fflush(stdout) || ferror(stdout))
		die("cannot write to standard output:");
	exit(0);
}

static const struct opt *
find(const struct opt *table, int key, const char *name, size_t len)
{
	const struct opt *o;

	for (o = table; o->name; o++)
		if (name ? strlen(o->name) == len && !strncmp(o->name, name, len) : o->key == key)
			return o;
	return NULL;
}

static char *
append_quoted(char *line, const char *word)
{
	size_t i, n = strlen(line);
	int plain = *word != '\0' && strspn(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	                                          "0123456789_-+=.,:/@%^") == strlen(word);

	line = mem_grow(line, n + 4 * strlen(word) + 4, 1);
	line[n++] = ' ';
	if (!plain)
		line[n++] = '\'';
	for (i = 0; word[i]; i++) {
		if (word[i] == '\'') {
			memcpy(line + n, "'\\'", 3);
			n += 3;
		}
		line[n++] = word[i];
	}
	if (!plain)
		line[n++] = '\'';
	line[n] = '\0';
	return line;
}

static void
append_option(const struct opt *o, const char *value)
{
	char *word = opt_takes_value(o) ? mem_printf("--%s=%s", o->name, value) : mem_printf("--%s", o->name);

	command = append_quoted(command, word);
	free(word);
}

static void
compose_command(void)
{
	const struct opt *o;
	int i;

	free(command);
	command = mem_printf("%s %s", prog_name, VERSION);
	for (o = parsed.table; o->name; o++) {
		const struct opt_files *f = o->var;

		if (!parsed.given[o - parsed.table] || !matters(o))
			continue;
		if (o->type != OPT_FILES)
			append_option(o, parsed.given[o - parsed.table]);
		else
			for (i = 0; i < f->n; i++)
				append_option(o, f->file[i]);
	}
	for (i = 0; i < parsed.n && (parsed.operand[i][0] != '-' || !parsed.operand[i][1]); i++)
		;
	if (i < parsed.n)
		command = append_quoted(command, "--");
	for (i = 0; i < parsed.n; i++)
		command = append_quoted(command, parsed.operand[i]);
}

/* The k-th file of an option, from 0. */
static void
note_file(const struct opt *o, const char *path, int k)
{
	struct file *f;
	uint32_t crc;

	parsed.file = mem_grow(parsed.file, (size_t)parsed.files + 1, sizeof *parsed.file);
	f = &parsed.file[parsed.files++];
	f->name = k ? mem_printf("%s-%d", o->name, k + 1) : mem_strdup(o->name);
	strcpy(f->crc, "-");
	if (strcmp(path, "-") && !crc_file(&crc, path))
		snprintf(f->crc, sizeof f->crc, "%08x", crc);
}

/* Now: who knows what becomes of the files until the first output is written. */
static void
note_files(void)
{
	const struct opt *o;
	int i;

	while (parsed.files > 0)
		free(parsed.file[--parsed.files].name);
	for (o = parsed.table; o->name; o++) {
		const struct opt_files *f = o->var;
		const char *path = parsed.given[o - parsed.table];

		if (path && o->type == OPT_FILE)
			note_file(o, path, 0);
		for (i = 0; path && o->type == OPT_FILES && i < f->n; i++)
			note_file(o, f->file[i], i);
	}
}

/* Where parse_long and parse_short find the words and leave what they read. */
struct parser {
	const struct opt *table;
	const char **given;
	const char *operands, *purpose;
	char **next; /* the word after the present one; NULL-terminated */
};

static void
take(struct parser *p, const struct opt *o, const char *value)
{
	if (!opt_takes_value(o))
		value = "";
	else if (!value)
		value = *p->next++;
	if (!value)
		usage_error("--%s needs a value (%s)", o->name, o->arg);
	assign(o, value);
	p->given[o - p->table] = value;
}

static void
parse_long(struct parser *p, const char *word)
{
	size_t len = strcspn(word, "=");
	const char *value = word[len] ? word + len + 1 : NULL;
	const struct opt *o = find(p->table, 0, word, len);

	if (!strcmp(word, "help")) {
		opt_print_help(p->table, p->operands, p->purpose);
		leave();
	}
	if (!strcmp(word, "version")) {
		printf("%s (segpipe) %s\n", prog_name, VERSION);
		leave();
	}
	if (!o)
		usage_error("unknown option '--%.*s'", (int)len, word);
	if (value && !opt_takes_value(o))
		usage_error("--%s takes no value", o->name);
	take(p, o, value);
}

static void
parse_short(struct parser *p, const char *word)
{
	for (; *word; word++) {
		const struct opt *o = find(p->table, (unsigned char)*word, NULL, 0);

		if (*word == 'h') {
			opt_print_help(p->table, p->operands, p->purpose);
			leave();
		}
		if (!o)
			usage_error("unknown option '-%c'", *word);
		if (opt_takes_value(o)) {
			take(p, o, word[1] ? word + 1 : NULL);
			return;
		}
		take(p, o, NULL);
	}
}

int
opt_parse(int argc, char ***argv, const struct opt *table, const char *operands, const char *purpose, int least,
          int most)
{
	struct parser p = { .table = table, .operands = operands, .purpose = purpose };
	char **operand, *word;
	const struct opt *o;
	int n = 0, options = 1;

	if (argc < 1)
		BUG("no argv[0]");
	prog_set(**argv);
	opt_hold_standard_descriptors();
	operand = mem_array((size_t)argc + 1, sizeof *operand);
	for (o = table; o->name; o++)
		;
	p.given = mem_array((size_t)(o - table) + 1, sizeof *p.given);
	p.next = *argv + 1;
	while ((word = *p.next++)) {
		if (!options || word[0] != '-' || !word[1])
			operand[n++] = word;
		else if (!strcmp(word, "--"))
			options = 0;
		else if (word[1] == '-')
			parse_long(&p, word + 2);
		else
			parse_short(&p, word + 1);
	}
	if (n < least)
		usage_error("missing operand: usage is %s [option ...] %s", prog_name, operands);
	if (most >= 0 && n > most)
		usage_error("unexpected operand '%s'", operand[most]);
	opt_check_outputs(table);
	*argv = memcpy(*argv, operand, (size_t)(n + 1) * sizeof *operand);
	free(operand);
	free(parsed.given);
	parsed.table = table;
	parsed.given = p.given;
	parsed.operand = *argv;
	parsed.n = n;
	note_files();
	compose_command();
	par_init(opt_common.threads);
	return n;
}

const char *
opt_command(void)
{
	if (!command)
		BUG("opt_command before opt_parse");
	return command;
}

void
opt_amend(const void *var, const char *value)
{
	const struct opt *o;

	for (o = parsed.table; o->name; o++)
		if (o->var == var && parsed.given[o - parsed.table])
			parsed.given[o - parsed.table] = value;
	compose_command();
}

const char *
opt_file(int i, const char **name)
{
	if (i >= parsed.files)
		return NULL;
	*name = parsed.file[i].name;
	return parsed.file[i].crc;
}

const char *
opt_output(const char *path)
{
	const struct opt *o;

	for (o = parsed.table; o->name; o++)
		if (o->var != &opt_common.output && o->type == OPT_OUT && parsed.given[o - parsed.table] &&
		    !strcmp(parsed.given[o - parsed.table], path))
			return o->name;
	return NULL;
}

void
opt_check_beside(const char *path)
{
	const char *name = opt_output_at(parsed.table, path);

	if (name)
		die("--%s would be written to '%s', where another option writes too (see %s -h)", name, path, prog_name);
}
