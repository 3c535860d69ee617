#include "page/plot.h"

#include <math.h>

#include "page/html.h"

enum { WIDTH = 350, HEIGHT = 260, LEFT = 56, RIGHT = 46, TOP = 10, BOTTOM = 40 };

struct axis {
	double lo, hi, step; /* the range shown, and between ticks */
	int decimals;        /* of their labels */
};

static void
include(struct axis *a, double x)
{
	if (isnan(x))
		return;
	a->lo = fmin(a->lo, x);
	a->hi = fmax(a->hi, x);
}

/* Room at both ends, and ticks at multiples of 1, 2 or 5 times a power of ten. */
static void
settle(struct axis *a)
{
	double span = a->hi - a->lo, power, part;

	if (!(span > 1e-9 * fmax(fabs(a->lo), fabs(a->hi))))
		span = fmax(1e-3, .1 * fabs(a->hi));
	a->lo -= .06 * span;
	a->hi += .06 * span;
	power = pow(10, floor(log10((a->hi - a->lo) / 5)));
	part = (a->hi - a->lo) / 5 / power;
	a->step = power * (part < 1.5 ? 1 : part < 3.5 ? 2 : part < 7.5 ? 5 : 10);
	a->decimals = a->step < 1 ? (int)fmin(9, ceil(-log10(a->step) - 1e-9)) : 0;
}

static double
across(const struct axis *x, double v)
{
	return LEFT + (v - x->lo) / (x->hi - x->lo) * (WIDTH - LEFT - RIGHT);
}

static double
down(const struct axis *y, double v)
{
	return HEIGHT - BOTTOM - (v - y->lo) / (y->hi - y->lo) * (HEIGHT - TOP - BOTTOM);
}

static void
number(FILE *f, double x, double y, const char *anchor, double value, int decimals)
{
	fprintf(f, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">", x, y, anchor);
	html_number(f, value, decimals);
	fputs("</text>", f);
}

static void
axes(FILE *f, const struct axis *x, const struct axis *y, const struct plot *p)
{
	long long i;
	double v;

	fprintf(f, "<path class=\"frame\" d=\"M%d %dV%dH%d\"/>\n", LEFT, TOP, HEIGHT - BOTTOM, WIDTH - RIGHT);
	for (i = (long long)ceil(x->lo / x->step), v = (double)i * x->step; v <= x->hi; v = (double)++i * x->step) {
		fprintf(f, "<path class=\"tick\" d=\"M%.1f %dv4\"/>", across(x, v), HEIGHT - BOTTOM);
		number(f, across(x, v), HEIGHT - BOTTOM + 16, "middle", v, x->decimals);
	}
	putc('\n', f);
	for (i = (long long)ceil(y->lo / y->step), v = (double)i * y->step; v <= y->hi; v = (double)++i * y->step) {
		fprintf(f, "<path class=\"tick\" d=\"M%d %.1fh-4\"/>", LEFT, down(y, v));
		number(f, LEFT - 7, down(y, v) + 4, "end", v, y->decimals);
	}
	fprintf(f, "\n<text x=\"%d\" y=\"%d\" text-anchor=\"middle\">", (LEFT + WIDTH - RIGHT) / 2, HEIGHT - 6);
	html_text(f, p->x_label);
	fprintf(f, "</text>\n<text transform=\"translate(10 %d) rotate(-90)\" text-anchor=\"middle\">", (TOP + HEIGHT - BOTTOM) / 2);
	html_text(f, p->y_label);
	fputs("</text>\n", f);
}

static void
points(FILE *f, const struct axis *x, const struct axis *y, const struct plot *p)
{
	int i;

	for (i = 0; i < p->n; i++) {
		fprintf(f, "<circle class=\"%s\" cx=\"%.1f\" cy=\"%.1f\" r=\"3.5\"><title>", p->point[i].open ? "ring" : "dot",
		        across(x, p->point[i].x), down(y, p->point[i].y));
		html_text(f, p->point[i].name);
		fputs("</title></circle>\n", f);
	}
}

static void
begin(FILE *f, const struct plot *p)
{
	fprintf(f, "<svg viewBox=\"0 0 %d %d\" role=\"img\" xmlns=\"http://www.w3.org/2000/svg\"><title>", WIDTH, HEIGHT);
	html_text(f, p->title);
	fputs("</title>\n", f);
}

void
plot_correlation(FILE *f, const struct plot *p)
{
	struct axis a = { p->point[0].x, p->point[0].x, 0, 0 };
	int i;

	for (i = 0; i < p->n; i++) {
		include(&a, p->point[i].x);
		include(&a, p->point[i].y);
	}
	settle(&a);
	begin(f, p);
	axes(f, &a, &a, p);
	fprintf(f, "<path class=\"identity\" d=\"M%d %dL%d %d\"/>\n", LEFT, HEIGHT - BOTTOM, WIDTH - RIGHT, TOP);
	points(f, &a, &a, p);
	fputs("</svg>\n", f);
}

static void
level(FILE *f, const struct axis *y, double v, const char *class)
{
	fprintf(f, "<path class=\"%s\" d=\"M%d %.1fH%d\"/>", class, LEFT, down(y, v), WIDTH - RIGHT);
	number(f, WIDTH - RIGHT + 4, down(y, v) + 4, "start", v, y->decimals + 1);
}

void
plot_differences(FILE *f, const struct plot *p)
{
	struct axis x = { p->point[0].x, p->point[0].x, 0, 0 }, y = { p->point[0].y, p->point[0].y, 0, 0 };
	int i;

	for (i = 0; i < p->n; i++) {
		include(&x, p->point[i].x);
		include(&y, p->point[i].y);
	}
	include(&y, p->bias);
	include(&y, p->low);
	include(&y, p->high);
	settle(&x);
	settle(&y);
	begin(f, p);
	axes(f, &x, &y, p);
	if (!isnan(p->bias))
		level(f, &y, p->bias, "bias");
	if (p->high - p->low > .2 * (y.hi - y.lo)) { /* else three numbers on one place */
		level(f, &y, p->low, "limit");
		level(f, &y, p->high, "limit");
	}
	putc('\n', f);
	points(f, &x, &y, p);
	fputs("</svg>\n", f);
}
