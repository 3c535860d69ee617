/* winograd.h - 3x3 convolutions by Winograd's minimal filtering F(4x4,3x3), for tiles of 4x4 outputs
 *
 * Correlating 6 values d with 3 weights g gives 4 outputs y. It is the transpose of multiplying the
 * polynomials y and g, whose product has 6 coefficients; its values at 5 points and the leading coefficient
 * ("the point infinity") determine them. So 6 multiplications do the work of 12 (Winograd, Arithmetic
 * Complexity of Computations, 1980), and nested over rows and columns 36 that of 144 (Lavin & Gray, Fast
 * Algorithms for Convolutional Neural Networks, 2015):
 *
 *   y = A' [ (G g G') .* (B' d B) ] A         d 6x6, g 3x3, y 4x4;  ' transposes, .* is entry by entry
 *
 * The sum over input channels goes inside the brackets, where it makes 36 independent matrix products. The
 * gradient of the weights is the adjoint: dg = G' [ sum over tiles (B' d B) .* (A dy A') ] G.
 *
 * With the points 0, a, -a, b, -b, infinity:
 *
 *   row of B'    0: (aabb, 0, -(aa+bb), 0, 1, 0)      infinity: (0, aabb, 0, -(aa+bb), 0, 1)
 *               +a: (0, -abb, -bb, a, 1, 0)           -a, b, -b: by exchanging signs and letters
 *   row of G     0: (1, 0, 0) / aabb                  infinity: (0, 0, 1)
 *               +a: (1, a, aa) / (2aa (aa-bb))
 *   column of A' 0: (1, 0, 0, 0)                      infinity: (0, 0, 0, 1)
 *               +a: (1, a, aa, aaa)
 *
 * The usual points 1 and 2 magnify rounding errors: 512 channels summed give 4 times the error of the
 * direct sum in single precision (root mean square). We take a = 5/8, b = 3/2, whose powers are exact: 1.6
 * to 2 times.
 */
#ifndef CPU_WINOGRAD_H
#define CPU_WINOGRAD_H

#include <stddef.h>

enum {
	WINOGRAD_OUT = 4,    /* outputs of a tile along a side */
	WINOGRAD_IN = 6,     /* inputs of a tile along a side */
	WINOGRAD_POINTS = 36,
	WINOGRAD_LANES = 16  /* transforms write whole vectors: channels rounded up to a multiple of this */
};

/* How a tile lies in an image with its channels last. A pointer to a tile is to its first output's place,
 * so a tile of inputs begins a row above and a pixel to the left of it. Where a tile hangs over the edge,
 * zeros are read and nothing is written. */
struct winograd_tile {
	ptrdiff_t row, pixel;         /* floats from one row and one pixel to the next */
	int top, bottom, left, right; /* rows top..bottom-1 and columns left..right-1 are in the image */
};

/* The transforms of struct cpu. `plane`: floats from one point to the next of the 36.
 *
 * winograd_input     v[36][c] = B' d B of c channels; with scale and shift (or NULL) every value of x is
 *                    first made max(0, scale[c] x + shift[c]); the zeros beyond the edge stay zeros
 * winograd_output    y = A' m A from m[36][c]; += with add
 * winograd_gradient  v[36][c] = A dy A', the adjoint of winograd_output
 * winograd_weights   u[36][k][width] = G g G' for k input and n output channels, 0 from n to width. The 9
 *                    weights of input i and output j are at w + i*ks + j*os, in reverse order when turned
 * winograd_dweights  dw += G' m G from m[36][c]: the 9 weights of channel i are at dw + 9 i
 */

#endif
