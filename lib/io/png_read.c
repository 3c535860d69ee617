#include <setjmp.h>
#include <stdlib.h>

#include <png.h>

#include "base/mem.h"
#include "io/decode.h"

#define SIDE_MAX (1 << 20)

struct png {
	png_structp png;
	png_infop info;
	struct decoding *d;
	unsigned char *raw; /* interleaved */
	png_bytep *row;
};

static void
on_error(png_structp png, png_const_charp text)
{
	struct png *g = png_get_error_ptr(png);

	err_set(g->d->e, "'%s': %s (file cut short or damaged?)", g->d->path, text);
	png_longjmp(png, 1);
}

static void
on_warning(png_structp png, png_const_charp text)
{
	(void)png; /* remarks on profiles and text chunks */
	(void)text;
}

/* Asks for grey or RGB of 8 or 16 bits, or for the values as they are. */
static void
set_transforms(struct png *g)
{
	int colour = png_get_color_type(g->png, g->info), bits = png_get_bit_depth(g->png, g->info);

	if (g->d->palette == PICTURE_INDICES && bits < 8)
		png_set_packing(g->png);
	else if (colour == PNG_COLOR_TYPE_PALETTE && g->d->palette == PICTURE_COLOURS)
		png_set_palette_to_rgb(g->png);
	else if (colour == PNG_COLOR_TYPE_GRAY && bits < 8)
		png_set_expand_gray_1_2_4_to_8(g->png);
	if (bits == 16 && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__)
		png_set_swap(g->png);
	png_set_strip_alpha(g->png);
	png_set_interlace_handling(g->png);
	png_read_update_info(g->png, g->info);
}

static void
read_rows(struct png *g, struct picture *p)
{
	size_t plane = (size_t)p->width * (size_t)p->height, size = ten_dtype_size(p->dtype);
	size_t stride = (size_t)p->width * (size_t)p->channels * size;
	int y;

	if (png_get_rowbytes(g->png, g->info) != stride)
		png_error(g->png, "unexpected row size");
	g->raw = mem_array((size_t)p->height, stride);
	g->row = mem_array((size_t)p->height, sizeof *g->row);
	for (y = 0; y < p->height; y++)
		g->row[y] = g->raw + (size_t)y * stride;
	png_read_image(g->png, g->row);
	png_read_end(g->png, NULL);
	picture_spread(p->data, plane, g->raw, plane, p->channels, p->channels, size);
}

static int
decode(struct png *g, struct picture *p)
{
	png_init_io(g->png, g->d->f);
	png_set_user_limits(g->png, SIDE_MAX, SIDE_MAX);
	/* Texts, profiles and the like are passed over unread: libpng would have memory for whatever length they claim,
	 * and only warn of what is beyond png_set_chunk_malloc_max. */
	png_set_keep_unknown_chunks(g->png, PNG_HANDLE_CHUNK_NEVER, NULL, -1);
	png_read_info(g->png, g->info);
	set_transforms(g);
	if (picture_init(p, g->d, png_get_bit_depth(g->png, g->info) == 16 ? TEN_U16 : TEN_U8,
	                 png_get_channels(g->png, g->info), png_get_image_height(g->png, g->info),
	                 png_get_image_width(g->png, g->info)))
		return -1;
	read_rows(g, p);
	return 0;
}

int
png_read(struct picture *p, struct decoding *d)
{
	struct png *g = mem_alloc(sizeof *g);
	volatile int rc = -1;

	g->d = d;
	g->png = png_create_read_struct(PNG_LIBPNG_VER_STRING, g, on_error, on_warning);
	g->info = g->png ? png_create_info_struct(g->png) : NULL;
	if (!g->info)
		err_set(d->e, "'%s': libpng does not start", d->path);
	else if (!setjmp(png_jmpbuf(g->png)))
		rc = decode(g, p);
	png_destroy_read_struct(&g->png, &g->info, NULL);
	free(g->row);
	free(g->raw);
	free(g);
	return rc;
}
