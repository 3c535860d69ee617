#include "loop.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/stop.h"
#include "cpu/cpu.h"
#include "tool.h"
#include "training.h"

struct loop_options loop_options = { .every = "10m" };

/* --- opening --- */

/* "500": steps; "10m": minutes */
static void
parse_every(struct loop *l, const char *text)
{
	char *end;
	double x = strtod(text, &end);
	int minutes = !strcmp(end, "m");

	if (end == text || (*end && !minutes) || !(x > 0) || x > 1e9 || (!minutes && x != floor(x)))
		die("--every: '%s' is neither a number of steps like 500 nor of minutes like 10m", text);
	if (minutes)
		l->every_seconds = 60 * x;
	else
		l->every_steps = (int64_t)x;
}

/* The files that options name, by their checksums: of the same name there may be another now. */
static void
save_files(struct meta *m)
{
	const char *name, *crc;
	char *key;
	int i;

	for (i = 0; (crc = opt_file(i, &name)); i++) {
		meta_set(m, key = mem_printf("file.%s", name), crc);
		free(key);
	}
}

static void
check_files(const struct meta *m, const char *checkpoint)
{
	const char *name, *crc, *before;
	char *key;
	int i;

	for (i = 0; (crc = opt_file(i, &name)); i++) {
		before = meta_get(m, key = mem_printf("file.%s", name));
		free(key);
		if (before && strcmp(before, crc))
			die("checkpoint '%s' is of a training with another file for --%s (remove it to start anew): its checksum "
			    "was %s, now it is %s", checkpoint, name, before, crc);
	}
}

static void
check_settings(const struct meta *m, const char *file)
{
	const char *command = meta_get(m, "command"), *set = meta_get(m, "cpu");

	if (!command || strcmp(command, opt_command()))
		die("checkpoint '%s' is of another training (remove it to start anew): '%.380s', this is '%.380s'", file, command ? command : "",
		    opt_command());
	check_files(m, file);
	if (set && strcmp(set, cpu()->name))
		note("checkpoint '%s' is from a machine that computes with %s, this one with %s: the last digits will differ", file,
		     set, cpu()->name);
}

/* What comes and goes beside the checkpoint must be nobody's output. */
static void
check_beside(const char *file)
{
	static const char *const suffix[] = { "previous", "new", "lock" };
	size_t i;

	for (i = 0; i < ARRAY_LEN(suffix); i++) {
		char *path = mem_printf("%s.%s", file, suffix[i]);

		opt_check_beside(path);
		free(path);
	}
}

static void
open_checkpoint(struct loop *l)
{
	const char *file = loop_options.checkpoint;
	struct err e;
	int rc;

	parse_every(l, loop_options.every);
	if (loop_options.resume && !file)
		die("--resume goes on from --checkpoint FILE, which is missing");
	if (!file)
		return;
	check_beside(file);
	stop_catch();
	if (checkpoint_lock(&l->lock, file, &e))
		die("%s", e.msg);
	if (!loop_options.resume && checkpoint_may_write(file, &e))
		die("--checkpoint would replace a file that is none: %s", e.msg);
	rc = loop_options.resume ? checkpoint_open(&l->from, file, &e) : 1;
	if (rc < 0)
		die("%s", e.msg);
	if (rc == 0)
		check_settings(&l->from.rec->meta, file);
	else if (loop_options.resume)
		note("no checkpoint '%s' yet: training starts from the beginning", file);
}

void
loop_open(struct loop *l, const char *path, const struct batch_tensor *t, int n)
{
	struct err e;
	int rc;

	open_checkpoint(l);
	if (loop_options.checkpoint)
		rc = batches_resume(&l->in, path, training.batch, t, n, l->from.rec ? &l->from.rec->meta : NULL, &e);
	else
		rc = batches_open(&l->in, path, training.batch, t, n, &e);
	if (rc)
		die("%s", e.msg);
}

void
loop_tables(struct loop *l, const char *history, const char *steps)
{
	const struct meta *place = l->from.rec ? &l->from.rec->meta : NULL;
	int lasting = loop_options.checkpoint != NULL;

	table_open(&l->history, history, "history", lasting, place);
	table_open(&l->steps, steps, "steps", lasting, place);
}

/* --- saving and loading --- */

static void
save(struct loop *l)
{
	const char *file = loop_options.checkpoint;
	struct record r = { 0 };
	struct err e;

	if (!file || l->saved == l->step)
		return;
	l->trainer->save(l->run, &r);
	table_save(&l->history, &r.meta);
	table_save(&l->steps, &r.meta);
	checkpoint_add_int(&r, "step", l->step);
	checkpoint_add_int(&r, "epoch", l->epoch);
	checkpoint_add_int(&r, "epoch_first", l->epoch_first);
	checkpoint_add_real(&r, "epoch_seconds", clock_seconds() - l->epoch_started);
	meta_set(&r.meta, "command", opt_command());
	save_files(&r.meta);
	meta_set(&r.meta, "cpu", cpu()->name);
	batches_save(&r.meta, &l->in);
	if (checkpoint_write(file, &r, &e))
		die("%s", e.msg);
	l->saved = l->step;
	l->saved_at = clock_seconds();
}

static void
load(struct loop *l)
{
	const struct meta *m = &l->from.rec->meta;
	double seconds;
	struct err e;

	if (checkpoint_get_int(&l->step, m, "step", &e) || checkpoint_get_int(&l->epoch, m, "epoch", &e) ||
	    checkpoint_get_int(&l->epoch_first, m, "epoch_first", &e) ||
	    checkpoint_get_real(&seconds, m, "epoch_seconds", &e))
		die("%s: %s", l->from.map.name, e.msg);
	l->trainer->load(l->run, &l->from);
	l->saved = l->step;
	l->epoch_started -= seconds;
	note("going on behind step %lld, from %s", (long long)l->step, l->from.map.name);
	checkpoint_close(&l->from);
}

/* --- running --- */

static int
is_due(const struct loop *l)
{
	if (l->every_steps)
		return l->step % l->every_steps == 0;
	return clock_seconds() - l->saved_at >= l->every_seconds;
}

/* Whoever sent the signal wants the program to end. */
static void
stop_if_asked(struct loop *l)
{
	int signal = stop_signal();

	if (!signal)
		return;
	save(l);
	note("stopped by %s after step %lld; the same command with --resume goes on", stop_name(signal), (long long)l->step);
	exit(128 + signal);
}

static void
end_epoch(struct loop *l)
{
	l->trainer->end_epoch(l->run, l->epoch, clock_seconds() - l->epoch_started);
	l->epoch_first = l->step;
	l->epoch_started = clock_seconds();
}

static void
take_batch(struct loop *l)
{
	int64_t epoch = (int64_t)l->in.feed.epoch;

	if (l->step > l->epoch_first && epoch != l->epoch)
		end_epoch(l);
	l->epoch = epoch;
	l->trainer->step(l->run);
	l->step++;
	if (loop_options.checkpoint && is_due(l))
		save(l);
}

void
loop_run(struct loop *l, const struct trainer *trainer, void *run, int64_t steps)
{
	struct err e;
	int rc;

	l->trainer = trainer;
	l->run = run;
	l->epoch_started = l->saved_at = clock_seconds();
	if (l->from.rec)
		load(l);
	progress_start(&l->progress, "samples", (uint64_t)(steps * training.batch), opt_common.quiet);
	progress_from(&l->progress, (uint64_t)(l->step * training.batch));
	while (stop_if_asked(l), (rc = batches_next(&l->in, &e)) > 0)
		take_batch(l);
	stop_if_asked(l);
	save(l);
	if (rc < 0)
		die("%s", e.msg);
	if (l->step == 0)
		die("%s: not one full batch of %d", batches_name(&l->in), training.batch);
	end_epoch(l);
	progress_end(&l->progress);
}

void
loop_close_tables(struct loop *l)
{
	table_close(&l->history);
	table_close(&l->steps);
}

void
loop_close(struct loop *l)
{
	batches_close(&l->in);
	if (loop_options.checkpoint)
		checkpoint_remove(loop_options.checkpoint, &l->lock);
}
