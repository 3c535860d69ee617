/* window.h - large images looked at through overlapping windows
 *
 * Windows are `size` pixels high and wide (or as the image where that is smaller), lie at most half their size apart, evenly
 * from edge to edge, and are weighted as nnU-Net's are (Isensee et al. 2021) by a Gaussian of deviation size/8, so that a
 * window counts most in its middle, where it has seen what is around; ours has its peak in the very middle, so that
 * mirrored images give mirrored weights:
 *
 *   n = 1 + ceil((length - size) / (size/2))      at_i = round(i (length - size) / (n - 1))
 *   g(y,x) = exp(-((y - (size-1)/2)^2 + (x - (size-1)/2)^2) / (2 (size/8)^2))
 */
#ifndef PREDICT_WINDOW_H
#define PREDICT_WINDOW_H

struct windows {
	int h, w;        /* of the image */
	int size[2];     /* of a window: height, width */
	int n[2];        /* of them, down and across */
	int *at[2];      /* [n] their first rows and columns */
	float *weight;   /* [size[0]*size[1]] g */
	float *total;    /* [h*w] sum of g over the windows that hold the pixel */
};

/* For images of h x w; size at least 1. */
void windows_plan(struct windows *s, int h, int w, int size);
void windows_free(struct windows *s);
int windows_count(const struct windows *s);

/* The planes [planes,size,size] of window i of src [planes,h,w]. */
void windows_cut(const struct windows *s, float *dst, int i, const float *src, int planes);

/* Adds g times the planes of window i to dst [planes,h,w]. */
void windows_add(const struct windows *s, float *dst, int i, const float *src, int planes);

/* Divides by the sum of g. */
void windows_divide(const struct windows *s, float *dst, int planes);

#endif
