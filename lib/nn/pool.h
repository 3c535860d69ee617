/* pool.h - pooling and its inverse
 *
 * Max pooling is ResNet's: 3x3, stride 2, padding 1; of equal values the first in row order counts, as in
 * PyTorch. Global average pooling and nearest x2 upsampling (with concatenation, as a U-Net block begins) are
 * linear; their backward passes are the adjoints.
 */
#ifndef NN_POOL_H
#define NN_POOL_H

#include <stdint.h>

#define MAXPOOL_OUT(size) (((size) - 1) / 2 + 1)

/* y[n,c,oh,ow] from x[n,c,h,w], oh = MAXPOOL_OUT(h). from[] (y's shape; NULL: not wanted) gets the place of the
 * maximum in its window, 3 * row + column. */
void maxpool_forward(float *y, uint8_t *from, const float *x, int n, int c, int h, int w);
void maxpool_backward(float *dx, int add, const float *dy, const uint8_t *from, int n, int c, int h, int w);

/* y[n,c] = mean over hw pixels of x[n,c,hw], summed in double. */
void gap_forward(float *y, const float *x, int n, int c, int hw);
void gap_backward(float *dx, int add, const float *dy, int n, int c, int hw);

/* y[n, cx+cs, 2h, 2w] = [x upsampled, skip]; skip[n,cs,2h,2w], NULL with cs 0. */
void upcat_forward(float *y, const float *x, const float *skip, int n, int cx, int cs, int h, int w);
void upcat_backward(float *dx, int add_x, float *dskip, int add_skip, const float *dy, int n, int cx, int cs, int h,
                    int w);

#endif
