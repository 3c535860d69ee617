#include "base/opt_help.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/err.h"

int
opt_takes_value(const struct opt *o)
{
	return o->type != OPT_FLAG && o->type != OPT_QUIET;
}

static int
is_text(const struct opt *o)
{
	return o->type == OPT_TEXT || o->type == OPT_FILE || o->type == OPT_OUT || o->type == OPT_ASIDE;
}

static void
print_choice(const char *words, int i)
{
	while (i-- > 0)
		words += strcspn(words, "|") + 1;
	printf("%.*s", (int)strcspn(words, "|"), words);
}

static void
print_default(const struct opt *o)
{
	const char *text = NULL;
	double x = 0;

	if (!opt_takes_value(o))
		return;
	if (is_text(o))
		text = *(const char **)o->var;
	if (o->type == OPT_FILES && ((struct opt_files *)o->var)->n)
		text = *((struct opt_files *)o->var)->file;
	if (o->type == OPT_REAL || o->type == OPT_PAIR)
		x = *(double *)o->var;
	if ((is_text(o) || o->type == OPT_FILES ? !text : isnan(x)) ||
	    (o->type == OPT_CHOICE && *(int *)o->var < 0)) {
		if (o->unset && *o->unset)
			printf(" (default: %s)", o->unset);
		return;
	}
	printf(" (default: ");
	if (text)
		printf("%s", text);
	else if (o->type == OPT_CHOICE)
		print_choice(o->arg, *(int *)o->var);
	else if (o->type == OPT_SEED)
		printf("%llu", (unsigned long long)*(uint64_t *)o->var);
	else if (o->type == OPT_PAIR)
		printf("%g,%g", x, ((double *)o->var)[1]);
	else if (o->type == OPT_REAL)
		printf("%g", x);
	else
		printf("%d", *(int *)o->var);
	printf(")");
}

static void
print_option(int key, const char *name, const char *arg)
{
	char left[160];
	int n;

	n = snprintf(left, sizeof left, "  %c%c%s --%s%s%s", key ? '-' : ' ', key ? key : ' ', key ? "," : " ", name,
	             arg ? " " : "", arg ? arg : "");
	if (n > 27)
		printf("%s\n%28s", left, "");
	else
		printf("%-28s", left);
}

void
opt_print_help(const struct opt *table, const char *operands, const char *purpose)
{
	const struct opt *o;

	printf("usage: %s [option ...]%s%s\n%s\n\n", prog_name, *operands ? " " : "", operands, purpose);
	for (o = table; o->name; o++) {
		print_option(o->key, o->name, o->arg);
		printf("%s", o->help);
		print_default(o);
		printf("\n");
	}
	print_option('h', "help", NULL);
	printf("print this help\n");
	print_option(0, "version", NULL);
	printf("print the version\n");
}
