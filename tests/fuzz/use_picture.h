/* use_picture.h - everything that is done with a picture */
#ifndef USE_PICTURE_H
#define USE_PICTURE_H

#include "fuzz.h"
#include "io/picture.h"

static inline void
use_picture(const void *data, size_t size, enum picture_palette palette)
{
	const char *path = fuzz_file(data, size);
	struct pictures p;
	struct err e = { "" };
	int i, n = pictures_count(path, &e);

	FUZZ_CHECK(n >= 0 || *e.msg);
	*e.msg = '\0';
	if (pictures_read(&p, path, palette, &e)) {
		FUZZ_CHECK(*e.msg && !strchr(e.msg, '\n'));
		return;
	}
	FUZZ_CHECK(p.n == n);
	for (i = 0; i < p.n; i++) {
		struct record r = { 0 };
		struct picture *x = &p.page[i];

		FUZZ_CHECK((x->channels == 1 || x->channels == 3) && x->height > 0 && x->width > 0);
		picture_image(&r, x, &e);
		picture_mask(&r, x, x, 4, -1, &e);
		if (i % 2)
			picture_grey(x);
		else
			picture_rgb(x);
		record_free(&r);
	}
	pictures_free(&p);
}

#endif
