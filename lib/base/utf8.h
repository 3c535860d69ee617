/* utf8.h - is a text UTF-8 (RFC 3629)?
 */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

/* 1 if all of text is: no stray or missing continuation bytes, no overlong forms, no surrogates, nothing above U+10FFFF. */
int utf8_valid(const char *text);

#endif
