// What TensorFlow is told of an op.
#pragma once
#include <vector>

#include "call.h"

namespace trm {

/** The form in which TensorFlow calls a function of a Call. */
template <void (*Compute)(Call&)>
void compute(void*, TF_OpKernelContext* context) {
  Call call(context);
  Compute(call);
}

/** Name, inputs, outputs and attributes as TensorFlow's op builder reads them, and what computes. */
struct Definition {
  const char* name;
  std::vector<const char*> inputs, outputs, attributes;
  void (*compute)(void*, TF_OpKernelContext*);
  /** For ops with attributes: what is made of them once, and handed to `compute`. */
  void* (*create)(TF_OpKernelConstruction*) = nullptr;
  void (*destroy)(void*) = nullptr;
};

/** Ops of matrix products; the others stand in ops.cc. */
const std::vector<Definition>& matrix_definitions();

}  // namespace trm
