// bf16 products with AVX512-BF16: an instruction multiplies 16 columns' pairs of B by one pair of A and adds both
// products of each. Eight rows by 32 columns of sums stay in registers.
#include "matrix-bf16.h"

#if defined(TRM_EMULATE)
#include TRM_EMULATE
#else
#include <immintrin.h>
#endif

namespace trm {
namespace {

constexpr int kRows = 8;

/** Rows [row, row + 8) of a 32 x 32 tile; `sums` is `[8][32]`. */
void multiply_rows(int64_t depth, const uint16_t* a, const uint16_t* b, float* sums, int64_t sums_row, bool add) {
  __m512 left[kRows], right[kRows];
#pragma GCC unroll 8
  for (int i = 0; i < kRows; i++) {
    left[i] = add ? _mm512_loadu_ps(sums + i * sums_row) : _mm512_setzero_ps();
    right[i] = add ? _mm512_loadu_ps(sums + i * sums_row + 16) : _mm512_setzero_ps();
  }
  for (int64_t k = 0; k < depth; k += kBlockDepth, a += 2 * kBlockSize, b += 2 * kBlockSize)
    for (int pair = 0; pair < kBlockDepth / 2; pair++) {
      const __m512bh first = (__m512bh)_mm512_loadu_si512(b + pair * 2 * kBlockLanes);
      const __m512bh second = (__m512bh)_mm512_loadu_si512(b + kBlockSize + pair * 2 * kBlockLanes);
#pragma GCC unroll 8
      for (int i = 0; i < kRows; i++) {
        int32_t both;
        memcpy(&both, a + i * kBlockDepth + 2 * pair, sizeof both);
        const __m512bh x = (__m512bh)_mm512_set1_epi32(both);
        left[i] = _mm512_dpbf16_ps(left[i], x, first);
        right[i] = _mm512_dpbf16_ps(right[i], x, second);
      }
    }
#pragma GCC unroll 8
  for (int i = 0; i < kRows; i++) {
    _mm512_storeu_ps(sums + i * sums_row, left[i]);
    _mm512_storeu_ps(sums + i * sums_row + 16, right[i]);
  }
}

void multiply(int64_t depth, const void* a_panel, const void* b_panel, const Tile& c, bool add) {
  const uint16_t *a = static_cast<const uint16_t*>(a_panel), *b = static_cast<const uint16_t*>(b_panel);
  const bool whole = c.rows == kPanelLanes && c.columns == kPanelLanes;
  alignas(64) float rest[kPanelLanes * kPanelLanes];
  for (int64_t row = 0; row < c.rows; row += kRows) {
    const uint16_t* rows = a + row / kBlockLanes * kBlockSize + row % kBlockLanes * kBlockDepth;
    float* sums = whole ? c.at + row * c.row : rest + row * kPanelLanes;
    multiply_rows(depth, rows, b, sums, whole ? c.row : kPanelLanes, whole && add);
  }
  if (!whole) put_some(rest, c, add);
}

}  // namespace

extern const MatrixUnit bf16_avx512 = bf16_unit("avx512bf16", multiply, nullptr, nullptr);

}  // namespace trm
