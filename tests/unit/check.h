/* check.h - unit tests that print TAP ("ok 1 - name")
 *
 * A test program calls CHECK and friends, each one a test point, and ends with `return check_done()`.
 */
#ifndef CHECK_H
#define CHECK_H

#include <math.h>
#include <stdio.h>
#include <string.h>

static int check_count, check_failed;

static inline int
check_point(int ok, const char *file, int line, const char *name)
{
	check_count++;
	check_failed += !ok;
	printf("%sok %d - %s", ok ? "" : "not ", check_count, name);
	if (!ok)
		printf(" (%s:%d)", file, line);
	printf("\n");
	return ok;
}

#define CHECK(cond, name) check_point(!!(cond), __FILE__, __LINE__, name)

/* |a - b| <= tol; the figures are shown when it fails */
#define CHECK_NEAR(a, b, tol, name)                                                                     \
	do {                                                                                            \
		double a_ = (a), b_ = (b);                                                              \
		if (!CHECK(fabs(a_ - b_) <= (tol), name))                                               \
			printf("# %.9g against %.9g: off by %.3g, allowed %.3g\n", a_, b_, fabs(a_ - b_), \
			       (double)(tol));                                                          \
	} while (0)

#define CHECK_STR(a, b, name)                                        \
	do {                                                         \
		const char *a_ = (a), *b_ = (b);                     \
		if (!CHECK(!strcmp(a_, b_), name))                   \
			printf("# '%s' against '%s'\n", a_, b_);     \
	} while (0)

static inline int
check_done(void)
{
	printf("1..%d\n", check_count);
	return check_failed != 0;
}

#endif
