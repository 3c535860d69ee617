#include "nearest.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "eval/neighbours.h"
#include "ten/samples.h"

void
nearest_open(struct nearest *s, const char *path, int k, const char *unlike)
{
	struct err e;
	int rc;

	*s = (struct nearest){ .k = k, .unlike = unlike };
	rc = ten_map(&s->file, path, &e);
	if (rc < 0)
		die("%s", e.msg);
	if (rc)
		die("%s is a pipe: --neighbours needs a file", path && strcmp(path, "-") ? path : "standard input");
}

void
nearest_gather(struct nearest *s, const struct record *r, int record)
{
	const struct tensor *t = record_find(r, "features");
	int64_t n = t->dim[0], i;

	if (s->unlike && !meta_get(&r->meta, s->unlike))
		die("%s record %d: no metadata '%s' to tell neighbours apart by", s->file.name, record, s->unlike);
	s->dim = t->dim[1];
	if (s->n + n > INT_MAX / (s->k + 1))
		die("%s: more samples than can be compared", s->file.name);
	if (s->n + n > s->room) {
		s->room = 2 * (s->n + n);
		s->features = mem_grow(s->features, (size_t)(s->room * s->dim), sizeof *s->features);
		s->place = mem_grow(s->place, (size_t)s->room, sizeof *s->place);
	}
	memcpy(s->features + s->n * s->dim, t->data, tensor_bytes(t));
	for (i = 0; i < n; i++)
		s->place[s->n++] = (struct nearest_place){ record, i };
}

/* Numbers the values of the metadata in order of appearance. */
static int *
number_groups(const struct nearest *s)
{
	const char **value = mem_array((size_t)s->file.n + 1, sizeof *value), *v;
	int *group = mem_array((size_t)s->n + 1, sizeof *group), groups = 0, k = 0;
	int64_t i;

	for (i = 0; i < s->n; i++) {
		v = meta_get(&s->file.entry[s->place[i].record].rec.meta, s->unlike);
		for (k = groups - 1; k >= 0 && strcmp(value[k], v) != 0; k--) /* mostly that of the record before */
			;
		if (k < 0)
			value[k = groups++] = v;
		group[i] = k;
	}
	free(value);
	return group;
}

static void
put(struct nearest *s, struct ten_writer *out, const struct meta *weights, int64_t sample, int rank, double cosine, int64_t at)
{
	const struct nearest_place *p = &s->place[sample];
	struct record one = { 0 };
	struct err e;
	const struct record *r = ten_map_record(&s->file, p->record, &e);

	if (!r)
		die("%s", e.msg);
	if (samples_count(r, &e) < 0)
		die("%s record %d: %s", s->file.name, p->record, e.msg);
	samples_slice(&one, r, p->sample, 1);
	meta_setf(&one.meta, "neighbour", "%d", rank);
	meta_setf(&one.meta, "cosine", "%.9g", cosine);
	meta_setf(&one.meta, "sample", "%lld", (long long)sample);
	meta_setf(&one.meta, "first", "%lld", (long long)at);
	meta_setf(&one.meta, "samples", "%lld", (long long)(s->n * (s->k + 1)));
	provenance_include(&one.meta, weights, "weights");
	out_write(out, &one);
	record_free(&one);
}

void
nearest_write(struct nearest *s, struct ten_writer *out, const struct meta *weights)
{
	int n = (int)s->n, k, *group = s->unlike ? number_groups(s) : NULL;
	struct neighbour *near = mem_array((size_t)n * (size_t)s->k, sizeof *near), *of;
	int64_t at = 0, i;

	neighbours_find(near, s->features, n, (int)s->dim, s->k, group);
	for (i = 0, of = near; i < n; i++, of += s->k) {
		if (of[s->k - 1].at < 0)
			die("%s: sample %lld has fewer than %d others to compare with", s->file.name, (long long)i, s->k);
		put(s, out, weights, i, 0, 1, at++);
		for (k = 0; k < s->k; k++)
			put(s, out, weights, of[k].at, k + 1, of[k].cosine, at++);
	}
	free(near);
	free(group);
}

void
nearest_close(struct nearest *s)
{
	ten_unmap(&s->file);
	free(s->features);
	free(s->place);
}
