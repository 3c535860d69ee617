#include "model/import_names.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"

static const struct {
	const char *name, *anchor; /* the first block's first convolution */
} layouts[IMPORT_NLAYOUT] = {
	[IMPORT_TORCHVISION] = { "torchvision", "layer1.0.conv1.weight" },
	[IMPORT_NUMBERED] = { "numbered children", "4.0.conv1.weight" },
	[IMPORT_HUGGING_FACE] = { "Hugging Face", "encoder.stages.0.layers.0.layer.0.convolution.weight" },
};

const char *
import_layout_name(enum import_layout layout)
{
	return layouts[layout].name;
}

size_t
import_before(enum import_layout layout, const char *name)
{
	const char *anchor = layouts[layout].anchor;
	size_t n = strlen(name), end = strlen(anchor);

	if (n < end || strcmp(name + n - end, anchor) || (n > end && name[n - end - 1] != '.'))
		return IMPORT_ELSEWHERE;
	return n - end;
}

/* What follows `start` in name; NULL if it begins otherwise. */
static const char *
after(const char *name, const char *start)
{
	size_t n = strlen(start);

	return strncmp(name, start, n) ? NULL : name + n;
}

static char *
torchvision(const char *name)
{
	static const char *const parts[] = { "conv1.", "bn1.", "layer1.", "layer2.", "layer3.", "layer4." };
	size_t i;

	for (i = 0; i < ARRAY_LEN(parts); i++)
		if (after(name, parts[i]))
			return mem_printf("encoder.%s", name);
	return NULL;
}

/* conv1, bn1, ReLU, max pool, layer1, layer2, layer3, layer4 (then average pool and fc) */
static char *
numbered(const char *name)
{
	static const struct {
		const char *child, *part;
	} parts[] = {
		{ "0.", "conv1" }, { "1.", "bn1" }, { "4.", "layer1" }, { "5.", "layer2" }, { "6.", "layer3" }, { "7.", "layer4" },
	};
	size_t i;

	for (i = 0; i < ARRAY_LEN(parts); i++) {
		const char *rest = after(name, parts[i].child);

		if (rest)
			return mem_printf("encoder.%s.%s", parts[i].part, rest);
	}
	return NULL;
}

/* "convolution.weight" or "normalization.bias": the rest behind the dot, and which of both. */
static const char *
conv_or_norm(const char *name, int *norm)
{
	const char *rest = after(name, "convolution.");

	*norm = !rest;
	return rest ? rest : after(name, "normalization.");
}

static char *
hugging_face_block(const char *name)
{
	unsigned stage, block, k;
	const char *rest;
	int n = 0, norm;

	if (sscanf(name, "%1u.layers.%2u.%n", &stage, &block, &n) != 2 || !n)
		return NULL;
	name += n;
	if ((rest = after(name, "shortcut.")) && (rest = conv_or_norm(rest, &norm)))
		return mem_printf("encoder.layer%u.%u.downsample.%d.%s", stage + 1, block, norm, rest);
	n = 0;
	if (sscanf(name, "layer.%1u.%n", &k, &n) == 1 && n && (rest = conv_or_norm(name + n, &norm)))
		return mem_printf("encoder.layer%u.%u.%s%u.%s", stage + 1, block, norm ? "bn" : "conv", k + 1, rest);
	return NULL;
}

static char *
hugging_face(const char *name)
{
	const char *rest = after(name, "embedder.embedder.");
	int norm;

	if (rest && (rest = conv_or_norm(rest, &norm)))
		return mem_printf("encoder.%s.%s", norm ? "bn1" : "conv1", rest);
	rest = after(name, "encoder.stages.");
	return rest ? hugging_face_block(rest) : NULL;
}

char *
import_inside(enum import_layout layout, const char *name)
{
	switch (layout) {
	case IMPORT_NUMBERED:
		return numbered(name);
	case IMPORT_HUGGING_FACE:
		return hugging_face(name);
	default:
		return torchvision(name);
	}
}

int
import_is_target(const char *prefix)
{
	static const char *const words[] = { "momentum", "target", "teacher", "ema", "encoder_k.", "backbone_k.", "module_k." };
	size_t i;

	for (i = 0; i < ARRAY_LEN(words); i++) {
		const char *at = strstr(prefix, words[i]);

		if (at && (at == prefix || at[-1] == '.' || at[-1] == '_'))
			return 1;
	}
	return 0;
}
