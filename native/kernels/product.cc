#include "product.h"

#include <algorithm>

#include "pool.h"

namespace trm {
namespace {

int64_t up(int64_t n, int64_t multiple) { return (n + multiple - 1) / multiple * multiple; }
int64_t pieces(int64_t n, int64_t size) { return (n + size - 1) / size; }

/** Rows of A that a thread packs at once: with them a block of the depth fits the second cache. */
constexpr int64_t kRowBlock = 96;
/** Columns that a thread takes at once, at most. */
constexpr int64_t kColumnBlock = 128;
/** A share of the work is worth its hand-over from about this many operations on. */
constexpr int64_t kWorth = 1 << 18;

/**
 * Where the panels of a factor lie: one block of the depth after the other; within a block, panel by panel. `lanes` are A's
 * rows or B's columns, `width` those of a panel.
 */
struct PanelOrder {
  const MatrixUnit& unit;
  int64_t depth, lanes, width, panels;
  PanelOrder(const MatrixUnit& u, int64_t d, int64_t l, int64_t w)
      : unit(u), depth(d), lanes(l), width(w), panels(pieces(l, w)) {}

  int64_t bytes() const { return offset(blocks() - 1, panels); }
  int64_t blocks() const { return pieces(depth, unit.depth_block); }
  /** Elements of depth in a block, without and with padding. */
  int64_t depth_of(int64_t block) const { return std::min(unit.depth_block, depth - block * unit.depth_block); }
  int64_t packed_depth_of(int64_t block) const { return up(depth_of(block), unit.depth_multiple); }
  int64_t panel_bytes(int64_t block) const {
    return width * (static_cast<int64_t>(unit.element) * packed_depth_of(block) + static_cast<int64_t>(unit.lane_extra));
  }
  /** All blocks but the last are of one size. */
  int64_t offset(int64_t block, int64_t panel) const {
    return block * panels * panel_bytes(0) + panel * panel_bytes(block);
  }
  /** The part of a factor that a panel holds, lane by lane. */
  Strip strip(const float* at, int64_t lane_step, int64_t depth_step, int64_t block, int64_t panel) const {
    const int64_t lane = panel * width, k = block * unit.depth_block;
    return {at + lane * lane_step + k * depth_step, lane_step, depth_step, std::min(width, lanes - lane), depth_of(block)};
  }
};

PanelOrder order_of_a(const MatrixUnit& unit, int64_t depth, int64_t rows) { return {unit, depth, rows, unit.tile_rows}; }
PanelOrder order_of_b(const MatrixUnit& unit, int64_t depth, int64_t columns) {
  return {unit, depth, columns, unit.tile_columns};
}

/** Packs a whole factor, shared by the threads. */
template <typename Pack>
void pack_all(const PanelOrder& order, const Pack& pack_panel) {
  const int64_t grain = std::max<int64_t>(1, 65536 / (order.width * std::min(order.depth, order.unit.depth_block)));
  parallel(order.blocks() * order.panels, grain, [&](int64_t from, int64_t to) {
    for (int64_t i = from; i < to; i++) pack_panel(i / order.panels, i % order.panels);
  });
}

/** Copies what the product is added to into a part of C. */
void start(const Product& p, int64_t row, int64_t rows, int64_t column, int64_t columns) {
  if (p.onto == nullptr || p.onto == p.c) return;
  for (int64_t i = row; i < row + rows; i++)
    std::copy_n(p.onto + i * p.columns + column, columns, p.c + i * p.columns + column);
}

/** A part of C by the panels of A and B. */
struct Part {
  int64_t from_strip, to_strip, from_panel, to_panel;
};

/** One product, with the places of its panels. */
class Work {
 public:
  Work(const MatrixUnit& unit, const Product& product)
      : unit_(unit),
        product_(product),
        a_order_(order_of_a(unit, product.depth, product.rows)),
        b_order_(order_of_b(unit, product.depth, product.columns)) {}

  void run() {
    const bool wide = product_.packed == nullptr && product_.columns >= product_.rows;
    if (wide)
      share_columns();
    else
      share_rows();
  }

 private:
  /** B is the larger factor: each thread packs panels of it just before they are read, and all read one packed A. */
  void share_columns() {
    const int64_t most = std::max<int64_t>(1, kColumnBlock / unit_.tile_columns);
    const int64_t width = std::min(most, std::max<int64_t>(1, b_order_.panels / (4 * pool_threads())));
    place(0, a_order_.bytes());
    each(pieces(b_order_.panels, width),
         [&](int64_t i) { multiply_columns(i * width, std::min(b_order_.panels, (i + 1) * width)); });
  }

  void multiply_columns(int64_t from_panel, int64_t to_panel) const {
    const Product& p = product_;
    const int64_t column = from_panel * unit_.tile_columns;
    start(p, 0, p.rows, column, std::min(p.columns, to_panel * unit_.tile_columns) - column);
    char* b = thread_bytes(b_order_.panel_bytes(0));
    for (int64_t block = 0; block < b_order_.blocks(); block++)
      for (int64_t panel = from_panel; panel < to_panel; panel++) {
        unit_.pack_b(b_order_.strip(p.b.at, p.b.column, p.b.row, block, panel), b);
        for (int64_t strip = 0; strip < a_order_.panels; strip++)
          unit_.multiply(b_order_.packed_depth_of(block), a_ + a_order_.offset(block, strip), b, tile(strip, panel),
                         p.onto != nullptr || block > 0);
      }
  }

  /** Runs work(i) for all shares of the work. */
  template <typename Share>
  void each(int64_t shares, const Share& work) const {
    parallel(shares, 1, [&](int64_t from, int64_t to) {
      if (unit_.begin) unit_.begin();
      for (int64_t i = from; i < to; i++) work(i);
      if (unit_.end) unit_.end();
    });
  }

  static char* thread_bytes(int64_t bytes) {
    return reinterpret_cast<char*>(thread_scratch(pieces(bytes, sizeof(float))));
  }

  /** Each thread packs its own rows of A and reads one packed B. */
  void share_rows() {
    const Product& p = product_;
    const int64_t height = std::min(pieces(kRowBlock, unit_.tile_rows), a_order_.panels);
    const int64_t row_blocks = pieces(a_order_.panels, height);
    // Few rows: columns are shared, too, so that every thread gets several pieces.
    const int64_t wanted = pieces(4 * pool_threads(), row_blocks);
    const int64_t worth = std::max<int64_t>(1, kWorth / (2 * height * unit_.tile_rows * unit_.tile_columns * p.depth));
    const int64_t width = std::min(b_order_.panels, std::max(pieces(b_order_.panels, wanted), worth));
    const int64_t column_blocks = pieces(b_order_.panels, width);
    place(p.packed == nullptr ? b_order_.bytes() : 0, column_blocks > 1 ? a_order_.bytes() : 0);
    each(row_blocks * column_blocks, [&](int64_t i) {
      const int64_t strip = i / column_blocks * height, panel = i % column_blocks * width;
      multiply_block({strip, std::min(a_order_.panels, strip + height), panel, std::min(b_order_.panels, panel + width)});
    });
  }

  /** Packs B, and A where several threads read the same of it. Without A each thread packs what it needs. */
  void place(int64_t b_bytes, int64_t a_bytes) {
    char* memory = static_cast<char*>(call_scratch(up(b_bytes, 64) + a_bytes));
    b_ = static_cast<const char*>(product_.packed);
    if (b_bytes > 0) {
      pack(unit_, product_.b, product_.depth, product_.columns, memory);
      b_ = memory;
    }
    if (a_bytes == 0) return;
    char* a = memory + up(b_bytes, 64);
    pack_all(a_order_, [&](int64_t block, int64_t strip) { pack_strip(block, strip, a + a_order_.offset(block, strip)); });
    a_ = a;
  }

  void pack_strip(int64_t block, int64_t strip, void* to) const {
    const Matrix& a = product_.a;
    unit_.pack_a(a_order_.strip(a.at, a.row, a.column, block, strip), to);
  }

  void multiply_block(const Part& part) const {
    const Product& p = product_;
    const int64_t row = part.from_strip * unit_.tile_rows, column = part.from_panel * unit_.tile_columns;
    start(p, row, std::min(p.rows, part.to_strip * unit_.tile_rows) - row, column,
          std::min(p.columns, part.to_panel * unit_.tile_columns) - column);
    const int64_t strips = part.to_strip - part.from_strip;
    char* own = a_ == nullptr ? thread_bytes(strips * a_order_.panel_bytes(0)) : nullptr;
    for (int64_t block = 0; block < a_order_.blocks(); block++) {
      const int64_t depth = a_order_.packed_depth_of(block), bytes = a_order_.panel_bytes(block);
      if (own)
        for (int64_t s = 0; s < strips; s++) pack_strip(block, part.from_strip + s, own + s * bytes);
      const char* a = own ? own : a_ + a_order_.offset(block, part.from_strip);
      for (int64_t panel = part.from_panel; panel < part.to_panel; panel++)
        for (int64_t s = 0; s < strips; s++)
          unit_.multiply(depth, a + s * bytes, b_ + b_order_.offset(block, panel), tile(part.from_strip + s, panel),
                         p.onto != nullptr || block > 0);
    }
  }

  Tile tile(int64_t strip, int64_t panel) const {
    const Product& p = product_;
    const int64_t row = strip * unit_.tile_rows, column = panel * unit_.tile_columns;
    return {p.c + row * p.columns + column, p.columns, std::min<int64_t>(unit_.tile_rows, p.rows - row),
            std::min<int64_t>(unit_.tile_columns, p.columns - column)};
  }

  const MatrixUnit& unit_;
  const Product& product_;
  const PanelOrder a_order_, b_order_;
  const char *a_ = nullptr, *b_ = nullptr;
};

}  // namespace

int64_t packed_bytes(const MatrixUnit& unit, int64_t depth, int64_t columns) {
  return up(order_of_b(unit, depth, columns).bytes(), 64);
}

void pack(const MatrixUnit& unit, const Matrix& b, int64_t depth, int64_t columns, void* to) {
  const PanelOrder order = order_of_b(unit, depth, columns);
  pack_all(order, [&](int64_t block, int64_t panel) {
    unit.pack_b(order.strip(b.at, b.column, b.row, block, panel), static_cast<char*>(to) + order.offset(block, panel));
  });
}

void multiply(const MatrixUnit& unit, const Product& p) {
  if (p.rows == 0 || p.columns == 0) return;
  if (p.depth == 0) {
    start(p, 0, p.rows, 0, p.columns);
    if (p.onto == nullptr) std::fill(p.c, p.c + p.rows * p.columns, 0.0f);
    return;
  }
  Work(unit, p).run();
}

}  // namespace trm
