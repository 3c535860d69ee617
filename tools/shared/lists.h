/* lists.h - option values that are lists, "A,B,C" */
#ifndef LISTS_H
#define LISTS_H

#define LIST_MAX 64

/* Cuts `text` (NULL: an empty list) at its commas and returns the number of parts; dies, naming the option, when one is
 * empty or there are more than LIST_MAX. The parts are the caller's to free, all at once. */
int list_cut(char *part[LIST_MAX], const char *text, const char *option);
void list_free(char *part[LIST_MAX]);

#endif
