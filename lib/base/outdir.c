#include "base/outdir.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/mem.h"

static void
keep(struct outdir *d, struct cleanup *c)
{
	pthread_mutex_lock(&d->lock);
	d->entry = mem_grow(d->entry, (size_t)d->n + 1, sizeof *d->entry);
	d->entry[d->n++] = c;
	pthread_mutex_unlock(&d->lock);
}

static int
make_folder(struct outdir *d, const char *path)
{
	keep(d, cleanup_folder(path));
	return mkdir(path, 0777);
}

/* 0: nothing there, or an empty folder. Finding out now spares the work. */
static int
check_free(const char *path, struct err *e)
{
	DIR *dir = opendir(path);
	struct dirent *entry;
	int full = 0;

	if (!dir)
		return errno == ENOENT ? 0 : err_set(e, "cannot create folder '%s':", path);
	while (!full && (entry = readdir(dir)))
		full = strcmp(entry->d_name, ".") && strcmp(entry->d_name, "..");
	closedir(dir);
	return full ? err_set(e, "'%s' exists already and is not empty", path) : 0;
}

int
outdir_open(struct outdir *d, const char *path, struct err *e)
{
	size_t len = strlen(path);

	memset(d, 0, sizeof *d);
	if (check_free(path, e))
		return -1;
	while (len > 1 && path[len - 1] == '/')
		len--;
	pthread_mutex_init(&d->lock, NULL);
	d->path = mem_printf("%.*s", (int)len, path);
	d->tmp = mem_printf("%s.tmp-%ld", d->path, (long)getpid());
	if (make_folder(d, d->tmp))
		return err_set(e, "cannot create folder '%s':", path);
	return 0;
}

int
outdir_folder(struct outdir *d, const char *name, struct err *e)
{
	char *path = mem_printf("%s/%s", d->tmp, name);
	int bad = make_folder(d, path) && errno != EEXIST;

	if (bad)
		err_set(e, "cannot create folder '%s':", path);
	free(path);
	return bad ? -1 : 0;
}

char *
outdir_file(struct outdir *d, const char *name)
{
	char *path = mem_printf("%s/%s", d->tmp, name);

	keep(d, cleanup_file(path));
	return path;
}

int
outdir_close(struct outdir *d, struct err *e)
{
	int i, bad = rename(d->tmp, d->path);

	if (bad)
		err_set(e, "cannot rename '%s' to '%s':", d->tmp, d->path);
	for (i = 0; i < d->n && !bad; i++)
		cleanup_forget(d->entry[i]);
	pthread_mutex_destroy(&d->lock);
	free(d->entry);
	free(d->path);
	free(d->tmp);
	memset(d, 0, sizeof *d);
	return bad ? -1 : 0;
}
