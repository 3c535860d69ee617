/* hostile: every tool that reads streams, run on streams that were cut or damaged at every byte
 *
 * A cut stream must end a tool with status 2, one line that says where, and nothing new in the folder.
 * A flipped bit must do the same in the data; in the header it may go unnoticed (a letter of a name), but must
 * not kill the tool.
 */
#include <dirent.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/mem.h"
#include "check.h"
#include "ten/ten.h"

#ifdef __SANITIZE_ADDRESS__
#define STEP 13 /* a sanitized program takes its time to start */
#else
#define STEP 1
#endif

extern char **environ;

/* Tools that need no model; the stream and -o FILE are added. */
static const char *const tools[][8] = {
	{ "ten-cat" },
	{ "ten-info", "--tsv", "--stats" },
	{ "ten-cmp", "whole.ten" },
	{ "ten-select", "--shuffle" },
	{ "seg-eval", "--classes=4", "--slices=extra1", "--volumes=extra2", "--confusion=extra3" },
	{ "ten-stats" },
	{ "ten2tif" },
	{ "ssl-augment", "--views=1", "--policy=finetune", "--size=4" },
};

static const char *bin;
static int messages; /* a file without a name that standard error goes to */

static void
write_stream(const char *path)
{
	struct ten_writer w;
	struct record r = { 0 };
	struct err e;
	int k, ok = !ten_create(&w, path, &e);

	for (k = 0; k < 2 && ok; k++) {
		float *x = record_add4(&r, "image", TEN_F32, 1, 1, 3, 2)->data;
		uint8_t *m = record_add(&r, "mask", TEN_U8, 3, (int64_t[]){ 1, 3, 2 })->data;
		uint8_t *p = record_add(&r, "pred", TEN_U8, 3, (int64_t[]){ 1, 3, 2 })->data;
		int i;

		for (i = 0; i < 6; i++) {
			x[i] = (float)(i + k) / 4;
			m[i] = (uint8_t)(i % 4);
			p[i] = (uint8_t)(i * 3 % 4);
		}
		meta_set(&r.meta, "samples", "2");
		ok = !ten_write(&w, &r, &e);
	}
	if (!ok || ten_finish(&w, &e))
		die("%s", e.msg);
}

/* Runs tool t on in.ten; returns the exit status, or 128 + signal. text receives its standard error. */
static int
run(const char *const *t, char *text, size_t size)
{
	char *path = mem_printf("%s/%s", bin, t[0]), *argv[12];
	posix_spawn_file_actions_t files;
	int i = 0, status;
	ssize_t n;
	pid_t pid;

	for (argv[i++] = path; t[i]; i++)
		argv[i] = (char *)t[i];
	argv[i++] = (char *)"in.ten";
	argv[i++] = (char *)"-oout";
	argv[i] = NULL;
	if (ftruncate(messages, 0))
		die("cannot empty a file in memory:");
	lseek(messages, 0, SEEK_SET);
	posix_spawn_file_actions_init(&files);
	posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_addopen(&files, 1, "/dev/null", O_WRONLY, 0);
	posix_spawn_file_actions_adddup2(&files, messages, 2);
	if (posix_spawn(&pid, path, &files, NULL, argv, environ))
		die("cannot run '%s':", path);
	posix_spawn_file_actions_destroy(&files);
	waitpid(pid, &status, 0);
	n = pread(messages, text, size - 1, 0);
	text[n > 0 ? n : 0] = '\0';
	free(path);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* Nothing but in.ten and whole.ten in the folder? Removes what else there is. */
static int
folder_clean(void)
{
	DIR *d = opendir(".");
	const struct dirent *x;
	int clean = 1;

	while (d && (x = readdir(d)))
		if (strcmp(x->d_name, "in.ten") && strcmp(x->d_name, "whole.ten") && x->d_name[0] != '.') {
			clean = 0;
			unlink(x->d_name);
		}
	closedir(d);
	return clean;
}

static int
refused(const char *const *t, const char *where)
{
	char text[4096];
	int status = run(t, text, sizeof text), clean = folder_clean();
	const char *end = strchr(text, '\n');

	if (status == 2 && clean && end && !end[1] && (strstr(text, "at byte") || strstr(text, "is empty")))
		return 1;
	printf("# %s, %s: status %d, %s, said: %s\n", t[0], where, status,
	       clean ? "nothing left" : "left a file", text);
	return 0;
}

static void
put_file(const char *path, const unsigned char *buf, size_t n)
{
	FILE *f = fopen(path, "wb");

	if (!f || fwrite(buf, 1, n, f) != n || fclose(f))
		die("cannot write '%s':", path);
}

static void
test_tool(const char *const *t, const unsigned char *whole, size_t n, size_t data, size_t data_end)
{
	unsigned char *bad = mem_alloc(n);
	char where[64], name[128], text[4096];
	size_t at, failed = 0, killed = 0;

	put_file("in.ten", whole, n);
	snprintf(name, sizeof name, "%s %s: takes the whole stream", t[0], t[1] ? t[1] : "");
	if (!CHECK(run(t, text, sizeof text) == 0, name))
		printf("# said: %s\n", text);
	folder_clean();
	for (at = n; at-- > 0 && failed < 5;) {
		if (at % STEP && at > 8)
			continue;
		if (truncate("in.ten", (off_t)at))
			die("cannot cut 'in.ten':");
		snprintf(where, sizeof where, "cut after %zu bytes", at);
		failed += !refused(t, where);
	}
	snprintf(name, sizeof name, "%s %s: refuses it cut after any byte", t[0], t[1] ? t[1] : "");
	CHECK(failed == 0, name);
	for (failed = at = 0; at < n && failed + killed < 5; at += at >= data && at < data_end ? 1 : 5 * STEP) {
		memcpy(bad, whole, n);
		bad[at] ^= (unsigned char)(1 << at % 8);
		put_file("in.ten", bad, n);
		snprintf(where, sizeof where, "bit %zu of byte %zu flipped", at % 8, at);
		if (at >= data && at < data_end)
			failed += !refused(t, where);
		else
			killed += run(t, text, sizeof text) > 2;
		folder_clean();
	}
	snprintf(name, sizeof name, "%s %s: refuses flipped data bits, survives any", t[0], t[1] ? t[1] : "");
	CHECK(failed == 0 && killed == 0, name);
	free(bad);
}

int
main(void)
{
	const char *build = getenv("BUILD") ? getenv("BUILD") : "build";
	char folder[] = "/tmp/hostile.XXXXXX", *cwd = getcwd(NULL, 0);
	struct ten_map m;
	struct err e;
	size_t i;

	bin = build[0] == '/' ? mem_printf("%s/bin", build) : mem_printf("%s/%s/bin", cwd, build);
	messages = memfd_create("messages", MFD_CLOEXEC);
	if (messages < 0 || !mkdtemp(folder) || chdir(folder))
		die("cannot make a folder:");
	write_stream("whole.ten");
	if (ten_map(&m, "whole.ten", &e))
		die("%s", e.msg);
	for (i = 0; i < ARRAY_LEN(tools); i++) {
		char *path = mem_printf("%s/%s", bin, tools[i][0]);

		if (!access(path, X_OK))
			test_tool(tools[i], m.base, m.size, m.entry[0].data, m.entry[0].data + m.entry[0].bytes);
		free(path);
	}
	ten_unmap(&m);
	unlink("in.ten");
	unlink("whole.ten");
	if (chdir("/") || rmdir(folder))
		die("cannot remove '%s':", folder);
	free((char *)bin);
	free(cwd);
	return check_done();
}
