#include "model/weights.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "model/unet.h"

#define ENCODER "encoder."
#define SMP_TIMM "encoder.model." /* segmentation_models.pytorch around a timm encoder */

static int
begins(const char *s, const char *prefix)
{
	return !strncmp(s, prefix, strlen(prefix));
}

static int
part_of(const char *name)
{
	if (begins(name, ENCODER "fc."))
		return WEIGHTS_CLASSIFIER;
	if (begins(name, ENCODER))
		return WEIGHTS_ENCODER;
	if (begins(name, "decoder.") || begins(name, "segmentation_head."))
		return WEIGHTS_DECODER;
	if (begins(name, "projector.") || begins(name, "predictor."))
		return WEIGHTS_HEADS;
	return 0;
}

/* The name inside for a name in a file: a new string. */
static char *
inside_name(const char *name)
{
	if (begins(name, SMP_TIMM))
		return mem_printf(ENCODER "%s", name + strlen(SMP_TIMM));
	if (part_of(name) || begins(name, ENCODER))
		return mem_strdup(name);
	return mem_printf(ENCODER "%s", name);
}

void
weights_params(struct params *ps, enum resnet_arch arch, int channels, int classes)
{
	struct graph *g = graph_new(1);
	int x = graph_input(g, channels, UNET_MULTIPLE, UNET_MULTIPLE), taps[5];

	params_init(ps, 0);
	if (classes)
		unet_build(g, x, ps, arch, classes);
	else
		resnet_build(taps, g, x, ps, arch);
	graph_delete(g);
}

void
weights_pack(struct record *r, const struct params *ps, int parts, int bare)
{
	int i;

	for (i = 0; i < ps->n; i++) {
		const struct param *p = &ps->p[i];
		const char *name = p->name;

		if (!(part_of(name) & parts))
			continue;
		if (bare && begins(name, ENCODER))
			name += strlen(ENCODER);
		if (p->kind == PARAM_COUNT)
			*(int64_t *)record_add(r, name, TEN_I64, p->ndim, p->dim)->data = (int64_t)p->data[0];
		else
			record_borrow(r, name, TEN_F32, p->ndim, p->dim, p->data);
	}
}

const struct tensor *
weights_find(const struct record *r, const char *name)
{
	int i;

	for (i = 0; i < r->n; i++) {
		char *inside = inside_name(r->t[i].name);
		int same = !strcmp(inside, name);

		free(inside);
		if (same)
			return &r->t[i];
	}
	return NULL;
}

/* p[cout,to,k,k] from src[cout,from,k,k]; 0 if there is a rule for it. */
static int
adapt_channels(struct param *p, const float *src, int64_t from)
{
	int64_t to = p->dim[1], area = p->dim[2] * p->dim[3], o, c, s, k;

	if (to != 1 && from != 1 && from != 3)
		return -1;
	for (o = 0; o < p->dim[0]; o++)
		for (c = 0; c < to; c++)
			for (k = 0; k < area; k++) {
				double sum = 0;

				if (to == 1)
					for (s = 0; s < from; s++)
						sum += src[(o * from + s) * area + k];
				else
					sum = src[(o * from + c % from) * area + k] * (double)from / (double)to;
				p->data[(o * to + c) * area + k] = (float)sum;
			}
	return 0;
}

static int
shape_error(const struct param *p, const struct tensor *t, struct err *e)
{
	struct tensor want = { .ndim = p->ndim };
	char have[TENSOR_SHAPE_LEN], need[TENSOR_SHAPE_LEN];

	memcpy(want.dim, p->dim, sizeof p->dim);
	return err_set(e, "'%s' is %s, this network needs %s (weights of another --arch or size?)", t->name,
	               tensor_shape(have, t), tensor_shape(need, &want));
}

static int
is_first_conv(const struct param *p, const struct tensor *t)
{
	return !strcmp(p->name, ENCODER "conv1.weight") && t->ndim == 4 && t->dim[0] == p->dim[0] &&
	       t->dim[2] == p->dim[2] && t->dim[3] == p->dim[3];
}

static int
take(struct param *p, const struct tensor *t, struct weights_report *report, struct err *e)
{
	float *values = mem_aligned((size_t)tensor_count(t) * sizeof *values);
	int64_t i, n = tensor_count(t);
	int rc = 0;

	tensor_to_f32(values, t, 0, n);
	for (i = 0; i < n && !rc; i++)
		if (!isfinite(values[i]))
			rc = err_set(e, "'%s' has a value that is not finite at index %lld", t->name, (long long)i);
	if (!rc && t->ndim == p->ndim && !memcmp(t->dim, p->dim, (size_t)p->ndim * sizeof *t->dim))
		memcpy(p->data, values, (size_t)n * sizeof *values);
	else if (!rc && is_first_conv(p, t) && !adapt_channels(p, values, t->dim[1]))
		report->adapted = (int)t->dim[1];
	else if (!rc)
		rc = shape_error(p, t, e);
	free(values);
	return rc;
}

static int
load_tensor(struct params *ps, char *filled, const struct tensor *t, int parts, int lenient,
            struct weights_report *report, struct err *e)
{
	char *name = inside_name(t->name);
	int part = part_of(name), i = part & parts ? params_find(ps, name) : -1, rc = 0;

	if (i >= 0 && filled[i])
		rc = err_set(e, "'%s' stands for '%s' a second time", t->name, name);
	else if (i >= 0)
		rc = take(&ps->p[i], t, report, e);
	else if (part && !(part & parts))
		report->left++;
	else if (lenient)
		report->unknown++;
	else
		rc = err_set(e, "'%s' has no place in this network (another --arch?)", t->name);
	if (i >= 0 && !rc) {
		filled[i] = 1;
		report->matched++;
	}
	free(name);
	return rc;
}

static int
check_filled(const struct params *ps, const char *filled, int parts, int lenient, struct weights_report *report,
             struct err *e)
{
	int i;

	for (i = 0; i < ps->n; i++) {
		const struct param *p = &ps->p[i];

		if (filled[i] || !(part_of(p->name) & parts) || p->kind == PARAM_COUNT)
			continue;
		if (!lenient)
			return err_set(e, "no tensor for '%s' (%d matched)", p->name, report->matched);
		report->missing++;
	}
	return 0;
}

int
weights_load(struct params *ps, const struct record *r, int parts, int lenient, struct weights_report *report,
             const char *file, struct err *e)
{
	char *filled = mem_alloc((size_t)ps->n);
	int i, rc = 0;

	memset(report, 0, sizeof *report);
	for (i = 0; i < r->n && !rc; i++)
		rc = load_tensor(ps, filled, &r->t[i], parts, lenient, report, e);
	if (!rc)
		rc = check_filled(ps, filled, parts, lenient, report, e);
	if (!rc && !report->matched)
		rc = err_set(e, "not one tensor matches this network");
	free(filled);
	return rc ? err_prefix(e, "weights '%s'", file) : 0;
}

int
weights_arch(enum resnet_arch *arch, const struct record *r, struct err *e)
{
	if (!weights_find(r, ENCODER "layer1.0.conv1.weight"))
		return err_set(e, "no ResNet weights: 'layer1.0.conv1.weight' is missing");
	if (weights_find(r, ENCODER "layer1.0.conv3.weight"))
		*arch = RESNET50;
	else
		*arch = weights_find(r, ENCODER "layer3.5.conv1.weight") ? RESNET34 : RESNET18;
	return 0;
}

int
weights_parts(const struct record *r)
{
	int i, parts = 0;

	for (i = 0; i < r->n; i++) {
		char *name = inside_name(r->t[i].name);

		parts |= part_of(name);
		free(name);
	}
	return parts;
}

/* Dimension d of a tensor with four, and with values: anybody can claim any others; 0 without it. */
static int
dimension(const struct record *r, const char *name, int d)
{
	const struct tensor *t = weights_find(r, name);

	return t && t->ndim == 4 && tensor_count(t) && t->dim[d] < 65536 ? (int)t->dim[d] : 0;
}

int
weights_channels(const struct record *r)
{
	return dimension(r, ENCODER "conv1.weight", 1);
}

int
weights_classes(const struct record *r)
{
	return dimension(r, "segmentation_head.0.weight", 0);
}

const char *
weights_report_text(char buf[WEIGHTS_REPORT_LEN], const struct weights_report *r, const char *file)
{
	int n = snprintf(buf, WEIGHTS_REPORT_LEN, "matched %d tensors of '%.200s'", r->matched, file);

	if (r->left)
		n += snprintf(buf + n, (size_t)(WEIGHTS_REPORT_LEN - n), ", left %d that belong to other parts", r->left);
	if (r->adapted)
		n += snprintf(buf + n, (size_t)(WEIGHTS_REPORT_LEN - n),
		              ", adapted the first convolution from %d channels", r->adapted);
	if (r->missing || r->unknown)
		snprintf(buf + n, (size_t)(WEIGHTS_REPORT_LEN - n), ", %d parameters without a tensor, %d unknown tensors",
		         r->missing, r->unknown);
	return buf;
}
