// bf16 products on AMX: eight tile registers of one kilobyte; an instruction multiplies two of them and adds 16 x 16 sums.
// Four hold sums (32 x 32 of C), two of A, two of B: each tile that is loaded is used twice.
#include "matrix-bf16.h"

#if defined(TRM_EMULATE)
#include TRM_EMULATE
#else
#include <immintrin.h>
#endif

namespace trm {
namespace {

/** Shapes of the tile registers: 16 rows of 64 bytes, all eight. */
struct __attribute__((packed)) TileConfig {
  uint8_t palette = 1, start_row = 0, reserved[14] = {};
  uint16_t row_bytes[16] = {64, 64, 64, 64, 64, 64, 64, 64};
  uint8_t rows[16] = {16, 16, 16, 16, 16, 16, 16, 16};
};

// Not a local: GCC's intrinsic tells the compiler of the first eight bytes alone, and it may leave out the rest.
const TileConfig kConfig;

void begin() { _tile_loadconfig(&kConfig); }
void end() { _tile_release(); }

void load_sums(const float* c, int64_t row) {
  const int64_t bytes = row * static_cast<int64_t>(sizeof(float));
  _tile_loadd(0, c, bytes);
  _tile_loadd(1, c + 16, bytes);
  _tile_loadd(2, c + 16 * row, bytes);
  _tile_loadd(3, c + 16 * row + 16, bytes);
}

void store_sums(float* c, int64_t row) {
  const int64_t bytes = row * static_cast<int64_t>(sizeof(float));
  _tile_stored(0, c, bytes);
  _tile_stored(1, c + 16, bytes);
  _tile_stored(2, c + 16 * row, bytes);
  _tile_stored(3, c + 16 * row + 16, bytes);
}

void multiply(int64_t depth, const void* a_panel, const void* b_panel, const Tile& c, bool add) {
  const uint16_t *a = static_cast<const uint16_t*>(a_panel), *b = static_cast<const uint16_t*>(b_panel);
  const bool whole = c.rows == kPanelLanes && c.columns == kPanelLanes;
  if (whole && add) {
    load_sums(c.at, c.row);
  } else {
    _tile_zero(0);
    _tile_zero(1);
    _tile_zero(2);
    _tile_zero(3);
  }
  for (int64_t k = 0; k < depth; k += kBlockDepth, a += 2 * kBlockSize, b += 2 * kBlockSize) {
    _tile_loadd(4, a, 64);
    _tile_loadd(5, a + kBlockSize, 64);
    _tile_loadd(6, b, 64);
    _tile_loadd(7, b + kBlockSize, 64);
    _tile_dpbf16ps(0, 4, 6);
    _tile_dpbf16ps(1, 4, 7);
    _tile_dpbf16ps(2, 5, 6);
    _tile_dpbf16ps(3, 5, 7);
  }
  if (whole) return store_sums(c.at, c.row);
  alignas(64) float sums[kPanelLanes * kPanelLanes];
  store_sums(sums, kPanelLanes);
  put_some(sums, c, add);
}

}  // namespace

extern const MatrixUnit bf16_amx = bf16_unit("amx", multiply, begin, end);

}  // namespace trm
