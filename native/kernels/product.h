// C = A B of matrices of any size and order, cut into panels that fit the caches and shared by the pool's threads.
#pragma once
#include "matrix-unit.h"

namespace trm {

/** A matrix in memory: element (i, j) is `at[i * row + j * column]`. A transposed one has both steps exchanged. */
struct Matrix {
  const float* at;
  int64_t row, column;
};

/** C `[rows, columns]` = A `[rows, depth]` B `[depth, columns]`, or `onto` + A B where that is given. */
struct Product {
  int64_t rows, columns, depth;
  Matrix a, b;
  /** B as `pack` left it, which is read instead of `b`; null: B is packed on the way. */
  const void* packed;
  /** Dense, like C; null: nothing is added. C itself is allowed. */
  const float* onto;
  float* c;
};

/** Whether factors are float32, rounded to bf16, or scaled whole numbers (matrix-int16.cc). C is float32 in all. */
enum class Precision { kFloat32, kBf16, kInt16 };

/** The unit that products of this precision use on this processor, chosen once. */
const MatrixUnit& matrix_unit(Precision precision);

/** Bytes of a packed B `[depth, columns]`. */
int64_t packed_bytes(const MatrixUnit& unit, int64_t depth, int64_t columns);

/** Packs B for products that come again and again. */
void pack(const MatrixUnit& unit, const Matrix& b, int64_t depth, int64_t columns, void* to);

/**
 * Computes a product. Each element's sum runs over the depth in one order that depends on the unit alone, so the bits
 * are the same with any number of threads.
 */
void multiply(const MatrixUnit& unit, const Product& product);

}  // namespace trm
