#include "io/pairs.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/mem.h"
#include "io/case_name.h"
#include "io/gallery.h"
#include "io/nifti_geometry.h"
#include "io/volume.h"

/* --- who belongs to whom --- */

static void
add(struct pairs *p, const char *name, const char *pred, const char *truth, const struct dataset_case *known)
{
	p->p = mem_grow(p->p, (size_t)p->n + 1, sizeof *p->p);
	p->p[p->n++] = (struct pair){ mem_strdup(pred), mem_strdup(truth), known, mem_strdup(name) };
}

/* A case of `have` that `lack` has not, and how many there are. Nobody misses nnU-Net's test cases: they are told apart from
 * all the others everywhere. */
static int
count_missing(const struct dataset *have, const struct dataset *lack, const char **name)
{
	int i, n = 0;

	for (i = have->n - 1; i >= 0; i--)
		if (!dataset_find(lack, have->c[i].name) &&
		    (have->layout != DATASET_NNUNET || have->c[i].part != DATASET_TEST)) {
			*name = have->c[i].name;
			n++;
		}
	return n;
}

static int
check_complete(const struct dataset *have, const struct dataset *lack, const char *what, struct err *e)
{
	const char *name = "";
	int n = count_missing(have, lack, &name);

	if (n > 1)
		return err_set(e, "'%s': no %s of case '%s' of '%s', nor of %d others (--common leaves them out)", lack->dir, what,
		               name, have->dir, n - 1);
	return n ? err_set(e, "'%s': no %s of case '%s' of '%s' (--common leaves it out)", lack->dir, what, name, have->dir) : 0;
}

static int
match_folders(struct pairs *p, const char *pred, const char *truth, int common, struct err *e)
{
	int i;

	if (dataset_masks(&p->pred, pred, e) || dataset_masks(&p->truth, truth, e))
		return -1;
	if (!common && (check_complete(&p->truth, &p->pred, "prediction", e) ||
	                check_complete(&p->pred, &p->truth, "truth", e)))
		return -1;
	for (i = 0; i < p->truth.n; i++) {
		const struct dataset_case *t = &p->truth.c[i], *found = dataset_find(&p->pred, t->name);

		if (found)
			add(p, t->name, found->mask, t->mask, t);
	}
	return p->n ? 0 : err_set(e, "'%s' and '%s' have no case in common", pred, truth);
}

/* "dir/name_gt.nii.gz" is the case "name" */
static char *
name_of(const char *path)
{
	char *name = case_of_file(path);
	size_t n;

	if (gallery_is_picture(name) && gallery_stem(name))
		name[gallery_stem(name)] = '\0';
	n = case_mask_stem(name);

	if (n)
		name[n] = '\0';
	return name;
}

static int
is_folder(int *folder, const char *path, struct err *e)
{
	struct stat st;

	if (stat(path, &st))
		return err_set(e, "cannot open '%s':", path);
	*folder = S_ISDIR(st.st_mode);
	return 0;
}

int
pairs_open(struct pairs *p, const char *pred, const char *truth, int common, struct err *e)
{
	int a, b, rc;
	char *name;

	memset(p, 0, sizeof *p);
	p->truth.ignore = p->pred.ignore = -1;
	if (is_folder(&a, pred, e) || is_folder(&b, truth, e))
		return -1;
	if (a != b)
		return err_set(e, "'%s' is a folder, '%s' is none", a ? pred : truth, a ? truth : pred);
	if (!a) {
		name = name_of(truth);
		add(p, name, pred, truth, NULL);
		free(name);
		return 0;
	}
	rc = match_folders(p, pred, truth, common, e);
	if (rc)
		pairs_close(p);
	return rc;
}

/* --- reading --- */

int
pairs_blame(const struct pairs *p, struct err *e)
{
	const struct pair *pair = &p->p[p->at];

	if (p->picture && p->pages[0].n > 1)
		err_prefix(e, "page %d", p->page);
	else if (!p->picture && p->a.head.dim[3] > 1)
		err_prefix(e, "frame %lld", (long long)p->a.next);
	return err_prefix(e, "'%s' and '%s'", pair->pred, pair->truth);
}

static void
close_files(struct pairs *p)
{
	if (p->open && p->picture) {
		pictures_free(&p->pages[0]);
		pictures_free(&p->pages[1]);
	} else if (p->open) {
		nifti_close(&p->a);
		nifti_close(&p->b);
	}
	p->open = 0;
}

static int
open_volumes(struct pairs *p, const struct pair *pair, struct err *e)
{
	if (nifti_open(&p->a, pair->pred, e))
		return -1;
	if (nifti_open(&p->b, pair->truth, e)) {
		nifti_close(&p->a);
		return -1;
	}
	p->open = 1;
	if (nifti_match(&p->a.head, &p->b.head, p->by_voxel, e))
		return err_prefix(e, "'%s' and '%s'", pair->pred, pair->truth);
	return 0;
}

static int
match_pages(const struct pictures *pred, const struct pictures *truth, struct err *e)
{
	int i;

	if (pred->n != truth->n)
		return err_set(e, "%d against %d pages", pred->n, truth->n);
	for (i = 0; i < pred->n; i++)
		if (pred->page[i].width != truth->page[i].width || pred->page[i].height != truth->page[i].height)
			return err_set(e, "page %d: %dx%d against %dx%d pixels", i + 1, pred->page[i].width, pred->page[i].height,
			               truth->page[i].width, truth->page[i].height);
	return 0;
}

static int
open_pictures(struct pairs *p, const struct pair *pair, struct err *e)
{
	p->page = 0;
	if (pictures_read(&p->pages[0], pair->pred, PICTURE_INDICES, e))
		return -1;
	if (pictures_read(&p->pages[1], pair->truth, PICTURE_INDICES, e)) {
		pictures_free(&p->pages[0]);
		return -1;
	}
	p->open = 1;
	if (match_pages(&p->pages[0], &p->pages[1], e))
		return err_prefix(e, "'%s' and '%s'", pair->pred, pair->truth);
	return 0;
}

static int
open_files(struct pairs *p, struct err *e)
{
	const struct pair *pair = &p->p[p->at];

	p->picture = gallery_is_picture(pair->pred);
	if (p->picture != gallery_is_picture(pair->truth))
		return err_set(e, "'%s' and '%s': one is a picture, the other is none", pair->pred, pair->truth);
	return p->picture ? open_pictures(p, pair, e) : open_volumes(p, pair, e);
}

static void
put_known(struct meta *m, const struct pairs *p, const struct pair *pair)
{
	const struct dataset_case *c = pair->known;
	const struct dataset *d = p->truth.classes ? &p->truth : &p->pred;
	char *names = dataset_join_names(d);

	meta_set(m, "patient", c->patient);
	dataset_describe(m, c);
	if (d->classes)
		meta_setf(m, "classes", "%d", d->classes);
	if (names)
		meta_set(m, "names", names);
	if (p->truth.ignore >= 0)
		meta_setf(m, "ignore", "%d", p->truth.ignore);
	free(names);
}

/* What the case's name tells, where nothing else does: it is cut to that of the patient. */
static void
put_names(struct meta *m, char *name)
{
	int frame = case_patient(name);

	meta_set(m, "patient", name);
	if (frame)
		meta_setf(m, "frame", "%d", frame);
}

static void
put_metadata(struct meta *m, const struct pairs *p)
{
	const struct pair *pair = &p->p[p->at];
	int64_t frames = p->picture ? 1 : p->b.head.dim[3];
	char *name = p->picture && p->pages[0].n > 1 ? mem_printf("%s_page%02d", pair->name, p->page)
	                                             : case_of_frame(pair->name, p->b.next, frames);

	meta_free(m);
	meta_set(m, "case", name);
	if (pair->known)
		put_known(m, p, pair);
	else
		put_names(m, name);
	free(name);
	if (frames > 1)
		meta_setf(m, "frame", "%lld", (long long)p->b.next);
	if (p->picture) {
		if (p->pages[0].n > 1)
			meta_setf(m, "page", "%d", p->page);
		return;
	}
	meta_set(m, "slice", "0");
	meta_setf(m, "slices", "%lld", (long long)p->b.head.dim[2]);
	meta_setf(m, "spacing", "%.17g %.17g %.17g", p->b.head.spacing[0], p->b.head.spacing[1], p->b.head.spacing[2]);
}

/* Labels of the prediction (0) or the truth (1) as `mask`. */
static int
put_mask(struct record *r, const struct pairs *p, int which, struct err *e)
{
	const struct picture *page = p->picture ? &p->pages[which].page[p->page - 1] : NULL;

	return page ? picture_mask(r, page, page, 256, -1, e) : volume_mask(r, which ? &p->b.frame : &p->a.frame, 0, 256, -1, e);
}

/* The prediction's tensor is made as `mask`, then called `pred`. */
static int
put_masks(struct record *r, const struct pairs *p, struct err *e)
{
	const struct pair *pair = &p->p[p->at];
	struct tensor *t;

	record_remove(r, "mask");
	record_remove(r, "pred");
	if (put_mask(r, p, 0, e))
		return err_prefix(e, "'%s'", pair->pred);
	t = record_find(r, "mask");
	free(t->name);
	t->name = mem_strdup("pred");
	if (put_mask(r, p, 1, e))
		return err_prefix(e, "'%s'", pair->truth);
	return 0;
}

/* 1: a frame, or page, of both; 0: the pair has no more */
static int
next_frame(struct pairs *p, struct err *e)
{
	int a, b;

	if (p->picture)
		return p->page < p->pages[0].n ? p->page++, 1 : 0;
	a = nifti_next(&p->a, e);
	b = a < 0 ? -1 : nifti_next(&p->b, e);
	return a < 0 || b < 0 ? -1 : a && b;
}

int
pairs_next(struct pairs *p, struct record *r, struct err *e)
{
	int more;

	for (;; p->at++) {
		if (p->at == p->n)
			return 0;
		if (!p->open && open_files(p, e))
			return -1;
		more = next_frame(p, e);
		if (more)
			break;
		close_files(p);
	}
	if (more < 0 || put_masks(r, p, e))
		return -1;
	put_metadata(&r->meta, p);
	r->seq = p->count++;
	return 1;
}

void
pairs_rewind(struct pairs *p)
{
	close_files(p);
	p->at = 0;
	p->count = 0;
}

void
pairs_close(struct pairs *p)
{
	int i;

	close_files(p);
	for (i = 0; i < p->n; i++) {
		free(p->p[i].pred);
		free(p->p[i].truth);
		free(p->p[i].name);
	}
	free(p->p);
	if (p->truth.dir)
		dataset_free(&p->truth);
	if (p->pred.dir)
		dataset_free(&p->pred);
	memset(p, 0, sizeof *p);
}
