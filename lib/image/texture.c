#include "image/texture.h"

#include <math.h>

/* The finalizer of splitmix64 (Steele et al. 2014) over the lattice point. */
static inline float
lattice(uint64_t seed, int x, int y, int z)
{
	uint64_t h = seed ^ (uint64_t)(uint32_t)x * 0x9E3779B97F4A7C15u ^
		     (uint64_t)(uint32_t)y * 0xC2B2AE3D27D4EB4Fu ^
		     (uint64_t)(uint32_t)z * 0x165667B19E3779F9u;

	h = (h ^ h >> 30) * 0xBF58476D1CE4E5B9u;
	h = (h ^ h >> 27) * 0x94D049BB133111EBu;
	return (float)(int32_t)(h >> 32) * 0x1p-31f;
}

static inline float
ease(float t)
{
	return t * t * (3 - 2 * t);
}

static inline float
plane(uint64_t seed, int x, int y, int z, float u, float v)
{
	float a = lattice(seed, x, y, z), b = lattice(seed, x + 1, y, z);
	float c = lattice(seed, x, y + 1, z), d = lattice(seed, x + 1, y + 1, z);

	a += (b - a) * u;
	c += (d - c) * u;
	return a + (c - a) * v;
}

float
texture_noise(uint64_t seed, float x, float y)
{
	float fx = floorf(x), fy = floorf(y);

	return plane(seed, (int)fx, (int)fy, 0, ease(x - fx), ease(y - fy));
}

float
texture_noise3(uint64_t seed, float x, float y, float z)
{
	float fx = floorf(x), fy = floorf(y), fz = floorf(z);
	float u = ease(x - fx), v = ease(y - fy);
	float a = plane(seed, (int)fx, (int)fy, (int)fz, u, v);
	float b = plane(seed, (int)fx, (int)fy, (int)fz + 1, u, v);

	return a + (b - a) * ease(z - fz);
}

float
texture_fractal(uint64_t seed, float x, float y, int octaves, float fade)
{
	float sum = 0, power = 0, weight = 1;
	int i;

	for (i = 0; i < octaves; i++) {
		sum += weight * texture_noise(seed + (uint64_t)i * 0x5851F42D4C957F2Du, x, y);
		power += weight * weight;
		weight *= fade;
		x *= 2;
		y *= 2;
	}
	return sum / sqrtf(power);
}
