// The instructions of AMX, AVX512-BF16 and AVX512-VNNI that the units of native/kernels use, in plain C++ as Intel's manual
// describes them, for processors without them. matrix-check.cc compiles the units against this header.
#pragma once
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <cstring>

#include "../kernels/bf16.h"

namespace emulated {

/** Subnormal numbers count as zero in these instructions. */
inline float flushed(float x) { return std::fpclassify(x) == FP_SUBNORMAL ? std::copysign(0.0f, x) : x; }

/** sum + a b, for the two elements of a pair one after the other. */
inline float add_pair(float sum, const uint16_t* a, const uint16_t* b) {
  for (int i = 0; i < 2; i++)
    sum = flushed(std::fma(flushed(trm::from_bf16(a[i])), flushed(trm::from_bf16(b[i])), flushed(sum)));
  return sum;
}

/** A thread's eight tile registers of 16 rows of 64 bytes; unusable until they are configured. */
struct Tiles {
  uint8_t bytes[8][16][64];
  bool configured = false;
};
inline thread_local Tiles tiles;

inline uint8_t (&tile(int i))[16][64] {
  if (!tiles.configured) std::abort();
  return tiles.bytes[i];
}

}  // namespace emulated

inline void _tile_loadconfig(const void* config) {
  // Palette 1, and every register whole: the only shape that the units ask for.
  const uint8_t* bytes = static_cast<const uint8_t*>(config);
  for (int i = 0; i < 8; i++)
    if (bytes[0] != 1 || bytes[16 + 2 * i] != 64 || bytes[48 + i] != 16) std::abort();
  emulated::tiles.configured = true;
}
inline void _tile_release() { emulated::tiles.configured = false; }
inline void _tile_zero(int t) { memset(emulated::tile(t), 0, 1024); }
inline void _tile_loadd(int t, const void* from, int64_t stride) {
  for (int row = 0; row < 16; row++)
    memcpy(emulated::tile(t)[row], static_cast<const char*>(from) + row * stride, 64);
}
inline void _tile_stored(int t, void* to, int64_t stride) {
  for (int row = 0; row < 16; row++) memcpy(static_cast<char*>(to) + row * stride, emulated::tile(t)[row], 64);
}
inline void _tile_dpbf16ps(int sums, int a, int b) {
  for (int row = 0; row < 16; row++)
    for (int column = 0; column < 16; column++) {
      float sum;
      memcpy(&sum, emulated::tile(sums)[row] + 4 * column, sizeof sum);
      for (int pair = 0; pair < 16; pair++) {
        uint16_t x[2], y[2];
        memcpy(x, emulated::tile(a)[row] + 4 * pair, sizeof x);
        memcpy(y, emulated::tile(b)[pair] + 4 * column, sizeof y);
        sum = emulated::add_pair(sum, x, y);
      }
      memcpy(emulated::tile(sums)[row] + 4 * column, &sum, sizeof sum);
    }
}

struct __m512 {
  float lanes[16];
};
struct __m512i {
  int32_t lanes[16];
};
struct __m512bh {
  uint16_t halves[32];
  __m512bh() = default;
  explicit __m512bh(const __m512i& bits) { memcpy(halves, &bits, sizeof halves); }
};
inline __m512 _mm512_setzero_ps() { return {}; }
inline __m512 _mm512_loadu_ps(const void* from) {
  __m512 out;
  memcpy(&out, from, sizeof out);
  return out;
}
inline void _mm512_storeu_ps(void* to, const __m512& value) { memcpy(to, &value, sizeof value); }
inline __m512i _mm512_loadu_si512(const void* from) {
  __m512i out;
  memcpy(&out, from, sizeof out);
  return out;
}
inline __m512i _mm512_set1_epi32(int32_t value) {
  __m512i out;
  for (int32_t& lane : out.lanes) lane = value;
  return out;
}
/** The products of a pair of 16 bits, added up; no such sum overflows. */
inline int32_t add_products(__m512i a, __m512i b, int lane) {
  int32_t sum = 0;
  for (int half = 0; half < 2; half++) {
    int16_t x, y;
    memcpy(&x, reinterpret_cast<const char*>(&a.lanes[lane]) + 2 * half, sizeof x);
    memcpy(&y, reinterpret_cast<const char*>(&b.lanes[lane]) + 2 * half, sizeof y);
    sum += x * y;
  }
  return sum;
}
inline __m512i _mm512_madd_epi16(__m512i a, __m512i b) {
  __m512i out;
  for (int i = 0; i < 16; i++) out.lanes[i] = add_products(a, b, i);
  return out;
}
inline __m512i _mm512_dpwssd_epi32(__m512i sums, __m512i a, __m512i b) {
  for (int i = 0; i < 16; i++) sums.lanes[i] += add_products(a, b, i);
  return sums;
}
inline __m512 _mm512_dpbf16_ps(__m512 sums, const __m512bh& a, const __m512bh& b) {
  for (int i = 0; i < 16; i++) sums.lanes[i] = emulated::add_pair(sums.lanes[i], a.halves + 2 * i, b.halves + 2 * i);
  return sums;
}
