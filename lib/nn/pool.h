/* pool.h - pooling and its inverse, images channels last
 *
 * Max pooling is ResNet's: 3x3, stride 2, padding 1; of equal values the first in row order counts, as in
 * PyTorch. Global average pooling and nearest x2 upsampling (with concatenation, as a U-Net block begins) are
 * linear; their backward passes are the adjoints. Upsampling forward is an operand (operand.h).
 */
#ifndef NN_POOL_H
#define NN_POOL_H

#include <stdint.h>

#include "nn/operand.h"

#define MAXPOOL_OUT(size) (((size) - 1) / 2 + 1)

/* y[n,oh,ow,c] from x, oh = MAXPOOL_OUT(h), stored as e. from[] (y's shape; NULL: not wanted) gets the place of the
 * maximum in its window, 3 * row + column. */
void maxpool_forward(void *y, enum elem e, uint8_t *from, const struct operand *x, int n);
void maxpool_backward(void *dx, int add, const void *dy, enum elem e, const uint8_t *from, int n, int c, int h, int w);

/* y[n,c] = mean over hw pixels of x[n,hw,c], summed in double. x and dx are stored as e. */
void gap_forward(float *y, const void *x, enum elem e, int n, int c, int hw);
void gap_backward(void *dx, enum elem e, int add, const float *dy, int n, int c, int hw);

/* dx[n,h,w,cx] and dskip[n,2h,2w,cs] (NULL: not wanted) from the gradient dy[n,2h,2w,cx+cs] of [x upsampled, skip], all
 * stored as e. */
void upcat_backward(void *dx, int add_x, void *dskip, int add_skip, const void *dy, enum elem e, int n, int cx, int cs,
                    int h, int w);

#endif
