#include "page/html.h"

#include <math.h>
#include <string.h>

#include "base/utf8.h"

/* The bytes of the character that text begins with; 0: it is none that may stand in a page. */
static int
character(const char *text)
{
	unsigned char c = (unsigned char)*text;
	char one[5] = "";
	int n = c < 0x80 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4, i;

	for (i = 0; i < n && text[i]; i++)
		one[i] = text[i];
	if (i < n || !utf8_valid(one) || (c < 32 && c != '\t' && c != '\n') || c == 127)
		return 0;
	return strcmp(one, "\xef\xbf\xbe") && strcmp(one, "\xef\xbf\xbf") ? n : 0; /* U+FFFE, U+FFFF: not in XML */
}

void
html_text(FILE *f, const char *text)
{
	static const char special[] = "&<>\"'";
	static const char *const name[] = { "amp", "lt", "gt", "quot", "#39" };
	const char *at;
	int n;

	for (; *text; text += n ? n : 1) {
		n = character(text);
		at = strchr(special, *text);
		if (!n)
			fputs("\xef\xbf\xbd", f);
		else if (at)
			fprintf(f, "&%s;", name[at - special]);
		else
			fwrite(text, 1, (size_t)n, f);
	}
}

void
html_number(FILE *f, double x, int decimals)
{
	char text[400];
	int negative;

	if (isnan(x)) {
		fputs("\xe2\x80\x93", f);
		return;
	}
	snprintf(text, sizeof text, "%.*f", decimals, fabs(x));
	negative = x < 0 && strpbrk(text, "123456789i");
	fprintf(f, "%s%s", negative ? "\xe2\x88\x92" : "", text);
}

void
html_png(FILE *f, const void *png, size_t n)
{
	static const char digit[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const unsigned char *p = png;
	size_t i;

	fputs("data:image/png;base64,", f);
	for (i = 0; i < n; i += 3) {
		unsigned b = (unsigned)p[i] << 16 | (i + 1 < n ? (unsigned)p[i + 1] << 8 : 0) | (i + 2 < n ? p[i + 2] : 0u);

		putc(digit[b >> 18], f);
		putc(digit[b >> 12 & 63], f);
		putc(i + 1 < n ? digit[b >> 6 & 63] : '=', f);
		putc(i + 2 < n ? digit[b & 63] : '=', f);
	}
}
