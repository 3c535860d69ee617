/* html.h - pieces of a page: text that cannot break it, numbers, pictures within
 *
 * Pages are HTML that is well-formed XML too, and ask for nothing from outside.
 */
#ifndef PAGE_HTML_H
#define PAGE_HTML_H

#include <stddef.h>
#include <stdio.h>

/* Text, in an element or in a quoted attribute: & < > " ' are escaped. What is not UTF-8, and control characters other
 * than tab and line feed, become U+FFFD. */
void html_text(FILE *f, const char *text);

/* With so many decimals and a real minus sign; a dash for NAN. */
void html_number(FILE *f, double x, int decimals);

/* data: URI of a PNG. */
void html_png(FILE *f, const void *png, size_t n);

#endif
