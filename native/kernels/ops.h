#pragma once
#include <string>

namespace trm {

/** Makes the ops known to TensorFlow, once a process. Returns why that failed; empty when it did not. */
const std::string& register_ops();

}  // namespace trm
