/* outdir.h - output folders that appear whole or not at all
 *
 * Files are written into a folder with a temporary name beside the final one, which outdir_close renames. A
 * program that ends any other way takes the folder with it. Safe to use from several threads.
 */
#ifndef BASE_OUTDIR_H
#define BASE_OUTDIR_H

#include <pthread.h>

#include "base/err.h"

struct outdir {
	char *path, *tmp;
	pthread_mutex_t lock;
	struct cleanup **entry;
	int n;
};

/* path must not exist, or be an empty folder. */
int outdir_open(struct outdir *d, const char *path, struct err *e);

/* Makes the subfolder `name` (no error if this outdir made it already). */
int outdir_folder(struct outdir *d, const char *name, struct err *e);

/* Where to write the file `name` ("sub/file.tif"). The caller frees the path. */
char *outdir_file(struct outdir *d, const char *name);

/* The folder stands under its final name when this returns 0; on -1 nothing is left. d is closed either way.
 */
int outdir_close(struct outdir *d, struct err *e);

#endif
