/* neighbours.h - which vectors point the same way
 *
 *   cos(a, b) = a.b / (|a| |b|)
 *
 * from -1 to 1 (opposite, same direction), 0 where either is the null vector. Sums are in double precision and a fixed order:
 * results do not depend on threads.
 */
#ifndef EVAL_NEIGHBOURS_H
#define EVAL_NEIGHBOURS_H

#include <stddef.h>

struct neighbour {
	int at; /* -1: there is none */
	double cosine;
};

/* near[n][k]: of each of the vectors x[n][d] the k others of the largest cosine, the largest first, of equals the one that
 * comes first. group[n], unless NULL: those of its own group are left out. Time is O(n^2 d). */
void neighbours_find(struct neighbour *near, const float *x, int n, int d, int k, const int *group);

#endif
