#include "eval/stack.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

static void
forget(struct stack *s)
{
	free(s->place);
	free(s->truth);
	free(s->pred);
	s->place = NULL;
	s->truth = s->pred = NULL;
	s->room = 0;
}

void
stack_free(struct stack *s)
{
	forget(s);
	memset(s, 0, sizeof *s);
}

static void
make_room(struct stack *s, int64_t n)
{
	size_t plane = (size_t)s->h * (size_t)s->w;

	if (s->n + n <= s->room)
		return;
	s->room = s->n ? 2 * s->room + n : n; /* most volumes come whole */
	s->place = mem_grow(s->place, (size_t)s->room, sizeof *s->place);
	s->truth = mem_grow(s->truth, (size_t)s->room, plane);
	s->pred = mem_grow(s->pred, (size_t)s->room, plane);
}

void
stack_add(struct stack *s, const uint8_t *truth, const uint8_t *pred, int64_t n, int64_t h, int64_t w, int64_t place)
{
	size_t plane = (size_t)h * (size_t)w, at = (size_t)s->n * plane;
	int64_t i;

	if (s->n && (s->h != h || s->w != w) && !s->uneven) {
		s->uneven = 1;
		forget(s);
	}
	s->h = h;
	s->w = w;
	if (!s->uneven) {
		make_room(s, n);
		memcpy(s->truth + at, truth, (size_t)n * plane);
		memcpy(s->pred + at, pred, (size_t)n * plane);
		for (i = 0; i < n; i++)
			s->place[s->n + i] = place + i;
	}
	s->n += n;
}

struct order {
	int64_t place, from;
};

static int
by_place(const void *a, const void *b)
{
	const struct order *x = a, *y = b;

	return x->place != y->place ? (x->place > y->place) - (x->place < y->place)
	                            : (x->from > y->from) - (x->from < y->from);
}

static int
check(const struct order *o, int64_t n, struct err *e)
{
	int64_t i;

	for (i = 1; i < n; i++) {
		if (o[i].place == o[i - 1].place)
			return err_set(e, "slice %lld is there twice", (long long)o[i].place);
		if (o[i].place != o[i - 1].place + 1)
			return err_set(e, "slice %lld is missing", (long long)o[i - 1].place + 1);
	}
	return 0;
}

static void
reorder(uint8_t **slices, const struct order *o, int64_t n, size_t plane)
{
	uint8_t *sorted = mem_array((size_t)n, plane);
	int64_t i;

	for (i = 0; i < n; i++)
		memcpy(sorted + (size_t)i * plane, *slices + (size_t)o[i].from * plane, plane);
	free(*slices);
	*slices = sorted;
}

int
stack_sort(struct stack *s, struct err *e)
{
	size_t plane = (size_t)s->h * (size_t)s->w;
	struct order *o;
	int64_t i;
	int rc, moved = 0;

	if (s->uneven)
		return err_set(e, "slices are of different sizes");
	o = mem_array((size_t)s->n + 1, sizeof *o);
	for (i = 0; i < s->n; i++)
		o[i] = (struct order){ s->place[i], i };
	qsort(o, (size_t)s->n, sizeof *o, by_place);
	rc = check(o, s->n, e);
	for (i = 0; i < s->n; i++) {
		moved = moved || o[i].from != i;
		s->place[i] = o[i].place;
	}
	if (moved) {
		reorder(&s->truth, o, s->n, plane);
		reorder(&s->pred, o, s->n, plane);
		s->room = s->n;
	}
	free(o);
	return rc;
}
