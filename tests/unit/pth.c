/* pth: the reader of torch.save's files, on pickles made by hand: honest ones, such that call something, and broken ones
 *
 * What PyTorch itself writes is read in import.bats.
 */
#include "pth_files.h"

static void
holds_view(struct buf b, const char *name)
{
	struct foreign c;
	float v[4] = { 0 };
	char text[1024];
	struct err e;
	int ok = !try_open(&c, &b, 0, text);

	if (ok) {
		ok = c.n == 1 && !strcmp(c.t[0].name, "a") && c.t[0].dtype == TEN_F32 && c.t[0].ndim == 2 &&
		     c.t[0].dim[0] == 2 && c.t[0].dim[1] == 2 && !foreign_copy(v, &c, &c.t[0], &e) && v[0] == 1 &&
		     v[1] == 3 && v[2] == 5 && v[3] == 7;
		foreign_close(&c);
	}
	if (!CHECK(ok, name))
		printf("# said '%s'\n", text);
	free(b.p);
}

static void
test_honest(void)
{
	static const char zip[] = DICT(TENSOR(STORAGE, VIEW)), old[] = DICT(TENSOR(OLD_STORAGE, VIEW));
	static const char part[] = DICT(TENSOR("(X\7\0\0\0storagectorch\nFloatStorage\nX\1\0\0\0" "0X\3\0\0\0cpuK\x08"
	                                       "X\1\0\0\0vK\1K\7\x87tQ", "K\0K\2K\2\x86K\4K\2\x86"));

	holds_view(zip_of(zip, sizeof zip - 1, STORE), "a view in a zip archive");
	holds_view(zip_of(zip, sizeof zip - 1, DEFLATE), "a view in a deflated archive");
	holds_view(zip_of(zip, sizeof zip - 1, WIDE), "a view in a zip64 archive");
	holds_view(legacy_of(old, sizeof old - 1), "a view in a legacy stream");
	holds_view(legacy_of(part, sizeof part - 1), "a view of a legacy storage that is a part of another");
	holds_view(zip_of(old, sizeof old - 1, STORE), "a storage's persistent id may have its sixth part");
}

/* Parameters, tensors with attributes, an ordered dictionary with _metadata, protocol 4, objects that come along */
static void
test_dressed(void)
{
	static const char parameter[] = DICT("ctorch._utils\n_rebuild_parameter\n" TENSOR(STORAGE, VIEW) "\x88N\x87R");
	static const char typed[] = DICT("ctorch._tensor\n_rebuild_from_type_v2\n(ctorch._utils\n_rebuild_tensor_v2\n"
	                                 "ctorch\nTensor\n(" STORAGE VIEW "\x89Nt}tR");
	static const char ordered[] = "\x80\2ccollections\nOrderedDict\n)Rq\0(X\1\0\0\0a" TENSOR(STORAGE, VIEW)
		"u}X\x09\0\0\0_metadata}sb.";
	static const char four[] = "\x80\4\x95\xff\0\0\0\0\0\0\0}\x94\x8c\1a\x94" TENSOR(STORAGE, VIEW) "s.";
	static const char lightning[] = "\x80\2}(X\5\0\0\0epochK\3X\1\0\0\0hcargparse\nNamespace\n)\x81}X\1\0\0\0xG@\0\0\0\0\0\0\0sb"
		"X\1\0\0\0ncnumpy.core.multiarray\nscalar\ncnumpy\ndtype\nX\2\0\0\0f8\x89\x88\x87R(K\3NtbC\x08" "12345678\x86R"
		"X\1\0\0\0lclightning.pytorch.utilities\nAttributeDict\n)\x81(X\1\0\0\0aK\1uX\1\0\0\0a" TENSOR(STORAGE, VIEW) "u.";

	holds_view(zip_of(parameter, sizeof parameter - 1, STORE), "a parameter is its tensor");
	holds_view(zip_of(typed, sizeof typed - 1, STORE), "a tensor with a type is its tensor");
	holds_view(zip_of(ordered, sizeof ordered - 1, STORE), "an ordered dictionary with attributes");
	holds_view(zip_of(four, sizeof four - 1, STORE), "protocol 4, with a frame and a memo without numbers");
	holds_view(zip_of(lightning, sizeof lightning - 1, STORE), "what comes along has no content");
}

static void
test_calls(void)
{
	REFUSES("\x80\2cos\nsystem\nX\4\0\0\0true\x85R.", "data.pkl: pickle opcode GLOBAL at byte 2: 'os.system'",
	        "os.system by GLOBAL");
	REFUSES("\x80\4\x8c\2os\x8c\6system\x93\x8c\4true\x85R.", "opcode STACK_GLOBAL at byte 14: 'os.system'",
	        "os.system by STACK_GLOBAL");
	REFUSES("\x80\2cbuiltins\neval\n.", "opcode GLOBAL at byte 2: 'builtins.eval'", "eval");
	REFUSES("\x80\2cbuiltins\ngetattr\n.", "opcode GLOBAL", "getattr");
	REFUSES("\x80\2c__builtin__\nexec\n.", "opcode GLOBAL", "exec, as Python 2 calls it");
	REFUSES("\x80\2cnumpy.testing._private.utils\nrunstring\n.", "opcode GLOBAL", "a part of numpy that runs strings");
	REFUSES("\x80\2ctorch.hub\nload\n.", "opcode GLOBAL", "a part of torch that loads code");
	REFUSES("\x80\2coptimus\nx\n.", "opcode GLOBAL", "a name that begins like a known one");
	REFUSES("\x80\2(X\4\0\0\0trueios\nsystem\n.", "opcode INST at byte 12: refused", "INST");
	REFUSES("\x80\2(cos\nsystem\no.", "opcode GLOBAL at byte 3", "OBJ, by its class");
	REFUSES("\x80\2(No.", "opcode OBJ at byte 4: refused", "OBJ");
	REFUSES("\x80\2\x82\1.", "opcode EXT1 at byte 2: refused", "EXT1");
	REFUSES("\x80\2Pid\n.", "opcode PERSID at byte 2: refused", "PERSID");
	REFUSES("\x80\2K\1)R.", "opcode REDUCE at byte 5: calls what is no function", "a call of a number");
	REFUSES("\x80\2cargparse\nNamespace\n)R)R.", "opcode REDUCE at byte 25: calls what a call has returned",
	        "a call of what a call has returned");
	REFUSES("\x80\2cargparse\nNamespace\nNR.", "opcode REDUCE", "a call without a tuple");
	REFUSES("\x80\2ctorch\nFloatStorage\n)R.", "opcode REDUCE at byte 23: calls a type", "a call of a storage's type");
	REFUSES("\x80\2K\1}X\14\0\0\0__setstate__K\1sb.", "opcode BUILD at byte 25: gives a state to what has none",
	        "BUILD with __setstate__ of a number");
	REFUSES("\x80\2" "carglobal\n__setstate__\n}b.", "opcode GLOBAL", "BUILD of an unknown function");
	REFUSES("\x80\2(X\6\0\0\0moduleK\1K\2K\3tQ.", "opcode BINPERSID at byte 21: a pickled network", "a network");
	REFUSES("\x80\2K\1Q.", "opcode BINPERSID", "a persistent id that is a number");
}

static void
test_broken(void)
{
	REFUSES("", "ends without STOP at byte 0", "no pickle at all");
	REFUSES("\x80\7N.", "opcode PROTO at byte 0: protocol 7", "a protocol that is not there yet");
	REFUSES("\x80\2\xff.", "opcode 0xff at byte 2: there is no such", "no opcode");
	REFUSES("\x80\2N", "ends without STOP at byte 3", "no end");
	REFUSES("\x80\2.", "STOP at byte 2: 0 values", "nothing on the stack");
	REFUSES("\x80\2NN.", "STOP at byte 4: 2 values", "two values");
	REFUSES("\x80\2(N.", "STOP at byte 4", "a mark that stays");
	REFUSES("\x80\2" "0.", "opcode POP at byte 2: the stack is empty", "POP");
	REFUSES("\x80\2N(0.", "opcode POP at byte 4", "POP of what is below a mark");
	REFUSES("\x80\2t.", "opcode TUPLE at byte 2: there is no mark", "TUPLE without a mark");
	REFUSES("\x80\2(e.", "opcode APPENDS at byte 3: the stack is empty", "APPENDS to nothing");
	REFUSES("\x80\2](((tu.", "opcode SETITEMS", "SETITEMS into a mark");
	REFUSES("\x80\2]NNs.", "opcode SETITEM at byte 5: the value below is no dictionary", "SETITEM of a list");
	REFUSES("\x80\2}(Nu.", "opcode SETITEMS at byte 5: a key without a value", "a key without a value");
	REFUSES("\x80\2h\5.", "opcode BINGET at byte 2: nothing has been put", "BINGET of nothing");
	REFUSES("\x80\2Nr\xff\xff\xff\xff.", "opcode LONG_BINPUT at byte 3: memo number 4294967295", "a huge memo");
	REFUSES("\x80\2X\xff\xff\xff\x7f" "abc.", "opcode BINUNICODE at byte 2: 2147483647 bytes wanted", "a huge string");
	REFUSES("\x80\4\x8d\xff\xff\xff\xff\xff\xff\xff\xff" "abc.", "opcode BINUNICODE8 at byte 2: 18446744073709551615 bytes",
	        "a string of 2^64 - 1 bytes");
	REFUSES("\x80\2\x8b\xff\xff\xff\xff.", "opcode LONG4 at byte 2", "a huge number");
	REFUSES("\x80\2cos", "opcode GLOBAL at byte 2: a name without an end", "a name without an end");
	REFUSES("\x80\2N.", "no dictionary of tensors", "None");
	REFUSES("\x80\2}X\1\0\0\0aK\1s.", "no dictionary of tensors", "a dictionary of numbers");
}

int
main(void)
{
	open_file();
	test_honest();
	test_dressed();
	test_calls();
	test_broken();
	return check_done();
}
