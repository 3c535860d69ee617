/* nifti_write: byte for byte what nibabel writes (tests/golden/make-nifti-written.py), and gzip without a
 * date */
#include "io/nifti.h"

#include <stdlib.h>
#include <unistd.h>
#include <zlib.h>

#include "base/mem.h"
#include "check.h"

static int16_t voxel[210];

static size_t
contents(const char *path, unsigned char buf[2048])
{
	gzFile f = gzopen(path, "rb"); /* reads plain files as they are */
	int n = f ? gzread(f, buf, 2048) : 0;

	if (f)
		gzclose(f);
	return n > 0 ? (size_t)n : 0;
}

int
main(void)
{
	struct nifti n = { .dim = { 7, 5, 3, 2 },
			   .spacing = { 1.25, 1.5, 8, .04 },
			   .dtype = TEN_I16,
			   .slope = 1,
			   .data = voxel };
	char folder[] = "/tmp/nifti-write.XXXXXX", *plain, *gz;
	unsigned char want[2048], got[2048], head[10] = { 0 };
	size_t size;
	struct err e;
	FILE *f;
	int i;

	for (i = 0; i < 210; i++)
		voxel[i] = (int16_t)(3 * i - 50);
	if (!mkdtemp(folder))
		die("cannot create '%s':", folder);
	plain = mem_printf("%s/a.nii", folder);
	gz = mem_printf("%s/a.nii.gz", folder);
	size = contents("tests/golden/nifti-written.nii", want);
	CHECK(size == 352 + 420, "the golden file is there");
	CHECK(!nifti_write(plain, &n, &e) && contents(plain, got) == size && !memcmp(got, want, size),
	      "a plain file is nibabel's, byte for byte");
	CHECK(!nifti_write(gz, &n, &e) && contents(gz, got) == size && !memcmp(got, want, size),
	      "a gzipped one unpacks to the same");
	f = fopen(gz, "rb");
	CHECK(f && fread(head, 1, 10, f) == 10 && head[0] == 0x1f &&
		      !(head[4] | head[5] | head[6] | head[7]) && !head[3],
	      "and carries neither date nor name");
	if (f)
		fclose(f);
	unlink(plain);
	unlink(gz);
	n.dim[0] = 40000;
	CHECK(nifti_write(plain, &n, &e) && strstr(e.msg, "dimension 1 is 40000") && access(plain, F_OK),
	      "a dimension that NIfTI-1 cannot hold is refused");
	n.dim[0] = 7;
	n.dtype = TEN_BF16;
	CHECK(nifti_write(plain, &n, &e) && strstr(e.msg, "no type for BF16") && access(plain, F_OK),
	      "and a type that it lacks");
	rmdir(folder);
	free(plain);
	free(gz);
	return check_done();
}
