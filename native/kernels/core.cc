#include "core.h"

#include "blocks.h"
#include "core-parts.h"

namespace trm {
namespace {

/** Floats of a layer's tape; its `out` is the next one's `in`. */
int64_t layer_floats(const CoreShape& s) {
  return s.rows() * (2 * s.width + 3 * s.width + s.width + 2 * s.inner + s.width / kHead + 2);
}

/** Floats of a pass's tape. */
int64_t pass_floats(const CoreShape& s) { return s.layers * layer_floats(s) + s.state(); }

/** Applies the network again and again. */
class Core {
 public:
  Core(const MatrixUnit& unit, const CoreShape& shape, const CoreInputs& inputs)
      : unit_(unit),
        shape_(shape),
        inputs_(inputs),
        weights_(unit, shape, Direction::kForward),
        scratch_(shape.rows() * (shape.inner + shape.width)) {}

  /** f(a + b), left in the last layer's `out`; b may be null. */
  void apply(const float* a, const float* b, const std::vector<LayerTape>& layers) {
    each_row(shape_.rows(), shape_.width, [&](int64_t from, int64_t to) {
      float* h = layers[0].in;
      for (int64_t i = from * shape_.width; i < to * shape_.width; i++) h[i] = b ? a[i] + b[i] : a[i];
    });
    for (int layer = 0; layer < shape_.layers; layer++) {
      attend(layer, layers[static_cast<size_t>(layer)]);
      transform(layer, layers[static_cast<size_t>(layer)]);
    }
  }

 private:
  /** middle = rms(in + Attn(in)). */
  void attend(int layer, const LayerTape& at) {
    times(at.in, layer, 0, at.qkv);
    const Attention task = attention_task(shape_, inputs_.angles, inputs_.counts, at);
    each_head(task, shape_.batch, kernels().attention);
    times(at.mixed, layer, 1, delta());
    add_rms(at.in, at.middle, at.middle_inverse);
  }

  /** out = rms(middle + SwiGLU(middle)). */
  void transform(int layer, const LayerTape& at) {
    times(at.middle, layer, 2, at.gate_up);
    each_row(shape_.rows(), shape_.inner,
             [&](int64_t from, int64_t to) { kernels().gate(at.gate_up, gated(), shape_.inner, from, to); });
    times(gated(), layer, 3, delta());
    add_rms(at.middle, at.out, at.out_inverse);
  }

  void add_rms(const float* h, float* to, float* inverse) {
    each_row(shape_.rows(), shape_.width,
             [&](int64_t from, int64_t end) { kernels().rms(h, delta(), to, inverse, shape_.width, from, end); });
  }

  void times(const float* a, int layer, size_t weight, float* c) {
    const Factor& by = weights_.factor(weight);
    Product product{};
    product.rows = shape_.rows();
    product.columns = by.columns;
    product.depth = by.depth;
    product.a = {a, by.depth, 1};
    product.packed = static_cast<const char*>(inputs_.packed) + weights_.offset(layer, weight);
    product.c = c;
    multiply(unit_, product);
  }

  float* gated() { return scratch_.get(); }
  float* delta() { return scratch_.get() + shape_.rows() * shape_.inner; }

  const MatrixUnit& unit_;
  const CoreShape& shape_;
  const CoreInputs& inputs_;
  PackedWeights weights_;
  Block scratch_;
};

/** Memory that all layers of all passes share, where nothing of them is kept. */
class NoTape {
 public:
  explicit NoTape(const CoreShape& s) : layers_(s.layers), memory_(floats(s)) {
    // What comes after may lie where it comes from: rms is computed in place.
    at_.in = at_.middle = at_.out = memory_.get();
    at_.mixed = at_.in + s.state();
    at_.qkv = at_.gate_up = at_.mixed + s.state();
    at_.logs = at_.qkv + s.rows() * widest(s);
    at_.middle_inverse = at_.out_inverse = at_.logs + s.rows() * (s.width / kHead);
  }
  /** The last layer writes to `out`. */
  std::vector<LayerTape> layers(float* out) const {
    std::vector<LayerTape> all(static_cast<size_t>(layers_), at_);
    all.back().out = out;
    return all;
  }

 private:
  static int64_t floats(const CoreShape& s) { return s.rows() * (2 * s.width + widest(s) + s.width / kHead + 1); }

  int layers_;
  Block memory_;
  LayerTape at_{};
};

/** One recursion by apply(pass, a, b, to), which computes to = f(a + b). */
template <typename Apply>
void recurse(const CoreShape& shape, const CoreDepth& depth, const CoreInputs& inputs, float* y, float* z,
             const Apply& apply) {
  if (depth.plain) return apply(0, inputs.x, nullptr, y);
  const Block memory(shape.state());
  float* injected = memory.get();
  each_row(shape.rows(), shape.width, [&](int64_t from, int64_t to) {
    for (int64_t i = from * shape.width; i < to * shape.width; i++) injected[i] = y[i] + inputs.x[i];
  });
  for (int64_t n = 0; n < depth.latent_updates; n++) apply(n, z, injected, z);
  apply(depth.latent_updates, y, z, y);
}

}  // namespace

int64_t packed_core_bytes(const MatrixUnit& unit, const CoreShape& shape, Direction direction) {
  return shape.layers * PackedWeights(unit, shape, direction).layer_bytes();
}

void pack_core(const MatrixUnit& unit, const CoreShape& shape, const std::vector<LayerWeights>& layers, void* to,
               Direction direction) {
  const PackedWeights places(unit, shape, direction);
  for (int layer = 0; layer < shape.layers; layer++) {
    const LayerWeights& of = layers[static_cast<size_t>(layer)];
    const float* weights[] = {of.qkv, of.o, of.gate_up, of.down};
    for (size_t i = 0; i < 4; i++) {
      const auto [depth, columns] = places.factor(i);
      const Matrix matrix = direction == Direction::kForward ? Matrix{weights[i], columns, 1} : Matrix{weights[i], 1, depth};
      pack(unit, matrix, depth, columns, static_cast<char*>(to) + places.offset(layer, i));
    }
  }
}

int64_t tape_floats(const CoreShape& shape, const CoreDepth& depth) { return depth.passes() * pass_floats(shape); }

LayerTape layer_tape(float* tape, const CoreShape& shape, int64_t pass, int layer) {
  float* at = tape + pass * pass_floats(shape) + layer * layer_floats(shape);
  const auto take = [&](int64_t row) {
    float* part = at;
    at += row * shape.rows();
    return part;
  };
  LayerTape out{};
  out.in = take(shape.width);
  out.middle = take(shape.width);
  out.qkv = take(3 * shape.width);
  out.mixed = take(shape.width);
  out.gate_up = take(2 * shape.inner);
  out.logs = take(shape.width / kHead);
  out.middle_inverse = take(1);
  out.out_inverse = take(1);
  out.out = at;
  return out;
}

void run_core(const MatrixUnit& unit, const CoreShape& shape, const CoreDepth& depth, const CoreInputs& inputs, float* y,
              float* z, float* tape) {
  Core core(unit, shape, inputs);
  const NoTape free(shape);
  for (int64_t i = 0; i < (tape ? depth.recursions - 1 : depth.recursions); i++)
    recurse(shape, depth, inputs, y, z,
            [&](int64_t, const float* a, const float* b, float* to) { core.apply(a, b, free.layers(to)); });
  if (tape == nullptr) return;
  recurse(shape, depth, inputs, y, z, [&](int64_t pass, const float* a, const float* b, float* to) {
    std::vector<LayerTape> layers;
    for (int layer = 0; layer < shape.layers; layer++) layers.push_back(layer_tape(tape, shape, pass, layer));
    core.apply(a, b, layers);
    std::copy_n(layers.back().out, shape.state(), to);
  });
}

}  // namespace trm
