/* plot.h - scatter plots as inline SVG
 *
 * Colours and type are the page's (report.css): points have the class of their kind, lines "identity", "bias", "limit".
 */
#ifndef PAGE_PLOT_H
#define PAGE_PLOT_H

#include <stdio.h>

struct plot_point {
	double x, y;
	const char *name; /* shown when pointed at */
	int open;         /* drawn as a ring, not as a dot */
};

struct plot {
	const char *title, *x_label, *y_label; /* of the axes; the title is for those who cannot see it */
	const struct plot_point *point;        /* all finite */
	int n;                                 /* at least 1 */
	double bias, low, high;                /* horizontal lines; NAN: none */
};

/* True values along x, predicted ones along y, equal axes, the line of identity. The three lines are left out. */
void plot_correlation(FILE *f, const struct plot *p);

/* Bland & Altman 1986: means along x, differences along y, with the bias and the limits of agreement. */
void plot_differences(FILE *f, const struct plot *p);

#endif
