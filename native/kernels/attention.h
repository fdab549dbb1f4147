// softmax(q k^T / 8) v for one (batch row, head) at a time, rotary positions included: everything between the two
// matrix products of an attention layer, without a transposed or masked copy of anything in memory.
#pragma once
#include <cmath>
#include "gemm.h"
#include "numeric.h"

namespace trm {
namespace TRM_ISA {

constexpr int kHalf = kHead / 2;
constexpr float kScale = 0.125f;

inline int64_t padded(int64_t n) { return (n + kLanes - 1) / kLanes * kLanes; }

/** Rotates a head's row: [x1 c - x2 s | x2 c + x1 s], times `scale`. */
inline void rotate(const float* x, const float* angle, float scale, float* y) {
  for (int i = 0; i < kHalf; i += kLanes) {
    const Vec c = load(angle + i) * scale, s = load(angle + kHalf + i) * scale;
    const Vec a = load(x + i), b = load(x + kHalf + i);
    store(y + i, a * c - b * s);
    store(y + kHalf + i, b * c + a * s);
  }
}

/** The gradient of `rotate`. */
inline void rotate_back(const float* dy, const float* angle, float scale, float* dx) {
  for (int i = 0; i < kHalf; i += kLanes) {
    const Vec c = load(angle + i) * scale, s = load(angle + kHalf + i) * scale;
    const Vec a = load(dy + i), b = load(dy + kHalf + i);
    store(dx + i, a * c + b * s);
    store(dx + kHalf + i, b * c - a * s);
  }
}

/** `[n, 64]` rows of stride `row` to `[64, pad]`, zero behind n. */
inline void transpose(const float* x, int64_t row, int64_t n, int64_t pad, float* out) {
  for (int64_t j = 0; j < n; j++)
    for (int i = 0; i < kHead; i++) out[i * pad + j] = x[j * row + i];
  if (n < pad)
    for (int i = 0; i < kHead; i++) memset(out + i * pad + n, 0, sizeof(float) * static_cast<size_t>(pad - n));
}

/** Places of one head in the scratch memory. */
struct Scratch {
  float *q, *k, *turned, *scores, *slopes, *grad;
  static int64_t size(int64_t n) {
    const int64_t pad = padded(n);
    return 4 * n * kHead + kHead * pad + 2 * n * pad;
  }
  Scratch(float* at, int64_t n) {
    const int64_t pad = padded(n);
    q = at;
    k = q + n * kHead;
    turned = k + n * kHead;
    scores = turned + kHead * pad;
    slopes = scores + n * pad;
    grad = slopes + n * pad;
  }
};

/** One unit of the task, with its addresses. */
struct Unit {
  const Attention& task;
  int64_t n, keys, pad, qkv_row, out_row;
  const float *q, *k, *v;
  float* out;
  float* logs;
  const float* d_out;
  float* d_q;
  Unit(const Attention& t, int64_t unit) : task(t), n(t.positions) {
    const int64_t batch = unit / t.heads, head = unit % t.heads;
    const int64_t width = t.heads * kHead;
    keys = t.counts[batch];
    pad = padded(keys);
    qkv_row = 3 * width;
    out_row = width;
    const int64_t at = batch * n * qkv_row + head * kHead;
    q = t.qkv + at;
    k = q + width;
    v = k + width;
    const int64_t out_at = batch * n * out_row + head * kHead;
    out = t.out + out_at;
    d_out = t.d_out + out_at;
    d_q = t.d_qkv + at;
    logs = t.logs + unit * n;
  }
};

/** Rotated queries and keys, and the scores `[n, pad]`. */
inline void score(const Unit& u, const Scratch& s) {
  for (int64_t i = 0; i < u.n; i++) rotate(u.q + i * u.qkv_row, u.task.angles + i * kHead, kScale, s.q + i * kHead);
  for (int64_t j = 0; j < u.keys; j++) rotate(u.k + j * u.qkv_row, u.task.angles + j * kHead, 1, s.k + j * kHead);
  transpose(s.k, kHead, u.keys, u.pad, s.turned);
  multiply(u.n, u.pad, kHead, s.q, kHead, 1, s.turned, u.pad, s.scores, u.pad);
}

inline void attention_unit(const Unit& u, const Scratch& s) {
  score(u, s);
  for (int64_t i = 0; i < u.n; i++) {
    float* row = s.scores + i * u.pad;
    Vec top = all(-INFINITY);
    for (int64_t j = 0; j < u.keys; j += kLanes) top = larger(top, load_some(row + j, u.keys - j, -INFINITY));
    const float most = max(top);
    Vec total{};
    for (int64_t j = 0; j < u.keys; j += kLanes) {
      const Vec p = exp(load_some(row + j, u.keys - j, -INFINITY) - most);
      const int64_t left = u.keys - j;
      if (left >= kLanes) {
        store(row + j, p);
        total += p;
      } else {
        store_some(row + j, p, left);
        total += load_some(row + j, left);
      }
    }
    u.logs[i] = most + std::log(sum(total));
    const float inverse = 1 / sum(total);
    for (int64_t j = 0; j < u.pad; j += kLanes) store(row + j, load(row + j) * inverse);
  }
  multiply(u.n, kHead, u.keys, s.scores, u.pad, 1, u.v, u.qkv_row, u.out, u.out_row);
}

inline void attention_grad_unit(const Unit& u, const Scratch& s) {
  score(u, s);
  transpose(u.v, u.qkv_row, u.keys, u.pad, s.turned);
  multiply(u.n, u.pad, kHead, u.d_out, u.out_row, 1, s.turned, u.pad, s.slopes, u.pad);
  for (int64_t i = 0; i < u.n; i++) {
    float *p = s.scores + i * u.pad, *d = s.slopes + i * u.pad;
    Vec product{};
    for (int j = 0; j < kHead; j += kLanes)
      product += load(u.out + i * u.out_row + j) * load(u.d_out + i * u.out_row + j);
    const float mean = sum(product), log = u.logs[i];
    // Behind the last key both factors of a product are read, but never stored: they may hold anything finite.
    for (int64_t j = 0; j < u.pad; j += kLanes) {
      const Vec probability = exp(load(p + j) - log);
      store(p + j, probability);
      store(d + j, probability * (load(d + j) - mean));
    }
  }
  const int64_t width = u.out_row;
  float *d_k = u.d_q + width, *d_v = d_k + width;
  multiply(u.keys, kHead, u.n, s.scores, 1, u.pad, u.d_out, u.out_row, d_v, u.qkv_row);
  multiply(u.n, kHead, u.keys, s.slopes, u.pad, 1, s.k, kHead, s.grad, kHead);
  for (int64_t i = 0; i < u.n; i++)
    rotate_back(s.grad + i * kHead, u.task.angles + i * kHead, kScale, u.d_q + i * u.qkv_row);
  multiply(u.keys, kHead, u.n, s.slopes, 1, u.pad, s.q, kHead, s.grad, kHead);
  for (int64_t j = 0; j < u.keys; j++)
    rotate_back(s.grad + j * kHead, u.task.angles + j * kHead, 1, d_k + j * u.qkv_row);
  for (int64_t j = u.keys; j < u.n; j++) {
    memset(d_k + j * u.qkv_row, 0, sizeof(float) * kHead);
    memset(d_v + j * u.qkv_row, 0, sizeof(float) * kHead);
  }
}

}  // namespace TRM_ISA
}  // namespace trm
