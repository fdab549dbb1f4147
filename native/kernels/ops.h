#pragma once
#include <string>

namespace trm {

struct Kernels;

/** The kernels of the best instruction set that this processor has. */
const Kernels& kernels();

/** Makes the ops known to TensorFlow, once a process. Returns why that failed; empty when it did not. */
const std::string& register_ops();

}  // namespace trm
