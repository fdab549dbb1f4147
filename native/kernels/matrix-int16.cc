// Products of whole numbers of 16 bits, for weights that stay. Compiled once for each instruction set, as matrix-float.cc is.
//
// Each lane of a panel (a row of A, a column of B) is scaled by its largest value: x = scale q. Sums of q are exact in 32
// bits over a block of the depth, and are scaled when they are added to C. So they must fit:
//   |q of A| <= 4095, |q of B| <= 2047, |sum| <= 256 * 4095 * 2047 < 2^31.
// Activations get more steps, because their largest value is farther from the others than that of weights.
// An instruction multiplies pairs, two neighbours of the depth, and adds both products: in A `[kRows][depth]`, in B
// `[depth / 2][kColumns][2]`, and behind them the scales of the lanes. A lane that holds NaN or infinity has the scale NaN,
// which makes a whole row or column of the product NaN: what is no number cannot vanish.
#include "tile-sums.h"

#if defined(TRM_EMULATE)
#include TRM_EMULATE
#elif defined(__x86_64__)
#include <immintrin.h>
#endif

namespace trm {
namespace TRM_ISA {
namespace {

constexpr int64_t kDepth = 256;
constexpr int kLevelsA = 4095, kLevelsB = 2047;
static_assert(kDepth * kLevelsA * kLevelsB < INT32_MAX, "sums of a block fit 32 bits");

typedef int16_t Shorts __attribute__((vector_size(2 * TRM_LANES)));

template <typename To, typename From>
inline To as(const From& from) {
  static_assert(sizeof(To) == sizeof(From), "the same bits");
  To to;
  memcpy(&to, &from, sizeof to);
  return to;
}

/** sums + the products of both halves of each pair. */
inline Bits add_pairs(Bits sums, Bits a, Bits b) {
#if defined(TRM_VNNI)
  return as<Bits>(_mm512_dpwssd_epi32(as<__m512i>(sums), as<__m512i>(a), as<__m512i>(b)));
#elif TRM_LANES == 16
  return sums + as<Bits>(_mm512_madd_epi16(as<__m512i>(a), as<__m512i>(b)));
#elif TRM_LANES == 8
  return sums + as<Bits>(_mm256_madd_epi16(as<__m256i>(a), as<__m256i>(b)));
#elif defined(__x86_64__)
  return sums + as<Bits>(_mm_madd_epi16(as<__m128i>(a), as<__m128i>(b)));
#else
  return sums + (a << 16 >> 16) * (b << 16 >> 16) + (a >> 16) * (b >> 16);
#endif
}

/** How the values of a lane become whole numbers. */
struct Scale {
  /** What a whole number is multiplied by; NaN where a value is none or infinite. */
  float value;
  /** What a value is multiplied by before it is rounded. */
  float inverse;
};

/** The scale that makes `largest`, the bits of an absolute value, the last of `levels`. */
inline Scale scale_of(int32_t largest, int levels) {
  if (largest >= 0x7f800000) return {__builtin_nanf(""), 0};
  const float size = as<float>(largest), count = static_cast<float>(levels);
  // Values so small that the inverse would overflow count as zeros.
  if (size < 0x1p-100f) return {0, 0};
  return {size / count, count / size};
}

/** The order of absolute values is that of their bits, and NaN is above infinity. */
constexpr int32_t kAbsolute = 0x7fffffff;
/** Adding this rounds to a whole number, ties to even, and leaves it in the lowest bits. */
constexpr float kRound = 12582912.0f;
inline int16_t whole(float x, float inverse) { return static_cast<int16_t>(as<int32_t>(x * inverse + kRound)); }

/** Bits of the largest absolute value of a row. */
int32_t largest_of(const float* row, int64_t step, int64_t depth) {
  int32_t all[kLanes] = {};
  int64_t k = 0;
  if (step == 1) {
    Bits lanes = {};
    for (; k + kLanes <= depth; k += kLanes) {
      const Bits size = as<Bits>(load(row + k)) & kAbsolute;
      lanes = size > lanes ? size : lanes;
    }
    memcpy(all, &lanes, sizeof all);
  }
  int32_t most = 0;
  for (int32_t size : all) most = size > most ? size : most;
  for (; k < depth; k++) {
    const int32_t size = as<int32_t>(row[k * step]) & kAbsolute;
    most = size > most ? size : most;
  }
  return most;
}

void pack_a(const Strip& rows, void* panel) {
  const int64_t depth = (rows.depth + 1) / 2 * 2;
  int16_t* out = static_cast<int16_t*>(panel);
  memset(out, 0, sizeof(int16_t) * static_cast<size_t>(kRows * depth));
  float scales[kRows] = {};
  for (int64_t i = 0; i < rows.lanes; i++) {
    const float* row = rows.at + i * rows.lane_step;
    const Scale scale = scale_of(largest_of(row, rows.depth_step, rows.depth), kLevelsA);
    scales[i] = scale.value;
    int16_t* to = out + i * depth;
    int64_t k = 0;
    if (rows.depth_step == 1)
      for (; k + kLanes <= rows.depth; k += kLanes) {
        const Vec rounded = load(row + k) * scale.inverse + kRound;
        const Shorts values = __builtin_convertvector(as<Bits>(rounded), Shorts);
        memcpy(to + k, &values, sizeof values);
      }
    for (; k < rows.depth; k++) to[k] = whole(row[k * rows.depth_step], scale.inverse);
  }
  memcpy(out + kRows * depth, scales, sizeof scales);
}

void pack_b(const Strip& columns, void* panel) {
  const int64_t depth = (columns.depth + 1) / 2 * 2;
  int16_t* out = static_cast<int16_t*>(panel);
  memset(out, 0, sizeof(int16_t) * static_cast<size_t>(kColumns * depth));
  const auto at = [&](int64_t k, int64_t j) { return columns.at[j * columns.lane_step + k * columns.depth_step]; };
  int32_t largest[kColumns] = {};
  for (int64_t k = 0; k < columns.depth; k++)
    for (int64_t j = 0; j < columns.lanes; j++) {
      const int32_t size = as<int32_t>(at(k, j)) & kAbsolute;
      largest[j] = size > largest[j] ? size : largest[j];
    }
  float values[kColumns], inverses[kColumns];
  for (int j = 0; j < kColumns; j++) {
    const Scale scale = scale_of(largest[j], kLevelsB);
    values[j] = scale.value;
    inverses[j] = scale.inverse;
  }
  for (int64_t k = 0; k < columns.depth; k++)
    for (int64_t j = 0; j < columns.lanes; j++)
      out[(k / 2 * kColumns + j) * 2 + k % 2] = whole(at(k, j), inverses[j]);
  memcpy(out + kColumns * depth, values, sizeof values);
}

void multiply(int64_t depth, const void* a_panel, const void* b_panel, const Tile& c, bool add) {
  const int16_t *a = static_cast<const int16_t*>(a_panel), *b = static_cast<const int16_t*>(b_panel);
  Bits whole[kRows][kVecs];
#pragma GCC unroll 6
  for (int i = 0; i < kRows; i++)
#pragma GCC unroll 4
    for (int j = 0; j < kVecs; j++) whole[i][j] = Bits{};
  for (int64_t k = 0; k < depth; k += 2, b += 2 * kColumns) {
    Bits line[kVecs];
#pragma GCC unroll 4
    for (int j = 0; j < kVecs; j++) memcpy(&line[j], b + 2 * j * kLanes, sizeof(Bits));
#pragma GCC unroll 6
    for (int i = 0; i < kRows; i++) {
      int32_t pair;
      memcpy(&pair, a + i * depth + k, sizeof pair);
      const Bits x = pair - Bits{};
#pragma GCC unroll 4
      for (int j = 0; j < kVecs; j++) whole[i][j] = add_pairs(whole[i][j], x, line[j]);
    }
  }
  const float* rows = reinterpret_cast<const float*>(a + kRows * depth);
  const float* columns = reinterpret_cast<const float*>(b);
  Vec sums[kRows][kVecs];
#pragma GCC unroll 6
  for (int i = 0; i < kRows; i++)
#pragma GCC unroll 4
    for (int j = 0; j < kVecs; j++)
      sums[i][j] = __builtin_convertvector(whole[i][j], Vec) * (rows[i] * load(columns + j * kLanes));
  put_sums(c, add, sums);
}

}  // namespace
}  // namespace TRM_ISA

#define TRM_JOIN(a, b) a##b
#define TRM_UNIT(isa) TRM_JOIN(int16_, isa)
#define TRM_TEXT(isa) #isa
#define TRM_NAME(isa) TRM_TEXT(isa)
extern const MatrixUnit TRM_UNIT(TRM_ISA) = {TRM_NAME(TRM_ISA),
                                             TRM_ISA::kRows,
                                             TRM_ISA::kColumns,
                                             2,
                                             TRM_ISA::kDepth,
                                             sizeof(int16_t),
                                             sizeof(float),
                                             TRM_ISA::pack_a,
                                             TRM_ISA::pack_b,
                                             TRM_ISA::multiply,
                                             nullptr,
                                             nullptr};

}  // namespace trm
