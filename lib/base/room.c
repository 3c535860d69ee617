#include "base/room.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/mem.h"

static void
take_less(struct room *r, uint64_t bytes, const char *says)
{
	if (bytes < r->bytes)
		*r = (struct room){ bytes, says };
}

/* --- the machine --- */

static void
look_at_machine(struct room *r)
{
	FILE *f = fopen("/proc/meminfo", "re");
	unsigned long long kib;
	char line[128];

	while (f && fgets(line, sizeof line, f))
		if (sscanf(line, "MemAvailable: %llu kB", &kib) == 1)
			take_less(r, kib * 1024, "the machine");
	if (f)
		fclose(f);
}

/* --- its control groups --- */

/* The number a file holds; 0: there is no file, or it says "max". */
static int
read_number(uint64_t *n, const char *folder, const char *group, const char *name)
{
	char *path = mem_printf("%s%s/%s", folder, group, name), line[64];
	FILE *f = fopen(path, "re");
	int ok = 0;

	if (f && fgets(line, sizeof line, f) && isdigit((unsigned char)*line)) {
		*n = strtoull(line, NULL, 10);
		ok = 1;
	}
	if (f)
		fclose(f);
	free(path);
	return ok;
}

/* A group and all it is in, up to the root; group is cut short on the way. */
static void
look_at_groups(struct room *r, const char *folder, char *group, const char *limit, const char *usage)
{
	for (;;) {
		uint64_t most, used;
		char *slash;

		if (read_number(&most, folder, group, limit) && read_number(&used, folder, group, usage))
			take_less(r, most > used ? most - used : 0, "the control group");
		slash = strrchr(group, '/');
		if (!slash)
			break;
		*slash = '\0';
	}
}

/* Lines like "0::/a/b" (version 2) and "4:memory:/a/b" (version 1). */
static void
look_at_control_groups(struct room *r)
{
	FILE *f = fopen("/proc/self/cgroup", "re");
	char line[4096];

	while (f && fgets(line, sizeof line, f)) {
		char *names = strchr(line, ':'), *group = names ? strchr(names + 1, ':') : NULL;

		if (!group)
			continue;
		*group++ = '\0';
		group[strcspn(group, "\n")] = '\0';
		if (!strcmp(names + 1, ""))
			look_at_groups(r, "/sys/fs/cgroup", group, "memory.max", "memory.current");
		else if (!strcmp(names + 1, "memory"))
			look_at_groups(r, "/sys/fs/cgroup/memory", group, "memory.limit_in_bytes", "memory.usage_in_bytes");
	}
	if (f)
		fclose(f);
}

/* --- its address space --- */

static void
look_at_limits(struct room *r)
{
	struct rlimit limit;
	unsigned long long pages = 0;
	FILE *f;

	if (getrlimit(RLIMIT_AS, &limit) || limit.rlim_cur == RLIM_INFINITY)
		return;
	f = fopen("/proc/self/statm", "re");
	if (f && fscanf(f, "%llu", &pages) != 1)
		pages = 0;
	if (f)
		fclose(f);
	pages *= (unsigned long long)sysconf(_SC_PAGESIZE);
	take_less(r, limit.rlim_cur > pages ? limit.rlim_cur - pages : 0, "ulimit -v");
}

struct room
room_left(void)
{
	struct room r = { UINT64_MAX, "nothing" };

	look_at_machine(&r);
	look_at_control_groups(&r);
	look_at_limits(&r);
	return r;
}
