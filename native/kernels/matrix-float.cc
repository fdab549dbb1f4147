// Float32 products with vector instructions. Compiled once for each instruction set, as numeric.cc is.
//
// A panel of A is `[depth][kRows]`, one of B `[depth][kColumns]`: a step of the depth reads both in order, and adds
// kRows x kColumns products to sums that stay in registers.
#include "bf16.h"
#include "matrix-unit.h"
#include "simd.h"

namespace trm {
namespace TRM_ISA {
namespace {

constexpr int kRows = 6;
constexpr int kVecs = TRM_LANES == 16 ? 4 : 2;
constexpr int kColumns = kVecs * kLanes;
constexpr int64_t kDepth = 256;

template <bool Rounded>
inline float narrowed(float value) {
  return Rounded ? from_bf16(to_bf16(value)) : value;
}

template <int Width, bool Rounded>
void pack(const Strip& strip, void* panel) {
  float* out = static_cast<float*>(panel);
  if (strip.lanes < Width) memset(out, 0, sizeof(float) * static_cast<size_t>(Width * strip.depth));
  if (strip.lane_step == 1 && strip.lanes == Width) {
    for (int64_t k = 0; k < strip.depth; k++)
      for (int i = 0; i < Width; i++) out[k * Width + i] = narrowed<Rounded>(strip.at[k * strip.depth_step + i]);
    return;
  }
  // In pieces of the depth, so that the lines that are written stay in the first cache while all lanes pass.
  for (int64_t from = 0; from < strip.depth; from += 16) {
    const int64_t to = from + 16 < strip.depth ? from + 16 : strip.depth;
    for (int64_t i = 0; i < strip.lanes; i++) {
      const float* lane = strip.at + i * strip.lane_step;
      for (int64_t k = from; k < to; k++) out[k * Width + i] = narrowed<Rounded>(lane[k * strip.depth_step]);
    }
  }
}

template <bool Add>
inline __attribute__((always_inline)) void put(float* c, int64_t row, const Vec (&sums)[kRows][kVecs]) {
#pragma GCC unroll 6
  for (int i = 0; i < kRows; i++)
#pragma GCC unroll 4
    for (int j = 0; j < kVecs; j++) {
      float* at = c + i * row + j * kLanes;
      store(at, Add ? load(at) + sums[i][j] : sums[i][j]);
    }
}

/** What does not fill a tile, value by value. */
void put_some(const Tile& c, bool add, const Vec (&sums)[kRows][kVecs]) {
  float values[kRows][kColumns];
  memcpy(values, sums, sizeof values);
  for (int64_t i = 0; i < c.rows; i++)
    for (int64_t j = 0; j < c.columns; j++) {
      float& to = c.at[i * c.row + j];
      to = add ? to + values[i][j] : values[i][j];
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
  if (c.rows < kRows || c.columns < kColumns)
    put_some(c, add, sums);
  else if (add)
    put<true>(c.at, c.row, sums);
  else
    put<false>(c.at, c.row, sums);
}

template <bool Rounded>
constexpr MatrixUnit unit(const char* name) {
  return {name,
          kRows,
          kColumns,
          1,
          kDepth,
          sizeof(float),
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
