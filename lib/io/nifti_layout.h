/* nifti_layout.h - where the fields stand in the two versions of NIfTI's header, and how they are read and written there */
#ifndef IO_NIFTI_LAYOUT_H
#define IO_NIFTI_LAYOUT_H

#include <stdint.h>

struct nifti_layout {
	int number; /* version */
	int size, magic, datatype, bitpix, dim, pixdim, vox_offset, slope, inter, units;
	int cal_max, cal_min, intent_code, intent_p, intent_name;
	int gl; /* glmax and glmin, together; 0: there are none */
};

/* The layout of the header that begins with these 8 bytes, and its byte order; NULL: it is none. */
const struct nifti_layout *nifti_layout_find(const unsigned char *h, int *big);

/* Bytes of an element of dim, of a real field (pixdim, slope, ...). */
int nifti_layout_dim(const struct nifti_layout *v);
int nifti_layout_real(const struct nifti_layout *v);

/* The header's unit of space in mm, or of time in s; one that names none means these. */
double nifti_layout_unit(const struct nifti_layout *v, const unsigned char *header, int big, int time);

/* The number of n bytes at p: unsigned, signed (n 2, 4, 8), real (n 4, 8). */
uint64_t nifti_get(const unsigned char *p, int n, int big);
int64_t nifti_get_int(const unsigned char *p, int n, int big);
double nifti_get_real(const unsigned char *p, int n, int big);

void nifti_set(unsigned char *p, int n, int big, uint64_t v);
void nifti_set_real(unsigned char *p, int n, int big, double v);

#endif
