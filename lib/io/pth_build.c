#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "io/pth_pickle.h"

/* The globals that weights are made with. A storage's type is its dtype. */
static const struct known {
	const char *module, *name;
	enum pth_call call;
	enum ten_dtype dtype;
} known[] = {
	{ "collections", "OrderedDict", PTH_CALL_DICT, 0 },
	{ "collections", "defaultdict", PTH_CALL_DICT, 0 },
	{ "torch._utils", "_rebuild_tensor", PTH_CALL_TENSOR, 0 },
	{ "torch._utils", "_rebuild_tensor_v2", PTH_CALL_TENSOR, 0 },
	{ "torch._utils", "_rebuild_parameter", PTH_CALL_PARAMETER, 0 },
	{ "torch._utils", "_rebuild_parameter_with_state", PTH_CALL_PARAMETER, 0 },
	{ "torch._tensor", "_rebuild_from_type_v2", PTH_CALL_FROM_TYPE, 0 },
	{ "torch", "Size", PTH_CALL_SIZE, 0 },
	{ "torch", "DoubleStorage", PTH_CALL_STORAGE, TEN_F64 },
	{ "torch", "FloatStorage", PTH_CALL_STORAGE, TEN_F32 },
	{ "torch", "HalfStorage", PTH_CALL_STORAGE, TEN_F16 },
	{ "torch", "BFloat16Storage", PTH_CALL_STORAGE, TEN_BF16 },
	{ "torch", "LongStorage", PTH_CALL_STORAGE, TEN_I64 },
	{ "torch", "IntStorage", PTH_CALL_STORAGE, TEN_I32 },
	{ "torch", "ShortStorage", PTH_CALL_STORAGE, TEN_I16 },
	{ "torch", "CharStorage", PTH_CALL_STORAGE, TEN_I8 },
	{ "torch", "ByteStorage", PTH_CALL_STORAGE, TEN_U8 },
	{ "torch", "BoolStorage", PTH_CALL_STORAGE, TEN_BOOL },
};

/* What checkpoints carry along: settings, counters, states of optimisers and loggers. Values without content here;
 * a name that ends in '.' is a package, all of which is. */
static const struct {
	const char *module, *name;
} harmless[] = {
	{ "argparse", "Namespace" },
	{ "collections", "Counter" },
	{ "collections", "deque" },
	{ "_codecs", "encode" },
	{ "copyreg", "_reconstructor" },
	{ "copy_reg", "_reconstructor" },
	{ "datetime", "datetime" },
	{ "datetime", "timedelta" },
	{ "pathlib", "Path" },
	{ "pathlib", "PosixPath" },
	{ "pathlib", "WindowsPath" },
	{ "numpy", "dtype" },
	{ "numpy", "ndarray" },
	{ "numpy.core.multiarray", "scalar" },
	{ "numpy.core.multiarray", "_reconstruct" },
	{ "numpy._core.multiarray", "scalar" },
	{ "numpy._core.multiarray", "_reconstruct" },
	{ "numpy.dtypes.", "" },
	{ "torch", "Tensor" },
	{ "torch", "device" },
	{ "torch", "dtype" },
	{ "torch", "float16" },
	{ "torch", "float32" },
	{ "torch", "float64" },
	{ "torch", "bfloat16" },
	{ "torch", "int32" },
	{ "torch", "int64" },
	{ "torch", "ComplexFloatStorage" },
	{ "torch", "ComplexDoubleStorage" },
	{ "torch", "QInt8Storage" },
	{ "torch", "QUInt8Storage" },
	{ "torch", "QInt32Storage" },
	{ "torch", "UntypedStorage" },
	{ "torch.storage", "UntypedStorage" },
	{ "torch._utils", "_rebuild_tensor_v3" },
	{ "torch._utils", "_rebuild_qtensor" },
	{ "torch._utils", "_rebuild_sparse_tensor" },
	{ "torch._utils", "_rebuild_device_tensor_from_numpy" },
	{ "torch.nn", "Parameter" },
	{ "torch.nn.parameter", "Parameter" },
	{ "torch.optim.", "" },
	{ "omegaconf.", "" },
	{ "pytorch_lightning.", "" },
	{ "lightning.", "" },
	{ "lightning_fabric.", "" },
};

/* What Python calls its own basic types, which need no module to be harmless */
static const char *const types[] = {
	"set", "frozenset", "dict", "list", "tuple", "int", "float", "complex", "bool", "str", "bytes", "bytearray", "object",
	"slice", "range",
};

static int
same(const unsigned char *text, size_t len, const char *want)
{
	return len == strlen(want) && !memcmp(text, want, len);
}

/* Is the module the package (n bytes, without its dot) or in it? */
static int
is_within(const unsigned char *module, size_t len, const char *package, size_t n)
{
	return len >= n && !memcmp(module, package, n) && (len == n || module[n] == '.');
}

static int
is_harmless(const unsigned char *module, size_t module_len, const unsigned char *name, size_t name_len)
{
	size_t i;

	for (i = 0; i < ARRAY_LEN(harmless); i++) {
		const char *m = harmless[i].module;
		size_t n = strlen(m);

		if (m[n - 1] == '.' ? is_within(module, module_len, m, n - 1)
		                    : same(module, module_len, m) && same(name, name_len, harmless[i].name))
			return 1;
	}
	if (!same(module, module_len, "builtins") && !same(module, module_len, "__builtin__"))
		return 0;
	for (i = 0; i < ARRAY_LEN(types); i++)
		if (same(name, name_len, types[i]))
			return 1;
	return 0;
}

static int
most(size_t len)
{
	return len < 200 ? (int)len : 200;
}

struct pth_value *
pth_global(struct pth_pool *pool, const unsigned char *module, size_t module_len, const unsigned char *name,
           size_t name_len, int ignore_objects, struct err *e)
{
	int cuda = same(module, module_len, "torch.cuda"); /* old files name the storages of a GPU so */
	struct pth_value *v;
	size_t i;

	for (i = 0; i < ARRAY_LEN(known); i++) {
		const char *m = cuda && known[i].call == PTH_CALL_STORAGE ? "torch.cuda" : known[i].module;

		if (!same(module, module_len, m) || !same(name, name_len, known[i].name))
			continue;
		v = pth_new(pool, PTH_GLOBAL);
		v->call = (uint8_t)known[i].call;
		v->i = known[i].dtype;
		return v;
	}
	if (ignore_objects || is_harmless(module, module_len, name, name_len))
		return pth_new(pool, PTH_GLOBAL); /* call: nothing */
	err_set(e, "'%.*s.%.*s' is nothing that weights are made of (of a pickled network, save the state_dict())", most(module_len), (const char *)module,
	        most(name_len), (const char *)name);
	return NULL;
}

/* --- storages and tensors --- */

static struct pth_value *
fail(struct err *e, const char *why)
{
	err_set(e, "%s", why);
	return NULL;
}

/* A legacy storage may be a part of the one that is stored: (key of the part, first element, count). */
static int
read_view(struct pth_storage *s, const struct pth_value *v)
{
	if (v->kind == PTH_NONE)
		return 0;
	if (v->kind != PTH_TUPLE || v->n != 3 || v->item[1]->kind != PTH_INT || v->item[2]->kind != PTH_INT)
		return -1;
	s->first = v->item[1]->i;
	s->count = v->item[2]->i;
	return s->first < 0 || s->count < 0 || s->first > s->n || s->count > s->n - s->first ? -1 : 0;
}

/* ("storage", type, key, location, elements[, view]) */
struct pth_value *
pth_persistent(struct pth_pool *pool, const struct pth_value *id, struct err *e)
{
	struct pth_storage s = { 0 };
	struct pth_value *v;

	if (id->kind == PTH_TUPLE && id->n && pth_is(id->item[0], "module"))
		return fail(e, "a pickled network: save its state_dict() instead");
	if (id->kind != PTH_TUPLE || id->n < 5 || id->n > 6 || !pth_is(id->item[0], "storage") ||
	    id->item[1]->kind != PTH_GLOBAL || id->item[2]->kind != PTH_TEXT || id->item[4]->kind != PTH_INT)
		return fail(e, "no storage's persistent id");
	if (id->item[1]->call == PTH_CALL_NOTHING) /* of a type that no encoder's weights have */
		return pth_new(pool, PTH_OPAQUE);
	if (id->item[1]->call != PTH_CALL_STORAGE)
		return fail(e, "a storage of no storage's type");
	s.dtype = (enum ten_dtype)id->item[1]->i;
	s.key = id->item[2]->text;
	s.key_len = id->item[2]->len;
	s.n = s.count = id->item[4]->i;
	if (s.n < 0 || s.n > INT64_MAX / 8)
		return fail(e, "a storage of an impossible length");
	if (id->n == 6 && read_view(&s, id->item[5]))
		return fail(e, "a view that is not within its storage");
	v = pth_new(pool, PTH_STORAGE);
	v->i = pth_add_storage(pool, &s);
	return v;
}

/* Is every element within the storage? */
static int
check_extent(const struct pth_tensor *t, int64_t count, struct err *e)
{
	int64_t last = t->offset, n = 1, reach;
	int i;

	for (i = 0; i < t->ndim; i++) {
		if (t->dim[i] < 0 || t->stride[i] < 0 || __builtin_mul_overflow(n, t->dim[i], &n) || n > INT64_MAX / 8)
			return err_set(e, "a tensor of an impossible shape");
		if (t->dim[i] == 0)
			continue;
		if (__builtin_mul_overflow(t->dim[i] - 1, t->stride[i], &reach) ||
		    __builtin_add_overflow(last, reach, &last))
			return err_set(e, "a tensor with impossible strides");
	}
	if (t->offset < 0 || (n ? last >= count : t->offset > count))
		return err_set(e, "a tensor that reaches element %lld of a storage of %lld", (long long)last,
		               (long long)count);
	return 0;
}

/* (storage, offset, shape, strides, ...) */
static struct pth_value *
make_tensor(struct pth_pool *pool, const struct pth_value *args, struct err *e)
{
	struct pth_value *const *a = args->item, *v;
	const struct pth_storage *s;
	struct pth_tensor t = { 0 };
	size_t i;

	if (args->n >= 1 && a[0]->kind == PTH_OPAQUE)
		return pth_new(pool, PTH_OPAQUE);
	if (args->n < 4 || a[0]->kind != PTH_STORAGE || a[1]->kind != PTH_INT || a[2]->kind != PTH_TUPLE ||
	    a[3]->kind != PTH_TUPLE || a[2]->n != a[3]->n)
		return fail(e, "a tensor needs a storage, an offset, a shape and strides");
	if (a[2]->n > TEN_MAXDIM)
		return pth_new(pool, PTH_OPAQUE);
	for (i = 0; i < a[2]->n; i++) {
		if (a[2]->item[i]->kind != PTH_INT || a[3]->item[i]->kind != PTH_INT)
			return fail(e, "a tensor's shape or strides are no numbers");
		t.dim[i] = a[2]->item[i]->i;
		t.stride[i] = a[3]->item[i]->i;
	}
	s = &pool->storage[a[0]->i];
	t.storage = (int)a[0]->i;
	t.ndim = (int)a[2]->n;
	t.offset = a[1]->i;
	if (check_extent(&t, s->count, e))
		return NULL;
	v = pth_new(pool, PTH_TENSOR);
	v->tensor = mem_alloc(sizeof *v->tensor);
	*v->tensor = t;
	return v;
}

struct pth_value *
pth_call(struct pth_pool *pool, const struct pth_value *f, const struct pth_value *args, struct err *e)
{
	if (f->kind == PTH_OPAQUE)
		return fail(e, "calls what a call has returned");
	if (f->kind != PTH_GLOBAL || args->kind != PTH_TUPLE)
		return fail(e, "calls what is no function, or with what is no tuple");
	/* (function, type, its arguments, state of a subclass) */
	if (f->call == PTH_CALL_FROM_TYPE && args->n == 4 && args->item[0]->kind == PTH_GLOBAL &&
	    args->item[2]->kind == PTH_TUPLE) {
		f = args->item[0];
		args = args->item[2];
	}
	switch (f->call) {
	case PTH_CALL_NOTHING:
		return pth_new(pool, PTH_OPAQUE);
	case PTH_CALL_DICT:
		return pth_new(pool, PTH_DICT);
	case PTH_CALL_TENSOR:
		return make_tensor(pool, args, e);
	case PTH_CALL_PARAMETER:
		return args->n && (args->item[0]->kind == PTH_TENSOR || args->item[0]->kind == PTH_OPAQUE)
		               ? args->item[0]
		               : fail(e, "a parameter of what is no tensor");
	case PTH_CALL_SIZE:
		return args->n == 1 && args->item[0]->kind == PTH_TUPLE ? args->item[0] : fail(e, "a size of no tuple");
	default:
		return fail(e, "calls a type");
	}
}
