#include "model/import.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "model/import_names.h"
#include "model/weights.h"

#define MOST_CHANNELS 4096 /* of a first convolution that will be adapted */

/* A ResNet in the checkpoint */
struct site {
	enum import_layout layout;
	char *prefix;
};

struct sites {
	struct site *s;
	int n;
};

static void
sites_free(struct sites *s)
{
	int i;

	for (i = 0; i < s->n; i++)
		free(s->s[i].prefix);
	free(s->s);
}

/* Where a name ends like one that each ResNet of a layout has once, there one is. */
static void
find_sites(struct sites *found, const struct foreign *c)
{
	int i, layout;

	memset(found, 0, sizeof *found);
	for (i = 0; i < c->n; i++)
		for (layout = 0; layout < IMPORT_NLAYOUT; layout++) {
			size_t before = import_before((enum import_layout)layout, c->t[i].name);
			struct site *s;

			if (before == IMPORT_ELSEWHERE)
				continue;
			found->s = mem_grow(found->s, (size_t)found->n + 1, sizeof *found->s);
			s = &found->s[found->n++];
			s->layout = (enum import_layout)layout;
			s->prefix = mem_printf("%.*s", (int)before, c->t[i].name);
		}
}

/* "'backbone.', 'momentum_backbone.'" */
static void
list_prefixes(char *buf, size_t size, const struct sites *found)
{
	size_t len = 0;
	int i;

	buf[0] = '\0';
	for (i = 0; i < found->n && len < size; i++)
		len += (size_t)snprintf(buf + len, size - len, "%s'%s'", i ? ", " : "", found->s[i].prefix);
}

/* Is this prefix the one the user wrote, with or without its last dot? */
static int
is_prefix(const char *have, const char *said)
{
	size_t n = strlen(said);

	return !strncmp(have, said, n) && (!have[n] || (n && !strcmp(have + n, ".")));
}

static const struct site *
choose_prefix(const struct sites *found, const char *prefix, struct err *e)
{
	char list[512];
	int i;

	for (i = 0; i < found->n; i++)
		if (is_prefix(found->s[i].prefix, prefix))
			return &found->s[i];
	list_prefixes(list, sizeof list, found);
	err_set(e, "no ResNet under '%s', only under %s", prefix, list);
	return NULL;
}

static const struct site *
choose_which(const struct sites *found, enum import_which which, struct err *e)
{
	const struct site *target = NULL, *online = NULL, *s;
	int targets = 0, i, n;
	char list[512];

	for (i = 0; i < found->n; i++)
		if (import_is_target(found->s[i].prefix)) {
			target = &found->s[i];
			targets++;
		} else {
			online = &found->s[i];
		}
	s = which == IMPORT_ONLINE || (which == IMPORT_EITHER && !target) ? online : target;
	n = s == target ? targets : found->n - targets;
	if (n == 1)
		return s;
	list_prefixes(list, sizeof list, found);
	if (!n)
		err_set(e, "no %s network, only %s (--which, --prefix)", which == IMPORT_TARGET ? "target" : "online", list);
	else
		err_set(e, "more than one ResNet: under %s (choose one by --prefix)", list);
	return NULL;
}

/* The arch is told from the names, the channels from the first convolution. */
static int
recognise(struct import *m, const struct foreign *c, struct err *e)
{
	struct record names = { 0 };
	int i, rc;

	names.t = mem_array((size_t)m->taken, sizeof *names.t);
	for (i = 0; i < c->n; i++)
		if (m->inside[i]) {
			struct tensor *t = &names.t[names.n++];

			t->name = mem_strdup(m->inside[i]);
			t->ndim = c->t[i].ndim;
			memcpy(t->dim, c->t[i].dim, sizeof t->dim);
		}
	rc = weights_arch(&m->arch, &names, e);
	m->channels = weights_channels(&names);
	if (!rc && (m->channels < 1 || m->channels > MOST_CHANNELS))
		rc = err_set(e, "no first convolution under '%s', or none for images of 1..%d channels", m->prefix,
		             MOST_CHANNELS);
	record_free(&names);
	return rc;
}

static int
take_site(struct import *m, const struct foreign *c, const struct site *s, struct err *e)
{
	size_t before = strlen(s->prefix);
	int i;

	m->prefix = mem_strdup(s->prefix);
	m->names = import_layout_name(s->layout);
	m->inside = mem_array((size_t)c->n, sizeof *m->inside);
	m->n = c->n;
	for (i = 0; i < c->n; i++) {
		if (strncmp(c->t[i].name, s->prefix, before))
			continue;
		m->inside[i] = import_inside(s->layout, c->t[i].name + before);
		if (!m->inside[i])
			continue;
		m->taken++;
		m->renamed += strcmp(m->inside[i] + strlen("encoder."), c->t[i].name) != 0;
	}
	return recognise(m, c, e);
}

int
import_find(struct import *m, const struct foreign *c, const char *prefix, enum import_which which, struct err *e)
{
	const struct site *s = NULL;
	struct sites found;
	int rc = -1;

	memset(m, 0, sizeof *m);
	find_sites(&found, c);
	if (!found.n)
		err_set(e, "no ResNet among its %d tensors%s%s%s", c->n, c->n ? " ('" : "", c->n ? c->t[0].name : "",
		        c->n ? "', ...)" : "");
	else if (prefix)
		s = choose_prefix(&found, prefix, e);
	else
		s = choose_which(&found, which, e);
	if (s)
		rc = take_site(m, c, s, e);
	sites_free(&found);
	if (rc)
		import_free(m);
	return rc;
}

void
import_free(struct import *m)
{
	int i;

	for (i = 0; i < m->n; i++)
		free(m->inside[i]);
	free(m->inside);
	free(m->prefix);
	memset(m, 0, sizeof *m);
}

/* --- reading --- */

/* As p, but for the input channels of the first convolution, which m has noted? */
static int
has_shape(const struct foreign_tensor *t, const struct param *p, const struct import *m)
{
	int first = !strcmp(p->name, "encoder.conv1.weight"), i;

	if (t->ndim != p->ndim)
		return 0;
	for (i = 0; i < t->ndim; i++)
		if (t->dim[i] != (first && i == 1 ? m->channels : p->dim[i]))
			return 0;
	return 1;
}

static int
check_tensor(const struct import *m, const struct foreign_tensor *t, const char *inside, const struct params *ps,
             struct err *e)
{
	struct tensor have = { .ndim = t->ndim }, want = { 0 };
	char a[TENSOR_SHAPE_LEN], b[TENSOR_SHAPE_LEN];
	int i = params_find(ps, inside);

	if (i < 0)
		return err_set(e, "'%s' has no place in a %s (a deeper or different network?)", t->name,
		               resnet_name(m->arch));
	if (ps->p[i].kind != PARAM_COUNT && t->dtype != TEN_F32 && t->dtype != TEN_F16 && t->dtype != TEN_BF16 &&
	    t->dtype != TEN_F64)
		return err_set(e, "'%s' is %s, expected floating point", t->name, ten_dtype_name(t->dtype));
	if (has_shape(t, &ps->p[i], m))
		return 0;
	memcpy(have.dim, t->dim, sizeof have.dim);
	want.ndim = ps->p[i].ndim;
	memcpy(want.dim, ps->p[i].dim, sizeof ps->p[i].dim);
	return err_set(e, "'%s' is %s, a %s has %s there", t->name, tensor_shape(a, &have), resnet_name(m->arch),
	               tensor_shape(b, &want));
}

/* The tensors under their inside names; each has the shape of a parameter by now. */
static int
read_tensors(struct record *r, const struct import *m, const struct foreign *c, const struct params *ps,
             struct err *e)
{
	int i, rc = 0;

	for (i = 0; i < c->n && !rc; i++) {
		const struct foreign_tensor *t = &c->t[i];

		if (!m->inside[i])
			continue;
		rc = check_tensor(m, t, m->inside[i], ps, e);
		if (!rc && record_find(r, m->inside[i]))
			rc = err_set(e, "'%s' stands for '%s' a second time", t->name, m->inside[i]);
		if (!rc)
			rc = foreign_copy(record_add(r, m->inside[i], t->dtype, t->ndim, t->dim)->data, c, t, e);
	}
	return rc;
}

int
import_read(struct params *ps, const struct import *m, const struct foreign *c, int channels, const char *file,
            struct err *e)
{
	struct weights_report report;
	struct record r = { 0 };
	int rc;

	weights_params(ps, m->arch, channels ? channels : m->channels, 0);
	rc = read_tensors(&r, m, c, ps, e);
	if (rc)
		err_prefix(e, "weights '%s'", file);
	else
		rc = weights_load(ps, &r, WEIGHTS_ENCODER, 0, &report, file, e);
	record_free(&r);
	if (rc)
		params_free(ps);
	return rc;
}
