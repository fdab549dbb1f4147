// The numeric kernels by instruction set. All arrays are dense float32, row by row; every function works on the units
// (rows, heads, blocks) [from, to) only, so that threads share the work without touching each other's output, and
// what a unit computes does not depend on which thread computes it.
#pragma once
#include <cstdint>

namespace trm {

/** Width of an attention head. */
constexpr int kHead = 64;

/** What attention reads and writes. B batch, N positions, H heads, D = 64 H. */
struct Attention {
  int64_t positions;
  int64_t heads;
  /** `[B * N, 3D]`: queries, keys, values. */
  const float* qkv;
  /** `[N, 64]`: 32 cosines, 32 sines. */
  const float* angles;
  /** `[B]` positions that may be attended to: the first ones. */
  const int32_t* counts;
  /** `[B * N, D]` and `[B * H * N]`: mixed values, log of each row's softmax sum. */
  float* out;
  float* logs;
  /** Backward only: gradients of `out` and of `qkv`. */
  const float* d_out;
  float* d_qkv;
};

/** Factors of one optimizer update, see src/training/optimization/optimizer.ts. */
struct Update {
  float keep_m, take_m, keep_v, take_v, root, epsilon, keep, rate, ema;
  bool atan2;
};

/** State of the optimizer before and after. */
struct Trained {
  const float *weights, *ema, *m, *v, *gradient;
  float *new_weights, *new_ema, *new_m, *new_v;
};

struct Kernels {
  const char* isa;
  /** y = (h + d) r, r = 1 / sqrt(mean((h + d)^2) + 1e-5); d may be null. Rows of `width`. */
  void (*rms)(const float* h, const float* d, float* y, float* r, int64_t width, int64_t from, int64_t to);
  /** dx = r (dy - y mean(dy y)). */
  void (*rms_grad)(const float* dy, const float* y, const float* r, float* dx, int64_t width, int64_t from, int64_t to);
  /** a = silu(g) u of rows [g | u], each half `inner` wide. */
  void (*gate)(const float* gu, float* a, int64_t inner, int64_t from, int64_t to);
  /** Gradient [dg | du] of rows, and `a` once more. */
  void (*gate_grad)(const float* gu, const float* da, float* dgu, float* a, int64_t inner, int64_t from, int64_t to);
  /** Units are (batch row, head) pairs. `scratch` holds attention_scratch floats. */
  void (*attention)(const Attention& task, float* scratch, int64_t from, int64_t to);
  void (*attention_grad)(const Attention& task, float* scratch, int64_t from, int64_t to);
  int64_t (*attention_scratch)(int64_t positions);
  /** Units are values. */
  void (*update)(const Trained& state, const Update& by, int64_t from, int64_t to);
  /** log(sum(exp(x))) of rows. */
  void (*log_sum_exp)(const float* x, float* out, int64_t width, int64_t from, int64_t to);
  /**
   * The `most` greatest values of rows and their places, greatest first and of equals the first (`[rows, most]` each), and
   * log(sum(exp(x))).
   */
  void (*row_tops)(const float* x, int64_t width, int64_t most, float* values, float* places, float* logs, int64_t from,
                   int64_t to);
  /** dx = exp(x - log) dy. */
  void (*softmax_grad)(const float* x, const float* logs, const float* dy, float* dx, int64_t width, int64_t from,
                       int64_t to);
  /** to += factor from, n values. */
  void (*add_scaled)(float* to, const float* from, float factor, int64_t n);
  /** Sum of n squares. */
  double (*squares)(const float* x, int64_t n);
};

extern const Kernels kernels_base;
#if defined(__x86_64__)
extern const Kernels kernels_avx2;
extern const Kernels kernels_avx512;
#endif

}  // namespace trm
