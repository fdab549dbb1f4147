// Which of the compiled variants this processor can run, found once a process.
#pragma once
#include "numeric.h"
#include "product.h"

namespace trm {

/** The best table of numeric kernels. */
const Kernels& kernels();

/** Whether bf16 products are faster than float32 ones here: AMX or AVX512-BF16 is there and may be used. */
bool has_bf16_units();

}  // namespace trm
