/* tiff: a picture; the first byte says what a palette is to become */
#include "use_picture.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	enum picture_palette palette = fuzz_choose(&data, &size, 2) ? PICTURE_INDICES : PICTURE_COLOURS;

	use_picture(data, size, palette);
	return 0;
}
