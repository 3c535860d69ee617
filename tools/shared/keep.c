#include "keep.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "tool.h"

#define MOST 1000000000 /* epochs */

void
keep_parse(struct keep *k, const char *list)
{
	const char *s = list;
	char *end = NULL;

	*k = (struct keep){ 0 };
	while (s) {
		long n = isdigit((unsigned char)*s) ? strtol(s, &end, 10) : -1;

		if (n < 0 || n > MOST || (*end && *end != ','))
			die("--keep: '%s' is not a list of epochs like 1,2,5", list);
		k->epoch = mem_grow(k->epoch, (size_t)k->n + 1, sizeof *k->epoch);
		k->epoch[k->n++] = n;
		s = *end ? end + 1 : NULL;
	}
}

void
keep_check(const struct keep *k, int64_t epochs)
{
	char *path;
	int i;

	if (k->n && (!opt_common.output || !strcmp(opt_common.output, "-")))
		die("--keep names its files after -o: give -o FILE");
	for (i = 0; epochs && i < k->n; i++)
		if (k->epoch[i] > epochs)
			die("--keep: epoch %lld will not be reached, there are %lld", (long long)k->epoch[i],
			    (long long)epochs);
	for (i = 0; i < k->n; i++) {
		opt_check_beside(path = keep_name(k->epoch[i]));
		free(path);
	}
}

int
keep_wants(const struct keep *k, int64_t epoch)
{
	int i;

	for (i = 0; i < k->n; i++)
		if (k->epoch[i] == epoch)
			return 1;
	return 0;
}

char *
keep_name(int64_t epoch)
{
	const char *path = opt_common.output, *slash = strrchr(path, '/'), *base = slash ? slash + 1 : path;
	const char *dot = strrchr(base, '.');

	if (!dot || dot == base)
		dot = path + strlen(path);
	return mem_printf("%.*s-epoch%lld%s", (int)(dot - path), path, (long long)epoch, dot);
}

void
keep_free(struct keep *k)
{
	free(k->epoch);
	*k = (struct keep){ 0 };
}
