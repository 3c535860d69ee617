#include "base/utf8.h"

/* Bytes of the character that p begins with; 0: it begins with none. */
static int
length(const unsigned char *p)
{
	int n = *p < 0x80 ? 1 : *p >= 0xc2 && *p < 0xe0 ? 2 : *p >= 0xe0 && *p < 0xf0 ? 3 : *p >= 0xf0 && *p < 0xf5 ? 4 : 0;
	int i;

	for (i = 1; i < n; i++)
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	if ((*p == 0xe0 && p[1] < 0xa0) || (*p == 0xed && p[1] > 0x9f) || (*p == 0xf0 && p[1] < 0x90) ||
	    (*p == 0xf4 && p[1] > 0x8f))
		return 0;
	return n;
}

int
utf8_valid(const char *text)
{
	const unsigned char *p = (const unsigned char *)text;
	int n;

	for (; *p; p += n)
		if (!(n = length(p)))
			return 0;
	return 1;
}
