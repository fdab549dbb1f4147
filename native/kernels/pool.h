// A few threads that share the units of one kernel. They sleep between kernels: TensorFlow's own threads need the cores
// then. Units are handed out by a counter; which thread takes one has no influence on what it computes.
#pragma once
#include <cstdint>
#include <functional>

namespace trm {

/** Threads that compute, the calling one included: the processor cores of this process, or TF_NUM_INTRAOP_THREADS. */
int pool_threads();

/** Runs work(from, to) over [0, units) in pieces of `grain` units and returns when all are done. */
void parallel(int64_t units, int64_t grain, const std::function<void(int64_t from, int64_t to)>& work);

/** Memory of the calling thread, aligned to 64 bytes, for `floats` values; kept until a larger one is asked for. */
float* thread_scratch(int64_t floats);

/** The same for what a thread shares with the others while it waits for them: `bytes`, beside thread_scratch. */
void* call_scratch(int64_t bytes);

}  // namespace trm
