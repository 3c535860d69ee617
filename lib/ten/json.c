#include "ten/json.h"

#include <jansson.h>
#include <pthread.h>
#include <stdlib.h>

#include "base/mem.h"

static void *
json_memory(size_t size)
{
	return mem_grow(NULL, size, 1);
}

static void
set_json_memory(void)
{
	json_set_alloc_funcs(json_memory, free);
}

void
json_start(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, set_json_memory);
}
