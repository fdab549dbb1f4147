// The core network with its recursions in one go: without gradient for inference, on a tape for training. src/trm/core.ts
// composes the same of single ops.
#pragma once
#include <vector>

#include "numeric.h"
#include "product.h"

namespace trm {

/** Sizes of the core. B rows of N positions, D wide; SwiGLU is I wide. */
struct CoreShape {
  int64_t batch, positions, width, inner;
  int layers;

  int64_t rows() const { return batch * positions; }
  /** Floats of a state `[B * N, D]`. */
  int64_t state() const { return rows() * width; }
};

/** Weights of a layer, row by row: qkv `[D, 3D]`, o `[D, D]`, gate_up `[D, 2I]`, down `[I, D]`. */
struct LayerWeights {
  const float *qkv, *o, *gate_up, *down;
};

/** How often the network runs. A plain core runs once, over x. */
struct CoreDepth {
  int64_t recursions, latent_updates;
  bool plain;

  /** Applications of the network in one recursion. */
  int64_t passes() const { return plain ? 1 : latent_updates + 1; }
};

/** Which way a layer's packed weights multiply: `[in, out]`, or transposed for the gradient of the input. */
enum class Direction { kForward, kBackward };

/** Bytes of the packed weights of all layers, the same in both directions but for padding. */
int64_t packed_core_bytes(const MatrixUnit& unit, const CoreShape& shape, Direction direction = Direction::kForward);

/** Packs the weights of all layers. */
void pack_core(const MatrixUnit& unit, const CoreShape& shape, const std::vector<LayerWeights>& layers, void* to,
               Direction direction = Direction::kForward);

/** What every run of a core reads; see Attention. */
struct CoreInputs {
  /** Of `pack_core`, forward. */
  const void* packed;
  /** `[B * N, D]`, `[N, 64]`. */
  const float *x, *angles;
  /** `[B]`. */
  const int32_t* counts;
};

/**
 * `recursions` times: n times z <- f(z + (y + x)), then y <- f(y + z). y and z `[B * N, D]` are the state, before and after.
 * A plain core: y <- f(x). With a tape the last recursion is written down for core_gradient.
 * @param tape null, or tape_floats(...) floats
 */
void run_core(const MatrixUnit& unit, const CoreShape& shape, const CoreDepth& depth, const CoreInputs& inputs, float* y,
              float* z, float* tape = nullptr);

/** What a layer leaves on the tape of one pass, row by row. */
struct LayerTape {
  /** `[B * N, D]` what it was given; after attention. */
  float *in, *middle;
  /** `[B * N, 3D]`, `[B * N, D]`, `[B * N, 2I]`. */
  float *qkv, *mixed, *gate_up;
  /** `[B * H * N]` of the softmax; `[B * N]` inverse roots of both norms. */
  float *logs, *middle_inverse, *out_inverse;
  /** `[B * N, D]` what it gave: the next layer's `in`. */
  float* out;
};

/** Floats of the tape of one recursion. */
int64_t tape_floats(const CoreShape& shape, const CoreDepth& depth);

/** A layer's part of the tape. */
LayerTape layer_tape(float* tape, const CoreShape& shape, int64_t pass, int layer);

/** Gradients of a layer's weights, shaped like them. */
struct LayerGradients {
  float *qkv, *o, *gate_up, *down;
};

/** What core_gradient reads beside the sizes. */
struct CoreGradientInputs {
  /** Gradient of y after the recursion `[B * N, D]`; z's is taken to be none. */
  const float* dy;
  /** Of run_core. */
  const float* tape;
  const float* angles;
  const int32_t* counts;
  /** Of `pack_core`, backward. */
  const void* packed;
};

/** Gradients of x `[B * N, D]` and of all weights, through one taped recursion; the state before it counts as given. */
void core_gradient(const MatrixUnit& unit, const CoreShape& shape, const CoreDepth& depth, const CoreGradientInputs& inputs,
                   float* dx, const std::vector<LayerGradients>& gradients);

}  // namespace trm
