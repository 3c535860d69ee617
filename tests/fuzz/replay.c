/* replay: a fuzz target on bytes that are kept in the tree
 *
 *   NAME FOLDER ...   every file of the folders, in order of their names; a folder that is missing is empty
 *
 * Prints TAP, one point per folder. Whatever ends the program ends the test; the last name printed is to blame.
 */
#include <dirent.h>

#include "fuzz.h"

#define FILE_MOST ((size_t)1 << 20)
#define SECONDS 20 /* for one file: sanitizers, and a busy machine */

/* No file may make the program ask for more than this at once; `make fuzz` sets the same limit. */
#define PIECE_MB 300

#ifdef __SANITIZE_ADDRESS__
#define TEXT_(x) #x
#define TEXT(x) TEXT_(x)

const char *__asan_default_options(void);

const char *
__asan_default_options(void)
{
	return "max_allocation_size_mb=" TEXT(PIECE_MB);
}
#else
/* Stand before those of the C library, for other libraries, too. */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *p, size_t size);
void *__libc_memalign(size_t align, size_t size);

static size_t
allowed(size_t size)
{
	if (size > (size_t)PIECE_MB << 20) {
		fprintf(stderr, "asked for %zu bytes\n", size);
		abort();
	}
	return size;
}

void *
malloc(size_t size)
{
	return __libc_malloc(allowed(size));
}

void *
calloc(size_t n, size_t size)
{
	return __libc_calloc(n, allowed(n && size > SIZE_MAX / n ? SIZE_MAX : n * size) ? size : 0);
}

void *
realloc(void *p, size_t size)
{
	return __libc_realloc(p, allowed(size));
}

void *
aligned_alloc(size_t align, size_t size)
{
	return __libc_memalign(align, allowed(size));
}
#endif

static int done;

static void
at_exit(void)
{
	if (!done)
		printf("not ok - the program was ended\n");
}

static void
run_file(const char *path)
{
	static uint8_t buf[FILE_MOST];
	FILE *f = fopen(path, "rb");
	uint8_t *data;
	size_t n;

	if (!f) {
		perror(path);
		exit(2);
	}
	printf("# %s\n", path);
	n = fread(buf, 1, sizeof buf, f);
	fclose(f);
	data = malloc(n ? n : 1); /* of its own size: so that sanitizers see a byte too far */
	memcpy(data, buf, n);
	alarm(SECONDS);
	LLVMFuzzerTestOneInput(data, n);
	alarm(0);
	free(data);
}

static int
visible(const struct dirent *x)
{
	return x->d_name[0] != '.';
}

static int
run_folder(const char *folder)
{
	struct dirent **list = NULL;
	char path[4096];
	int i, n = scandir(folder, &list, visible, alphasort);

	for (i = 0; i < n; i++) {
		snprintf(path, sizeof path, "%s/%s", folder, list[i]->d_name);
		run_file(path);
		free(list[i]);
	}
	free(list);
	return n > 0 ? n : 0;
}

int
main(int argc, char *argv[])
{
	int i;

	setvbuf(stdout, NULL, _IOLBF, 0);
	atexit(at_exit);
	for (i = 1; i < argc; i++)
		printf("ok %d - %d files of %s\n", i, run_folder(argv[i]), argv[i]);
	printf("1..%d\n", argc - 1);
	done = 1;
	return 0;
}
