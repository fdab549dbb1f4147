// The pool of pool.h for WebAssembly. The host starts the threads: each is an instance of the module on the same memory
// and calls `serve`. They sleep in memory.atomic.wait32, which a browser's main thread must not do.
#include <algorithm>
#include <atomic>
#include <cstdlib>

#include "pool.h"

namespace trm {
namespace {

/** In `state`: helpers may join. The other bits count those that have. */
constexpr int kOpen = 1 << 16;
/** Looks before a thread goes to sleep: some ten microseconds, in which the next kernel often comes. */
constexpr int kLooks = 2000;

int threads = 1;
bool caller_may_sleep = false;

/** The work in progress; written while no helper is in. */
int64_t units, grain, pieces;
const std::function<void(int64_t, int64_t)>* work;
std::atomic<int64_t> next{0};
std::atomic<int> state{0}, turn{0};

int* address(std::atomic<int>& of) { return reinterpret_cast<int*>(&of); }

void help() {
  for (int64_t piece; (piece = next.fetch_add(1)) < pieces;)
    (*work)(piece * grain, std::min(units, (piece + 1) * grain));
}

/** Joins the work that is open. One who comes too late stays out: the work may be another one by then. */
bool join() {
  int seen = state.load();
  while (seen & kOpen)
    if (state.compare_exchange_weak(seen, seen + 1)) return true;
  return false;
}

/** malloc knows no threads, and a thread's scratch is the only memory that it takes while others run. */
std::atomic_flag memory_in_use = ATOMIC_FLAG_INIT;

void* at_least(void*& at, int64_t& size, int64_t bytes) {
  if (size >= bytes) return at;
  while (memory_in_use.test_and_set()) {
  }
  std::free(at);
  size = (bytes + 63) / 64 * 64;
  at = std::aligned_alloc(64, static_cast<size_t>(size));
  memory_in_use.clear();
  if (at == nullptr) __builtin_trap();
  return at;
}

}  // namespace

int pool_threads() { return threads; }

void parallel(int64_t all, int64_t each, const std::function<void(int64_t, int64_t)>& what) {
  if (all <= 0) return;
  units = all;
  grain = std::max<int64_t>(1, each);
  pieces = (all + grain - 1) / grain;
  work = &what;
  next = 0;
  const bool shared = threads > 1 && pieces > 1;
  if (shared) {
    state = kOpen;
    turn.fetch_add(1);
    __builtin_wasm_memory_atomic_notify(address(turn), static_cast<unsigned>(std::min<int64_t>(threads, pieces) - 1));
  }
  help();
  if (!shared) return;
  state.fetch_and(~kOpen);
  // The helpers are within their last piece.
  for (int looks = 0, helpers; (helpers = state.load()) != 0; looks++)
    if (looks > kLooks && caller_may_sleep) __builtin_wasm_memory_atomic_wait32(address(state), helpers, 50'000);
}

float* thread_scratch(int64_t floats) {
  static thread_local void* at = nullptr;
  static thread_local int64_t size = 0;
  return static_cast<float*>(at_least(at, size, floats * static_cast<int64_t>(sizeof(float))));
}

void* call_scratch(int64_t bytes) {
  static thread_local void* at = nullptr;
  static thread_local int64_t size = 0;
  return at_least(at, size, bytes);
}

/** How many threads will compute, the caller included, and whether the caller may sleep. */
extern "C" __attribute__((export_name("start"))) void start(int count, bool may_sleep) {
  threads = count;
  caller_may_sleep = may_sleep;
}

/** What a thread does all its life. */
extern "C" __attribute__((export_name("serve"))) void serve() {
  for (int seen = turn.load();;) {
    if (join()) {
      help();
      state.fetch_sub(1);
    }
    int looks = 0;
    while (turn.load() == seen && looks < kLooks) looks++;
    if (looks == kLooks) __builtin_wasm_memory_atomic_wait32(address(turn), seen, -1);
    seen = turn.load();
  }
}

}  // namespace trm
