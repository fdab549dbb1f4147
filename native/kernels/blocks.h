// Large pieces of memory that calls need again and again. The system hands such pieces out page by page, each filled with
// zeros at its first touch, and takes them back when they are freed: for the memory of a training step that costs as much
// as some of its products. Blocks are kept when they are given back, and are taken again.
#pragma once
#include <cstdint>
#include <memory>

namespace trm {

/** At least `bytes` of memory, aligned to 64; what is in it is left from before. To be given back. */
void* take_block(int64_t bytes);

/** Gives a block back. At most as much is kept as was taken at the same time at some point. */
void give_block(void* block);

/** A block of floats for as long as it lives. */
class Block {
 public:
  explicit Block(int64_t floats) : at_(take_block(floats * static_cast<int64_t>(sizeof(float)))) {}
  float* get() const { return static_cast<float*>(at_.get()); }

 private:
  struct Give {
    void operator()(void* at) const { give_block(at); }
  };
  std::unique_ptr<void, Give> at_;
};

}  // namespace trm
