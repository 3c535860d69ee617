#include "io/dataset_build.h"

#include <dirent.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "io/case_name.h"

struct dataset_case *
dataset_add(struct dataset *d, const char *name)
{
	struct dataset_case *c;

	if (!(d->n & (d->n - 1))) /* a power of two, or none */
		d->c = mem_grow(d->c, d->n ? 2 * (size_t)d->n : 1, sizeof *d->c);
	c = &d->c[d->n++];
	*c = (struct dataset_case){ .name = mem_strdup(name), .patient = mem_strdup(name), .part = DATASET_ALL };
	c->group = mem_strdup("");
	c->phase = mem_strdup("");
	c->frame = case_patient(c->patient);
	return c;
}

void
dataset_drop_last(struct dataset *d)
{
	struct dataset_case *c = &d->c[--d->n];
	int i;

	for (i = 0; i < c->channels; i++)
		free(c->image[i]);
	free(c->image);
	free(c->mask);
	free(c->name);
	free(c->patient);
	free(c->group);
	free(c->phase);
}

void
dataset_add_image(struct dataset_case *c, char *path)
{
	c->image = mem_grow(c->image, (size_t)c->channels + 1, sizeof *c->image);
	c->image[c->channels++] = path;
}

int
dataset_note(struct dataset *d, int fatal, const char *name, const char *fmt, ...)
{
	struct dataset_finding *f;
	struct err text;
	va_list ap;

	va_start(ap, fmt);
	err_vset(&text, fmt, ap);
	va_end(ap);
	if (!(d->findings & (d->findings - 1)))
		d->finding = mem_grow(d->finding, d->findings ? 2 * (size_t)d->findings : 1, sizeof *d->finding);
	f = &d->finding[d->findings++];
	*f = (struct dataset_finding){ mem_strdup(name), mem_strdup(text.msg), fatal };
	return -1;
}

const char *
dataset_bad_name(const char *name)
{
	const unsigned char *p;

	for (p = (const unsigned char *)name; *p; p++)
		if (*p < ' ' || *p == 0x7f)
			return "has control characters";
	return !*name                        ? "is empty" :
	       *name == '.'                  ? "begins with a dot" :
	       strchr(name, '/')             ? "holds a '/'" :
	       strlen(name) > DATASET_NAME   ? "is longer than 200 bytes" :
	       !utf8_valid(name)             ? "is not UTF-8" : NULL;
}

/* Is ".." one of the components? */
static int
leads_out(const char *path)
{
	const char *p;

	for (p = path; (p = strstr(p, "..")); p++)
		if ((p == path || p[-1] == '/') && (!p[2] || p[2] == '/'))
			return 1;
	return 0;
}

char *
dataset_path(const struct dataset *d, const char *path, struct err *e)
{
	char *whole;

	if (!*path || *path == '/' || leads_out(path)) {
		err_set(e, "'%s' is no path within the folder (absolute ones and '..' are refused)", path);
		return NULL;
	}
	while (!strncmp(path, "./", 2))
		path += 2;
	whole = mem_printf("%s/%s", d->dir, path);
	if (!access(whole, F_OK))
		return whole;
	err_set(e, "cannot open '%s':", whole);
	free(whole);
	return NULL;
}

size_t
dataset_stem(const char *file)
{
	size_t n = case_stem(file);

	return file[n] ? n : 0;
}

static int
by_bytes(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static int
take_names(char ***names, int *n, DIR *dir)
{
	struct dirent *entry;

	while (errno = 0, (entry = readdir(dir)) && *n < 4 * DATASET_CASES) {
		if (*entry->d_name == '.')
			continue;
		if (!(*n & (*n - 1)))
			*names = mem_grow(*names, *n ? 2 * (size_t)*n : 1, sizeof **names);
		(*names)[(*n)++] = mem_strdup(entry->d_name);
	}
	return errno;
}

int
dataset_list(char ***names, int *n, const struct dataset *d, const char *sub, struct err *e)
{
	char *path = mem_printf("%s%s%s", d->dir, *sub ? "/" : "", sub);
	DIR *dir = opendir(path);
	int rc = dir ? 0 : errno == ENOENT ? 1 : -1;

	*names = NULL;
	*n = 0;
	if (!dir)
		err_set(e, "cannot open '%s':", path);
	else if (take_names(names, n, dir))
		rc = err_set(e, "cannot read '%s':", path);
	free(path);
	if (dir)
		closedir(dir);
	if (rc) {
		dataset_free_list(*names, *n);
		*n = 0;
	}
	if (*n)
		qsort(*names, (size_t)*n, sizeof **names, by_bytes);
	return rc;
}

void
dataset_free_list(char **names, int n)
{
	while (n-- > 0)
		free(names[n]);
	free(names);
}

int
dataset_in_list(char **names, int n, const char *name)
{
	return n && bsearch(&name, names, (size_t)n, sizeof *names, by_bytes) != NULL;
}
