#include "io/pth_value.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define BLOCK 1000 /* values allocated together */

struct pth_pool_block {
	struct pth_pool_block *before;
	struct pth_value v[BLOCK];
};

struct pth_value *
pth_new(struct pth_pool *pool, enum pth_kind kind)
{
	struct pth_value *v;

	if (!pool->block || pool->used == BLOCK) {
		struct pth_pool_block *b = mem_alloc(sizeof *b);

		b->before = pool->block;
		pool->block = b;
		pool->used = 0;
	}
	v = &pool->block->v[pool->used++];
	v->kind = (uint8_t)kind;
	return v;
}

struct pth_value *
pth_new_int(struct pth_pool *pool, int64_t i)
{
	struct pth_value *v = pth_new(pool, PTH_INT);

	v->i = i;
	return v;
}

struct pth_value *
pth_new_text(struct pth_pool *pool, enum pth_kind kind, const unsigned char *text, size_t len)
{
	struct pth_value *v = pth_new(pool, kind);

	v->text = text;
	v->len = len;
	return v;
}

struct pth_value *
pth_new_items(struct pth_pool *pool, enum pth_kind kind, struct pth_value *const *item, size_t n)
{
	struct pth_value *v = pth_new(pool, kind);

	pth_append(v, item, n);
	return v;
}

/* Room for a power of two, at least 4; a tuple's items come all at once and get no more than they need. */
static size_t
room_for(const struct pth_value *v, size_t n)
{
	size_t room = 4;

	if (v->kind == PTH_TUPLE)
		return n;
	while (room < n)
		room *= 2;
	return room;
}

void
pth_append(struct pth_value *v, struct pth_value *const *item, size_t n)
{
	if (!n)
		return;
	if (!v->n || room_for(v, v->n) < v->n + n)
		v->item = mem_grow(v->item, room_for(v, v->n + n), sizeof(struct pth_value *));
	memcpy(v->item + v->n, item, n * sizeof(struct pth_value *));
	v->n += n;
}

int
pth_add_storage(struct pth_pool *pool, const struct pth_storage *s)
{
	int n = pool->nstorage;

	if ((n & (n - 1)) == 0) /* room for the next power of two */
		pool->storage = mem_grow(pool->storage, n ? 2 * (size_t)n : 1, sizeof *pool->storage);
	pool->storage[n] = *s;
	return pool->nstorage++;
}

static void
free_block(struct pth_pool_block *b, size_t used)
{
	size_t i;

	for (i = 0; i < used; i++)
		switch (b->v[i].kind) {
		case PTH_TUPLE:
		case PTH_LIST:
		case PTH_DICT:
			free(b->v[i].item);
			break;
		case PTH_TENSOR:
			free(b->v[i].tensor);
			break;
		}
	free(b);
}

void
pth_pool_free(struct pth_pool *pool)
{
	size_t used = pool->used;

	while (pool->block) {
		struct pth_pool_block *before = pool->block->before;

		free_block(pool->block, used);
		pool->block = before;
		used = BLOCK;
	}
	free(pool->storage);
	memset(pool, 0, sizeof *pool);
}

int
pth_is(const struct pth_value *v, const char *text)
{
	return v->kind == PTH_TEXT && v->len == strlen(text) && !memcmp(v->text, text, v->len);
}

const struct pth_value *
pth_get(const struct pth_value *dict, const char *key, size_t len)
{
	size_t i;

	for (i = dict->n; i >= 2; i -= 2) {
		const struct pth_value *k = dict->item[i - 2];

		if (k->kind == PTH_TEXT && k->len == len && !memcmp(k->text, key, len))
			return dict->item[i - 1];
	}
	return NULL;
}
