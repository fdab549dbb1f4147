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

/** Sixteen float32, or what they are rounded to in the lower halves of as many words. */
typedef uint32_t Words __attribute__((vector_size(4 * kBlockLanes)));

/** to_bf16 of sixteen values in a row. */
static inline Words narrow(const float* at) {
  Words bits;
  memcpy(&bits, at, sizeof bits);
  const Words nearest = (bits + 0x7fff + ((bits >> 16) & 1)) >> 16;
  const Words none = (Words)((bits & 0x7fffffff) > 0x7f800000);
  return (none & ((bits >> 16) | 0x40)) | (~none & nearest);
}

/** A block of A, `[16 rows][32]`, or of B, `[16 pairs][16 columns][2]`: where element (lane, k) goes. */
enum class Side { kA, kB };
template <Side S>
static inline int64_t place(int64_t lane, int64_t k) {
  return S == Side::kA ? lane * kBlockDepth + k : (k / 2 * kBlockLanes + lane) * 2 + k % 2;
}

/** A whole block whose depth is contiguous: a lane's 32 elements are 16 pairs. */
template <Side S>
static inline void pack_lanes(const float* at, int64_t lane_step, uint16_t* out) {
  typedef uint16_t Halves __attribute__((vector_size(2 * kBlockLanes)));
  for (int64_t lane = 0; lane < kBlockLanes; lane++) {
    const float* from = at + lane * lane_step;
    const Halves halves[2] = {__builtin_convertvector(narrow(from), Halves),
                              __builtin_convertvector(narrow(from + kBlockLanes), Halves)};
    if (S == Side::kA) {
      memcpy(out + lane * kBlockDepth, halves, sizeof halves);
    } else {
      uint32_t pairs[kBlockDepth / 2];
      memcpy(pairs, halves, sizeof pairs);
      for (int pair = 0; pair < kBlockDepth / 2; pair++)
        memcpy(out + place<S>(lane, 2 * pair), pairs + pair, sizeof pairs[0]);
    }
  }
}

/** A whole block whose lanes are contiguous: two lines of it are sixteen lanes' pairs. */
template <Side S>
static inline void pack_lines(const float* at, int64_t depth_step, uint16_t* out) {
  for (int64_t k = 0; k < kBlockDepth; k += 2) {
    const Words pairs = narrow(at + k * depth_step) | (narrow(at + (k + 1) * depth_step) << 16);
    if (S == Side::kB)
      memcpy(out + place<S>(0, k), &pairs, sizeof pairs);
    else
      for (int64_t lane = 0; lane < kBlockLanes; lane++) {
        const uint32_t pair = pairs[lane];
        memcpy(out + place<S>(lane, k), &pair, sizeof pair);
      }
  }
}

template <Side S>
static inline void pack_bf16(const Strip& strip, void* panel) {
  uint16_t* out = static_cast<uint16_t*>(panel);
  for (int64_t from = 0; from < strip.depth; from += kBlockDepth)
    for (int half = 0; half < 2; half++, out += kBlockSize) {
      const int64_t first = half * kBlockLanes;
      const int64_t lanes = strip.lanes - first < kBlockLanes ? strip.lanes - first : kBlockLanes;
      const int64_t depth = strip.depth - from < kBlockDepth ? strip.depth - from : kBlockDepth;
      const float* at = strip.at + first * strip.lane_step + from * strip.depth_step;
      const bool whole = lanes == kBlockLanes && depth == kBlockDepth;
      if (whole && strip.depth_step == 1) {
        pack_lanes<S>(at, strip.lane_step, out);
      } else if (whole && strip.lane_step == 1) {
        pack_lines<S>(at, strip.depth_step, out);
      } else {
        memset(out, 0, sizeof(uint16_t) * kBlockSize);
        for (int64_t i = 0; i < lanes; i++)
          for (int64_t k = 0; k < depth; k++)
            out[place<S>(i, k)] = to_bf16(at[i * strip.lane_step + k * strip.depth_step]);
      }
    }
}

/** A unit of these panels; `multiply`, `begin` and `end` are its instructions'. */
static inline constexpr MatrixUnit bf16_unit(const char* name, decltype(MatrixUnit::multiply) multiply,
                                             decltype(MatrixUnit::begin) begin, decltype(MatrixUnit::end) end) {
  return {name,       kPanelLanes, kPanelLanes, kBlockDepth, kBf16Depth, sizeof(uint16_t), 0, pack_bf16<Side::kA>,
          pack_bf16<Side::kB>, multiply,    begin,       end};
}

/** Adds or copies a whole tile of sums to a C that it overhangs. */
static inline void put_some(const float* sums, const Tile& c, bool add) {
  for (int64_t i = 0; i < c.rows; i++)
    for (int64_t j = 0; j < c.columns; j++) {
      float& to = c.at[i * c.row + j];
      to = add ? to + sums[i * kPanelLanes + j] : sums[i * kPanelLanes + j];
    }
}

}  // namespace trm
