// The core network with all its recursions in one go, without gradient: what inference runs of src/trm/core.ts.
#pragma once
#include <vector>

#include "numeric.h"
#include "product.h"

namespace trm {

/** Sizes of the core. B rows of N positions, D wide; SwiGLU is I wide. */
struct CoreShape {
  int64_t batch, positions, width, inner;
  int layers;
};

/** Weights of a layer, row by row: qkv `[D, 3D]`, o `[D, D]`, gate_up `[D, 2I]`, down `[I, D]`. */
struct LayerWeights {
  const float *qkv, *o, *gate_up, *down;
};

/** How often the network runs. A plain core runs once, over x. */
struct CoreDepth {
  int64_t recursions, latent_updates;
  bool plain;
};

/** Bytes of the packed weights of all layers. */
int64_t packed_core_bytes(const MatrixUnit& unit, const CoreShape& shape);

/** Packs the weights for {@link run_core}. */
void pack_core(const MatrixUnit& unit, const CoreShape& shape, const std::vector<LayerWeights>& layers, void* to);

/** What a run reads and writes; `[B * N, D]` each, but for angles `[N, 64]` and counts `[B]` (see Attention). */
struct CoreRun {
  const void* packed;
  const float *x, *angles;
  const int32_t* counts;
  /** The state, before and after. */
  float *y, *z;
};

/** `recursions` times: n times z <- f(z + (y + x)), then y <- f(y + z). src/trm/core.ts composes the same of single ops. */
void run_core(const MatrixUnit& unit, const CoreShape& shape, const CoreDepth& depth, const CoreRun& run);

}  // namespace trm
