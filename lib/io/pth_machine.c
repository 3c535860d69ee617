#include "io/pth_machine.h"

#include <string.h>

#include "base/mem.h"

int
pth_push(struct pth_machine *m, struct pth_value *v)
{
	if (!v)
		return -1;
	if (m->n == m->room) {
		m->room = m->room ? 2 * m->room : 64;
		m->stack = mem_grow(m->stack, m->room, sizeof(struct pth_value *));
	}
	m->stack[m->n++] = v;
	return 0;
}

int
pth_have(struct pth_machine *m, size_t n)
{
	size_t floor = m->nmark ? m->mark[m->nmark - 1] : 0;

	return m->n - floor >= n ? 0 : err_set(m->e, "the stack is empty");
}

struct pth_value *
pth_top(struct pth_machine *m)
{
	return m->stack[m->n - 1];
}

int
pth_take_mark(struct pth_machine *m, size_t *from)
{
	if (!m->nmark)
		return err_set(m->e, "there is no mark");
	*from = m->mark[--m->nmark];
	return 0;
}

int
pth_memo_put(struct pth_machine *m, uint64_t i)
{
	if (pth_have(m, 1))
		return -1;
	if (i >= (uint64_t)(m->in->end - m->start)) /* each takes a byte at least */
		return err_set(m->e, "memo number %llu is beyond all that can be there", (unsigned long long)i);
	if (i >= m->memo_room) {
		size_t room = m->memo_room ? 2 * m->memo_room : 256;

		while (room <= i)
			room *= 2;
		m->memo = mem_grow(m->memo, room, sizeof(struct pth_value *));
		memset(m->memo + m->memo_room, 0, (room - m->memo_room) * sizeof(struct pth_value *));
		m->memo_room = room;
	}
	m->memo[i] = pth_top(m);
	m->next = m->next <= i ? (size_t)i + 1 : m->next;
	return 0;
}

int
pth_memo_get(struct pth_machine *m, uint64_t i)
{
	if (i >= m->memo_room || !m->memo[i])
		return err_set(m->e, "nothing has been put under memo number %llu", (unsigned long long)i);
	return pth_push(m, m->memo[i]);
}

const unsigned char *
pth_take(struct pth_machine *m, uint64_t n)
{
	const unsigned char *p = m->in->p;

	if (n > (uint64_t)(m->in->end - p)) {
		err_set(m->e, "%llu bytes wanted, the pickle ends after %lld (cut short?)", (unsigned long long)n,
		        (long long)(m->in->end - p));
		return NULL;
	}
	m->in->p += n;
	return p;
}

int
pth_take_number(struct pth_machine *m, uint64_t *v, int bytes)
{
	const unsigned char *p = pth_take(m, (uint64_t)bytes);

	if (!p)
		return -1;
	for (*v = 0; bytes-- > 0;)
		*v = *v << 8 | p[bytes];
	return 0;
}
