// Ops of the whole core: inference, and training forward and backward. src/trm/kernels.ts documents what each computes.
#include <algorithm>
#include <vector>

#include "blocks.h"
#include "core.h"
#include "cpu.h"
#include "definition.h"

namespace trm {
namespace {

/** Floats of the tensor that holds a core's packed weights. */
int64_t packed_floats(const MatrixUnit& unit, const CoreShape& shape) {
  return packed_core_bytes(unit, shape) / kFloat;
}

/** The weights of all layers, from input `first` on: qkv, o, gateUp, down of the first layer, then of the next. */
std::vector<LayerWeights> read_weights(Call& call, int first, CoreShape& shape) {
  std::vector<LayerWeights> layers;
  shape.layers = (call.inputs() - first) / 4;
  shape.width = call.shape(first, 2)[0];
  shape.inner = call.shape(first + 2, 2)[1] / 2;
  for (int i = first; !call.failed && i < first + 4 * shape.layers; i += 4) {
    const int64_t d = shape.width, inner = shape.inner;
    layers.push_back({call.floats(i, {d, 3 * d}), call.floats(i + 1, {d, d}), call.floats(i + 2, {d, 2 * inner}),
                      call.floats(i + 3, {inner, d})});
  }
  return layers;
}

/** Weights packed for one call. */
class Packed {
 public:
  Packed(const MatrixUnit& unit, const CoreShape& shape, const std::vector<LayerWeights>& layers, Direction direction)
      : memory_(packed_core_bytes(unit, shape, direction) / kFloat) {
    pack_core(unit, shape, layers, memory_.get(), direction);
  }
  const void* data() const { return memory_.get(); }

 private:
  Block memory_;
};

/** weights -> packed `[n]`, to be read by TrmCore in the same process only. */
struct PackCore {
  Precision precision;
  explicit PackCore(Attributes& of) : precision(of.precision()) {}

  void compute(Call& call) const {
    CoreShape shape{};
    const std::vector<LayerWeights> layers = read_weights(call, 0, shape);
    if (call.failed) return;
    const MatrixUnit& unit = matrix_unit(precision);
    float* packed = call.output(0, {packed_floats(unit, shape)});
    if (!call.failed) pack_core(unit, shape, layers, packed);
  }
};

/** Sizes and depth as the ops take them: [recursions, latent updates, plain], then what an op adds. */
CoreDepth read_depth(const int32_t* sizes) { return {sizes[0], sizes[1], sizes[2] != 0}; }

/** x, y, z `[B * N, D]`, angles, counts: the first five inputs of a run. */
struct State {
  Shape size;
  CoreInputs inputs{};
  const float *y, *z;

  State(Call& call, CoreShape& shape) {
    shape.positions = call.shape(3, 2)[0];
    shape.batch = call.shape(4, 1)[0];
    size = {shape.rows(), shape.width};
    inputs.x = call.floats(0, size);
    y = call.floats(1, size);
    z = call.floats(2, size);
    inputs.angles = call.floats(3, {shape.positions, kHead});
    inputs.counts = call.counts(4, shape.batch, shape.positions);
  }

  /** Runs from a copy of the state to the first two outputs. */
  void run(Call& call, const MatrixUnit& unit, const CoreShape& shape, const CoreDepth& depth, float* tape) const {
    float *new_y = call.output(0, size), *new_z = call.output(1, size);
    if (call.failed) return;
    std::copy_n(y, shape.state(), new_y);
    std::copy_n(z, shape.state(), new_z);
    run_core(unit, shape, depth, inputs, new_y, new_z, tape);
  }
};

/** x, y, z, angles, counts, packed weights, sizes [recursions, latent updates, plain, layers, I] -> y, z. */
struct RunCore {
  Precision precision;
  explicit RunCore(Attributes& of) : precision(of.precision()) {}

  void compute(Call& call) const {
    const int32_t* sizes = call.integers(6, {5});
    CoreShape shape{};
    shape.width = call.shape(0, 2)[1];
    if (call.failed) return;
    shape.layers = sizes[3];
    shape.inner = sizes[4];
    const MatrixUnit& unit = matrix_unit(precision);
    State state(call, shape);
    state.inputs.packed = call.floats(5, {packed_floats(unit, shape)});
    if (!call.failed) state.run(call, unit, shape, read_depth(sizes), nullptr);
  }
};

/** x, y, z, angles, counts, sizes [recursions, latent updates, plain], weights -> y, z, tape of the last recursion. */
struct CoreForward {
  Precision precision;
  explicit CoreForward(Attributes& of) : precision(of.precision()) {}

  void compute(Call& call) const {
    const int32_t* sizes = call.integers(5, {3});
    CoreShape shape{};
    const std::vector<LayerWeights> layers = read_weights(call, 6, shape);
    State state(call, shape);
    if (call.failed) return;
    const CoreDepth depth = read_depth(sizes);
    const MatrixUnit& unit = matrix_unit(precision);
    float* tape = call.output(2, {tape_floats(shape, depth)});
    if (call.failed) return;
    const Packed packed(unit, shape, layers, Direction::kForward);
    state.inputs.packed = packed.data();
    state.run(call, unit, shape, depth, tape);
  }
};

/** dy, tape, angles, counts, sizes [recursions, latent updates, plain], weights -> dx, gradients of the weights. */
struct CoreBackward {
  Precision precision;
  explicit CoreBackward(Attributes& of) : precision(of.precision()) {}

  void compute(Call& call) const {
    const int32_t* sizes = call.integers(4, {3});
    CoreShape shape{};
    const std::vector<LayerWeights> layers = read_weights(call, 5, shape);
    shape.positions = call.shape(2, 2)[0];
    shape.batch = call.shape(3, 1)[0];
    if (call.failed) return;
    const CoreDepth depth = read_depth(sizes);
    CoreGradientInputs inputs{};
    const Shape size{shape.rows(), shape.width};
    inputs.dy = call.floats(0, size);
    inputs.tape = call.floats(1, {tape_floats(shape, depth)});
    inputs.angles = call.floats(2, {shape.positions, kHead});
    inputs.counts = call.counts(3, shape.batch, shape.positions);
    float* dx = call.output(0, size);
    std::vector<LayerGradients> gradients;
    for (int i = 1; i <= 4 * shape.layers; i += 4) {
      const int64_t d = shape.width, inner = shape.inner;
      gradients.push_back({call.output(i, {d, 3 * d}), call.output(i + 1, {d, d}), call.output(i + 2, {d, 2 * inner}),
                           call.output(i + 3, {inner, d})});
    }
    if (call.failed) return;
    const MatrixUnit& unit = matrix_unit(precision);
    const Packed packed(unit, shape, layers, Direction::kBackward);
    inputs.packed = packed.data();
    core_gradient(unit, shape, depth, inputs, dx, gradients);
  }
};

}  // namespace

const std::vector<Definition>& core_definitions() {
  static const std::vector<Definition> all = {
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
      {"TrmCoreForward",
       {"x: float", "y: float", "z: float", "angles: float", "counts: int32", "sizes: int32", "weights: N * float"},
       {"y1: float", "z1: float", "tape: float"},
       {"N: int >= 4", kPrecision},
       run<CoreForward>,
       create<CoreForward>,
       destroy<CoreForward>},
      {"TrmCoreBackward",
       {"dy: float", "tape: float", "angles: float", "counts: int32", "sizes: int32", "weights: N * float"},
       {"dx: float", "gradients: N * float"},
       {"N: int >= 4", kPrecision},
       run<CoreBackward>,
       create<CoreBackward>,
       destroy<CoreBackward>},
  };
  return all;
}

}  // namespace trm
