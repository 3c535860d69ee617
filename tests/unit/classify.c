/* classify: which answers count as right */
#include "eval/classify.h"

#include "check.h"

int
main(void)
{
	const float x[] = { 1, 5, 5, -2, 3, 0 }, none[] = { 0, 0, 0 }, odd[] = { 1, NAN, 0 };

	CHECK(classify_rank(x, 6, 1) == 0, "the largest is the answer");
	CHECK(classify_rank(x, 6, 2) == 1, "of equal ones the first is");
	CHECK(classify_rank(x, 6, 4) == 2 && classify_rank(x, 6, 0) == 3, "smaller ones come after it");
	CHECK(classify_rank(x, 6, 5) == 4 && classify_rank(x, 6, 3) == 5, "the smallest comes last");
	CHECK(classify_rank(none, 3, 0) == 0 && classify_rank(none, 3, 2) == 2, "no opinion is the first class");
	CHECK(classify_rank(odd, 3, 0) == 1 && classify_rank(odd, 3, 1) == 2, "what is no number is no right answer");
	CHECK(classify_rank(x, 1, 0) == 0, "one class is always right");
	return check_done();
}
