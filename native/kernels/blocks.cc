#include "blocks.h"

#include <cstdlib>
#include <iterator>
#include <map>
#include <mutex>
#include <new>
#if defined(__linux__)
#include <sys/mman.h>
#endif

namespace trm {
namespace {

/** Blocks are whole huge pages. */
constexpr size_t kPage = 2 << 20;

/** All blocks of the process. */
class Blocks {
 public:
  void* take(size_t bytes) {
    bytes = (bytes + kPage - 1) / kPage * kPage;
    const std::lock_guard<std::mutex> lock(mutex_);
    // The smallest one that is large enough, unless half of it would lie idle.
    auto found = idle_.lower_bound(bytes);
    void* block;
    if (found != idle_.end() && found->first <= 2 * bytes) {
      bytes = found->first;
      block = found->second;
      idle_.erase(found);
      idle_bytes_ -= bytes;
    } else {
      block = allocate(bytes);
    }
    sizes_[block] = bytes;
    used_bytes_ += bytes;
    most_bytes_ = used_bytes_ > most_bytes_ ? used_bytes_ : most_bytes_;
    return block;
  }

  void give(void* block) {
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto found = sizes_.find(block);
    const size_t bytes = found->second;
    sizes_.erase(found);
    used_bytes_ -= bytes;
    idle_.emplace(bytes, block);
    idle_bytes_ += bytes;
    // The smallest go first: a large one serves more calls.
    while (idle_bytes_ + used_bytes_ > most_bytes_) {
      const auto last = idle_.begin();
      idle_bytes_ -= last->first;
      std::free(last->second);
      idle_.erase(last);
    }
  }

 private:
  static void* allocate(size_t bytes) {
    void* block = std::aligned_alloc(kPage, bytes);
    if (block == nullptr) throw std::bad_alloc();
#if defined(__linux__)
    madvise(block, bytes, MADV_HUGEPAGE);
#endif
    return block;
  }

  std::mutex mutex_;
  std::multimap<size_t, void*> idle_;
  std::map<void*, size_t> sizes_;
  size_t idle_bytes_ = 0, used_bytes_ = 0, most_bytes_ = 0;
};

/** Never destroyed: tensors may give blocks back while the process ends. */
Blocks& blocks() {
  static Blocks* one = new Blocks;
  return *one;
}

}  // namespace

void* take_block(int64_t bytes) { return blocks().take(static_cast<size_t>(bytes)); }
void give_block(void* block) { blocks().give(block); }

}  // namespace trm
