#include "train/checkpoint.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/par.h"

#define KIND "segpipe 1" /* of the layout: a later one will be another number */
#define LOCK_TRIES 60    /* 50 ms from one to the next */

/* --- one program at a time --- */

/* Is the file that was locked still the one of this name? Its last owner may have removed it meanwhile. */
static int
is_named(int fd, const char *name)
{
	struct stat a, b;

	return !fstat(fd, &a) && !stat(name, &b) && a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

/* 1: locked, 0: another program has it, -1: there is no opening it. */
static int
try_lock(struct checkpoint_lock *l)
{
	l->fd = open(l->name, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
	if (l->fd < 0)
		return -1;
	if (flock(l->fd, LOCK_EX | LOCK_NB) ? errno != EWOULDBLOCK : is_named(l->fd, l->name))
		return 1;
	close(l->fd);
	l->fd = -1;
	return 0;
}

int
checkpoint_lock(struct checkpoint_lock *l, const char *path, struct err *e)
{
	const struct timespec pause = { 0, 50000000 };
	int rc, i;

	*l = (struct checkpoint_lock){ .fd = -1, .name = mem_printf("%s.lock", path) };
	for (i = 1; (rc = try_lock(l)) == 0 && i < LOCK_TRIES; i++)
		nanosleep(&pause, NULL);
	if (rc > 0) {
		l->cleanup = cleanup_file(l->name);
		return 0;
	}
	if (rc < 0)
		err_set(e, "cannot create '%s':", l->name);
	else
		err_set(e, "checkpoint '%s' is in use by another program (which holds '%s')", path, l->name);
	free(l->name);
	return -1;
}

static void
unlock(struct checkpoint_lock *l)
{
	unlink(l->name);
	cleanup_forget(l->cleanup);
	close(l->fd);
	free(l->name);
	*l = (struct checkpoint_lock){ .fd = -1 };
}

/* --- writing --- */

static void
add(struct record *r, const char *group, const struct param *p, float *data)
{
	char *name = mem_printf("%s/%s", group, p->name);

	record_borrow(r, name, TEN_F32, p->ndim, p->dim, data);
	free(name);
}

static int
is_finite(const struct param *p)
{
	int64_t i;
	float sum = 0;

	for (i = 0; i < p->n; i++)
		sum += p->data[i] * 0; /* NaN once anything is not finite; no branch, so this is as fast as memory */
	return sum == 0;
}

struct finite {
	const struct params *ps;
	char *bad; /* [n] */
};

static void
look_at(void *ctx, int i, int worker)
{
	const struct finite *f = ctx;

	f->bad[i] = !is_finite(&f->ps->p[i]);
}

static int
check_finite(const struct params *ps, struct err *e)
{
	struct finite f = { ps, mem_alloc((size_t)ps->n) };
	int i, rc = 0;

	par_for(ps->n, look_at, &f);
	for (i = 0; i < ps->n && !rc; i++)
		if (f.bad[i])
			rc = err_set(e, "'%s' holds values that are not finite", ps->p[i].name);
	free(f.bad);
	return rc;
}

int
checkpoint_add_params(struct record *r, const char *group, const struct params *ps, struct err *e)
{
	int i;

	if (check_finite(ps, e))
		return -1;
	for (i = 0; i < ps->n; i++)
		add(r, group, &ps->p[i], ps->p[i].data);
	return 0;
}

void
checkpoint_add_optim(struct record *r, const char *group, const struct optim *o, const struct params *ps)
{
	char *m = mem_printf("%s/m", group), *v = mem_printf("%s/v", group), *steps = mem_printf("%s/steps", group);
	int64_t n = o->n, *count = record_add(r, steps, TEN_I64, 1, &n)->data;
	int i;

	for (i = 0; i < o->n; i++) {
		const struct optim_state *s = &o->state[i];

		count[i] = s->steps;
		if (s->m)
			add(r, m, &ps->p[i], s->m);
		if (s->v)
			add(r, v, &ps->p[i], s->v);
	}
	free(m);
	free(v);
	free(steps);
}

void
checkpoint_add_int(struct record *r, const char *key, int64_t v)
{
	meta_setf(&r->meta, key, "%" PRId64, v);
}

void
checkpoint_add_real(struct record *r, const char *key, double v)
{
	meta_setf(&r->meta, key, "%a", v);
}

static char *
previous(const char *path)
{
	return mem_printf("%s.previous", path);
}

static int
write_file(const char *path, struct record *r, struct err *e)
{
	struct ten_writer w;

	meta_set(&r->meta, "checkpoint", KIND);
	if (ten_create(&w, path, e))
		return -1;
	if (ten_write(&w, r, e) || ten_finish(&w, e)) {
		ten_discard(&w);
		return -1;
	}
	return 0;
}

/* FILE is given a second name before its first one goes to the new file. Where there are no second names it is renamed,
 * and for an instant only its predecessor is there. */
static int
keep_previous(const char *path)
{
	char *old = previous(path);
	int rc;

	unlink(old);
	rc = link(path, old);
	if (rc && errno != ENOENT)
		rc = rename(path, old);
	if (rc && errno == ENOENT)
		rc = 0;
	free(old);
	return rc;
}

int
checkpoint_write(const char *path, struct record *r, struct err *e)
{
	char *new = mem_printf("%s.new", path);
	int rc = write_file(new, r, e);

	record_free(r);
	if (!rc && (keep_previous(path) || rename(new, path))) {
		rc = err_set(e, "cannot put '%s' in place:", path);
		unlink(new);
	}
	if (!rc)
		outfile_sync_folder(path);
	free(new);
	return rc;
}

void
checkpoint_remove(const char *path, struct checkpoint_lock *l)
{
	char *old = previous(path);

	unlink(old);
	unlink(path);
	free(old);
	unlock(l);
}

/* --- reading --- */

/* Whether path is there, and so the name of the file to read, a new string. A pipe would be waited for, a device come to an
 * end at once. */
static int
look_at_file(char **file, const char *path, struct err *e)
{
	struct stat st;

	if (!strcmp(path, "-"))
		return err_set(e, "'%s': not the name of a file", path);
	if (stat(path, &st))
		return errno == ENOENT ? 0 : err_set(e, "cannot open '%s':", path);
	if (!S_ISREG(st.st_mode))
		return err_set(e, "'%s': not a regular file", path);
	*file = mem_strdup(path);
	return 1;
}

/* The file to read; NULL: there is none. */
static int
find(char **file, const char *path, struct err *e)
{
	char *old = previous(path);
	int rc;

	*file = NULL;
	rc = look_at_file(file, path, e);
	if (rc == 0)
		rc = look_at_file(file, old, e);
	free(old);
	return rc < 0 ? -1 : 0;
}

static int
check_kind(const struct meta *m, struct err *e)
{
	const char *kind = meta_get(m, "checkpoint");

	if (!kind)
		return err_set(e, "not a checkpoint");
	if (strcmp(kind, KIND))
		return err_set(e, "a checkpoint of the kind '%s', expected '%s'", kind, KIND);
	return 0;
}

static int
map_file(struct checkpoint *c, const char *file, const char *path, struct err *e)
{
	char *old;

	if (ten_map_weights(&c->map, file, e))
		goto fail;
	c->rec = c->map.n == 1 ? ten_map_record(&c->map, 0, e) : NULL;
	if (c->map.n != 1)
		err_set(e, "%s: %d records, expected one", c->map.name, c->map.n);
	if (c->rec && check_kind(&c->rec->meta, e) == 0)
		return 0;
	if (c->rec)
		err_prefix(e, "%s", c->map.name);
	ten_unmap(&c->map);
fail:
	old = previous(path);
	if (strcmp(file, old) && !access(old, F_OK)) {
		struct err why = *e;

		err_set(e, "%.700s ('%.200s', the one before, may be renamed to it)", why.msg, old);
	}
	free(old);
	return -1;
}

int
checkpoint_open(struct checkpoint *c, const char *path, struct err *e)
{
	char *file;
	int rc = find(&file, path, e);

	memset(c, 0, sizeof *c);
	if (!rc)
		rc = file ? map_file(c, file, path, e) : 1;
	free(file);
	return rc;
}

int
checkpoint_read_meta(struct meta *m, const char *path, struct err *e)
{
	struct ten_map map;
	char *file;
	int rc = find(&file, path, e);

	memset(m, 0, sizeof *m);
	if (!rc && !file)
		rc = 1;
	if (!rc && !(rc = ten_map_weights(&map, file, e))) {
		if (map.n == 1)
			meta_copy(m, &map.entry[0].rec.meta);
		rc = check_kind(m, e) ? err_prefix(e, "'%s'", file) : 0;
		ten_unmap(&map);
	}
	if (rc)
		meta_free(m);
	free(file);
	return rc;
}

int
checkpoint_may_write(const char *path, struct err *e)
{
	struct meta m;
	int rc = checkpoint_read_meta(&m, path, e);

	meta_free(&m);
	return rc < 0 ? -1 : 0;
}

static const struct tensor *
get(const struct checkpoint *c, const char *group, const struct param *p, struct err *e)
{
	char *name = mem_printf("%s/%s", group, p->name);
	const struct tensor *t = record_find(c->rec, name);
	struct tensor want = { .dtype = TEN_F32, .ndim = p->ndim };

	memcpy(want.dim, p->dim, (size_t)p->ndim * sizeof *p->dim);
	if (!t)
		err_set(e, "%s: no tensor '%s'", c->map.name, name);
	else if (t->dtype != TEN_F32 || !tensor_same_shape(t, &want)) {
		err_set(e, "%s: '%s' is not of the network's shape", c->map.name, name);
		t = NULL;
	}
	free(name);
	return t;
}

int
checkpoint_get_params(struct params *ps, const struct checkpoint *c, const char *group, struct err *e)
{
	int i;

	for (i = 0; i < ps->n; i++) {
		const struct tensor *t = get(c, group, &ps->p[i], e);

		if (!t)
			return -1;
		memcpy(ps->p[i].data, t->data, tensor_bytes(t));
	}
	return 0;
}

static int
get_moment(float *dst, const struct checkpoint *c, const char *group, const char *which, const struct param *p,
           struct err *e)
{
	char *full = mem_printf("%s/%s", group, which);
	const struct tensor *t = dst ? get(c, full, p, e) : NULL;
	int rc = dst && !t ? -1 : 0;

	if (t)
		memcpy(dst, t->data, tensor_bytes(t));
	free(full);
	return rc;
}

int
checkpoint_get_optim(struct optim *o, const struct params *ps, const struct checkpoint *c, const char *group,
                     struct err *e)
{
	char *steps = mem_printf("%s/steps", group);
	const struct tensor *t = record_find(c->rec, steps);
	int i, rc = 0;

	if (!t || t->dtype != TEN_I64 || t->ndim != 1 || t->dim[0] != o->n)
		rc = err_set(e, "%s: no '%s' for %d parameters", c->map.name, steps, o->n);
	for (i = 0; i < o->n && !rc; i++) {
		o->state[i].steps = ((const int64_t *)t->data)[i];
		rc = get_moment(o->state[i].m, c, group, "m", &ps->p[i], e) ||
		     get_moment(o->state[i].v, c, group, "v", &ps->p[i], e) ? -1 : 0;
	}
	free(steps);
	return rc;
}

int
checkpoint_get_int(int64_t *v, const struct meta *m, const char *key, struct err *e)
{
	int rc = meta_int(m, key, v, 0, INT64_MAX, e);

	return rc == 0 ? err_set(e, "no metadata '%s'", key) : rc < 0 ? -1 : 0;
}

int
checkpoint_get_real(double *v, const struct meta *m, const char *key, struct err *e)
{
	const char *text = meta_get(m, key);
	char *end;

	if (!text)
		return err_set(e, "no metadata '%s'", key);
	*v = strtod(text, &end);
	return end == text || *end ? err_set(e, "metadata '%s': '%s' is not a number", key, text) : 0;
}

void
checkpoint_close(struct checkpoint *c)
{
	ten_unmap(&c->map);
	c->rec = NULL;
}
