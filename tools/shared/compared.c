#include "compared.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

void
compared_open_stream(struct compared *c, const char *path, const char *wanted)
{
	struct stat st;

	if (path && strcmp(path, "-") != 0 && !stat(path, &st) && S_ISDIR(st.st_mode))
		die("'%s' is a folder: %s", path, wanted);
	in_open(&c->in, path);
	c->paired = 0;
	c->name = c->in.name;
}

void
compared_open_files(struct compared *c, const char *pred, const char *truth, int common, int by_voxel)
{
	struct err e;

	if (pairs_open(&c->pairs, pred, truth, common, &e))
		die("%s", e.msg);
	c->pairs.by_voxel = by_voxel;
	c->paired = 1;
	c->name = pred;
}

int
compared_next(struct compared *c, struct record *r)
{
	struct err e;
	int rc;

	if (!c->paired)
		return in_read(&c->in, r);
	rc = pairs_next(&c->pairs, r, &e);
	if (rc < 0)
		die("%s", e.msg);
	return rc;
}

void
compared_refuse(const struct compared *c, const struct record *r, struct err *e)
{
	if (!c->paired)
		in_die(&c->in, r, "%s", e->msg);
	pairs_blame(&c->pairs, e);
	die("%s", e->msg);
}

void
compared_close(struct compared *c)
{
	if (c->paired)
		pairs_close(&c->pairs);
	else
		in_close(&c->in);
}
