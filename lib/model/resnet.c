#include "model/resnet.h"

#include <stdio.h>
#include <string.h>

#include "model/init.h"

static const struct {
	const char *name;
	int bottleneck;
	int blocks[4];
} archs[] = {
	[RESNET18] = { "resnet18", 0, { 2, 2, 2, 2 } },
	[RESNET34] = { "resnet34", 0, { 3, 4, 6, 3 } },
	[RESNET50] = { "resnet50", 1, { 3, 4, 6, 3 } },
};

#define NAME_LEN 64

/* Where a block is being built; names are made from it. */
struct site {
	struct graph *g;
	struct params *ps;
	char block[NAME_LEN / 2]; /* "encoder.layer1.0" */
};

const char *
resnet_name(enum resnet_arch arch)
{
	return archs[arch].name;
}

int
resnet_features(enum resnet_arch arch)
{
	return archs[arch].bottleneck ? 2048 : 512;
}

static int
conv(const struct site *s, int x, const char *part, int cout, int k, int stride)
{
	char name[NAME_LEN];

	snprintf(name, sizeof name, "%s.%s", s->block, part);
	return graph_conv(s->g, x, s->ps, name, cout, k, stride, k / 2, 0);
}

static int
bnorm(const struct site *s, int x, int res, const char *part, int relu)
{
	char name[NAME_LEN];

	snprintf(name, sizeof name, "%s.%s", s->block, part);
	return graph_bnorm(s->g, x, res, s->ps, name, relu);
}

static int
shortcut(const struct site *s, int x, int cout, int stride)
{
	int c, h, w;

	graph_shape(s->g, x, &c, &h, &w);
	if (c == cout && stride == 1)
		return x;
	return bnorm(s, conv(s, x, "downsample.0", cout, 1, stride), -1, "downsample.1", 0);
}

static int
basic(const struct site *s, int x, int width, int stride)
{
	int y = bnorm(s, conv(s, x, "conv1", width, 3, stride), -1, "bn1", 1);

	y = conv(s, y, "conv2", width, 3, 1);
	return bnorm(s, y, shortcut(s, x, width, stride), "bn2", 1);
}

static int
bottleneck(const struct site *s, int x, int width, int stride)
{
	int y = bnorm(s, conv(s, x, "conv1", width, 1, 1), -1, "bn1", 1);

	y = bnorm(s, conv(s, y, "conv2", width, 3, stride), -1, "bn2", 1);
	y = conv(s, y, "conv3", 4 * width, 1, 1);
	return bnorm(s, y, shortcut(s, x, 4 * width, stride), "bn3", 1);
}

void
resnet_build(int taps[5], struct graph *g, int x, struct params *ps, enum resnet_arch arch)
{
	struct site s = { .g = g, .ps = ps, .block = "encoder" };
	int layer, i;

	taps[0] = bnorm(&s, conv(&s, x, "conv1", 64, 7, 2), -1, "bn1", 1);
	x = graph_maxpool(g, taps[0]);
	for (layer = 0; layer < 4; layer++) {
		for (i = 0; i < archs[arch].blocks[layer]; i++) {
			int stride = layer && !i ? 2 : 1;

			snprintf(s.block, sizeof s.block, "encoder.layer%d.%d", layer + 1, i);
			x = (archs[arch].bottleneck ? bottleneck : basic)(&s, x, 64 << layer, stride);
		}
		taps[layer + 1] = x;
	}
}

/* bn3 ends a bottleneck, bn2 a basic block, which has no bn3. */
static int
ends_block(const struct params *ps, const char *name)
{
	char other[NAME_LEN];
	const char *bn = strstr(name, ".bn2.weight");

	if (strstr(name, ".bn3.weight"))
		return 1;
	if (!bn)
		return 0;
	snprintf(other, sizeof other, "%.*s.bn3.weight", (int)(bn - name), name);
	return params_find(ps, other) < 0;
}

void
resnet_init(struct params *ps, uint64_t seed)
{
	int i;

	init_bnorms(ps, "encoder.");
	for (i = 0; i < ps->n; i++) {
		struct param *p = &ps->p[i];

		if (strncmp(p->name, "encoder.", 8))
			continue;
		if (p->ndim == 4)
			init_kaiming_normal(p, seed);
		else if (ends_block(ps, p->name))
			init_constant(p, 0);
	}
}
