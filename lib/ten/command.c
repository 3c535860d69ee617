#include "ten/command.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

int
command_key(const char *key, size_t *prefix, long *number)
{
	const char *dot = strrchr(key, '.');
	char *end;

	if (!dot || dot - key < 3 || strncmp(dot - 3, "cmd", 3) || (dot - key > 3 && dot[-4] != '.'))
		return 0;
	*prefix = dot - key > 3 ? (size_t)(dot - key - 4) : 0;
	*number = strtol(dot + 1, &end, 10);
	return dot[1] >= '0' && dot[1] <= '9' && !*end;
}

int
command_is(const char *key)
{
	const char *at = strstr(key, "cmd.");

	while (at && at != key && at[-1] != '.')
		at = strstr(at + 1, "cmd.");
	return at && at[4] >= '0' && at[4] <= '9';
}

static int
by_chain(const void *a, const void *b)
{
	const struct meta_item *x = *(const struct meta_item *const *)a, *y = *(const struct meta_item *const *)b;
	size_t p = 0, q = 0;
	long i = 0, k = 0;
	int c;

	command_key(x->key, &p, &i);
	command_key(y->key, &q, &k);
	if (!p != !q)
		return p ? -1 : 1;
	c = strncmp(x->key, y->key, p < q ? p : q);
	if (!c && p != q)
		c = p > q ? -1 : 1;
	return c ? c : (i > k) - (i < k);
}

int
command_list(const struct meta_item **list, const struct meta *m)
{
	size_t prefix;
	long number;
	int i, n = 0;

	for (i = 0; i < m->n; i++)
		if (command_key(m->item[i].key, &prefix, &number))
			list[n++] = &m->item[i];
	qsort(list, (size_t)n, sizeof *list, by_chain);
	return n;
}

/* Reads a word as a shell does, but for what only double quotes and variables can do; NULL at the end. */
static char *
next_word(const char **text)
{
	const char *p = *text + strspn(*text, " ");
	char *word = mem_alloc(strlen(p) + 1), *to = word;
	int quoted = 0;

	if (!*p) {
		free(word);
		return NULL;
	}
	for (; *p && (quoted || *p != ' '); p++)
		if (*p == '\'')
			quoted = !quoted;
		else if (*p == '\\' && !quoted && p[1])
			*to++ = *++p;
		else
			*to++ = *p;
	*text = p;
	return word;
}

int
command_parse(struct command *c, const char *text)
{
	char *word;
	int options = 1;

	*c = (struct command){ .tool = next_word(&text) };
	if (c->tool)
		c->version = next_word(&text);
	while ((word = next_word(&text))) {
		c->word = mem_grow(c->word, (size_t)c->n + 1, sizeof *c->word);
		c->word[c->n++] = word;
		if (options && !strncmp(word, "--", 2))
			c->operands = c->n;
		options = options && !strncmp(word, "--", 2) && word[2];
	}
	return c->version ? 0 : -1;
}

void
command_free(struct command *c)
{
	while (c->n > 0)
		free(c->word[--c->n]);
	free(c->word);
	free(c->tool);
	free(c->version);
	*c = (struct command){ 0 };
}

/* The k-th value, from 1, of the option that these len bytes name. */
static const char *
nth_option(const struct command *c, const char *name, size_t len, long k)
{
	int i;

	for (i = 0; i < c->operands; i++)
		if (!strncmp(c->word[i], "--", 2) && !strncmp(c->word[i] + 2, name, len) && c->word[i][2 + len] == '=' &&
		    --k == 0)
			return c->word[i] + 2 + len + 1;
	return NULL;
}

const char *
command_option(const struct command *c, const char *name)
{
	const char *value = nth_option(c, name, strlen(name), 1), *dash = strrchr(name, '-');
	char *end;
	long k;

	if (value || !dash || dash[1] < '1' || dash[1] > '9')
		return value;
	k = strtol(dash + 1, &end, 10);
	return *end || k < 2 ? NULL : nth_option(c, name, (size_t)(dash - name), k);
}

static int
has_controls(const char *s)
{
	for (; *s; s++)
		if ((unsigned char)*s < 32 || *s == 127)
			return 1;
	return 0;
}

char *
command_quote(char *s, const char *word)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+=.,:/@%^";
	int controls = has_controls(word), quoted = controls || !*word || word[strspn(word, plain)];
	size_t n = s ? strlen(s) : 0;
	char *to;

	s = mem_grow(s, n + 4 * strlen(word) + 5, 1);
	to = s + n;
	to += sprintf(to, "%s%s%s", n ? " " : "", controls ? "$" : "", quoted ? "'" : "");
	for (; *word; word++)
		if ((unsigned char)*word < 32 || *word == 127)
			to += sprintf(to, "\\%03o", (unsigned)*word);
		else if (*word == '\'')
			to += sprintf(to, controls ? "\\'" : "'\\''");
		else if (*word == '\\' && controls)
			to += sprintf(to, "\\\\");
		else
			*to++ = *word;
	strcpy(to, quoted ? "'" : "");
	return s;
}
