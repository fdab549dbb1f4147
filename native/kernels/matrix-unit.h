// What the matrix product (product.h) needs of an instruction set: how to pack, and how to multiply two packed panels.
#pragma once
#include <cstddef>
#include <cstdint>

namespace trm {

/**
 * `lanes` rows of A or columns of B, of `depth` elements each, as they lie in memory: element (lane, k) is
 * `at[lane * lane_step + k * depth_step]`.
 */
struct Strip {
  const float* at;
  int64_t lane_step, depth_step;
  int64_t lanes, depth;
};

/** C `[rows, columns]`, at most one tile, with `row` floats from one row to the next. */
struct Tile {
  float* at;
  int64_t row;
  int64_t rows, columns;
};

/**
 * One way to multiply. A panel is a strip as the unit wants to read it: zeros up to `tile_rows` (or `tile_columns`)
 * lanes and up to a multiple of `depth_multiple` elements. It is packed in one go: what a unit
 * writes of an element may depend on the others of its lane (scales).
 */
struct MatrixUnit {
  /** Instruction set, for example `avx2` or `amx`. */
  const char* name;
  int tile_rows, tile_columns, depth_multiple;
  /** Elements of depth that are packed at once: two panels of them fit the first cache. */
  int64_t depth_block;
  /** Bytes of a packed element, and those that a lane of a panel takes beside its elements. */
  size_t element, lane_extra;
  void (*pack_a)(const Strip& rows, void* panel);
  void (*pack_b)(const Strip& columns, void* panel);
  /** C = A B, or C += A B. `depth` is that of the panels, a multiple of `depth_multiple`. */
  void (*multiply)(int64_t depth, const void* a, const void* b, const Tile& c, bool add);
  /** Called by a thread before and after its share; may be null. */
  void (*begin)();
  void (*end)();
};

/** Float32 products, those of inputs rounded to bf16 with the same instructions, and those of scaled whole numbers. */
extern const MatrixUnit float_base, rounded_base, int16_base;
#if defined(__x86_64__)
extern const MatrixUnit float_avx2, rounded_avx2, int16_avx2;
extern const MatrixUnit float_avx512, rounded_avx512, int16_avx512;
#endif
#if defined(TRM_HAS_AVX512VNNI)
extern const MatrixUnit int16_avx512vnni;
#endif
#if defined(TRM_HAS_AVX512BF16)
extern const MatrixUnit bf16_avx512;
#endif
#if defined(TRM_HAS_AMX)
extern const MatrixUnit bf16_amx;
#endif

}  // namespace trm
