/* stop.h - SIGINT and SIGTERM as a request: a long run finishes its step and saves itself
 *
 * The first signal only sets a flag, and lets a read that waits return, so that the program sees it soon. A second one
 * ends the program as usual (cleanup.h), and so does SIGHUP. A signal that was ignored when the program started stays
 * ignored.
 */
#ifndef BASE_STOP_H
#define BASE_STOP_H

/* From now on; before any output file is opened. */
void stop_catch(void);

int stop_signal(void);               /* the signal that came; 0: none */
const char *stop_name(int signal);   /* "SIGINT" */

#endif
