/* opt_help.h - what -h prints */
#ifndef BASE_OPT_HELP_H
#define BASE_OPT_HELP_H

#include "base/opt.h"

int opt_takes_value(const struct opt *o);

/* On standard output. Defaults are what the variables hold now. */
void opt_print_help(const struct opt *table, const char *operands, const char *purpose);

#endif
