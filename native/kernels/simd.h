// Vectors of floats in GCC's vector extension: one source for every processor. TRM_LANES (16, 8 or 4) is set by the
// build for each instruction set that the file is compiled for.
#pragma once
#include <cstdint>
#include <cstring>

namespace trm {
namespace TRM_ISA {

constexpr int kLanes = TRM_LANES;
/**
 * Rows and vectors of columns whose products' sums are in registers at once. WebAssembly's compilers keep a factor of each
 * row beside them.
 */
#if defined(__wasm__)
constexpr int kTileRows = 4;
#else
constexpr int kTileRows = 6;
#endif
constexpr int kTileVecs = TRM_LANES == 16 ? 4 : 2;
typedef float Vec __attribute__((vector_size(4 * TRM_LANES)));
typedef int32_t Bits __attribute__((vector_size(4 * TRM_LANES)));

inline Vec load(const float* at) {
  Vec out;
  memcpy(&out, at, sizeof out);
  return out;
}
inline void store(float* at, Vec value) { memcpy(at, &value, sizeof value); }
/** Taking zero away leaves every value as it is, so the compiler broadcasts; adding zero would not (-0). */
inline Vec all(float value) { return value - Vec{}; }

/** The first n values, zero (or `rest`) behind them. */
inline Vec load_some(const float* at, int64_t n, float rest = 0) {
  if (n >= kLanes) return load(at);
  Vec out = all(rest);
  memcpy(&out, at, sizeof(float) * static_cast<size_t>(n));
  return out;
}
inline void store_some(float* at, Vec value, int64_t n) {
  if (n >= kLanes)
    store(at, value);
  else
    memcpy(at, &value, sizeof(float) * static_cast<size_t>(n));
}

inline Vec larger(Vec a, Vec b) { return a > b ? a : b; }
inline Vec smaller(Vec a, Vec b) { return a < b ? a : b; }

/** Lane `from[i]` of a and b in a row; the places are constants once loops are unrolled. */
inline __attribute__((always_inline)) Vec shuffle(Vec a, Vec b, Bits from) {
#if defined(__clang__)
  Vec out;
  for (int i = 0; i < kLanes; i++) out[i] = from[i] < kLanes ? a[from[i] % kLanes] : b[from[i] % kLanes];
  return out;
#else
  return __builtin_shuffle(a, b, from);
#endif
}

/** Sum of the lanes, always in the same order. */
inline float sum(Vec v) {
  float x[kLanes];
  store(x, v);
  for (int width = kLanes / 2; width > 0; width /= 2)
    for (int i = 0; i < width; i++) x[i] += x[i + width];
  return x[0];
}
inline float max(Vec v) {
  float x[kLanes];
  store(x, v);
  for (int i = 1; i < kLanes; i++) x[0] = x[i] > x[0] ? x[i] : x[0];
  return x[0];
}

/**
 * e^x, relative error below 2e-7 on [-87, 88]; clamped outside. x = n ln 2 + r, a polynomial for e^r, and n into the
 * exponent. Adding 1.5 * 2^23 rounds to the nearest integer and leaves it in the low bits.
 */
inline Vec exp(Vec x) {
  const float kRound = 12582912.0f;
  // What is no number stays none: of two such values both functions return the second.
  x = smaller(all(88.0f), larger(all(-87.0f), x));
  const Vec t = x * 1.44269504088896341f + kRound;
  const Vec n = t - kRound;
  Vec r = x - n * 0.693359375f;
  r = r - n * -2.12194440e-4f;
  Vec p = all(1.9875691500e-4f);
  p = p * r + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  p = p * r * r + r + 1.0f;
  Bits scale;
  memcpy(&scale, &t, sizeof scale);
  scale = (scale << 23) + 0x3f800000;
  Vec power;
  memcpy(&power, &scale, sizeof power);
  return p * power;
}

/** atan2(y, x) for x >= 0; 0 at the origin. Error below 1e-6. */
inline Vec atan2_right(Vec y, Vec x) {
  const Vec size = y < 0.0f ? -y : y;
  const Vec big = larger(size, x);
  const Vec little = smaller(size, x);
  const Vec z = little / (big > 0.0f ? big : all(1.0f));
  // Above tan(pi / 8) the angle is taken from pi / 4.
  const Bits upper = z > 0.414213562373095f;
  const Vec turned = (z - 1.0f) / (z + 1.0f);
  const Vec w = upper ? turned : z;
  const Vec s = w * w;
  Vec p = all(8.05374449538e-2f);
  p = p * s - 1.38776856032e-1f;
  p = p * s + 1.99777106478e-1f;
  p = p * s - 3.33329491539e-1f;
  Vec angle = p * s * w + w;
  angle = upper ? angle + 0.785398163397448f : angle;
  angle = size > x ? 1.570796326794897f - angle : angle;
  return y < 0.0f ? -angle : angle;
}

/** Square roots lane by lane; the compiler makes one instruction of it. */
inline Vec root(Vec x) {
  Vec out;
  for (int i = 0; i < kLanes; i++) out[i] = __builtin_sqrtf(x[i]);
  return out;
}

}  // namespace TRM_ISA
}  // namespace trm
