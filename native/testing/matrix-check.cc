// Holds every unit of native/kernels that this machine can run to sums in double precision: random products of many
// shapes, in all orders of their factors. Prints one line of JSON a unit: {unit, products, worst} (worst: the largest
// error, in units of the bound below). src/trm/matrix-units.test.ts compiles and reads it.
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

/**
 * Largest |error| of the product over its bound. Factors are rounded first where the unit rounds, so what is left is the
 * error of the sums: depth additions in float32, each off by at most 2^-23 of the sum of absolute products (Higham,
 * "Accuracy and Stability", chapter 3).
 */
double worst_error(const MatrixUnit& unit, bool rounded, int64_t m, int64_t n, int64_t k, int form) {
  const bool turned_a = form & 1, turned_b = form & 2, add = form & 4, in_place = form & 8;
  const std::vector<float> a = randoms(m * k), b = randoms(k * n), before = randoms(m * n);
  std::vector<float> c = in_place ? before : std::vector<float>(before.size(), NAN);
  Product p{m, n, k, {a.data(), turned_a ? 1 : k, turned_a ? m : 1}, {b.data(), turned_b ? 1 : n, turned_b ? k : 1},
                  nullptr, add ? (in_place ? c.data() : before.data()) : nullptr, c.data()};
  // Every other form with B packed before.
  std::vector<float> memory(static_cast<size_t>(packed_bytes(unit, k, n) / 4 + 16));
  if (form % 2 == 0) {
    void* at = reinterpret_cast<void*>((reinterpret_cast<uintptr_t>(memory.data()) + 63) / 64 * 64);
    pack(unit, p.b, k, n, at);
    p.packed = at;
  }
  multiply(unit, p);
  const auto factor = [&](float x) { return rounded ? from_bf16(to_bf16(x)) : x; };
  double worst = 0;
  for (int64_t i = 0; i < m; i++)
    for (int64_t j = 0; j < n; j++) {
      const float start = add ? before[static_cast<size_t>(i * n + j)] : 0;
      double sum = start, size = std::fabs(start);
      for (int64_t d = 0; d < k; d++) {
        const double product = static_cast<double>(factor(p.a.at[i * p.a.row + d * p.a.column])) *
                               factor(p.b.at[d * p.b.row + j * p.b.column]);
        sum += product;
        size += std::fabs(product);
      }
      const double bound = size * static_cast<double>(k + 1) * std::ldexp(1, -23) + 1e-30;
      worst = std::max(worst, std::fabs(sum - c[static_cast<size_t>(i * n + j)]) / bound);
    }
  return worst;
}

void check(const MatrixUnit& unit, const std::string& name, bool rounded) {
  const int64_t shapes[][3] = {{1, 1, 1},    {1, 40, 3},    {5, 17, 31},   {6, 16, 256},  {32, 32, 32},
                               {33, 31, 33}, {72, 256, 96}, {97, 65, 257}, {130, 200, 513}, {64, 96, 160}, {1, 1, 1100}};
  double worst = 0;
  int products = 0;
  for (const auto& [m, n, k] : shapes)
    for (int form = 0; form < 16; form++, products++) worst = std::max(worst, worst_error(unit, rounded, m, n, k, form));
  std::printf("{\"unit\": \"%s\", \"products\": %d, \"worst\": %g}\n", name.c_str(), products, worst);
}

}  // namespace

int main() {
  check(float_base, "float_base", false);
  check(rounded_base, "rounded_base", true);
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {
    check(float_avx2, "float_avx2", false);
    check(rounded_avx2, "rounded_avx2", true);
  }
  if (__builtin_cpu_supports("avx512f")) {
    check(float_avx512, "float_avx512", false);
    check(rounded_avx512, "rounded_avx512", true);
  }
#endif
  check(bf16_amx, "bf16_amx", true);
  check(bf16_avx512, "bf16_avx512", true);
}
