#include "base/stop.h"

#include <signal.h>
#include <stddef.h>

#include "base/cleanup.h"

static volatile sig_atomic_t caught;

static void
on_signal(int sig)
{
	if (caught)
		cleanup_die(sig);
	caught = sig;
}

void
stop_catch(void)
{
	static const int sigs[] = { SIGINT, SIGTERM };
	struct sigaction act = { .sa_handler = on_signal }, old; /* no SA_RESTART: read() is to return */
	size_t i;

	for (i = 0; i < sizeof sigs / sizeof *sigs; i++)
		if (!sigaction(sigs[i], NULL, &old) && old.sa_handler != SIG_IGN)
			sigaction(sigs[i], &act, NULL);
}

int
stop_signal(void)
{
	return caught;
}

const char *
stop_name(int signal)
{
	return signal == SIGINT ? "SIGINT" : "SIGTERM";
}
