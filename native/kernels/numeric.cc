// Compiled once for each instruction set: TRM_ISA names it, TRM_LANES is its vector width. See numeric.h.
#include "numeric.h"
#include <cmath>
#include "attention.h"
#include "gemm.h"
#include "simd.h"

namespace trm {
namespace TRM_ISA {
namespace {

constexpr float kRmsEpsilon = 1e-5f;

void rms(const float* h, const float* d, float* y, float* r, int64_t width, int64_t from, int64_t to) {
  for (int64_t row = from; row < to; row++) {
    const float* a = h + row * width;
    const float* b = d ? d + row * width : nullptr;
    float* out = y + row * width;
    Vec squares{};
    for (int64_t i = 0; i < width; i += kLanes) {
      Vec x = load_some(a + i, width - i);
      if (b) x += load_some(b + i, width - i);
      store_some(out + i, x, width - i);
      squares += x * x;
    }
    const float inverse = 1 / std::sqrt(sum(squares) / static_cast<float>(width) + kRmsEpsilon);
    for (int64_t i = 0; i < width; i += kLanes)
      store_some(out + i, load_some(out + i, width - i) * inverse, width - i);
    r[row] = inverse;
  }
}

void rms_grad(const float* dy, const float* y, const float* r, float* dx, int64_t width, int64_t from, int64_t to) {
  for (int64_t row = from; row < to; row++) {
    const float *a = dy + row * width, *b = y + row * width;
    float* out = dx + row * width;
    Vec product{};
    for (int64_t i = 0; i < width; i += kLanes) product += load_some(a + i, width - i) * load_some(b + i, width - i);
    const float mean = sum(product) / static_cast<float>(width), inverse = r[row];
    for (int64_t i = 0; i < width; i += kLanes)
      store_some(out + i, (load_some(a + i, width - i) - load_some(b + i, width - i) * mean) * inverse, width - i);
  }
}

void gate(const float* gu, float* a, int64_t inner, int64_t from, int64_t to) {
  for (int64_t row = from; row < to; row++) {
    const float *g = gu + row * 2 * inner, *u = g + inner;
    float* out = a + row * inner;
    for (int64_t i = 0; i < inner; i += kLanes) {
      const int64_t left = inner - i;
      const Vec x = load_some(g + i, left);
      store_some(out + i, x / (exp(-x) + 1.0f) * load_some(u + i, left), left);
    }
  }
}

void gate_grad(const float* gu, const float* da, float* dgu, float* a, int64_t inner, int64_t from, int64_t to) {
  for (int64_t row = from; row < to; row++) {
    const float *g = gu + row * 2 * inner, *u = g + inner, *d = da + row * inner;
    float *dg = dgu + row * 2 * inner, *du = dg + inner, *out = a + row * inner;
    for (int64_t i = 0; i < inner; i += kLanes) {
      const int64_t left = inner - i;
      const Vec x = load_some(g + i, left), up = load_some(u + i, left), slope = load_some(d + i, left);
      const Vec sigmoid = 1.0f / (exp(-x) + 1.0f);
      const Vec silu = x * sigmoid;
      store_some(out + i, silu * up, left);
      store_some(du + i, slope * silu, left);
      store_some(dg + i, slope * up * (sigmoid + silu - silu * sigmoid), left);
    }
  }
}

void attention(const Attention& task, float* scratch, int64_t from, int64_t to) {
  const Scratch s(scratch, task.positions);
  for (int64_t unit = from; unit < to; unit++) attention_unit(Unit(task, unit), s);
}

void attention_grad(const Attention& task, float* scratch, int64_t from, int64_t to) {
  const Scratch s(scratch, task.positions);
  for (int64_t unit = from; unit < to; unit++) attention_grad_unit(Unit(task, unit), s);
}

template <bool Atan2>
void update_as(const Trained& s, const Update& by, int64_t from, int64_t to) {
  for (int64_t i = from; i < to; i += kLanes) {
    const int64_t left = to - i;
    const Vec g = load_some(s.gradient + i, left);
    const Vec m = load_some(s.m + i, left) * by.keep_m + g * by.take_m;
    const Vec v = load_some(s.v + i, left) * by.keep_v + g * g * by.take_v;
    const Vec length = root(v) * by.root;
    const Vec step = Atan2 ? atan2_right(m, length) : m / (length + by.epsilon);
    const Vec w = load_some(s.weights + i, left) * by.keep - step * by.rate;
    store_some(s.new_m + i, m, left);
    store_some(s.new_v + i, v, left);
    store_some(s.new_weights + i, w, left);
    store_some(s.new_ema + i, load_some(s.ema + i, left) * by.ema + w * (1 - by.ema), left);
  }
}

void update(const Trained& s, const Update& by, int64_t from, int64_t to) {
  if (by.atan2)
    update_as<true>(s, by, from, to);
  else
    update_as<false>(s, by, from, to);
}

void log_sum_exp(const float* x, float* out, int64_t width, int64_t from, int64_t to) {
  for (int64_t row = from; row < to; row++) {
    const float* a = x + row * width;
    Vec top = all(-INFINITY);
    for (int64_t i = 0; i < width; i += kLanes) top = larger(top, load_some(a + i, width - i, -INFINITY));
    const float most = max(top);
    Vec total{};
    int64_t i = 0;
    for (; i + kLanes <= width; i += kLanes) total += exp(load(a + i) - most);
    float rest = 0;
    for (; i < width; i++) rest += std::exp(a[i] - most);
    out[row] = most + std::log(sum(total) + rest);
  }
}

/** Puts a value among the greatest so far; of equals the first stays in front. */
void insert_top(float value, int64_t place, int64_t most, float* values, float* places) {
  int64_t at = most - 1;
  for (; at > 0 && values[at - 1] < value; at--) {
    values[at] = values[at - 1];
    places[at] = places[at - 1];
  }
  values[at] = value;
  places[at] = static_cast<float>(place);
}

void row_tops(const float* x, int64_t width, int64_t most, float* values, float* places, float* logs, int64_t from,
              int64_t to) {
  log_sum_exp(x, logs, width, from, to);
  for (int64_t row = from; row < to; row++) {
    const float* a = x + row * width;
    float *top = values + row * most, *at = places + row * most;
    for (int64_t k = 0; k < most; k++) top[k] = -INFINITY, at[k] = 0;
    for (int64_t i = 0; i < width; i += kLanes) {
      if (max(load_some(a + i, width - i, -INFINITY)) <= top[most - 1]) continue;
      for (int64_t j = i; j < width && j < i + kLanes; j++)
        if (a[j] > top[most - 1]) insert_top(a[j], j, most, top, at);
    }
  }
}

void softmax_grad(const float* x, const float* logs, const float* dy, float* dx, int64_t width, int64_t from,
                  int64_t to) {
  for (int64_t row = from; row < to; row++) {
    const float* a = x + row * width;
    float* out = dx + row * width;
    const float log = logs[row], factor = dy[row];
    for (int64_t i = 0; i < width; i += kLanes)
      store_some(out + i, exp(load_some(a + i, width - i) - log) * factor, width - i);
  }
}

void add_scaled(float* to, const float* from, float factor, int64_t n) {
  for (int64_t i = 0; i < n; i += kLanes)
    store_some(to + i, load_some(to + i, n - i) + load_some(from + i, n - i) * factor, n - i);
}

double squares(const float* x, int64_t n) {
  double total = 0;
  // Sums of single precision are short, so that millions of small squares do not get lost.
  for (int64_t begin = 0; begin < n; begin += 4096) {
    const int64_t end = begin + 4096 < n ? begin + 4096 : n;
    Vec part{};
    for (int64_t i = begin; i < end; i += kLanes) {
      const Vec value = load_some(x + i, end - i);
      part += value * value;
    }
    total += sum(part);
  }
  return total;
}

}  // namespace
}  // namespace TRM_ISA

#define TRM_JOIN(a, b) a##b
#define TRM_TABLE(isa) TRM_JOIN(kernels_, isa)
#define TRM_TEXT(isa) #isa
#define TRM_NAME(isa) TRM_TEXT(isa)
extern const Kernels TRM_TABLE(TRM_ISA) = {
    TRM_NAME(TRM_ISA),
    TRM_ISA::rms,
    TRM_ISA::rms_grad,
    TRM_ISA::gate,
    TRM_ISA::gate_grad,
    TRM_ISA::attention,
    TRM_ISA::attention_grad,
    TRM_ISA::Scratch::size,
    TRM_ISA::update,
    TRM_ISA::log_sum_exp,
    TRM_ISA::row_tops,
    TRM_ISA::softmax_grad,
    TRM_ISA::add_scaled,
    TRM_ISA::squares,
};

}  // namespace trm
