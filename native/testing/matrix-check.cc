// Holds every unit of native/kernels that this machine can run to sums in double precision: random products of many
// shapes, in all orders of their factors. Prints one line of JSON a unit: {unit, products, worst} (worst: the largest
// error, in units of the bound below). src/trm/matrix-units.test.ts compiles and reads it.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <initializer_list>
#include <random>
#include <string>
#include <vector>

#include "../kernels/bf16.h"
#include "../kernels/pool.h"
#include "../kernels/product.h"

namespace {

using namespace trm;

std::mt19937 generator(7);

std::vector<float> randoms(int64_t count) {
  std::normal_distribution<float> normal;
  std::vector<float> out(static_cast<size_t>(count));
  for (float& value : out) value = normal(generator);
  return out;
}

/** What a unit does to its factors. */
enum class Factors { kAsTheyAre, kRounded, kWhole };

/** Half steps of whole numbers, and a little: `[lane][block]`, of the largest value of each lane in each block of the depth. */
std::vector<double> half_steps(const Strip& strip, int64_t block, int levels) {
  std::vector<double> out;
  for (int64_t lane = 0; lane < strip.lanes; lane++)
    for (int64_t from = 0; from < strip.depth; from += block) {
      float most = 0;
      for (int64_t k = from; k < std::min(strip.depth, from + block); k++)
        most = std::max(most, std::fabs(strip.at[lane * strip.lane_step + k * strip.depth_step]));
      out.push_back(0.51 * most / levels);
    }
  return out;
}

/**
 * Largest |error| of the product over its bound. Factors are rounded first where the unit rounds to bf16, so what is left
 * is the error of the sums: depth additions in float32, each off by at most 2^-23 of the sum of absolute products (Higham,
 * "Accuracy and Stability", chapter 3). Whole numbers are off by half a step s of A and t of B, and a hundredth, because
 * what is rounded is itself off by 2^-22: |a b - a' b'| <= |a| t + (|b| + t) s.
 */
double worst_error(const MatrixUnit& unit, Factors kind, int64_t m, int64_t n, int64_t k, int form) {
  const bool turned_a = form & 1, turned_b = form & 2, add = form & 4, in_place = form & 8;
  const std::vector<float> a = randoms(m * k), b = randoms(k * n), before = randoms(m * n);
  std::vector<float> c = in_place ? before : std::vector<float>(before.size(), NAN);
  Product p{m, n, k, {a.data(), turned_a ? 1 : k, turned_a ? m : 1}, {b.data(), turned_b ? 1 : n, turned_b ? k : 1},
                  nullptr, add ? (in_place ? c.data() : before.data()) : nullptr, c.data()};
  // Every other form with B packed before; whole numbers always.
  std::vector<float> memory(static_cast<size_t>(packed_bytes(unit, k, n) / 4 + 16));
  if (form % 2 == 0 || kind == Factors::kWhole) {
    void* at = reinterpret_cast<void*>((reinterpret_cast<uintptr_t>(memory.data()) + 63) / 64 * 64);
    pack(unit, p.b, k, n, at);
    p.packed = at;
  }
  multiply(unit, p);
  const auto factor = [&](float x) { return kind == Factors::kRounded ? from_bf16(to_bf16(x)) : x; };
  const int64_t blocks = (k + unit.depth_block - 1) / unit.depth_block;
  const std::vector<double> steps_a = half_steps({a.data(), p.a.row, p.a.column, m, k}, unit.depth_block, 4095);
  const std::vector<double> steps_b = half_steps({b.data(), p.b.column, p.b.row, n, k}, unit.depth_block, 2047);
  double worst = 0;
  for (int64_t i = 0; i < m; i++)
    for (int64_t j = 0; j < n; j++) {
      const float start = add ? before[static_cast<size_t>(i * n + j)] : 0;
      double sum = start, size = std::fabs(start), rounding = 0;
      for (int64_t block = 0; block < blocks; block++) {
        const double s = steps_a[static_cast<size_t>(i * blocks + block)], t = steps_b[static_cast<size_t>(j * blocks + block)];
        for (int64_t d = block * unit.depth_block; d < std::min(k, (block + 1) * unit.depth_block); d++) {
          const double x = factor(p.a.at[i * p.a.row + d * p.a.column]), y = factor(p.b.at[d * p.b.row + j * p.b.column]);
          sum += x * y;
          size += std::fabs(x * y);
          rounding += std::fabs(x) * t + (std::fabs(y) + t) * s;
        }
      }
      const double bound = size * static_cast<double>(k + 1) * std::ldexp(1, -23) +
                           (kind == Factors::kWhole ? rounding : 0) + 1e-30;
      worst = std::max(worst, std::fabs(sum - c[static_cast<size_t>(i * n + j)]) / bound);
    }
  return worst;
}

void check(const MatrixUnit& unit, const std::string& name, Factors kind) {
  const int64_t shapes[][3] = {{1, 1, 1},    {1, 40, 3},    {5, 17, 31},   {6, 16, 256},  {32, 32, 32},
                               {33, 31, 33}, {72, 256, 96}, {97, 65, 257}, {130, 40, 513}, {64, 96, 160}, {1, 1, 1100}};
  double worst = 0;
  int products = 0;
  for (const auto& [m, n, k] : shapes)
    for (int form = 0; form < 16; form++, products++) worst = std::max(worst, worst_error(unit, kind, m, n, k, form));
  std::printf("{\"unit\": \"%s\", \"products\": %d, \"worst\": %g}\n", name.c_str(), products, worst);
}

}  // namespace

int main() {
  check(float_base, "float_base", Factors::kAsTheyAre);
  check(rounded_base, "rounded_base", Factors::kRounded);
  check(int16_base, "int16_base", Factors::kWhole);
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {
    check(float_avx2, "float_avx2", Factors::kAsTheyAre);
    check(rounded_avx2, "rounded_avx2", Factors::kRounded);
    check(int16_avx2, "int16_avx2", Factors::kWhole);
  }
  if (__builtin_cpu_supports("avx512f")) {
    check(float_avx512, "float_avx512", Factors::kAsTheyAre);
    check(rounded_avx512, "rounded_avx512", Factors::kRounded);
  }
  check(int16_avx512, "int16_avx512", Factors::kWhole);
#endif
  check(bf16_amx, "bf16_amx", Factors::kRounded);
  check(bf16_avx512, "bf16_avx512", Factors::kRounded);
  check(int16_avx512vnni, "int16_avx512vnni", Factors::kWhole);
}
