// bfloat16: the upper half of a float32. 8 bits of exponent, 8 of precision (one of them implied). The functions are static:
// files compiled for different instruction sets must not share one copy of them.
#pragma once
#include <cstdint>
#include <cstring>

namespace trm {

/** Nearest bf16, ties to even; what is no number stays none, what is too large becomes infinite. */
static inline uint16_t to_bf16(float value) {
  uint32_t bits;
  memcpy(&bits, &value, sizeof bits);
  if ((bits & 0x7fffffffu) > 0x7f800000u) return static_cast<uint16_t>((bits >> 16) | 0x40);
  return static_cast<uint16_t>((bits + 0x7fffu + ((bits >> 16) & 1)) >> 16);
}

static inline float from_bf16(uint16_t half) {
  const uint32_t bits = static_cast<uint32_t>(half) << 16;
  float value;
  memcpy(&value, &bits, sizeof value);
  return value;
}

}  // namespace trm
