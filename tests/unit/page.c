/* Pages: hostile names stay text, points of plots stand where their values are */
#include <stdlib.h>

#include "check.h"
#include "page/html.h"
#include "page/plot.h"

static char *text;
static size_t size;
static FILE *file;

static FILE *
begin(void)
{
	free(text);
	text = NULL;
	file = open_memstream(&text, &size);
	return file;
}

static const char *
end(void)
{
	fclose(file);
	return text;
}

static const char *
escaped(const char *from)
{
	html_text(begin(), from);
	return end();
}

static const char *
written(double x, int decimals)
{
	html_number(begin(), x, decimals);
	return end();
}

static void
check_text(void)
{
	CHECK_STR(escaped("<a href=\"x\">&'"), "&lt;a href=&quot;x&quot;&gt;&amp;&#39;", "what could break a page is escaped");
	CHECK_STR(escaped("&amp;"), "&amp;amp;", "and so is what looks escaped");
	CHECK_STR(escaped("a\tb\nc"), "a\tb\nc", "tab and line feed stay");
	CHECK_STR(escaped("a\rb\033c\177"), "a\xef\xbf\xbd" "b\xef\xbf\xbd" "c\xef\xbf\xbd", "control characters do not");
	CHECK_STR(escaped("M\xc3\xbcller \xe5\xbf\x83 \xf0\x9f\xab\x80"), "M\xc3\xbcller \xe5\xbf\x83 \xf0\x9f\xab\x80", "UTF-8 stays");
	CHECK_STR(escaped("\xc3<"), "\xef\xbf\xbd&lt;", "half a character does not swallow what follows");
	CHECK_STR(escaped("\xc0\xbc"), "\xef\xbf\xbd\xef\xbf\xbd", "an overlong < is none");
	CHECK_STR(escaped("\xed\xa0\x80"), "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd", "nor is a surrogate anything");
	CHECK_STR(escaped("\xef\xbf\xbe"), "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd", "nor U+FFFE, which XML forbids");
}

static void
check_numbers(void)
{
	CHECK_STR(written(1.25, 1), "1.2", "decimals");
	CHECK_STR(written(-3.5, 1), "\xe2\x88\x92" "3.5", "a real minus sign");
	CHECK_STR(written(-.04, 1), "0.0", "no negative zero");
	CHECK_STR(written(NAN, 1), "\xe2\x80\x93", "a dash for nothing");
	html_png(begin(), "\377\0ab", 4);
	CHECK_STR(end(), "data:image/png;base64,/wBhYg==", "base64");
}

/* The n-th number behind `what` in the plot. */
static double
number_of(const char *what, int n)
{
	const char *at = text - 1;

	while (n-- && at)
		at = strstr(at + 1, what);
	return at ? atof(at + strlen(what)) : NAN;
}

static int
count_of(const char *what)
{
	const char *at;
	int n = 0;

	for (at = text; (at = strstr(at, what)); at++)
		n++;
	return n;
}

static void
check_correlation(void)
{
	static const struct plot_point p[] = { { 10, 10, "<p>", 0 }, { 30, 30, "b", 1 }, { 20, 30, "c", 0 } };
	struct plot plot = { "t", "x & y", "y", p, 3, NAN, NAN, NAN };
	double right, down;

	plot_correlation(begin(), &plot);
	end();
	right = number_of("cx=\"", 2) - number_of("cx=\"", 1);
	down = number_of("cy=\"", 2) - number_of("cy=\"", 1);
	CHECK(right > 0 && down < 0, "right is more, up is more");
	CHECK_NEAR(number_of("cx=\"", 3) - number_of("cx=\"", 1), right / 2, .11, "half the way is half the value");
	CHECK_NEAR(number_of("cy=\"", 3), number_of("cy=\"", 2), 0, "equal values stand equally high");
	CHECK(count_of("class=\"ring\"") == 1 && count_of("class=\"dot\"") == 2, "rings and dots");
	CHECK(strstr(text, "&lt;p&gt;") && strstr(text, "x &amp; y"), "names and labels are escaped");
	CHECK(count_of("class=\"identity\"") == 1 && count_of("class=\"bias\"") == 0, "its line is that of identity");
}

static void
check_differences(void)
{
	struct plot_point p[] = { { 1, -1, "a", 0 }, { 2, 1, "b", 0 } };
	struct plot plot = { "t", "x", "y", p, 2, 0, -2, 2 };
	double middle;

	plot_differences(begin(), &plot);
	end();
	middle = (number_of("cy=\"", 1) + number_of("cy=\"", 2)) / 2;
	CHECK_NEAR(number_of("class=\"bias\" d=\"M56 ", 1), middle, .11, "the bias lies between");
	CHECK_NEAR(number_of("class=\"limit\" d=\"M56 ", 1) + number_of("class=\"limit\" d=\"M56 ", 2), 2 * middle, .21,
	           "limits on either side");
	CHECK(number_of("class=\"limit\" d=\"M56 ", 1) > number_of("cy=\"", 1), "the lower one is below");
	p[1] = p[0];
	plot.n = 1;
	plot.bias = plot.low = plot.high = -1;
	plot_differences(begin(), &plot);
	end();
	CHECK(isfinite(number_of("cx=\"", 1)) && count_of("class=\"tick\"") >= 4, "one value has a scale too");
	p[0] = (struct plot_point){ 1e12, 1e12 + 1, "big", 0 };
	plot.bias = plot.low = plot.high = NAN;
	plot_differences(begin(), &plot);
	end();
	CHECK(!strstr(text, "nan") && !strstr(text, "inf") && count_of("class=\"tick\"") < 40, "as has one that is huge");
}

int
main(void)
{
	check_text();
	check_numbers();
	check_correlation();
	check_differences();
	free(text);
	return check_done();
}
