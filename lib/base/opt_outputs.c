#include "base/opt_outputs.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "base/mem.h"

/* What an option wants to be written; "-": to standard output; NULL: nothing. */
static const char *
output_of(const struct opt *o)
{
	const char *path = o->type == OPT_OUT ? *(const char **)o->var : NULL;

	return path || o->var != &opt_common.output ? path : "-";
}

/* The folder that path is in; the caller frees it. */
static char *
folder_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? mem_printf("%.*s", (int)(slash - path) + 1, path) : mem_strdup(".");
}

/* A file that is not there yet is the same as another if name and folder are. */
static int
same_output(const char *a, const char *b)
{
	const char *path[2] = { a, b }, *base[2];
	int i, standard = !strcmp(a, "-") + !strcmp(b, "-");
	struct stat st, folder[2];

	if (standard)
		return standard == 2;
	for (i = 0; i < 2; i++) {
		const char *slash = strrchr(path[i], '/');
		char *name = folder_of(path[i]);
		int bad = stat(name, &folder[i]) || (!stat(path[i], &st) && !S_ISREG(st.st_mode));

		free(name);
		if (bad) /* a device can take both */
			return 0;
		base[i] = slash ? slash + 1 : path[i];
	}
	return !strcmp(base[0], base[1]) && folder[0].st_dev == folder[1].st_dev && folder[0].st_ino == folder[1].st_ino;
}

/* Sets errno when path cannot become a file. */
static int
impossible(const char *path)
{
	struct stat st;
	char *folder;
	int bad;

	if (!stat(path, &st) && !S_ISREG(st.st_mode)) {
		errno = EISDIR;
		return S_ISDIR(st.st_mode);
	}
	folder = folder_of(path);
	bad = access(folder, W_OK | X_OK);
	free(folder);
	return bad;
}

void
opt_check_outputs(const struct opt *table)
{
	const struct opt *a, *b;

	for (a = table; a->name; a++) {
		if (!output_of(a))
			continue;
		for (b = table; b < a; b++)
			if (output_of(b) && same_output(output_of(a), output_of(b)))
				die("--%s and --%s would both be written to '%s' (see %s -h)", b->name, a->name, output_of(a),
				    prog_name);
		if (strcmp(output_of(a), "-") && !(a->var == &opt_common.output && opt_common.folder) &&
		    impossible(output_of(a)))
			die("cannot create '%s':", output_of(a));
	}
}

const char *
opt_output_at(const struct opt *table, const char *path)
{
	for (; table->name; table++)
		if (output_of(table) && same_output(output_of(table), path))
			return table->name;
	return NULL;
}

void
opt_hold_standard_descriptors(void)
{
	int fd;

	for (fd = 0; fd <= 2; fd++)
		if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", fd == 1 ? O_RDONLY : O_WRONLY) != fd)
			exit(2);
}
