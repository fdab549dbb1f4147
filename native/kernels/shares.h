// How the threads share rows and heads among them, for all kernels that work on those.
#pragma once
#include <algorithm>

#include "cpu.h"
#include "numeric.h"
#include "pool.h"

namespace trm {

/** Runs work(from, to) on rows `width` wide, in pieces of about 32k values, so that each is worth its hand-over. */
template <typename Work>
void each_row(int64_t rows, int64_t width, const Work& work) {
  parallel(rows, std::max<int64_t>(1, 32768 / std::max<int64_t>(1, width)), work);
}

/** Runs an attention kernel on all (batch row, head) pairs. */
inline void each_head(const Attention& task, int64_t batch, decltype(Kernels::attention) kernel) {
  const int64_t scratch = kernels().attention_scratch(task.positions);
  parallel(batch * task.heads, 1,
           [&](int64_t from, int64_t to) { kernel(task, thread_scratch(scratch), from, to); });
}

}  // namespace trm
