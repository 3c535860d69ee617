#include "io/foreign.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "io/pth.h"
#include "ten/ten.h"

#define HEAD 512 /* bytes that tell what a file is: a tar's magic ends at 262 */

enum format { SAFETENSORS, ZIP, PICKLE, TAR };

static int
by_name(const void *a, const void *b)
{
	return strcmp(((const struct foreign_tensor *)a)->name, ((const struct foreign_tensor *)b)->name);
}

static int
sort_names(struct foreign *c, struct err *e)
{
	int i;

	if (c->n)
		qsort(c->t, (size_t)c->n, sizeof *c->t, by_name);
	for (i = 1; i < c->n; i++)
		if (!strcmp(c->t[i - 1].name, c->t[i].name))
			return err_set(e, "'%s' is there twice", c->t[i].name);
	return 0;
}

/* Strides of an array without gaps */
static void
make_dense(struct foreign_tensor *t)
{
	int64_t n = 1;
	int i;

	for (i = t->ndim; i-- > 0; n *= t->dim[i])
		t->stride[i] = n;
}

static int
open_safetensors(struct foreign *c, const char *path, const char *from, struct err *e)
{
	int i;

	if (ten_read_weights(&c->safe, path, e))
		return -1;
	if (from)
		return err_set(e, "'%s': a safetensors file has no dictionaries to choose '%s' from", path, from);
	c->from = mem_strdup("");
	c->t = mem_array((size_t)c->safe.n, sizeof *c->t);
	for (i = 0; i < c->safe.n; i++) {
		const struct tensor *s = &c->safe.t[i];
		struct foreign_tensor *t = &c->t[c->n++];

		t->name = mem_strdup(s->name);
		t->dtype = s->dtype;
		t->ndim = s->ndim;
		memcpy(t->dim, s->dim, sizeof t->dim);
		t->storage = i;
		make_dense(t);
	}
	return sort_names(c, e);
}

/* A safetensors header begins at byte 8; torch.save's files have something else there. */
static enum format
format_of(const unsigned char *head, ssize_t n)
{
	if (n > 8 && head[8] == '{')
		return SAFETENSORS;
	if (n >= 4 && !memcmp(head, "PK\3\4", 4))
		return ZIP;
	if (n >= 262 && !memcmp(head + 257, "ustar", 5))
		return TAR;
	return n >= 1 && head[0] == 0x80 ? PICKLE : SAFETENSORS;
}

static int
look(enum format *format, const char *path, struct err *e)
{
	unsigned char head[HEAD];
	ssize_t n;
	int fd;

	*format = SAFETENSORS;
	if (!strcmp(path, "-"))
		return 0;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return err_set(e, "cannot open '%s':", path);
	n = pread(fd, head, sizeof head, 0);
	close(fd);
	if (n >= 0)
		*format = format_of(head, n);
	return 0;
}

static int
open_pth(struct foreign *c, const char *path, const struct foreign_choice *choice, struct err *e)
{
	c->pth = pth_open(path, choice->ignore_objects, e);
	if (!c->pth)
		return -1;
	if (pth_list(c, c->pth, choice->from, e) || sort_names(c, e))
		return err_prefix(e, "'%s'", path);
	return 0;
}

int
foreign_open(struct foreign *c, const char *path, const struct foreign_choice *choice, struct err *e)
{
	enum format format;
	int rc;

	memset(c, 0, sizeof *c);
	if (look(&format, path, e))
		return -1;
	if (format == SAFETENSORS)
		rc = open_safetensors(c, path, choice->from, e);
	else if (format == TAR)
		rc = err_set(e, "'%s': a tar archive, as PyTorch 0.1 wrote them, is not read", path);
	else
		rc = open_pth(c, path, choice, e);
	if (rc)
		foreign_close(c);
	return rc;
}

void
foreign_close(struct foreign *c)
{
	int i;

	for (i = 0; i < c->n; i++)
		free(c->t[i].name);
	free(c->t);
	free(c->from);
	record_free(&c->safe);
	pth_close(c->pth);
	memset(c, 0, sizeof *c);
}

int
foreign_copy(void *dst, const struct foreign *c, const struct foreign_tensor *t, struct err *e)
{
	const struct tensor *s;

	if (c->pth)
		return pth_copy(dst, c->pth, t, e);
	s = &c->safe.t[t->storage];
	memcpy(dst, s->data, tensor_bytes(s));
	return 0;
}

int
foreign_find(const struct foreign *c, const char *name)
{
	struct foreign_tensor key = { .name = (char *)name };
	const struct foreign_tensor *t = c->n ? bsearch(&key, c->t, (size_t)c->n, sizeof *c->t, by_name) : NULL;

	return t ? (int)(t - c->t) : -1;
}
