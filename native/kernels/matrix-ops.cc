// Ops of matrix products: a single one, and the whole core at once. src/trm/kernels.ts documents what each computes.
#include <algorithm>
#include <cstring>
#include <string>
#include <vector>

#include "core.h"
#include "cpu.h"
#include "definition.h"
#include "product.h"

namespace trm {
namespace {

/** Packed factors are handed over as tensors of floats. */
constexpr int64_t kFloat = sizeof(float);

/** Declarations of the attribute `precision`; whole numbers are for factors that are packed once, and read again and again. */
constexpr const char* kPrecision = "precision: {'float32', 'bf16'}";
constexpr const char* kPackedPrecision = "precision: {'float32', 'bf16', 'int16'}";

/** Reads an op's attributes; after a failure all are zero. */
class Attributes {
 public:
  explicit Attributes(TF_OpKernelConstruction* construction) : construction_(construction), status_(TF_NewStatus()) {}
  ~Attributes() { TF_DeleteStatus(status_); }
  Attributes(const Attributes&) = delete;

  bool flag(const char* name) {
    unsigned char value = 0;
    TF_OpKernelConstruction_GetAttrBool(construction_, name, &value, status_);
    check();
    return value != 0;
  }
  Precision precision() {
    char text[8] = {};
    TF_OpKernelConstruction_GetAttrString(construction_, "precision", text, sizeof text - 1, status_);
    check();
    if (std::strcmp(text, "int16") == 0) return Precision::kInt16;
    return std::strcmp(text, "bf16") == 0 ? Precision::kBf16 : Precision::kFloat32;
  }

 private:
  void check() {
    if (TF_GetCode(status_) != TF_OK) TF_OpKernelConstruction_Failure(construction_, status_);
  }
  TF_OpKernelConstruction* construction_;
  TF_Status* status_;
};

template <typename Made>
void* create(TF_OpKernelConstruction* construction) {
  Attributes attributes(construction);
  return new Made(attributes);
}
template <typename Made>
void destroy(void* made) {
  delete static_cast<Made*>(made);
}
template <typename Made>
void run(void* made, TF_OpKernelContext* context) {
  Call call(context);
  static_cast<Made*>(made)->compute(call);
}

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

/** Floats of the tensor that holds a core's packed weights. */
int64_t packed_floats(const MatrixUnit& unit, const CoreShape& shape) {
  return packed_core_bytes(unit, shape) / kFloat;
}

/** qkv, o, gateUp, down of every layer -> packed `[n]`, to be read by TrmCore in the same process only. */
struct PackCore {
  Precision precision;
  explicit PackCore(Attributes& of) : precision(of.precision()) {}

  void compute(Call& call) const {
    CoreShape shape{};
    shape.width = call.shape(1, 2)[0];
    shape.inner = call.shape(3, 2)[0];
    shape.layers = call.inputs() / 4;
    if (call.failed) return;
    std::vector<LayerWeights> layers;
    for (int i = 0; i < 4 * shape.layers; i += 4) {
      const int64_t d = shape.width, inner = shape.inner;
      layers.push_back({call.floats(i, {d, 3 * d}), call.floats(i + 1, {d, d}), call.floats(i + 2, {d, 2 * inner}),
                        call.floats(i + 3, {inner, d})});
    }
    const MatrixUnit& unit = matrix_unit(precision);
    float* packed = call.output(0, {packed_floats(unit, shape)});
    if (!call.failed) pack_core(unit, shape, layers, packed);
  }
};

/** x, y, z `[B * N, D]`, angles, counts, packed weights, sizes [layers, I, recursions, latent updates, plain] -> y, z. */
struct RunCore {
  Precision precision;
  explicit RunCore(Attributes& of) : precision(of.precision()) {}

  void compute(Call& call) const {
    const Shape rows = call.shape(0, 2), angles = call.shape(3, 2), batch = call.shape(4, 1);
    const int32_t* sizes = call.integers(6, {5});
    if (call.failed) return;
    CoreShape shape{};
    shape.batch = batch[0];
    shape.positions = angles[0];
    shape.width = rows[1];
    shape.layers = sizes[0];
    shape.inner = sizes[1];
    const CoreDepth depth{sizes[2], sizes[3], sizes[4] != 0};
    const MatrixUnit& unit = matrix_unit(precision);
    const Shape state{shape.batch * shape.positions, shape.width};
    CoreRun run{};
    run.x = call.floats(0, state);
    const float *y = call.floats(1, state), *z = call.floats(2, state);
    run.angles = call.floats(3, {shape.positions, kHead});
    run.counts = call.counts(4, shape.batch, shape.positions);
    run.packed = call.floats(5, {packed_floats(unit, shape)});
    run.y = call.output(0, state);
    run.z = call.output(1, state);
    if (call.failed) return;
    std::copy_n(y, state[0] * state[1], run.y);
    std::copy_n(z, state[0] * state[1], run.z);
    run_core(unit, shape, depth, run);
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
      {"TrmPackCore",
       {"weights: N * float"},
       {"packed: float"},
       {"N: int >= 4", kPackedPrecision},
       run<PackCore>,
       create<PackCore>,
       destroy<PackCore>},
      {"TrmCore",
       {"x: float", "y: float", "z: float", "angles: float", "counts: int32", "packed: float", "sizes: int32"},
       {"y1: float", "z1: float"},
       {kPackedPrecision},
       run<RunCore>,
       create<RunCore>,
       destroy<RunCore>},
  };
  return all;
}

}  // namespace trm
