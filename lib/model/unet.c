#include "model/unet.h"

#include <stdio.h>
#include <string.h>

#include "model/init.h"

#define BLOCKS 5

static int
conv_bnorm_relu(struct graph *g, int x, struct params *ps, int block, int which, int channels)
{
	char name[64];

	snprintf(name, sizeof name, "decoder.blocks.%d.conv%d.0", block, which);
	x = graph_conv(g, x, ps, name, channels, 3, 1, 1, 0);
	snprintf(name, sizeof name, "decoder.blocks.%d.conv%d.1", block, which);
	return graph_bnorm(g, x, -1, ps, name, 1);
}

int
unet_build(struct graph *g, int x, struct params *ps, enum resnet_arch arch, int classes)
{
	static const int channels[BLOCKS] = { 256, 128, 64, 32, 16 };
	int taps[5], i;

	resnet_build(taps, g, x, ps, arch);
	x = taps[4];
	for (i = 0; i < BLOCKS; i++) {
		x = graph_upcat(g, x, i < 4 ? taps[3 - i] : -1);
		x = conv_bnorm_relu(g, x, ps, i, 1, channels[i]);
		x = conv_bnorm_relu(g, x, ps, i, 2, channels[i]);
	}
	x = graph_conv(g, x, ps, "segmentation_head.0", classes, 3, 1, 1, 1);
	graph_output(g, x);
	return x;
}

void
unet_init_decoder(struct params *ps, uint64_t seed)
{
	int i;

	init_bnorms(ps, "decoder.");
	for (i = 0; i < ps->n; i++) {
		struct param *p = &ps->p[i];

		if (!strncmp(p->name, "decoder.", 8) && p->ndim == 4)
			init_kaiming_uniform(p, seed);
		else if (!strcmp(p->name, "segmentation_head.0.weight"))
			init_xavier_uniform(p, seed);
		else if (!strcmp(p->name, "segmentation_head.0.bias"))
			init_constant(p, 0);
	}
}
