#include "io/pth.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mapped.h"
#include "base/mem.h"
#include "io/pth_pickle.h"

static int
map_file(struct pth *p, const char *path, struct err *e)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), rc = 0;
	struct stat st;

	if (fd < 0)
		return err_set(e, "cannot open:");
	if (fstat(fd, &st)) {
		rc = err_set(e, "cannot read:");
	} else if (!S_ISREG(st.st_mode) || st.st_size <= 0) {
		rc = err_set(e, "not a regular file with something in it");
	} else {
		p->base = mapped_open(fd, (size_t)st.st_size, path);
		p->size = (uint64_t)st.st_size;
		if (!p->base)
			rc = err_set(e, "cannot map:");
	}
	close(fd);
	return rc;
}

/* --- zip archives --- */

static const struct pth_zip_entry *
find_pickle(struct pth *p, struct err *e)
{
	static const char name[] = "data.pkl";
	const size_t len = sizeof name - 1;
	int i;

	for (i = 0; i < p->zip.n; i++) {
		const struct pth_zip_entry *x = &p->zip.entry[i];
		const unsigned char *end = x->name + x->name_len;

		if (x->name_len < len || memcmp(end - len, name, len) || (x->name_len > len && end[-(int)len - 1] != '/'))
			continue;
		p->folder = mem_printf("%.*s", (int)(x->name_len - len), (const char *)x->name);
		return x;
	}
	err_set(e, "a zip archive without data.pkl, not torch.save's");
	return NULL;
}

static int
check_byte_order(const struct pth *p, struct err *e)
{
	char *name = mem_printf("%sbyteorder", p->folder);
	const struct pth_zip_entry *x = pth_zip_find(&p->zip, name);
	const unsigned char *text;
	unsigned char *owned;
	int rc = 0;

	free(name);
	if (!x)
		return 0; /* older than PyTorch 2.1 */
	if (pth_zip_data(&text, &owned, &p->zip, x, e))
		return -1;
	if (x->size != 6 || memcmp(text, "little", 6))
		rc = err_set(e, "byte order '%.*s', only little-endian files are read", (int)(x->size < 20 ? x->size : 20), text);
	free(owned);
	return rc;
}

static int
open_zip(struct pth *p, int ignore_objects, struct err *e)
{
	const struct pth_zip_entry *x;
	struct pth_pickle in = { .ignore_objects = ignore_objects };

	if (pth_zip_open(&p->zip, p->base, p->size, e) || !(x = find_pickle(p, e)) || check_byte_order(p, e))
		return -1;
	if (x->size > PTH_PICKLE_MOST)
		return err_set(e, "a pickle of %llu bytes, at most %zu are read", (unsigned long long)x->size, PTH_PICKLE_MOST);
	if (pth_zip_data(&in.base, &p->unpacked, &p->zip, x, e))
		return -1;
	in.p = in.base;
	in.end = in.base + x->size;
	p->root = pth_pickle_run(&in, &p->pool, e);
	return p->root ? 0 : err_prefix(e, "data.pkl");
}

/* --- legacy streams --- */

static const unsigned char magic[] = { 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19 };

/* The pickles before the object: magic number, protocol, and what machine wrote this. */
static int
check_system(struct pth_pickle *in, struct pth *p, struct err *e)
{
	const struct pth_value *v = pth_pickle_run(in, &p->pool, e);

	if (!v)
		return -1;
	if (v->kind != PTH_LONG || v->len != sizeof magic || memcmp(v->text, magic, sizeof magic))
		return err_set(e, "a pickle without PyTorch's magic number, not torch.save's");
	if (!(v = pth_pickle_run(in, &p->pool, e)))
		return -1;
	if (v->kind != PTH_INT || v->i != 1001)
		return err_set(e, "not torch.save's protocol 1001");
	if (!(v = pth_pickle_run(in, &p->pool, e)))
		return -1;
	v = v->kind == PTH_DICT ? pth_get(v, "little_endian", strlen("little_endian")) : NULL;
	if (!v || v->kind != PTH_BOOL || !v->i)
		return err_set(e, "not from a little-endian machine");
	return 0;
}

static int
open_legacy(struct pth *p, int ignore_objects, struct err *e)
{
	struct pth_pickle in = { .base = p->base, .p = p->base, .end = p->base + p->size };
	const struct pth_value *keys;

	p->legacy = 1;
	if (check_system(&in, p, e))
		return -1;
	in.ignore_objects = ignore_objects;
	p->root = pth_pickle_run(&in, &p->pool, e);
	if (!p->root || !(keys = pth_pickle_run(&in, &p->pool, e)))
		return -1;
	return pth_find_storages(p, keys, (uint64_t)(in.p - p->base), e);
}

struct pth *
pth_open(const char *path, int ignore_objects, struct err *e)
{
	struct pth *p = mem_alloc(sizeof *p);
	int rc = map_file(p, path, e);

	if (!rc)
		rc = p->base[0] == 'P' ? open_zip(p, ignore_objects, e) : open_legacy(p, ignore_objects, e);
	if (!rc)
		return p;
	err_prefix(e, "'%s'", path);
	pth_close(p);
	return NULL;
}

void
pth_close(struct pth *p)
{
	if (!p)
		return;
	pth_zip_close(&p->zip);
	pth_pool_free(&p->pool);
	if (p->base)
		mapped_close(p->base, p->size);
	free(p->folder);
	free(p->unpacked);
	free(p);
}
