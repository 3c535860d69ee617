/* names of classes: from options, from metadata, and what is refused */
#include "ten/names.h"

#include <stdlib.h>

#include "base/mem.h"
#include "check.h"

static void
parsed(void)
{
	struct names a;
	struct err e;
	char buf[NAMES_NUMBER];

	CHECK(names_parse(&a, "background,RV,left atrium", 0, &e) == 0 && a.n == 3, "three names");
	CHECK_STR(names_get(buf, &a, 2), "left atrium", "the last one");
	CHECK_STR(names_get(buf, &a, 3), "3", "a class without a name is its number");
	names_free(&a);
	CHECK(names_parse(&a, NULL, 2, &e) == 0 && a.n == 2, "no text, two classes");
	CHECK_STR(names_get(buf, &a, 1), "1", "are numbered");
	names_free(&a);
}

static void
refused(const char *text, int classes, const char *why)
{
	struct names a;
	struct err e = { "" };

	CHECK(names_parse(&a, text, classes, &e) == -1 && a.n == 0, "refused");
	CHECK_STR(e.msg, why, "with the reason");
}

static void
read(void)
{
	struct meta m = { 0 };
	struct names a;
	struct err e = { "" };

	CHECK(names_read(&a, &m, &e) == 0 && a.n == 0, "metadata that tell nothing");
	names_free(&a);
	meta_set(&m, "classes", "2");
	CHECK(names_read(&a, &m, &e) == 0 && a.n == 2, "only the number");
	names_free(&a);
	meta_set(&m, "names", "a,b");
	CHECK(names_read(&a, &m, &e) == 0 && a.n == 2, "number and names");
	CHECK_STR(a.name[1], "b", "that are these");
	names_free(&a);
	meta_set(&m, "classes", "3");
	CHECK(names_read(&a, &m, &e) == -1, "that contradict each other");
	CHECK_STR(e.msg, "metadata 'names': 'a,b': no name for class 2 of 0..2", "are refused");
	meta_free(&m);
}

int
main(void)
{
	char *many = mem_array(600, 1);
	int i;

	parsed();
	read();
	refused("a,,b", 0, "'a,,b': no name for class 1");
	refused("", 0, "'': no name for class 0");
	refused("a,b\n", 0, "'a,b\n': the name of class 1 holds a control character");
	refused("a,b,c", 2, "'a,b,c': more names than the 2 classes");
	for (i = 0; i < 257; i++)
		strcat(many, i ? ",a" : "a");
	{
		struct names a;
		struct err e;

		CHECK(names_parse(&a, many, 0, &e) == -1 && strstr(e.msg, "more than 256 names"), "257 are too many");
	}
	free(many);
	return check_done();
}
