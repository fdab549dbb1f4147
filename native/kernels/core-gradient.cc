// The backward pass of the core: for each half h' = rms(h + branch(h)), from the last to the first.
#include "blocks.h"
#include "core-parts.h"

namespace trm {
namespace {

/** Walks back over the taped passes; `d_` is the gradient of what the network gave, then of what it was given. */
class Backward {
 public:
  Backward(const MatrixUnit& unit, const CoreShape& shape, const CoreGradientInputs& inputs,
           const std::vector<LayerGradients>& gradients)
      : unit_(unit),
        shape_(shape),
        inputs_(inputs),
        gradients_(gradients),
        weights_(unit, shape, Direction::kBackward),
        rows_(shape.rows()),
        memory_(rows_ * (2 * shape.width + widest(shape) + narrow(shape) + shape.inner)) {
    d_ = memory_.get();
    sum_ = d_ + shape.state();
    wide_ = sum_ + shape.state();
    narrow_ = wide_ + rows_ * widest(shape);
    gated_ = narrow_ + rows_ * narrow(shape);
    std::copy_n(inputs.dy, shape.state(), d_);
  }

  /** Through one pass. @param first whether its weights' gradients are the first ones, or are added */
  void pass(int64_t pass, bool first) {
    for (int layer = shape_.layers - 1; layer >= 0; layer--) {
      // Nothing is written to it.
      const LayerTape at = layer_tape(const_cast<float*>(inputs_.tape), shape_, pass, layer);
      transform(layer, at, first);
      attend(layer, at, first);
    }
  }

  const float* gradient() const { return d_; }

 private:
  static int64_t narrow(const CoreShape& s) { return std::max(s.width, s.inner); }

  /** out = rms(middle + down(gate(gate_up(middle)))). */
  void transform(int layer, const LayerTape& at, bool first) {
    const LayerGradients& to = gradients_[static_cast<size_t>(layer)];
    const int64_t d = shape_.width, inner = shape_.inner;
    norm(at.out, at.out_inverse);
    input_gradient(sum_, layer, 3, nullptr, narrow_);
    each_row(rows_, inner,
             [&](int64_t from, int64_t end) { kernels().gate_grad(at.gate_up, narrow_, wide_, gated_, inner, from, end); });
    weight_gradient(gated_, inner, sum_, d, first, to.down);
    weight_gradient(at.middle, d, wide_, 2 * inner, first, to.gate_up);
    input_gradient(wide_, layer, 2, sum_, d_);
  }

  /** middle = rms(in + o(attention(qkv(in)))). */
  void attend(int layer, const LayerTape& at, bool first) {
    const LayerGradients& to = gradients_[static_cast<size_t>(layer)];
    const int64_t d = shape_.width;
    norm(at.middle, at.middle_inverse);
    weight_gradient(at.mixed, d, sum_, d, first, to.o);
    input_gradient(sum_, layer, 1, nullptr, narrow_);
    Attention task = attention_task(shape_, inputs_.angles, inputs_.counts, at);
    task.d_out = narrow_;
    task.d_qkv = wide_;
    each_head(task, shape_.batch, kernels().attention_grad);
    weight_gradient(at.in, d, wide_, 3 * d, first, to.qkv);
    input_gradient(wide_, layer, 0, sum_, d_);
  }

  /** sum = the gradient of what the norm was given. */
  void norm(const float* y, const float* inverse) {
    each_row(rows_, shape_.width,
             [&](int64_t from, int64_t end) { kernels().rms_grad(d_, y, inverse, sum_, shape_.width, from, end); });
  }

  /** dx = dy W^T, or onto + dy W^T. */
  void input_gradient(const float* dy, int layer, size_t weight, const float* onto, float* dx) {
    const Factor& by = weights_.factor(weight);
    Product product{};
    product.rows = rows_;
    product.columns = by.columns;
    product.depth = by.depth;
    product.a = {dy, by.depth, 1};
    product.packed = static_cast<const char*>(inputs_.packed) + weights_.offset(layer, weight);
    product.onto = onto;
    product.c = dx;
    multiply(unit_, product);
  }

  /** dW = x^T dy, added to what the later passes gave. */
  void weight_gradient(const float* x, int64_t in, const float* dy, int64_t out, bool first, float* to) {
    Product product{};
    product.rows = in;
    product.columns = out;
    product.depth = rows_;
    product.a = {x, 1, in};
    product.b = {dy, out, 1};
    product.onto = first ? nullptr : to;
    product.c = to;
    multiply(unit_, product);
  }

  const MatrixUnit& unit_;
  const CoreShape& shape_;
  const CoreGradientInputs& inputs_;
  const std::vector<LayerGradients>& gradients_;
  PackedWeights weights_;
  int64_t rows_;
  Block memory_;
  float *d_, *sum_, *wide_, *narrow_, *gated_;
};

}  // namespace

void core_gradient(const MatrixUnit& unit, const CoreShape& shape, const CoreDepth& depth, const CoreGradientInputs& inputs,
                   float* dx, const std::vector<LayerGradients>& gradients) {
  Backward backward(unit, shape, inputs, gradients);
  const int64_t last = depth.passes() - 1;
  backward.pass(last, true);
  if (depth.plain) {
    std::copy_n(backward.gradient(), shape.state(), dx);
    return;
  }
  // y = f(y0 + z_n): what it was given has the gradient of z_n. z_k = f(z_k-1 + (y0 + x)): that of z_k-1, and a part of x's.
  for (int64_t pass = last - 1; pass >= 0; pass--) {
    backward.pass(pass, false);
    each_row(shape.rows(), shape.width, [&](int64_t from, int64_t to) {
      const float* d = backward.gradient();
      for (int64_t i = from * shape.width; i < to * shape.width; i++) dx[i] = pass == last - 1 ? d[i] : dx[i] + d[i];
    });
  }
}

}  // namespace trm
