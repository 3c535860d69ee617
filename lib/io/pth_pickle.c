#include "io/pth_pickle.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "io/pth_machine.h"

/* --- opcodes that make plain values --- */

static int
op_proto(struct pth_machine *m)
{
	uint64_t version;

	if (pth_take_number(m, &version, 1))
		return -1;
	return version >= 2 && version <= 5 ? 0 : err_set(m->e, "protocol %d, 2 to 5 are read", (int)version);
}

static int
op_frame(struct pth_machine *m)
{
	return pth_take(m, 8) ? 0 : -1; /* a hint for readers of streams */
}

static int
op_none(struct pth_machine *m)
{
	return pth_push(m, m->none);
}

static int
op_bool(struct pth_machine *m)
{
	struct pth_value *v = pth_new(m->pool, PTH_BOOL);

	v->i = *m->op == 0x88;
	return pth_push(m, v);
}

/* BININT has 4 bytes with sign, BININT1 and BININT2 have 1 and 2 without. */
static int
op_int(struct pth_machine *m)
{
	uint64_t v;

	if (pth_take_number(m, &v, *m->op == 'J' ? 4 : *m->op == 'K' ? 1 : 2))
		return -1;
	return pth_push(m, pth_new_int(m->pool, *m->op == 'J' ? (int32_t)(uint32_t)v : (int64_t)v));
}

/* Two's complement of any length; what does not fit 64 bits stays as it is. */
static int
op_long(struct pth_machine *m)
{
	const unsigned char *p;
	uint64_t n, v = 0;
	int i;

	if (pth_take_number(m, &n, *m->op == 0x8a ? 1 : 4) || !(p = pth_take(m, n)))
		return -1;
	if (n > 8)
		return pth_push(m, pth_new_text(m->pool, PTH_LONG, p, (size_t)n));
	if (n && p[n - 1] & 0x80)
		v = UINT64_MAX;
	for (i = (int)n; i-- > 0;)
		v = v << 8 | p[i];
	return pth_push(m, pth_new_int(m->pool, (int64_t)v));
}

static int
op_float(struct pth_machine *m)
{
	return pth_take(m, 8) ? pth_push(m, pth_new(m->pool, PTH_OPAQUE)) : -1;
}

/* Strings and bytes, by the size of their length */
static int
op_text(struct pth_machine *m)
{
	const unsigned char *p;
	int bytes = 4;
	uint64_t n;

	if (*m->op == 'U' || *m->op == 'C' || *m->op == 0x8c)
		bytes = 1;
	else if (*m->op == 0x8d || *m->op == 0x8e || *m->op == 0x96)
		bytes = 8;
	if (pth_take_number(m, &n, bytes) || !(p = pth_take(m, n)))
		return -1;
	return pth_push(m, pth_new_text(m->pool, PTH_TEXT, p, (size_t)n));
}

/* --- tuples, lists, dictionaries, sets --- */

static int
op_empty(struct pth_machine *m)
{
	switch (*m->op) {
	case ')':
		return pth_push(m, m->empty);
	case ']':
		return pth_push(m, pth_new(m->pool, PTH_LIST));
	case '}':
		return pth_push(m, pth_new(m->pool, PTH_DICT));
	default:
		return pth_push(m, pth_new(m->pool, PTH_OPAQUE)); /* a set */
	}
}

static int
op_tuple(struct pth_machine *m)
{
	size_t from = 0, n;

	if (*m->op != 't') {
		n = (size_t)(*m->op - 0x84); /* TUPLE1, TUPLE2, TUPLE3 */
		if (pth_have(m, n))
			return -1;
		from = m->n - n;
	} else if (pth_take_mark(m, &from)) {
		return -1;
	}
	n = m->n - from;
	m->n = from;
	return pth_push(m, n ? pth_new_items(m->pool, PTH_TUPLE, m->stack + from, n) : m->empty);
}

/* The same from a mark on: LIST, DICT; FROZENSET */
static int
op_collect(struct pth_machine *m)
{
	enum pth_kind kind = *m->op == 'l' ? PTH_LIST : *m->op == 'd' ? PTH_DICT : PTH_OPAQUE;
	size_t from, n;

	if (pth_take_mark(m, &from))
		return -1;
	n = m->n - from;
	if (kind == PTH_DICT && n % 2)
		return err_set(m->e, "a key without a value");
	m->n = from;
	if (kind == PTH_OPAQUE)
		return pth_push(m, pth_new(m->pool, kind));
	return pth_push(m, pth_new_items(m->pool, kind, n ? m->stack + from : NULL, n)); /* there may be no stack yet */
}

/* The values stack[from..n-1] go into the container below them. What is opaque takes anything. */
static int
put_into(struct pth_machine *m, size_t from, enum pth_kind kind)
{
	struct pth_value *v;

	if (kind == PTH_DICT && (m->n - from) % 2)
		return err_set(m->e, "a key without a value");
	if (from < 1 || (m->nmark && m->mark[m->nmark - 1] >= from))
		return err_set(m->e, "the stack is empty");
	v = m->stack[from - 1];
	if (v->kind == kind && kind != PTH_OPAQUE)
		pth_append(v, m->stack + from, m->n - from);
	else if (v->kind != PTH_OPAQUE)
		return err_set(m->e, "the value below is no %s", kind == PTH_DICT ? "dictionary" : "list");
	m->n = from;
	return 0;
}

/* APPEND, SETITEM */
static int
op_put_one(struct pth_machine *m)
{
	size_t n = *m->op == 'a' ? 1 : 2;

	return pth_have(m, n + 1) ? -1 : put_into(m, m->n - n, *m->op == 'a' ? PTH_LIST : PTH_DICT);
}

/* APPENDS, SETITEMS, ADDITEMS */
static int
op_put_all(struct pth_machine *m)
{
	size_t from;

	if (pth_take_mark(m, &from))
		return -1;
	return put_into(m, from, *m->op == 'e' ? PTH_LIST : *m->op == 'u' ? PTH_DICT : PTH_OPAQUE);
}

/* --- stack and memo --- */

static int
op_mark(struct pth_machine *m)
{
	if (m->nmark == m->mark_room) {
		m->mark_room = m->mark_room ? 2 * m->mark_room : 16;
		m->mark = mem_grow(m->mark, m->mark_room, sizeof *m->mark);
	}
	m->mark[m->nmark++] = m->n;
	return 0;
}

static int
op_pop(struct pth_machine *m)
{
	size_t from;

	if (*m->op == '1') { /* POP_MARK */
		if (pth_take_mark(m, &from))
			return -1;
		m->n = from;
		return 0;
	}
	if (pth_have(m, 1))
		return -1;
	m->n--;
	return 0;
}

static int
op_dup(struct pth_machine *m)
{
	return pth_have(m, 1) ? -1 : pth_push(m, pth_top(m));
}

static int
op_put(struct pth_machine *m)
{
	uint64_t i = m->next;

	if (*m->op != 0x94 && pth_take_number(m, &i, *m->op == 'q' ? 1 : 4)) /* MEMOIZE has no number */
		return -1;
	return pth_memo_put(m, i);
}

static int
op_get(struct pth_machine *m)
{
	uint64_t i;

	return pth_take_number(m, &i, *m->op == 'h' ? 1 : 4) ? -1 : pth_memo_get(m, i);
}

/* --- globals and calls --- */

/* "module\nname\n" */
static int
op_global(struct pth_machine *m)
{
	const unsigned char *word[2];
	size_t len[2];
	int i;

	for (i = 0; i < 2; i++) {
		const unsigned char *nl = memchr(m->in->p, '\n', (size_t)(m->in->end - m->in->p));

		if (!nl)
			return err_set(m->e, "a name without an end (cut short?)");
		word[i] = m->in->p;
		len[i] = (size_t)(nl - m->in->p);
		m->in->p = nl + 1;
	}
	return pth_push(m, pth_global(m->pool, word[0], len[0], word[1], len[1], m->in->ignore_objects, m->e));
}

static int
op_stack_global(struct pth_machine *m)
{
	const struct pth_value *module, *name;

	if (pth_have(m, 2))
		return -1;
	name = m->stack[--m->n];
	module = m->stack[--m->n];
	if (module->kind != PTH_TEXT || name->kind != PTH_TEXT)
		return err_set(m->e, "a name that is no text");
	return pth_push(m, pth_global(m->pool, module->text, module->len, name->text, name->len, m->in->ignore_objects, m->e));
}

/* REDUCE and NEWOBJ: function, arguments; NEWOBJ_EX has named arguments too. */
static int
op_call(struct pth_machine *m)
{
	const struct pth_value *f, *args;
	size_t n = *m->op == 0x92 ? 3 : 2;

	if (pth_have(m, n))
		return -1;
	f = m->stack[m->n - n];
	args = m->stack[m->n - n + 1];
	m->n -= n;
	return pth_push(m, pth_call(m->pool, f, args, m->e));
}

/* Gives an object a state. An OrderedDict's attributes (a state_dict has _metadata) are of no interest. */
static int
op_build(struct pth_machine *m)
{
	if (pth_have(m, 2))
		return -1;
	m->n--;
	if (pth_top(m)->kind != PTH_OPAQUE && pth_top(m)->kind != PTH_DICT)
		return err_set(m->e, "gives a state to what has none");
	return 0;
}

static int
op_persistent(struct pth_machine *m)
{
	if (pth_have(m, 1))
		return -1;
	m->n--;
	return pth_push(m, pth_persistent(m->pool, m->stack[m->n], m->e));
}

/* --- the machine --- */

/* Every opcode has a name, to be refused by; those without a function are. */
static const struct {
	const char *name;
	int (*run)(struct pth_machine *m);
} ops[256] = {
	['('] = { "MARK", op_mark },
	['.'] = { "STOP", NULL }, /* ends the loop */
	['0'] = { "POP", op_pop },
	['1'] = { "POP_MARK", op_pop },
	['2'] = { "DUP", op_dup },
	['F'] = { "FLOAT", NULL },
	['I'] = { "INT", NULL },
	['J'] = { "BININT", op_int },
	['K'] = { "BININT1", op_int },
	['L'] = { "LONG", NULL },
	['M'] = { "BININT2", op_int },
	['N'] = { "NONE", op_none },
	['P'] = { "PERSID", NULL },
	['Q'] = { "BINPERSID", op_persistent },
	['R'] = { "REDUCE", op_call },
	['S'] = { "STRING", NULL },
	['T'] = { "BINSTRING", op_text },
	['U'] = { "SHORT_BINSTRING", op_text },
	['V'] = { "UNICODE", NULL },
	['X'] = { "BINUNICODE", op_text },
	['a'] = { "APPEND", op_put_one },
	['b'] = { "BUILD", op_build },
	['c'] = { "GLOBAL", op_global },
	['d'] = { "DICT", op_collect },
	['}'] = { "EMPTY_DICT", op_empty },
	['e'] = { "APPENDS", op_put_all },
	['g'] = { "GET", NULL },
	['h'] = { "BINGET", op_get },
	['i'] = { "INST", NULL },
	['j'] = { "LONG_BINGET", op_get },
	['l'] = { "LIST", op_collect },
	[']'] = { "EMPTY_LIST", op_empty },
	['o'] = { "OBJ", NULL },
	['p'] = { "PUT", NULL },
	['q'] = { "BINPUT", op_put },
	['r'] = { "LONG_BINPUT", op_put },
	['s'] = { "SETITEM", op_put_one },
	['t'] = { "TUPLE", op_tuple },
	[')'] = { "EMPTY_TUPLE", op_empty },
	['u'] = { "SETITEMS", op_put_all },
	['G'] = { "BINFLOAT", op_float },
	[0x80] = { "PROTO", op_proto },
	[0x81] = { "NEWOBJ", op_call },
	[0x82] = { "EXT1", NULL },
	[0x83] = { "EXT2", NULL },
	[0x84] = { "EXT4", NULL },
	[0x85] = { "TUPLE1", op_tuple },
	[0x86] = { "TUPLE2", op_tuple },
	[0x87] = { "TUPLE3", op_tuple },
	[0x88] = { "NEWTRUE", op_bool },
	[0x89] = { "NEWFALSE", op_bool },
	[0x8a] = { "LONG1", op_long },
	[0x8b] = { "LONG4", op_long },
	['B'] = { "BINBYTES", op_text },
	['C'] = { "SHORT_BINBYTES", op_text },
	[0x8c] = { "SHORT_BINUNICODE", op_text },
	[0x8d] = { "BINUNICODE8", op_text },
	[0x8e] = { "BINBYTES8", op_text },
	[0x8f] = { "EMPTY_SET", op_empty },
	[0x90] = { "ADDITEMS", op_put_all },
	[0x91] = { "FROZENSET", op_collect },
	[0x92] = { "NEWOBJ_EX", op_call },
	[0x93] = { "STACK_GLOBAL", op_stack_global },
	[0x94] = { "MEMOIZE", op_put },
	[0x95] = { "FRAME", op_frame },
	[0x96] = { "BYTEARRAY8", op_text },
	[0x97] = { "NEXT_BUFFER", NULL },
	[0x98] = { "READONLY_BUFFER", NULL },
};

static int
step(struct pth_machine *m)
{
	const char *name = ops[*m->op].name;
	int rc;

	if (ops[*m->op].run)
		rc = ops[*m->op].run(m);
	else
		rc = err_set(m->e, name ? "refused, weights are saved without it" : "there is no such opcode");
	if (rc && name)
		err_prefix(m->e, "pickle opcode %s at byte %lld", name, (long long)(m->op - m->in->base));
	else if (rc)
		err_prefix(m->e, "pickle opcode 0x%02x at byte %lld", *m->op, (long long)(m->op - m->in->base));
	return rc;
}

static struct pth_value *
run(struct pth_machine *m)
{
	for (;;) {
		if (m->in->p == m->in->end) {
			err_set(m->e, "the pickle ends without STOP at byte %lld (cut short?)",
			        (long long)(m->in->end - m->in->base));
			return NULL;
		}
		m->op = m->in->p++;
		if (*m->op == '.')
			break;
		if (step(m))
			return NULL;
	}
	if (m->n == 1 && !m->nmark)
		return pth_top(m);
	err_set(m->e, "pickle opcode STOP at byte %lld: %zu values are on the stack, expected one",
	        (long long)(m->op - m->in->base), m->n);
	return NULL;
}

struct pth_value *
pth_pickle_run(struct pth_pickle *in, struct pth_pool *pool, struct err *e)
{
	struct pth_machine m = { .in = in, .pool = pool, .e = e, .start = in->p };
	const unsigned char *end = in->end;
	struct pth_value *v;

	if ((size_t)(end - in->p) > PTH_PICKLE_MOST)
		in->end = in->p + PTH_PICKLE_MOST;
	m.none = pth_new(pool, PTH_NONE);
	m.empty = pth_new(pool, PTH_TUPLE);
	v = run(&m);
	in->end = end;
	free(m.stack);
	free(m.memo);
	free(m.mark);
	return v;
}
