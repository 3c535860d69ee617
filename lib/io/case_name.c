#include "io/case_name.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* Length of name without the ending; 0: it has not that ending, or nothing else. */
static size_t
without(const char *name, size_t length, const char *ending)
{
	size_t n = strlen(ending);

	return length > n && !strncmp(name + length - n, ending, n) ? length - n : 0;
}

size_t
case_stem(const char *path)
{
	size_t whole = strlen(path), n = without(path, whole, ".gz");

	n = without(path, n ? n : whole, ".nii");
	return n ? n : whole;
}

size_t
case_mask_stem(const char *name)
{
	size_t n = without(name, strlen(name), "_gt");

	return n ? n : without(name, strlen(name), "_seg");
}

char *
case_of_file(const char *path)
{
	const char *slash = strrchr(path, '/'), *file = slash ? slash + 1 : path;

	return mem_printf("%.*s", (int)case_stem(file), file);
}

char *
case_of_frame(const char *name, int64_t frame, int64_t frames)
{
	size_t n = without(name, strlen(name), "_4d");

	if (frames < 2)
		return mem_strdup(name);
	return mem_printf("%.*s_frame%02lld", (int)(n ? n : strlen(name)), name, (long long)frame);
}

int
case_patient(char *name)
{
	char *mark = strstr(name, "_frame");
	size_t n = without(name, strlen(name), "_4d"), digits = mark ? strspn(mark + 6, "0123456789") : 0;

	if (mark > name && digits && digits < 10 && !mark[6 + digits] && atoi(mark + 6) > 0) {
		*mark = '\0';
		return atoi(mark + 6);
	}
	if (n)
		name[n] = '\0';
	return 0;
}

/* --- no name twice --- */

/* The frames first..last of what is called base; 0: base itself. */
struct span {
	char *base;
	int64_t first, last;
	int i;
};

static struct span
span_of(const struct case_file *f, int i)
{
	struct span s = { mem_strdup(f->name), 0, 0, i };
	size_t n = without(f->name, strlen(f->name), "_4d");
	char *again;
	int frame;

	if (f->frames > 1) {
		s.base[n ? n : strlen(s.base)] = '\0';
		s.first = 1;
		s.last = f->frames;
		return s;
	}
	frame = case_patient(s.base);
	again = case_of_frame(s.base, frame, 2);
	if (strcmp(again, f->name) != 0) /* not as frames are called: a name like any other */
		strcpy(s.base, f->name);
	else
		s.first = s.last = frame;
	free(again);
	return s;
}

static int
by_base(const void *a, const void *b)
{
	const struct span *x = a, *y = b;
	int order = strcmp(x->base, y->base);

	if (order)
		return order;
	return x->first != y->first ? (x->first > y->first) - (x->first < y->first) : x->i - y->i;
}

static int
refuse(const struct case_file *f, const struct span *a, const struct span *b, struct err *e)
{
	int i = a->i < b->i ? a->i : b->i, k = a->i + b->i - i;
	char *name = b->first ? case_of_frame(b->base, b->first, 2) : mem_strdup(b->base);

	err_set(e, "'%s' and '%s' would both be case '%s'", f[i].path, f[k].path, name);
	free(name);
	return -1;
}

int
case_unique(const struct case_file *f, int n, struct err *e)
{
	struct span *s = mem_array((size_t)n + 1, sizeof *s);
	int i, far = 0, rc = 0;

	for (i = 0; i < n; i++)
		s[i] = span_of(&f[i], i);
	qsort(s, (size_t)n, sizeof *s, by_base);
	for (i = 1; i < n && !rc; i++) {
		int same = !strcmp(s[i].base, s[far].base);

		if (same && s[i].first <= s[far].last)
			rc = refuse(f, &s[far], &s[i], e);
		far = same && s[far].last > s[i].last ? far : i;
	}
	for (i = 0; i < n; i++)
		free(s[i].base);
	free(s);
	return rc;
}
