// A tile of sums in registers, as matrix-float.cc and matrix-int16.cc make it.
#pragma once
#include "matrix-unit.h"
#include "simd.h"

namespace trm {
namespace TRM_ISA {

constexpr int kRows = kTileRows, kVecs = kTileVecs;
constexpr int kColumns = kVecs * kLanes;

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
inline __attribute__((noinline)) void put_some(const Tile& c, bool add, const Vec (&sums)[kRows][kVecs]) {
  float values[kRows][kColumns];
  memcpy(values, sums, sizeof values);
  for (int64_t i = 0; i < c.rows; i++)
    for (int64_t j = 0; j < c.columns; j++) {
      float& to = c.at[i * c.row + j];
      to = add ? to + values[i][j] : values[i][j];
    }
}

/** C = sums, or C += sums. */
inline __attribute__((always_inline)) void put_sums(const Tile& c, bool add, const Vec (&sums)[kRows][kVecs]) {
  if (c.rows < kRows || c.columns < kColumns)
    put_some(c, add, sums);
  else if (add)
    put<true>(c.at, c.row, sums);
  else
    put<false>(c.at, c.row, sums);
}

}  // namespace TRM_ISA
}  // namespace trm
