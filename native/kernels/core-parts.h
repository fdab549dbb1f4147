// What passes of the core forward and backward are made of.
#pragma once
#include <algorithm>
#include <array>

#include "core.h"
#include "shares.h"

namespace trm {

/** Sizes of a packed weight. */
struct Factor {
  int64_t depth, columns;
};

/** A layer's four weights, in the order in which they are packed: qkv, o, gate_up, down. */
inline std::array<Factor, 4> factors(const CoreShape& s, Direction direction) {
  std::array<Factor, 4> all = {
      {{s.width, 3 * s.width}, {s.width, s.width}, {s.width, 2 * s.inner}, {s.inner, s.width}}};
  if (direction == Direction::kBackward)
    for (Factor& factor : all) std::swap(factor.depth, factor.columns);
  return all;
}

/** Where each packed weight of a core lies. */
class PackedWeights {
 public:
  PackedWeights(const MatrixUnit& unit, const CoreShape& shape, Direction direction)
      : factors_(factors(shape, direction)) {
    for (size_t i = 0; i < 4; i++) offsets_[i + 1] = offsets_[i] + packed_bytes(unit, factors_[i].depth, factors_[i].columns);
  }
  int64_t layer_bytes() const { return offsets_[4]; }
  const Factor& factor(size_t i) const { return factors_[i]; }
  int64_t offset(int layer, size_t i) const { return layer * layer_bytes() + offsets_[i]; }

 private:
  std::array<Factor, 4> factors_;
  std::array<int64_t, 5> offsets_{};
};

/** Widest product of a layer: qkv, or gate and up. */
inline int64_t widest(const CoreShape& s) { return std::max(3 * s.width, 2 * s.inner); }

/** The parts of an attention task that every pass has. */
inline Attention attention_task(const CoreShape& shape, const float* angles, const int32_t* counts, const LayerTape& tape) {
  Attention task{};
  task.positions = shape.positions;
  task.heads = shape.width / kHead;
  task.qkv = tape.qkv;
  task.angles = angles;
  task.counts = counts;
  task.out = tape.mixed;
  task.logs = tape.logs;
  return task;
}

}  // namespace trm
