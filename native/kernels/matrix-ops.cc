// Ops of matrix products. src/trm/kernels.ts documents what each computes.
#include <string>
#include <vector>

#include "cpu.h"
#include "definition.h"
#include "product.h"

namespace trm {
namespace {

/** a, b, and at most one matrix that the product is added to. */
struct MatMul {
  bool transpose_a, transpose_b;
  Precision precision;
  explicit MatMul(Attributes& of)
      : transpose_a(of.flag("transpose_a")), transpose_b(of.flag("transpose_b")), precision(of.precision()) {}

  void compute(Call& call) const {
    const Shape a = call.shape(0, 2), b = call.shape(1, 2);
    const int64_t rows = a[transpose_a], depth = a[!transpose_a], columns = b[!transpose_b];
    if (b[transpose_b] != depth)
      return call.fail("expected factors of one depth, got " + std::to_string(depth) + " and " +
                       std::to_string(b[transpose_b]));
    Product product{};
    product.rows = rows;
    product.columns = columns;
    product.depth = depth;
    product.a = {call.floats(0, a), transpose_a ? 1 : a[1], transpose_a ? a[1] : 1};
    product.b = {call.floats(1, b), transpose_b ? 1 : b[1], transpose_b ? b[1] : 1};
    if (call.inputs() > 2) product.onto = call.floats(2, {rows, columns});
    product.c = call.output(0, {rows, columns});
    if (!call.failed) multiply(matrix_unit(precision), product);
  }
};

/** B, transposed where the attribute says so -> packed `[n]`, to be read by TrmPackedMatMul in the same process only. */
struct Pack {
  bool transpose_b;
  Precision precision;
  explicit Pack(Attributes& of) : transpose_b(of.flag("transpose_b")), precision(of.precision()) {}

  void compute(Call& call) const {
    const Shape b = call.shape(0, 2);
    const int64_t depth = b[transpose_b], columns = b[!transpose_b];
    const Matrix matrix{call.floats(0, b), transpose_b ? 1 : b[1], transpose_b ? b[1] : 1};
    const MatrixUnit& unit = matrix_unit(precision);
    float* packed = call.output(0, {packed_bytes(unit, depth, columns) / kFloat});
    if (!call.failed) pack(unit, matrix, depth, columns, packed);
  }
};

/** a `[rows, depth]`, packed B, columns `[1]` -> `[rows, columns]`. */
struct PackedMatMul {
  Precision precision;
  explicit PackedMatMul(Attributes& of) : precision(of.precision()) {}

  void compute(Call& call) const {
    const Shape a = call.shape(0, 2);
    const int32_t* columns = call.integers(2, {1});
    if (call.failed) return;
    const MatrixUnit& unit = matrix_unit(precision);
    Product product{};
    product.rows = a[0];
    product.depth = a[1];
    product.columns = *columns;
    product.a = {call.floats(0, a), a[1], 1};
    product.packed = call.floats(1, {packed_bytes(unit, a[1], *columns) / kFloat});
    product.c = call.output(0, {a[0], *columns});
    if (!call.failed) multiply(unit, product);
  }
};

}  // namespace

const std::vector<Definition>& matrix_definitions() {
  static const std::vector<Definition> all = {
      {"TrmMatMul",
       {"a: float", "b: float", "onto: N * float"},
       {"c: float"},
       {"N: int >= 0", "transpose_a: bool", "transpose_b: bool", kPrecision},
       run<MatMul>,
       create<MatMul>,
       destroy<MatMul>},
      {"TrmPack",
       {"b: float"},
       {"packed: float"},
       {"transpose_b: bool", kPackedPrecision},
       run<Pack>,
       create<Pack>,
       destroy<Pack>},
      {"TrmPackedMatMul",
       {"a: float", "packed: float", "columns: int32"},
       {"c: float"},
       {kPackedPrecision},
       run<PackedMatMul>,
       create<PackedMatMul>,
       destroy<PackedMatMul>},
  };
  return all;
}

}  // namespace trm
