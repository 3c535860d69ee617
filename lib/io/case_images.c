#include "io/case_images.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "io/nifti_geometry.h"
#include "io/volume.h"

int
case_images_open(struct case_images *c, const char *path, int folder, struct err *e)
{
	memset(c, 0, sizeof *c);
	if (folder && dataset_survey(&c->set, path, e))
		return -1;
	c->path = mem_strdup(path);
	return 0;
}

static void
close_file(struct case_images *c)
{
	if (c->pages.n)
		pictures_free(&c->pages);
	else if (c->name)
		nifti_close(&c->f);
	free(c->name);
	c->name = NULL;
}

static int
open_file(struct case_images *c, const char *path, const struct pairs *p, struct err *e)
{
	const struct pair *pair = &p->p[p->at];

	close_file(c);
	if (nifti_open(&c->f, path, e))
		return -1;
	c->name = mem_strdup(pair->name);
	if (nifti_match(&c->f.head, &p->a.head, p->by_voxel, e))
		return err_prefix(e, "'%s' and '%s'", path, pair->pred);
	return 0;
}

static void
put_known(struct meta *m, const struct dataset *d, const struct dataset_case *c)
{
	char *names = meta_get(m, "names") ? NULL : dataset_join_names(d);

	if (strcmp(c->patient, c->name) != 0)
		meta_set(m, "patient", c->patient);
	dataset_describe(m, c);
	if (names) {
		meta_set(m, "names", names);
		meta_setf(m, "classes", "%d", d->classes);
	}
	free(names);
}

static int
add_volume(struct case_images *c, struct record *r, const struct pairs *p, const char *path, struct err *e)
{
	const char *name = p->p[p->at].name;

	if ((!c->name || strcmp(c->name, name) != 0) && open_file(c, path, p, e))
		return -1;
	if (nifti_next(&c->f, e) < 0)
		return -1;
	return volume_image(r, &c->f.frame, 0, e) ? err_prefix(e, "'%s'", path) : 0;
}

static int
add_picture(struct case_images *c, struct record *r, const struct pairs *p, char *const *path, int files, struct err *e)
{
	const char *name = p->p[p->at].name;
	const struct picture *pred = &p->pages[0].page[p->page - 1], *page;

	if (!c->name || strcmp(c->name, name) != 0) {
		close_file(c);
		if (pictures_read_channels(&c->pages, path, files, PICTURE_AS_IS, DATASET_CHANNELS, e))
			return -1;
		c->name = mem_strdup(name);
	}
	page = p->page <= c->pages.n ? &c->pages.page[p->page - 1] : NULL;
	if (!page || page->width != pred->width || page->height != pred->height)
		return err_set(e, "'%s' and '%s': pages, or their sizes, are not the same", path[0], p->p[p->at].pred);
	return picture_image(r, page, e) ? err_prefix(e, "'%s'", path[0]) : 0;
}

int
case_images_add(struct case_images *c, struct record *r, const struct pairs *p, struct err *e)
{
	const char *name = p->p[p->at].name;
	const struct dataset_case *known = c->set.dir ? dataset_find(&c->set, name) : NULL;
	int channels = known ? known->channels : 1, channel = p->picture ? 0 : c->channel;
	char *const *path = known ? known->image : &c->path;

	if (c->set.dir && (!known || !known->channels))
		return err_set(e, "'%s': no image of case '%s'", c->path, name);
	if (channel >= channels)
		return err_set(e, "'%s': case '%s' has %d channel%s, so no channel %d", c->path, name, channels,
		               channels == 1 ? "" : "s", channel);
	record_remove(r, "image");
	if (p->picture ? add_picture(c, r, p, path, channels, e) : add_volume(c, r, p, path[channel], e))
		return -1;
	if (known)
		put_known(&r->meta, &c->set, known);
	return 0;
}

void
case_images_close(struct case_images *c)
{
	close_file(c);
	if (c->set.dir)
		dataset_free(&c->set);
	free(c->path);
	memset(c, 0, sizeof *c);
}
