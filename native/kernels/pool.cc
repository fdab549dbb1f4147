#include "pool.h"

#include <sched.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace trm {
namespace {

struct Job {
  int64_t units, grain, pieces;
  const std::function<void(int64_t, int64_t)>* work;
  std::atomic<int64_t> next{0};
  std::atomic<int64_t> done{0};

  /** Takes pieces until none is left. `work` is only touched for a piece taken: the caller waits for those. */
  void help() {
    for (int64_t piece; (piece = next.fetch_add(1)) < pieces;) {
      (*work)(piece * grain, std::min(units, (piece + 1) * grain));
      done.fetch_add(1, std::memory_order_release);
    }
  }
  bool finished() const { return done.load(std::memory_order_acquire) == pieces; }
};

inline void pause() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#endif
}

class Pool {
 public:
  Pool() {
    for (int i = 1; i < pool_threads(); i++) std::thread([this] { serve(); }).detach();
  }

  void run(const std::shared_ptr<Job>& job) {
    {
      std::lock_guard<std::mutex> lock(mutex_);
      job_ = job;
      turn_++;
    }
    wake_.notify_all();
    job->help();
    // The others are within their last piece. When a core was taken from them, giving way is all that helps.
    for (int i = 0; !job->finished(); i++) {
      if (i < 1000)
        pause();
      else
        sched_yield();
    }
  }

  /** Held by the thread whose job runs; others compute alone. */
  std::mutex busy;

 private:
  void serve() {
    uint64_t seen = 0;
    for (;;) {
      std::shared_ptr<Job> job;
      {
        std::unique_lock<std::mutex> lock(mutex_);
        wake_.wait(lock, [&] { return turn_ != seen; });
        seen = turn_;
        job = job_;
      }
      job->help();
    }
  }

  std::mutex mutex_;
  std::condition_variable wake_;
  std::shared_ptr<Job> job_;
  uint64_t turn_ = 0;
};

/** Memory that grows. */
struct Memory {
  void* at = nullptr;
  int64_t size = 0;
  Memory() = default;
  Memory(const Memory&) = delete;
  ~Memory() { std::free(at); }
  void* at_least(int64_t bytes) {
    if (size < bytes) {
      std::free(at);
      size = (bytes + 63) / 64 * 64;
      at = std::aligned_alloc(64, static_cast<size_t>(size));
    }
    return at;
  }
};

/** Never destroyed: its threads sleep in it when the process exits. */
Pool& pool() {
  static Pool* one = new Pool;
  return *one;
}

}  // namespace

int pool_threads() {
  static const int count = [] {
    const char* asked = std::getenv("TF_NUM_INTRAOP_THREADS");
    const int wanted = asked ? std::atoi(asked) : 0;
    if (wanted > 0) return wanted;
    cpu_set_t cores;
    CPU_ZERO(&cores);
    if (sched_getaffinity(0, sizeof cores, &cores) == 0) return std::max(1, CPU_COUNT(&cores));
    return std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
  }();
  return count;
}

void parallel(int64_t units, int64_t grain, const std::function<void(int64_t, int64_t)>& work) {
  if (units <= 0) return;
  grain = std::max<int64_t>(1, grain);
  const int64_t pieces = (units + grain - 1) / grain;
  Pool* shared = pieces > 1 && pool_threads() > 1 ? &pool() : nullptr;
  std::unique_lock<std::mutex> alone = shared ? std::unique_lock<std::mutex>(shared->busy, std::try_to_lock)
                                              : std::unique_lock<std::mutex>();
  if (!alone.owns_lock()) {
    for (int64_t piece = 0; piece < pieces; piece++) work(piece * grain, std::min(units, (piece + 1) * grain));
    return;
  }
  auto job = std::make_shared<Job>();
  job->units = units;
  job->grain = grain;
  job->pieces = pieces;
  job->work = &work;
  shared->run(job);
}

float* thread_scratch(int64_t floats) {
  static thread_local Memory memory;
  return static_cast<float*>(memory.at_least(floats * static_cast<int64_t>(sizeof(float))));
}

void* call_scratch(int64_t bytes) {
  static thread_local Memory memory;
  return memory.at_least(bytes);
}

}  // namespace trm
