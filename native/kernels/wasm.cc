// What the WebAssembly module exports to src/core/wasm: memory, packed factors and the core, with addresses and sizes of
// 32 bits; and what the C++ library, which is not linked, would give.
#include <cstdlib>
#include <new>

#include "blocks.h"
#include "core.h"

#define TRM_EXPORT(name) extern "C" __attribute__((export_name(name)))

void* operator new(size_t bytes) {
  void* at = std::malloc(bytes);
  if (at == nullptr) __builtin_trap();
  return at;
}
void* operator new(size_t bytes, std::align_val_t alignment) {
  void* at = std::aligned_alloc(static_cast<size_t>(alignment), bytes);
  if (at == nullptr) __builtin_trap();
  return at;
}
void* operator new[](size_t bytes) { return operator new(bytes); }
void operator delete(void* at) noexcept { std::free(at); }
void operator delete[](void* at) noexcept { std::free(at); }
void operator delete(void* at, size_t) noexcept { std::free(at); }
void operator delete[](void* at, size_t) noexcept { std::free(at); }
namespace std {
inline namespace __1 {
[[noreturn]] void __libcpp_verbose_abort(const char*, ...) noexcept { __builtin_trap(); }
}  // namespace __1
}  // namespace std

namespace trm {
namespace {

const MatrixUnit& unit() { return matrix_unit(Precision::kFloat32); }
CoreShape shape_of(int width, int inner, int layers) { return {0, 0, width, inner, layers}; }

}  // namespace

/** Zero where memory is full. */
TRM_EXPORT("allocate") void* allocate(size_t bytes) { return std::aligned_alloc(64, (bytes + 63) / 64 * 64); }
TRM_EXPORT("release") void release(void* at) { std::free(at); }

// Memory of the module stays with it: there is nothing to keep blocks from.
void* take_block(int64_t bytes) { return operator new(static_cast<size_t>((bytes + 63) / 64 * 64), std::align_val_t(64)); }
void give_block(void* block) { std::free(block); }

TRM_EXPORT("packed_bytes") int factor_bytes(int depth, int columns) {
  return static_cast<int>(packed_bytes(unit(), depth, columns));
}
/** B `[depth, columns]`, or `[columns, depth]` where it is transposed. */
TRM_EXPORT("pack") void pack_factor(const float* b, bool transposed, int depth, int columns, void* to) {
  pack(unit(), {b, transposed ? 1 : columns, transposed ? depth : 1}, depth, columns, to);
}
/** C `[rows, columns]` = A `[rows, depth]` times a packed B. */
TRM_EXPORT("multiply") void multiply_packed(const float* a, const void* packed, int rows, int depth, int columns,
                                           float* c) {
  Product product{};
  product.rows = rows;
  product.columns = columns;
  product.depth = depth;
  product.a = {a, depth, 1};
  product.packed = packed;
  product.c = c;
  multiply(unit(), product);
}

TRM_EXPORT("packed_core_bytes") int core_bytes(int width, int inner, int layers) {
  return static_cast<int>(packed_core_bytes(unit(), shape_of(width, inner, layers)));
}
/** The LayerWeights of all layers, one matrix behind the other. */
TRM_EXPORT("pack_core") void pack_layers(const float* weights, int width, int inner, int layers, void* to) {
  std::vector<LayerWeights> each;
  for (int layer = 0; layer < layers; layer++) {
    const float* o = weights + 3 * width * width;
    const float* gate_up = o + width * width;
    const float* down = gate_up + 2 * width * inner;
    each.push_back({weights, o, gate_up, down});
    weights = down + inner * width;
  }
  pack_core(unit(), shape_of(width, inner, layers), each, to);
}
/** See CoreShape, CoreInputs and CoreDepth; y and z are changed. */
TRM_EXPORT("run_core") void run_layers(const void* packed, int width, int inner, int layers, const float* x,
                                      const float* angles, const int32_t* counts, float* y, float* z, int batch,
                                      int positions, int recursions, int latent_updates, bool plain) {
  CoreShape shape = shape_of(width, inner, layers);
  shape.batch = batch;
  shape.positions = positions;
  run_core(unit(), shape, {recursions, latent_updates, plain}, {packed, x, angles, counts}, y, z);
}

}  // namespace trm
