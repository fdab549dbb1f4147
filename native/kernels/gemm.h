// Small matrix products that stay in the first two caches: C = A B with A by (row, column) strides, B and C row by row.
#pragma once
#include "simd.h"

namespace trm {
namespace TRM_ISA {

template <int R, int V>
inline __attribute__((always_inline)) void tile(int64_t depth, const float* a, int64_t row, int64_t column,
                                                const float* b, int64_t b_row, float* c, int64_t c_row) {
  Vec sums[R][V];
#pragma GCC unroll 6
  for (int i = 0; i < R; i++)
#pragma GCC unroll 4
    for (int j = 0; j < V; j++) sums[i][j] = Vec{};
  for (int64_t k = 0; k < depth; k++) {
    Vec line[V];
#pragma GCC unroll 4
    for (int j = 0; j < V; j++) line[j] = load(b + k * b_row + j * kLanes);
#pragma GCC unroll 6
    for (int i = 0; i < R; i++) {
      const Vec x = all(a[i * row + k * column]);
#pragma GCC unroll 4
      for (int j = 0; j < V; j++) sums[i][j] += x * line[j];
    }
  }
#pragma GCC unroll 6
  for (int i = 0; i < R; i++)
#pragma GCC unroll 4
    for (int j = 0; j < V; j++) store(c + i * c_row + j * kLanes, sums[i][j]);
}

template <int V>
inline void column_block(int64_t rows, int64_t depth, const float* a, int64_t row, int64_t column, const float* b,
                         int64_t b_row, float* c, int64_t c_row) {
  int64_t i = 0;
  for (; i + kTileRows <= rows; i += kTileRows)
    tile<kTileRows, V>(depth, a + i * row, row, column, b, b_row, c + i * c_row, c_row);
  a += i * row;
  c += i * c_row;
  switch (rows - i) {
    case 5: return tile<5, V>(depth, a, row, column, b, b_row, c, c_row);
    case 4: return tile<4, V>(depth, a, row, column, b, b_row, c, c_row);
    case 3: return tile<3, V>(depth, a, row, column, b, b_row, c, c_row);
    case 2: return tile<2, V>(depth, a, row, column, b, b_row, c, c_row);
    case 1: return tile<1, V>(depth, a, row, column, b, b_row, c, c_row);
  }
}

/** @param columns a multiple of the lanes */
inline void multiply(int64_t rows, int64_t columns, int64_t depth, const float* a, int64_t row, int64_t column,
                     const float* b, int64_t b_row, float* c, int64_t c_row) {
  int64_t j = 0;
  for (; j + kTileVecs * kLanes <= columns; j += kTileVecs * kLanes)
    column_block<kTileVecs>(rows, depth, a, row, column, b + j, b_row, c + j, c_row);
  const int64_t left = (columns - j) / kLanes;
  if (left >= 3) column_block<3>(rows, depth, a, row, column, b + j, b_row, c + j, c_row);
  if (left == 2) column_block<2>(rows, depth, a, row, column, b + j, b_row, c + j, c_row);
  if (left == 1) column_block<1>(rows, depth, a, row, column, b + j, b_row, c + j, c_row);
}

}  // namespace TRM_ISA
}  // namespace trm
