/* opt.h - one table per tool drives parsing, -h, usage errors and the command line kept as provenance
 *
 * The value a variable holds before opt_parse is its default, and -h shows it. Options may stand anywhere
 * before "--"; "-b8", "-b 8", "--batch 8" and "--batch=8" are the same; short flags combine ("-qv").
 */
#ifndef BASE_OPT_H
#define BASE_OPT_H

#include <stdint.h>

enum opt_type {
	OPT_FLAG,   /* int *: set to 1 */
	OPT_INT,    /* int *: within [min,max] */
	OPT_SEED,   /* uint64_t * */
	OPT_REAL,   /* double *: within [min,max]; a NAN default is shown as opt.unset */
	OPT_PAIR,   /* double[2]: "LO,HI", both within [min,max], LO <= HI; NAN as above */
	OPT_CHOICE, /* int *: index of the word in arg, "lars|sgd|adam"; a default of -1 is shown as opt.unset */
	OPT_TEXT,   /* const char **: changes the result, so it is part of the provenance */
	OPT_FILE,   /* const char **: a file to read; the same, but the placeholder is a file */
	OPT_FILES,  /* struct opt_files *: the same, and may be given several times */
	OPT_OUT,    /* const char **: a file to write; left out of the provenance */
	OPT_ASIDE,  /* const char **: a text that cannot change results, left out too */
	OPT_QUIET,  /* int *: a flag that cannot change results, left out too */
	OPT_SPEED   /* int *: a number that cannot change results, left out too */
};

struct opt {
	int key;            /* short letter, or 0 */
	const char *name;   /* long name without dashes; NULL ends the table */
	enum opt_type type;
	void *var;
	const char *arg;    /* placeholder ("FILE", "N") or the choices; NULL for flags */
	const char *help;   /* lower case, no full stop */
	double min, max;    /* both 0: any value */
	const char *unset;  /* what -h says of a default that is not a value ("by policy") */
};

/* In the order they were given. */
struct opt_files {
	const char **file;
	int n;
};

/* What every tool understands. */
struct opt_common {
	const char *output; /* -o; NULL: standard output */
	uint64_t seed;      /* -s; default 0 */
	int threads;        /* -j; 0: one per processor */
	int quiet, verbose;
	int folder;         /* set before opt_parse: -o is a folder, not a file */
};
extern struct opt_common opt_common;

#define OPT_COMMON \
	{ 'o', "output", OPT_OUT, &opt_common.output, "FILE", "write to FILE instead of standard output", 0, 0, "" }, \
	{ 's', "seed", OPT_SEED, &opt_common.seed, "SEED", "seed of all random numbers", 0, 0, "" }, \
	{ 'j', "threads", OPT_SPEED, &opt_common.threads, "N", "threads, 0 for one per processor; never changes results", 0, 256, "" }, \
	{ 'q', "quiet", OPT_QUIET, &opt_common.quiet, 0, "no progress and no notes on standard error", 0, 0, "" }, \
	{ 'v', "verbose", OPT_QUIET, &opt_common.verbose, 0, "say more on standard error", 0, 0, "" }

#define OPT_END { 0, 0, OPT_FLAG, 0, 0, 0, 0, 0, 0 }

/* Parses argv and returns the number of operands, which then stand in argv[0..n-1] (*argv is moved past the
 * options). -h and --version print and exit 0; a mistake prints one line and a pointer to -h, and exits 2.
 * `operands` is the usage tail ("[file ...]"), `purpose` one line on what the tool does. Starts the
 * thread pool with -j. Operands are checked against [least,most] (most -1: any number). */
int opt_parse(int argc, char ***argv, const struct opt *table, const char *operands, const char *purpose,
              int least, int most);

/* The command line in canonical form: tool, version, every option given that changes results (in table
 * order) and the operands, quoted for a shell. Valid after opt_parse. */
const char *opt_command(void);

/* The i-th file given by an option of type OPT_FILE or OPT_FILES: the option's name, and the CRC-32 (8 hexadecimal digits)
 * that the file had when the options were read; "-" if it is no regular file. The second file of an option is NAME-2, the
 * third NAME-3. NULL: there are no more. */
const char *opt_file(int i, const char **name);

/* The name of the option, other than --output, that a file to write was named by; NULL: none. */
const char *opt_output(const char *path);

/* Dies if path, which is to be written beside the outputs that options name, is one of them. */
void opt_check_beside(const char *path);

/* The command is to say `value` (which must stay) for the option of this variable, if it was given: where a tool had to
 * do otherwise than it was told. */
void opt_amend(const void *var, const char *value);

#endif
