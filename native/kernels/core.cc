#include "core.h"

#include <algorithm>
#include <memory>

#include "cpu.h"
#include "pool.h"

namespace trm {
namespace {

/** Sizes of a layer's four products, in the order in which they are packed. */
struct Factor {
  int64_t depth, columns;
};
std::vector<Factor> factors(const CoreShape& s) {
  return {{s.width, 3 * s.width}, {s.width, s.width}, {s.width, 2 * s.inner}, {s.inner, s.width}};
}

/** One application of the network after the other, in memory of its own. */
class Core {
 public:
  Core(const MatrixUnit& unit, const CoreShape& shape, const CoreRun& run)
      : unit_(unit), shape_(shape), run_(run), rows_(shape.batch * shape.positions) {
    // In this order in memory: [h | wide | narrow | delta | inverse | logs of the softmax].
    const int64_t wide = std::max(3 * shape.width, 2 * shape.inner), narrow = std::max(shape.inner, shape.width);
    const int64_t a_row = 2 * shape.width + wide + narrow + 1 + shape.width / kHead;
    memory_.reset(new float[static_cast<size_t>(rows_ * a_row)]);
    h_ = memory_.get();
    wide_ = h_ + rows_ * shape.width;
    narrow_ = wide_ + rows_ * wide;
    delta_ = narrow_ + rows_ * narrow;
    inverse_ = delta_ + rows_ * shape.width;
    logs_ = inverse_ + rows_;
  }

  /** out = f(a + b); b may be null. `out` may be a or b. */
  void apply(const float* a, const float* b, float* out) {
    each_row([&](int64_t from, int64_t to) {
      for (int64_t i = from * shape_.width; i < to * shape_.width; i++) h_[i] = b ? a[i] + b[i] : a[i];
    });
    const char* packed = static_cast<const char*>(run_.packed);
    for (int layer = 0; layer < shape_.layers; layer++) {
      const bool last = layer + 1 == shape_.layers;
      for (int part = 0; part < 2; part++) packed = half(packed, part, last && part == 1 ? out : h_);
    }
  }

 private:
  /** h = rms(h + branch(h)), of attention or of SwiGLU; returns where the next weights lie. */
  const char* half(const char* packed, int part, float* to) {
    const Factor in = factors(shape_)[static_cast<size_t>(2 * part)], back = factors(shape_)[static_cast<size_t>(2 * part + 1)];
    times(packed, h_, in, wide_);
    if (part == 0)
      attend();
    else
      each_row([&](int64_t from, int64_t end) { kernels().gate(wide_, narrow_, shape_.inner, from, end); });
    const char* second = packed + packed_bytes(unit_, in.depth, in.columns);
    times(second, narrow_, back, delta_);
    each_row([&](int64_t from, int64_t end) { kernels().rms(h_, delta_, to, inverse_, shape_.width, from, end); });
    return second + packed_bytes(unit_, back.depth, back.columns);
  }

  void times(const void* packed, const float* a, const Factor& by, float* c) {
    Product product{};
    product.rows = rows_;
    product.columns = by.columns;
    product.depth = by.depth;
    product.a = {a, by.depth, 1};
    product.packed = packed;
    product.c = c;
    multiply(unit_, product);
  }

  void attend() {
    Attention task{};
    task.positions = shape_.positions;
    task.heads = shape_.width / kHead;
    task.qkv = wide_;
    task.angles = run_.angles;
    task.counts = run_.counts;
    task.out = narrow_;
    task.logs = logs_;
    const int64_t scratch = kernels().attention_scratch(task.positions);
    parallel(shape_.batch * task.heads, 1,
             [&](int64_t from, int64_t to) { kernels().attention(task, thread_scratch(scratch), from, to); });
  }

  template <typename Work>
  void each_row(const Work& work) {
    parallel(rows_, std::max<int64_t>(1, 32768 / shape_.width), work);
  }

  const MatrixUnit& unit_;
  const CoreShape& shape_;
  const CoreRun& run_;
  int64_t rows_;
  std::unique_ptr<float[]> memory_;
  float *h_, *wide_, *narrow_, *delta_, *inverse_, *logs_;
};

}  // namespace

int64_t packed_core_bytes(const MatrixUnit& unit, const CoreShape& shape) {
  int64_t bytes = 0;
  for (const Factor& factor : factors(shape)) bytes += packed_bytes(unit, factor.depth, factor.columns);
  return shape.layers * bytes;
}

void pack_core(const MatrixUnit& unit, const CoreShape& shape, const std::vector<LayerWeights>& layers, void* to) {
  char* at = static_cast<char*>(to);
  for (const LayerWeights& layer : layers) {
    const float* weights[] = {layer.qkv, layer.o, layer.gate_up, layer.down};
    for (size_t i = 0; i < 4; i++) {
      const Factor factor = factors(shape)[i];
      pack(unit, {weights[i], factor.columns, 1}, factor.depth, factor.columns, at);
      at += packed_bytes(unit, factor.depth, factor.columns);
    }
  }
}

void run_core(const MatrixUnit& unit, const CoreShape& shape, const CoreDepth& depth, const CoreRun& run) {
  Core core(unit, shape, run);
  if (depth.plain) return core.apply(run.x, nullptr, run.y);
  const int64_t size = shape.batch * shape.positions * shape.width;
  const std::unique_ptr<float[]> injected(new float[static_cast<size_t>(size)]);
  for (int64_t i = 0; i < depth.recursions; i++) {
    std::transform(run.y, run.y + size, run.x, injected.get(), [](float y, float x) { return y + x; });
    for (int64_t n = 0; n < depth.latent_updates; n++) core.apply(run.z, injected.get(), run.z);
    core.apply(run.y, run.z, run.y);
  }
}

}  // namespace trm
