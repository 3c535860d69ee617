/* room.h - how much memory this process may still take
 *
 * The least of: what the machine has available without swapping (MemAvailable in proc(5)), what the control groups the
 * process is in leave of their limits (cgroups(7), version 1 and 2), and what ulimit -v leaves of the address space.
 */
#ifndef BASE_ROOM_H
#define BASE_ROOM_H

#include <stdint.h>

struct room {
	uint64_t bytes;    /* UINT64_MAX: nothing says */
	const char *says;  /* who does: "the machine", "the control group", "ulimit -v" */
};

struct room room_left(void);

#endif
