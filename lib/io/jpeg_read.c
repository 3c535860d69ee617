#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>

#include <jerror.h>
#include <jpeglib.h>

#include "base/mem.h"
#include "io/decode.h"

#define SCANS_MAX 500 /* of a progressive file; real ones have about ten */

struct jpeg {
	struct jpeg_error_mgr errors; /* first: libjpeg hands back a pointer to it */
	struct jpeg_decompress_struct c;
	struct jpeg_progress_mgr progress;
	jmp_buf jump;
	struct decoding *d;
	unsigned char *row;
};

static struct jpeg *
jpeg_of(j_common_ptr c)
{
	return (struct jpeg *)c->err;
}

static void
on_error(j_common_ptr c)
{
	struct jpeg *j = jpeg_of(c);
	char text[JMSG_LENGTH_MAX];

	c->err->format_message(c, text);
	err_set(j->d->e, "'%s': %s", j->d->path, text);
	longjmp(j->jump, 1);
}

/* libjpeg fills what is missing with grey and warns; only these warnings leave the picture whole. */
static void
on_message(j_common_ptr c, int level)
{
	static const int harmless[] = { JWRN_EXTRANEOUS_DATA, JWRN_JFIF_MAJOR, JWRN_ADOBE_XFORM,
		                        JWRN_BOGUS_ICC };
	size_t i;

	for (i = 0; i < ARRAY_LEN(harmless); i++)
		if (c->err->msg_code == harmless[i])
			return;
	if (level < 0)
		on_error(c);
}

static void
on_text(j_common_ptr c)
{
	(void)c; /* never to standard error */
}

static void
on_progress(j_common_ptr c)
{
	struct jpeg *j = jpeg_of(c);

	if (j->c.input_scan_number > SCANS_MAX) {
		err_set(j->d->e, "'%s': more than %d scans", j->d->path, SCANS_MAX);
		longjmp(j->jump, 1);
	}
}

static int
choose_colours(struct jpeg *j)
{
	struct jpeg_decompress_struct *c = &j->c;

	if (c->jpeg_color_space == JCS_CMYK || c->jpeg_color_space == JCS_YCCK)
		return err_set(j->d->e, "'%s': CMYK pictures are not supported", j->d->path);
	if (c->num_components != 1 && c->num_components != 3)
		return err_set(j->d->e, "'%s': %d components, expected 1 or 3", j->d->path,
		               c->num_components);
	c->out_color_space = c->num_components == 1 ? JCS_GRAYSCALE : JCS_RGB;
	return 0;
}

/* Every call may end in on_error's longjmp, so nothing here is held by local variables alone. */
static int
decode(struct jpeg *j, struct picture *p)
{
	struct jpeg_decompress_struct *c = &j->c;

	jpeg_create_decompress(c);
	c->progress = &j->progress;
	jpeg_stdio_src(c, j->d->f);
	jpeg_read_header(c, TRUE);
	if (choose_colours(j) ||
	    picture_init(p, j->d, TEN_U8, c->num_components, c->image_height, c->image_width))
		return -1;
	j->row = mem_array((size_t)p->width, (size_t)p->channels);
	jpeg_start_decompress(c);
	while (c->output_scanline < c->output_height) {
		size_t at = (size_t)c->output_scanline * (size_t)p->width;

		jpeg_read_scanlines(c, &j->row, 1);
		picture_spread((uint8_t *)p->data + at, (size_t)p->width * (size_t)p->height, j->row,
		               (size_t)p->width, p->channels, p->channels, 1);
	}
	jpeg_finish_decompress(c); /* reads up to the end mark */
	return 0;
}

int
jpeg_read(struct picture *p, struct decoding *d)
{
	struct jpeg *j = mem_alloc(sizeof *j);
	volatile int rc = -1;

	j->d = d;
	j->c.err = jpeg_std_error(&j->errors);
	j->errors.error_exit = on_error;
	j->errors.emit_message = on_message;
	j->errors.output_message = on_text;
	j->progress.progress_monitor = on_progress;
	if (!setjmp(j->jump))
		rc = decode(j, p);
	jpeg_destroy_decompress(&j->c);
	free(j->row);
	free(j);
	return rc;
}
