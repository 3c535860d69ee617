/* blur.h - Gaussian blur, separable, edges reflected (d c b a | a is not repeated: "reflect")
 *
 *   g_k = exp(-k^2 / (2 sigma^2)) / sum,  |k| <= radius
 *
 * as torchvision's gaussian_blur with a kernel of 2 radius + 1; taps beyond 6 sigma, below float resolution,
 * are left out.
 */
#ifndef IMAGE_BLUR_H
#define IMAGE_BLUR_H

/* In place on (c,h,w). work holds h*w + w + 2*radius floats. radius is reduced to fit a small image; sigma > 0. */
void blur_gaussian(float *x, float *work, int c, int h, int w, int radius, double sigma);

#endif
