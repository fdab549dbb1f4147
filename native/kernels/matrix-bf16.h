// Panels of bf16 values, in the one order that both kinds of bf16 units read: blocks of 16 lanes by 32 elements of depth,
// one kilobyte each. In a block of A a row's 32 elements are neighbours; in one of B pairs of the depth are:
// `[16 pairs][16 columns][2]`. A panel is `[depth / 32][2 blocks]`: 32 lanes.
#pragma once
#include "bf16.h"
#include "matrix-unit.h"

namespace trm {

constexpr int kBlockLanes = 16;
constexpr int kBlockDepth = 32;
constexpr int kPanelLanes = 2 * kBlockLanes;
constexpr int64_t kBlockSize = kBlockLanes * kBlockDepth;
/** Two panels of 32 x 512 are 64 KiB: they stay in the second cache, from which tiles are loaded. */
constexpr int64_t kBf16Depth = 512;

/** @param Place where element (lane, k) of a block goes. */
template <int64_t (*Place)(int64_t lane, int64_t k)>
inline void pack_bf16(const Strip& strip, void* panel) {
  uint16_t* out = static_cast<uint16_t*>(panel);
  for (int64_t from = 0; from < strip.depth; from += kBlockDepth)
    for (int half = 0; half < 2; half++, out += kBlockSize) {
      const int64_t first = half * kBlockLanes;
      const int64_t lanes = strip.lanes - first < kBlockLanes ? strip.lanes - first : kBlockLanes;
      const int64_t depth = strip.depth - from < kBlockDepth ? strip.depth - from : kBlockDepth;
      if (lanes < kBlockLanes || depth < kBlockDepth) memset(out, 0, sizeof(uint16_t) * kBlockSize);
      const float* at = strip.at + first * strip.lane_step + from * strip.depth_step;
      if (strip.lane_step == 1)
        for (int64_t k = 0; k < depth; k++)
          for (int64_t i = 0; i < lanes; i++) out[Place(i, k)] = to_bf16(at[i + k * strip.depth_step]);
      else
        for (int64_t i = 0; i < lanes; i++)
          for (int64_t k = 0; k < depth; k++)
            out[Place(i, k)] = to_bf16(at[i * strip.lane_step + k * strip.depth_step]);
    }
}

inline int64_t place_a(int64_t row, int64_t k) { return row * kBlockDepth + k; }
inline int64_t place_b(int64_t column, int64_t k) { return (k / 2 * kBlockLanes + column) * 2 + k % 2; }

/** Adds or copies a whole tile of sums to a C that it overhangs. */
inline void put_some(const float* sums, const Tile& c, bool add) {
  for (int64_t i = 0; i < c.rows; i++)
    for (int64_t j = 0; j < c.columns; j++) {
      float& to = c.at[i * c.row + j];
      to = add ? to + sums[i * kPanelLanes + j] : sums[i * kPanelLanes + j];
    }
}

}  // namespace trm
