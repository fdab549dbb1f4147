#include "cpu.h"

#if defined(__x86_64__)
#include <cpuid.h>
#include <sys/syscall.h>
#include <unistd.h>
#endif

namespace trm {
namespace {

#if defined(__x86_64__)
struct Cpu {
  bool avx2 = false, avx512 = false, avx512bf16 = false, avx512vnni = false, amx = false;
  Cpu() {
    // The compiler's own test looks at what the operating system saves, too.
    __builtin_cpu_init();
    avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    avx512 = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
             __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl");
    unsigned a = 0, b = 0, c = 0, d = 0;
    avx512bf16 = avx512 && __get_cpuid_count(7, 1, &a, &b, &c, &d) && (a >> 5 & 1);
    const bool more = __get_cpuid_count(7, 0, &a, &b, &c, &d);
    avx512vnni = avx512 && more && (c >> 11 & 1);
    amx = avx512 && more && (d >> 24 & 1) && (d >> 22 & 1) && may_use_tiles();
  }

  /** Linux saves tile registers only for processes that ask for it; an old kernel or a container's rules may refuse. */
  static bool may_use_tiles() {
    constexpr long kRequest = 0x1023, kTileData = 18;
    return syscall(SYS_arch_prctl, kRequest, kTileData) == 0;
  }
};

const Cpu& cpu() {
  static const Cpu found;
  return found;
}

const MatrixUnit& float_unit() {
  if (cpu().avx512) return float_avx512;
  return cpu().avx2 ? float_avx2 : float_base;
}

/** Units that multiply bf16 directly; null where there is none. */
const MatrixUnit* bf16_unit() {
#if defined(TRM_HAS_AMX)
  if (cpu().amx) return &bf16_amx;
#endif
#if defined(TRM_HAS_AVX512BF16)
  if (cpu().avx512bf16) return &bf16_avx512;
#endif
  return nullptr;
}

/** Float32 instructions on rounded factors: what bf16 means on other processors. */
const MatrixUnit& rounded_unit() {
  if (cpu().avx512) return rounded_avx512;
  return cpu().avx2 ? rounded_avx2 : rounded_base;
}

const MatrixUnit& int16_unit() {
#if defined(TRM_HAS_AVX512VNNI)
  if (cpu().avx512vnni) return int16_avx512vnni;
#endif
  if (cpu().avx512) return int16_avx512;
  return cpu().avx2 ? int16_avx2 : int16_base;
}
#else
const MatrixUnit& float_unit() { return float_base; }
const MatrixUnit* bf16_unit() { return nullptr; }
const MatrixUnit& rounded_unit() { return rounded_base; }
const MatrixUnit& int16_unit() { return int16_base; }
#endif

}  // namespace

const Kernels& kernels() {
#if defined(__x86_64__)
  if (cpu().avx512) return kernels_avx512;
  if (cpu().avx2) return kernels_avx2;
#endif
  return kernels_base;
}

bool has_bf16_units() { return bf16_unit() != nullptr; }

const MatrixUnit& matrix_unit(Precision precision) {
  if (precision == Precision::kFloat32) return float_unit();
  if (precision == Precision::kInt16) return int16_unit();
  return has_bf16_units() ? *bf16_unit() : rounded_unit();
}

}  // namespace trm
