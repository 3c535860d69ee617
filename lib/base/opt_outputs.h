/* opt_outputs.h - can what the options want to be written be written? */
#ifndef BASE_OPT_OUTPUTS_H
#define BASE_OPT_OUTPUTS_H

#include "base/opt.h"

/* Dies if two outputs would replace each other, or if the folder of one is not there or may not be written to: better
 * now than after the work. */
void opt_check_outputs(const struct opt *table);

/* The name of the option whose output path would be; NULL: of none. */
const char *opt_output_at(const struct opt *table, const char *path);

/* A standard descriptor that came closed would be given to the next file opened, and what is meant for standard output or
 * error would end up in it. Held open the wrong way round, it fails as a closed one does. */
void opt_hold_standard_descriptors(void);

#endif
