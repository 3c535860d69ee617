#include "image/caption.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Adds to what text holds, ", " between. */
static void
add(char text[CAPTION_LEN], const char *format, ...) PRINTF(2, 3);

static void
add(char text[CAPTION_LEN], const char *format, ...)
{
	size_t n = strlen(text);
	va_list ap;

	if (n && n + 3 < CAPTION_LEN)
		n = strlen(strcat(text, ", "));
	va_start(ap, format);
	vsnprintf(text + n, CAPTION_LEN - n, format, ap);
	va_end(ap);
}

static int
number(int64_t *v, const struct meta *m, const char *key)
{
	struct err e;

	return meta_int(m, key, v, 0, INT64_MAX / 2, &e) == 1;
}

static void
who(char text[CAPTION_LEN], const struct meta *m, uint64_t seen)
{
	const char *patient = meta_get(m, "patient"), *frame = meta_get(m, "frame"), *file = meta_get(m, "file");

	if (patient && frame && *frame)
		add(text, "%s frame %s", patient, frame);
	else if (patient || meta_get(m, "case"))
		add(text, "%s", patient ? patient : meta_get(m, "case"));
	else if (file)
		add(text, "%s", strrchr(file, '/') ? strrchr(file, '/') + 1 : file);
	else
		add(text, "sample %" PRIu64, seen + 1);
}

void
caption_text(char first[CAPTION_LEN], char second[CAPTION_LEN], const struct meta *m, int64_t i, uint64_t seen)
{
	const char *phase = meta_get(m, "phase"), *cosine = meta_get(m, "cosine"), *class = meta_get(m, "class");
	int64_t slice, slices, epoch, from;

	first[0] = second[0] = '\0';
	who(first, m, seen);
	if (phase && *phase)
		add(second, "%s", phase);
	if (number(&slice, m, "slice")) {
		if (number(&slices, m, "slices"))
			add(second, "slice %" PRId64 "/%" PRId64, slice + i + 1, slices);
		else
			add(second, "slice %" PRId64, slice + i + 1);
	} else if (class) {
		add(second, "%s", class);
	} else if (number(&epoch, m, "epoch")) {
		add(second, "epoch %" PRId64, epoch + 1);
		if (number(&from, m, "first"))
			add(second, "sample %" PRId64, from + i + 1);
	}
	if (cosine)
		add(second, "cosine %.3f", atof(cosine));
}
