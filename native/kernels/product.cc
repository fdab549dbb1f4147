#include "product.h"

#include <algorithm>

#include "pool.h"

namespace trm {
namespace {

int64_t up(int64_t n, int64_t multiple) { return (n + multiple - 1) / multiple * multiple; }
int64_t pieces(int64_t n, int64_t size) { return (n + size - 1) / size; }

/** Rows of A that a thread packs at once: with them a block of the depth fits the second cache. */
constexpr int64_t kRowBlock = 96;
/** A share of the work is worth its hand-over from about this many operations on. */
constexpr int64_t kWorth = 1 << 18;

/** Where the panels of B lie: one block of the depth after the other; within a block, panel by panel. */
struct PanelOrder {
  const MatrixUnit& unit;
  int64_t depth, columns, panels;
  PanelOrder(const MatrixUnit& u, int64_t d, int64_t c) : unit(u), depth(d), columns(c), panels(pieces(c, u.tile_columns)) {}

  int64_t bytes() const {
    return static_cast<int64_t>(unit.element) * unit.tile_columns * panels * up(depth, unit.depth_multiple);
  }
  /** Elements of depth in a block, without and with padding. */
  int64_t depth_of(int64_t block) const { return std::min(unit.depth_block, depth - block * unit.depth_block); }
  int64_t packed_depth_of(int64_t block) const { return up(depth_of(block), unit.depth_multiple); }
  int64_t offset(int64_t block, int64_t panel) const {
    return static_cast<int64_t>(unit.element) * unit.tile_columns *
           (block * unit.depth_block * panels + panel * packed_depth_of(block));
  }
};

/** Copies what the product is added to into a part of C. */
void start(const Product& p, int64_t row, int64_t rows, int64_t column, int64_t columns) {
  if (p.onto == nullptr || p.onto == p.c) return;
  for (int64_t i = row; i < row + rows; i++)
    std::copy_n(p.onto + i * p.columns + column, columns, p.c + i * p.columns + column);
}

/** A part of C: its rows, and its columns by the panels of B. */
struct Block {
  int64_t row, rows, from_panel, to_panel;
};

void multiply_block(const PanelOrder& order, const Product& p, const char* b, const Block& block) {
  const MatrixUnit& unit = order.unit;
  const int64_t strips = pieces(block.rows, unit.tile_rows), end = block.row + block.rows;
  char* a = reinterpret_cast<char*>(
      thread_scratch(strips * unit.tile_rows * up(unit.depth_block, unit.depth_multiple)));
  const int64_t first_column = block.from_panel * unit.tile_columns;
  start(p, block.row, block.rows, first_column,
        std::min(p.columns, block.to_panel * unit.tile_columns) - first_column);
  for (int64_t k = 0; k * unit.depth_block < p.depth; k++) {
    const int64_t begin = k * unit.depth_block, packed = order.packed_depth_of(k);
    const int64_t strip_bytes = static_cast<int64_t>(unit.element) * unit.tile_rows * packed;
    for (int64_t s = 0; s < strips; s++) {
      const int64_t row = block.row + s * unit.tile_rows;
      unit.pack_a({p.a.at + row * p.a.row + begin * p.a.column, p.a.row, p.a.column,
                   std::min<int64_t>(unit.tile_rows, end - row), order.depth_of(k)},
                  a + s * strip_bytes);
    }
    for (int64_t j = block.from_panel; j < block.to_panel; j++) {
      const int64_t column = j * unit.tile_columns;
      const int64_t columns = std::min<int64_t>(unit.tile_columns, p.columns - column);
      for (int64_t s = 0; s < strips; s++) {
        const int64_t row = block.row + s * unit.tile_rows;
        const Tile tile{p.c + row * p.columns + column, p.columns, std::min<int64_t>(unit.tile_rows, end - row), columns};
        unit.multiply(packed, a + s * strip_bytes, b + order.offset(k, j), tile, p.onto != nullptr || k > 0);
      }
    }
  }
}

}  // namespace

int64_t packed_bytes(const MatrixUnit& unit, int64_t depth, int64_t columns) {
  return up(PanelOrder(unit, depth, columns).bytes(), 64);
}

void pack(const MatrixUnit& unit, const Matrix& b, int64_t depth, int64_t columns, void* to) {
  const PanelOrder order(unit, depth, columns);
  const int64_t grain = std::max<int64_t>(1, 65536 / (unit.tile_columns * std::min(depth, unit.depth_block)));
  parallel(pieces(depth, unit.depth_block) * order.panels, grain, [&](int64_t from, int64_t end) {
    for (int64_t i = from; i < end; i++) {
      const int64_t block = i / order.panels, panel = i % order.panels;
      const int64_t k = block * unit.depth_block, column = panel * unit.tile_columns;
      unit.pack_b({b.at + k * b.row + column * b.column, b.column, b.row,
                   std::min<int64_t>(unit.tile_columns, columns - column), order.depth_of(block)},
                  static_cast<char*>(to) + order.offset(block, panel));
    }
  });
}

void multiply(const MatrixUnit& unit, const Product& p) {
  if (p.rows == 0 || p.columns == 0) return;
  if (p.depth == 0) {
    start(p, 0, p.rows, 0, p.columns);
    if (p.onto == nullptr) std::fill(p.c, p.c + p.rows * p.columns, 0.0f);
    return;
  }
  const PanelOrder order(unit, p.depth, p.columns);
  const char* b = static_cast<const char*>(p.packed);
  if (b == nullptr) {
    void* panels = call_scratch(order.bytes());
    pack(unit, p.b, p.depth, p.columns, panels);
    b = static_cast<const char*>(panels);
  }
  const int64_t height = up(std::min(kRowBlock, p.rows), unit.tile_rows);
  const int64_t row_blocks = pieces(p.rows, height);
  // Few rows: columns are shared, too, so that every thread gets some.
  const int64_t wanted = std::max<int64_t>(1, 2 * pool_threads() / row_blocks);
  const int64_t worth = std::max<int64_t>(1, kWorth / (2 * height * unit.tile_columns * p.depth));
  const int64_t width = std::min(order.panels, std::max(pieces(order.panels, wanted), worth));
  const int64_t column_blocks = pieces(order.panels, width);
  parallel(row_blocks * column_blocks, 1, [&](int64_t from, int64_t to) {
    if (unit.begin) unit.begin();
    for (int64_t i = from; i < to; i++) {
      const int64_t row = i / column_blocks * height, panel = i % column_blocks * width;
      multiply_block(order, p, b,
                     {row, std::min(height, p.rows - row), panel, std::min(order.panels, panel + width)});
    }
    if (unit.end) unit.end();
  });
}

}  // namespace trm
