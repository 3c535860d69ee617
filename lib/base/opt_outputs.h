/* opt_outputs.h - can what the options want to be written be written? */
#ifndef BASE_OPT_OUTPUTS_H
#define BASE_OPT_OUTPUTS_H

#include "base/opt.h"

/* Dies if two outputs would replace each other, or if the folder of one is not there or may not be written to: better
 * now than after the work. */
void opt_check_outputs(const struct opt *table);

#endif
