/* where.h - conditions on metadata
 *
 *   KEY=VALUE[,VALUE...]    the record has KEY with one of these values
 *   KEY!=VALUE[,VALUE...]   it has KEY with none of them, or no KEY
 *   COND;COND...            all of these
 *
 * A backslash takes the special meaning from the character after it.
 */
#ifndef TEN_WHERE_H
#define TEN_WHERE_H

#include "ten/tensor.h"

struct where {
	struct where_term {
		char *key;
		char **value;
		int n, negated;
	} *term;
	int n;
};

int where_parse(struct where *w, const char *text, struct err *e); /* NULL: no conditions */
int where_match(const struct where *w, const struct meta *m);      /* 1 or 0 */
void where_free(struct where *w);

#endif
