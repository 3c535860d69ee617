/* volumes from slices in any order, and patients from volumes */
#include "eval/evaluation.h"
#include "eval/patients.h"

#include "check.h"

/* One slice of two pixels: truth and pred, of a patient's frame; names and phase may be NULL. */
struct slice {
	const char *patient, *frame, *name, *phase;
	int place, w;
	uint8_t truth[4], pred[4];
};

static int
add(struct evaluation *x, const struct slice *s, struct err *e)
{
	const int64_t dim[3] = { 1, 1, s->w };
	struct record r = { 0 };
	int rc;

	memcpy(record_add(&r, "mask", TEN_U8, 3, dim)->data, s->truth, (size_t)s->w);
	memcpy(record_add(&r, "pred", TEN_U8, 3, dim)->data, s->pred, (size_t)s->w);
	meta_set(&r.meta, "patient", s->patient);
	meta_set(&r.meta, "frame", s->frame);
	if (s->name)
		meta_set(&r.meta, "case", s->name);
	if (s->phase)
		meta_set(&r.meta, "phase", s->phase);
	meta_setf(&r.meta, "slice", "%d", s->place);
	meta_set(&r.meta, "spacing", "1 1 10");
	rc = evaluation_add(x, &r, e);
	record_free(&r);
	return rc;
}

static int
add_all(struct evaluation *x, const struct slice *s, size_t n)
{
	struct err e;
	size_t i;
	int bad = 0;

	evaluation_init(x, 2, -1);
	for (i = 0; i < n; i++)
		bad += add(x, &s[i], &e) != 0;
	evaluation_end(x);
	return bad;
}

static void
order(void)
{
	static const struct slice s[] = {
		{ "p", "1", NULL, NULL, 7, 2, { 0, 1 }, { 0, 0 } },
		{ "q", "1", NULL, NULL, 0, 2, { 0, 1 }, { 0, 1 } },
		{ "p", "1", NULL, NULL, 5, 2, { 0, 0 }, { 0, 1 } },
		{ "p", "1", NULL, NULL, 6, 2, { 0, 0 }, { 0, 0 } },
	};
	struct evaluation x;

	CHECK(!add_all(&x, s, 4) && x.volumes.n == 2, "slices of two volumes, mixed");
	CHECK(volume_score(&x.volumes.v[0], 1).surface.hd == 20, "two slices apart, by their places");
	CHECK(x.volumes.v[0].slices == 3 && x.volumes.v[1].slices == 1, "each has its own");
	CHECK(x.slices.parts == 4 && confusion_truth(&x.all, 1) == 2, "and all are counted together");
	evaluation_free(&x);
}

static void
no_volumes(void)
{
	static const struct slice uneven[] = {
		{ "p", "1", NULL, NULL, 0, 2, { 0, 1 }, { 0, 1 } },
		{ "p", "1", NULL, NULL, 1, 3, { 0, 1, 1 }, { 0, 1, 1 } },
		{ "p", "1", NULL, NULL, 2, 2, { 0, 1 }, { 0, 1 } },
	}, cases[] = {
		{ "p", "1", "first", NULL, 0, 2, { 0, 1 }, { 0, 1 } },
		{ "p", "1", "second", NULL, 0, 2, { 0, 1 }, { 0, 1 } },
	};
	struct evaluation x;

	CHECK(!add_all(&x, uneven, 3) && isnan(volume_score(&x.volumes.v[0], 1).surface.hd), "slices of different sizes");
	CHECK_STR(x.volumes.v[0].why_not, "slices are of different sizes", "have no distances, and it is said why");
	CHECK(volume_score(&x.volumes.v[0], 1).dice == 1, "but an overlap");
	evaluation_free(&x);
	CHECK(!add_all(&x, cases, 2) && x.volumes.n == 2, "cases are volumes of their own, be their patient and frame the same");
	evaluation_free(&x);
}

static void
phases(void)
{
	static const struct cardiac_classes lv = { -1, -1, 1 };
	static const struct slice s[] = {
		{ "b", "1", NULL, "ES", 0, 4, { 1, 0, 0, 0 }, { 1, 1, 0, 0 } },
		{ "b", "2", NULL, "ED", 0, 4, { 1, 1, 1, 1 }, { 1, 1, 1, 1 } },
		{ "a", "1", NULL, "ED", 0, 4, { 1, 0, 0, 0 }, { 1, 0, 0, 0 } },
		{ "a", "2", NULL, "ED", 0, 4, { 1, 1, 0, 0 }, { 1, 0, 0, 0 } },
		{ "a", "3", NULL, "ES", 0, 4, { 1, 1, 0, 0 }, { 1, 0, 0, 0 } },
		{ "c", "1", NULL, NULL, 0, 4, { 1, 0, 0, 0 }, { 1, 1, 1, 1 } },
		{ "c", "2", NULL, NULL, 0, 4, { 1, 1, 0, 0 }, { 1, 0, 0, 0 } },
		{ "d", "1", NULL, NULL, 0, 4, { 1, 1, 0, 0 }, { 1, 0, 0, 0 } },
		{ "d", "2", NULL, NULL, 0, 4, { 1, 1, 0, 0 }, { 1, 0, 0, 0 } },
	};
	struct evaluation x;
	struct patient_list l;

	add_all(&x, s, 9);
	patient_list_init(&l, &x.volumes, &lv, 0);
	CHECK(l.n == 4 && !strcmp(l.p[0].name, "a") && !strcmp(l.p[3].name, "d") && l.p[0].n == 3, "in order of names");
	CHECK(l.p[1].ed == 1 && l.p[1].es == 0 && l.p[1].truth[CARDIAC_LV_EF] == 75 && l.p[1].pred[CARDIAC_LV_EF] == 50,
	      "phases are told by the metadata, not by volumes");
	CHECK(l.p[0].ed == -1 && l.p[0].es == 4 && isnan(l.p[0].truth[CARDIAC_LV_EF]), "of two EDs neither is");
	CHECK(isnan(l.p[1].truth[CARDIAC_RV_EF]) && l.p[2].ed == -1 && patient_list_hearts(&l) == 1, "nothing is guessed");
	patient_list_free(&l);
	patient_list_init(&l, &x.volumes, &lv, 1);
	CHECK(l.p[2].ed == 6 && l.p[2].es == 5 && l.p[2].pred[CARDIAC_LV_EF] == -300, "unless asked for: by the truth");
	CHECK(l.p[0].ed == -1 && l.p[1].ed == 1, "where there are phases they count");
	CHECK(l.p[3].ed == -1 && l.p[3].es == -1 && patient_list_hearts(&l) == 2, "a heart that stands still has none");
	patient_list_free(&l);
	patient_list_init(&l, &x.volumes, NULL, 1);
	CHECK(isnan(l.p[1].truth[CARDIAC_LV_EDV]), "without classes there is no heart");
	patient_list_free(&l);
	evaluation_free(&x);
}

int
main(void)
{
	order();
	no_volumes();
	phases();
	return check_done();
}
