/* options: command lines, the words divided by NULs; the command kept as provenance must say the same when it is typed
 *
 * A mistake ends the program, so exit() is wrapped (see the Makefile), and so is the start of threads.
 */
#include <math.h>
#include <setjmp.h>

#include "../../tools/shared/keep.h"
#include "../../tools/shared/lists.h"
#include "base/mem.h"
#include "base/opt.h"
#include "fuzz.h"

#define WORDS 32

int __lsan_is_turned_off(void);
void __wrap_exit(int status) __attribute__((noreturn));
void __real_exit(int status) __attribute__((noreturn));
void __wrap_par_init(int threads);

/* What was allocated before a mistake is lost. */
int
__lsan_is_turned_off(void)
{
	return 1;
}

static jmp_buf back;
static int armed;

void
__wrap_exit(int status)
{
	if (armed) {
		FUZZ_CHECK(status == 0 || status == 2);
		longjmp(back, 1 + status);
	}
	__real_exit(status);
}

void
__wrap_par_init(int threads)
{
	FUZZ_CHECK(threads >= 0 && threads <= 256);
}

static int number, choice, flag;
static double real, pair[2];
static const char *text, *file, *list, *keep;
static struct opt_files several;

static const struct opt opts[] = {
	OPT_COMMON,
	{ 'n', "number", OPT_INT, &number, "N", "a number", -3, 70000, "" },
	{ 'c', "choice", OPT_CHOICE, &choice, "one|two|two-three", "a choice", 0, 0, "none" },
	{ 'f', "flag", OPT_FLAG, &flag, 0, "a flag", 0, 0, "" },
	{ 'r', "real", OPT_REAL, &real, "X", "a real number", 0, 1, "unset" },
	{ 0, "any", OPT_REAL, &real, "X", "any real number", 0, 0, "unset" },
	{ 'p', "pair", OPT_PAIR, pair, "LO,HI", "a pair", -1, 10, "unset" },
	{ 't', "text", OPT_TEXT, &text, "TEXT", "a text", 0, 0, "" },
	{ 0, "file", OPT_FILE, &file, "FILE", "a file", 0, 0, "" },
	{ 0, "several", OPT_FILES, &several, "FILE", "some files", 0, 0, "none" },
	{ 0, "list", OPT_TEXT, &list, "A,B", "a list", 0, 0, "" },
	{ 0, "keep", OPT_TEXT, &keep, "N,M", "epochs", 0, 0, "" },
	OPT_END
};

static void
set_defaults(void)
{
	memset(&opt_common, 0, sizeof opt_common);
	number = flag = 0;
	choice = -1;
	real = pair[0] = pair[1] = NAN;
	text = file = list = keep = NULL;
	free(several.file);
	several = (struct opt_files){ 0 };
}

static void
check_values(void)
{
	char *part[LIST_MAX];
	struct keep epochs;
	int n;

	FUZZ_CHECK(number >= -3 && number <= 70000 && choice >= -1 && choice < 3 && (flag == 0 || flag == 1));
	FUZZ_CHECK(isnan(pair[0]) || (pair[0] >= -1 && pair[0] <= pair[1] && pair[1] <= 10));
	FUZZ_CHECK(several.n >= 0 && !several.n == !several.file);
	n = list_cut(part, list, "list");
	FUZZ_CHECK(n >= 0 && n <= LIST_MAX && (n > 0) == !!list);
	list_free(part);
	keep_parse(&epochs, keep);
	if (opt_common.output)
		free(keep_name(3));
	keep_free(&epochs);
}

/* Cuts a command at its spaces, but for quoted ones, in place. */
static int
cut_words(char *word[WORDS], char *p)
{
	char *to = p;
	int n = 0, quoted = 0;

	for (word[n++] = p; *p; p++)
		if (*p == '\'')
			quoted = !quoted;
		else if (*p == '\\' && !quoted)
			*to++ = *++p;
		else if (*p == ' ' && !quoted) {
			*to++ = '\0';
			if (n == WORDS - 1)
				return -1;
			word[n++] = to;
		} else
			*to++ = *p;
	*to = '\0';
	FUZZ_CHECK(!quoted);
	return n;
}

/* 0 if these words were taken. */
static int
parse(char **word, int n)
{
	int rc;

	set_defaults();
	word[n] = NULL;
	rc = setjmp(back);
	armed = 1;
	if (!rc) {
		opt_parse(n, &word, opts, "[operand ...]", "no purpose", 0, 20);
		check_values();
	}
	armed = 0;
	return rc;
}

static void
type_again(void)
{
	char *typed = mem_strdup(opt_command()), *command = mem_strdup(typed), *word[WORDS + 1];
	int n = cut_words(word, typed);

	if (n >= 0) {
		word[1] = word[0]; /* the version stands between the name and the options */
		FUZZ_CHECK(!parse(word + 1, n - 1));
		FUZZ_CHECK(!strcmp(opt_command(), command));
	}
	free(command);
	free(typed);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *words = fuzz_text(data, size), *word[WORDS + 1], name[] = "fuzz";
	int n = 0, output = dup(STDOUT_FILENO), nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
	size_t at;

	fflush(stdout);
	dup2(nowhere, STDOUT_FILENO);
	word[n++] = name;
	for (at = 0; at < size && n < WORDS; at += strlen(words + at) + 1)
		word[n++] = words + at;
	if (!parse(word, n))
		type_again();
	fflush(stdout);
	dup2(output, STDOUT_FILENO);
	close(output);
	close(nowhere);
	free(words);
	return 0;
}
