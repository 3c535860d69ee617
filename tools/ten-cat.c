/* ten-cat - join tensor streams */
#include "shared/tool.h"

static const struct opt opts[] = {
	OPT_COMMON,
	OPT_END
};

int
main(int argc, char *argv[])
{
	struct ten_reader in;
	struct ten_writer out;
	struct record r = { 0 };
	int i, n;

	n = opt_parse(argc, &argv, opts, "[file ...]", "join tensor streams", 0, -1);
	out_open(&out);
	for (i = 0; i < (n ? n : 1); i++) {
		in_open(&in, n ? argv[i] : NULL);
		while (in_read(&in, &r)) {
			if (n > 1)
				provenance_source(&r.meta, "from", argv[i]);
			out_write(&out, &r);
		}
		in_close(&in);
	}
	record_free(&r);
	out_close(&out);
	return 0;
}
