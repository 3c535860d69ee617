/* json.h - the one thing that every use of jansson needs first
 */
#ifndef TEN_JSON_H
#define TEN_JSON_H

/* Before any use of jansson, from any thread: where it does not get memory it leaves out part of what it was given, and
 * few of its functions say so; so it is to get its memory from mem.h. */
void json_start(void);

#endif
