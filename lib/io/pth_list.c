#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "io/pth.h"

/* Does v hold tensors by name? */
static int
holds_tensors(const struct pth_value *v)
{
	size_t i;

	for (i = 0; v->kind == PTH_DICT && i < v->n; i += 2)
		if (v->item[i]->kind == PTH_TEXT && v->item[i + 1]->kind == PTH_TENSOR)
			return 1;
	return 0;
}

/* "'student', 'teacher'": the keys of root whose dictionaries hold tensors. *n: how many there are. */
static const struct pth_value *
list_dictionaries(char *buf, size_t size, const struct pth_value *root, int *n)
{
	const struct pth_value *last = NULL;
	size_t len = 0, i;

	buf[0] = '\0';
	*n = 0;
	for (i = 0; root->kind == PTH_DICT && i < root->n; i += 2) {
		const struct pth_value *k = root->item[i];

		if (k->kind != PTH_TEXT || !holds_tensors(root->item[i + 1]))
			continue;
		last = k;
		++*n;
		if (len < size)
			len += (size_t)snprintf(buf + len, size - len, "%s'%.*s'", *n > 1 ? ", " : "",
			                        (int)(k->len < 100 ? k->len : 100), (const char *)k->text);
	}
	return last;
}

/* "a/b": b in a. A key that holds a slash itself is tried first. */
static const struct pth_value *
follow(const struct pth_value *v, const char *path)
{
	const struct pth_value *whole;
	const char *slash;

	for (;;) {
		if (v->kind != PTH_DICT)
			return NULL;
		whole = pth_get(v, path, strlen(path));
		slash = strchr(path, '/');
		if (whole || !slash)
			return whole;
		v = pth_get(v, path, (size_t)(slash - path));
		if (!v)
			return NULL;
		path = slash + 1;
	}
}

/* The dictionary to take, and the path to it. */
static const struct pth_value *
choose(char **from, const struct pth_value *root, const char *said, struct err *e)
{
	static const char *const usual[] = { "state_dict", "model_state_dict", "model_state", "model", "net" };
	const struct pth_value *v, *key;
	char list[512];
	size_t i;
	int n;

	key = list_dictionaries(list, sizeof list, root, &n);
	if (said) {
		v = follow(root, said);
		if (v && holds_tensors(v)) {
			*from = mem_strdup(said);
			return v;
		}
		err_set(e, "no dictionary of tensors under '%s'%s%s", said, n ? ", but under " : "", list);
		return NULL;
	}
	for (i = 0; i < ARRAY_LEN(usual); i++)
		if (root->kind == PTH_DICT && (v = pth_get(root, usual[i], strlen(usual[i]))) && holds_tensors(v)) {
			*from = mem_strdup(usual[i]);
			return v;
		}
	if (holds_tensors(root)) {
		*from = mem_strdup("");
		return root;
	}
	if (n == 1) {
		*from = mem_printf("%.*s", (int)(key->len < 4096 ? key->len : 4096), (const char *)key->text);
		return pth_get(root, (const char *)key->text, key->len);
	}
	if (n)
		err_set(e, "tensors under %s (choose by --from)", list);
	else
		err_set(e, "no dictionary of tensors (--from A/B looks deeper)");
	return NULL;
}

/* Names are C strings from here on; one with a NUL in it would become another name. */
static int
add(struct foreign *c, const struct pth *p, const struct pth_value *name, const struct pth_tensor *s,
    struct err *e)
{
	struct foreign_tensor *t = &c->t[c->n];

	if (memchr(name->text, '\0', name->len) || name->len > 4096)
		return err_set(e, "a tensor whose name has %zu bytes, or a NUL among them", name->len);
	t->name = mem_printf("%.*s", (int)name->len, (const char *)name->text);
	t->dtype = p->pool.storage[s->storage].dtype;
	t->ndim = s->ndim;
	memcpy(t->dim, s->dim, sizeof t->dim);
	memcpy(t->stride, s->stride, sizeof t->stride);
	t->offset = s->offset;
	t->storage = s->storage;
	c->n++;
	return 0;
}

int
pth_list(struct foreign *c, const struct pth *p, const char *from, struct err *e)
{
	const struct pth_value *dict = choose(&c->from, p->root, from, e);
	size_t i;

	if (!dict)
		return -1;
	c->t = mem_array(dict->n / 2, sizeof *c->t);
	for (i = 0; i < dict->n; i += 2)
		if (dict->item[i]->kind == PTH_TEXT && dict->item[i + 1]->kind == PTH_TENSOR &&
		    add(c, p, dict->item[i], dict->item[i + 1]->tensor, e))
			return -1;
	return 0;
}
