// Float32 products with vector instructions. Compiled once for each instruction set, as numeric.cc is.
//
// A panel of A is `[depth][kRows]`, one of B `[depth][kColumns]`: a step of the depth reads both in order, and adds
// kRows x kColumns products to sums that stay in registers.
#include "bf16.h"
#include "tile-sums.h"

namespace trm {
namespace TRM_ISA {
namespace {

constexpr int64_t kDepth = 256;

/** The nearest bf16 of each lane, as to_bf16 rounds, in float32's form. */
inline Vec rounded(Vec x) {
  Bits bits;
  memcpy(&bits, &x, sizeof bits);
  const Bits nearest = bits + 0x7fff + ((bits >> 16) & 1);
  // What is no number stays none, whatever its lower bits were.
  const Bits upper = (x == x ? nearest : (bits | 0x400000)) & static_cast<int32_t>(0xffff0000);
  Vec out;
  memcpy(&out, &upper, sizeof out);
  return out;
}
template <bool Rounded>
inline Vec factor(Vec x) {
  return Rounded ? rounded(x) : x;
}
template <bool Rounded>
inline float factor(float x) {
  return Rounded ? from_bf16(to_bf16(x)) : x;
}

/** Turns a square of vectors: blocks of one lane change places, then of two, and so on. */
inline __attribute__((always_inline)) void transpose(Vec (&rows)[kLanes]) {
#pragma GCC unroll 4
  for (int step = 1; step < kLanes; step *= 2) {
    Bits upper, lower;
    for (int lane = 0; lane < kLanes; lane++) {
      upper[lane] = lane & step ? kLanes + lane - step : lane;
      lower[lane] = lane & step ? kLanes + lane : lane + step;
    }
#pragma GCC unroll 16
    for (int i = 0; i < kLanes; i++) {
      if (i & step) continue;
      const Vec a = rows[i], b = rows[i + step];
      rows[i] = shuffle(a, b, upper);
      rows[i + step] = shuffle(a, b, lower);
    }
  }
}

/** Lanes [first, first + kLanes) of a strip whose depth is contiguous: squares are turned in registers. */
template <int Width, bool Rounded>
void pack_lanes(const Strip& strip, int first, float* out) {
  const int64_t lanes = strip.lanes - first < kLanes ? strip.lanes - first : kLanes;
  const float* at = strip.at + first * strip.lane_step;
  constexpr int kRest = Width % kLanes;
  const bool partial = first + kLanes > Width;
  int64_t k = 0;
  for (; k + kLanes <= strip.depth; k += kLanes) {
    Vec square[kLanes];
#pragma GCC unroll 16
    for (int i = 0; i < kLanes; i++)
      square[i] = i < lanes ? factor<Rounded>(load(at + i * strip.lane_step + k)) : Vec{};
    transpose(square);
#pragma GCC unroll 16
    for (int i = 0; i < kLanes; i++) {
      float* to = out + (k + i) * Width + first;
      if (partial)
        memcpy(to, &square[i], sizeof(float) * kRest);
      else
        store(to, square[i]);
    }
  }
  for (; k < strip.depth; k++)
    for (int64_t i = 0; i < lanes; i++) out[k * Width + first + i] = factor<Rounded>(at[i * strip.lane_step + k]);
}

template <int Width, bool Rounded>
void pack(const Strip& strip, void* panel) {
  float* out = static_cast<float*>(panel);
  if (strip.lanes < Width) memset(out, 0, sizeof(float) * static_cast<size_t>(Width * strip.depth));
  if (strip.depth_step == 1) {
    for (int first = 0; first < strip.lanes; first += kLanes) pack_lanes<Width, Rounded>(strip, first, out);
  } else if (strip.lane_step == 1 && strip.lanes == Width) {
    for (int64_t k = 0; k < strip.depth; k++) {
      const float* line = strip.at + k * strip.depth_step;
      int i = 0;
      for (; i + kLanes <= Width; i += kLanes) store(out + k * Width + i, factor<Rounded>(load(line + i)));
      for (; i < Width; i++) out[k * Width + i] = factor<Rounded>(line[i]);
    }
  } else {
    for (int64_t k = 0; k < strip.depth; k++)
      for (int64_t i = 0; i < strip.lanes; i++)
        out[k * Width + i] = factor<Rounded>(strip.at[i * strip.lane_step + k * strip.depth_step]);
  }
}

void multiply(int64_t depth, const void* a_panel, const void* b_panel, const Tile& c, bool add) {
  const float *a = static_cast<const float*>(a_panel), *b = static_cast<const float*>(b_panel);
  Vec sums[kRows][kVecs];
#pragma GCC unroll 6
  for (int i = 0; i < kRows; i++)
#pragma GCC unroll 4
    for (int j = 0; j < kVecs; j++) sums[i][j] = Vec{};
  for (int64_t k = 0; k < depth; k++, a += kRows, b += kColumns) {
    Vec line[kVecs];
#pragma GCC unroll 4
    for (int j = 0; j < kVecs; j++) line[j] = load(b + j * kLanes);
#pragma GCC unroll 6
    for (int i = 0; i < kRows; i++) {
      const Vec x = all(a[i]);
#pragma GCC unroll 4
      for (int j = 0; j < kVecs; j++) sums[i][j] += x * line[j];
    }
  }
  put_sums(c, add, sums);
}

template <bool Rounded>
constexpr MatrixUnit unit(const char* name) {
  return {name,
          kRows,
          kColumns,
          1,
          kDepth,
          sizeof(float),
          0,
          pack<kRows, Rounded>,
          pack<kColumns, Rounded>,
          multiply,
          nullptr,
          nullptr};
}

}  // namespace
}  // namespace TRM_ISA

#define TRM_JOIN(a, b) a##b
#define TRM_UNIT(prefix, isa) TRM_JOIN(prefix, isa)
#define TRM_TEXT(isa) #isa
#define TRM_NAME(isa) TRM_TEXT(isa)
extern const MatrixUnit TRM_UNIT(float_, TRM_ISA) = TRM_ISA::unit<false>(TRM_NAME(TRM_ISA));
extern const MatrixUnit TRM_UNIT(rounded_, TRM_ISA) = TRM_ISA::unit<true>(TRM_NAME(TRM_ISA));

}  // namespace trm
