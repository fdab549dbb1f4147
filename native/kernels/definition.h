// What TensorFlow is told of an op.
#pragma once
#include <cstring>
#include <vector>

#include "call.h"
#include "product.h"

namespace trm {

/** The form in which TensorFlow calls a function of a Call. */
template <void (*Compute)(Call&)>
void compute(void*, TF_OpKernelContext* context) {
  Call call(context);
  Compute(call);
}

/** Declarations of the attribute `precision`; whole numbers are for factors that are packed once, and read again and again. */
constexpr const char* kPrecision = "precision: {'float32', 'bf16'}";
constexpr const char* kPackedPrecision = "precision: {'float32', 'bf16', 'int16'}";

/** Packed factors are handed over as tensors of floats. */
constexpr int64_t kFloat = sizeof(float);

/** Reads an op's attributes; after a failure all are zero. */
class Attributes {
 public:
  explicit Attributes(TF_OpKernelConstruction* construction) : construction_(construction), status_(TF_NewStatus()) {}
  ~Attributes() { TF_DeleteStatus(status_); }
  Attributes(const Attributes&) = delete;

  bool flag(const char* name) {
    unsigned char value = 0;
    TF_OpKernelConstruction_GetAttrBool(construction_, name, &value, status_);
    check();
    return value != 0;
  }
  Precision precision() {
    char text[8] = {};
    TF_OpKernelConstruction_GetAttrString(construction_, "precision", text, sizeof text - 1, status_);
    check();
    if (std::strcmp(text, "int16") == 0) return Precision::kInt16;
    return std::strcmp(text, "bf16") == 0 ? Precision::kBf16 : Precision::kFloat32;
  }

 private:
  void check() {
    if (TF_GetCode(status_) != TF_OK) TF_OpKernelConstruction_Failure(construction_, status_);
  }
  TF_OpKernelConstruction* construction_;
  TF_Status* status_;
};

/** The three functions of an op that is an object made of its attributes. */
template <typename Made>
void* create(TF_OpKernelConstruction* construction) {
  Attributes attributes(construction);
  return new Made(attributes);
}
template <typename Made>
void destroy(void* made) {
  delete static_cast<Made*>(made);
}
template <typename Made>
void run(void* made, TF_OpKernelContext* context) {
  Call call(context);
  static_cast<Made*>(made)->compute(call);
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

/** Ops of matrix products, and of the whole core; the others stand in ops.cc. */
const std::vector<Definition>& matrix_definitions();
const std::vector<Definition>& core_definitions();

}  // namespace trm
