// One call of an op, as TensorFlow's C API hands it over.
#pragma once
#include <string>
#include <vector>

#include "tensorflow_kernels.h"

namespace trm {

using Shape = std::vector<int64_t>;

/** Inputs and outputs of one call; frees what it took. Nothing may be computed once `failed`. */
class Call {
 public:
  explicit Call(TF_OpKernelContext* context) : context_(context), status_(TF_NewStatus()) {}
  ~Call() {
    for (TF_Tensor* tensor : tensors_) TF_DeleteTensor(tensor);
    TF_DeleteStatus(status_);
  }
  Call(const Call&) = delete;

  bool failed = false;

  int inputs() const { return TF_NumInputs(context_); }

  TF_Tensor* input(int i) {
    TF_Tensor* tensor = nullptr;
    TF_GetInput(context_, i, &tensor, status_);
    if (!keep(tensor)) return nullptr;
    return tensor;
  }
  const float* floats(int i, const Shape& shape) {
    TF_Tensor* tensor = input(i);
    if (tensor == nullptr || !expect(i, tensor, shape)) return nullptr;
    return static_cast<const float*>(TF_TensorData(tensor));
  }
  const int32_t* integers(int i, const Shape& shape) {
    TF_Tensor* tensor = input(i);
    if (tensor == nullptr || !expect(i, tensor, shape)) return nullptr;
    return static_cast<const int32_t*>(TF_TensorData(tensor));
  }
  /** Numbers of positions `[n]`; fails unless each is one of 1 to `most`. */
  const int32_t* counts(int i, int64_t n, int64_t most) {
    const int32_t* values = integers(i, {n});
    for (int64_t row = 0; !failed && row < n; row++)
      if (values[row] < 1 || values[row] > most)
        fail("input " + std::to_string(i) + ": expected counts of 1.." + std::to_string(most) + ", got " +
             std::to_string(values[row]));
    return values;
  }
  /** Shape of an input; fails unless it has that rank. */
  Shape shape(int i, size_t rank) {
    Shape out;
    TF_Tensor* tensor = input(i);
    if (tensor == nullptr) return Shape(rank);
    for (int d = 0; d < TF_NumDims(tensor); d++) out.push_back(TF_Dim(tensor, d));
    if (out.size() == rank) return out;
    fail("input " + std::to_string(i) + ": expected rank " + std::to_string(rank) + ", got " +
         std::to_string(out.size()));
    return Shape(rank);
  }
  float* output(int i, const Shape& shape) {
    int64_t count = 1;
    for (int64_t n : shape) count *= n;
    TF_Tensor* tensor = TF_AllocateOutput(context_, i, TF_FLOAT, shape.data(), static_cast<int>(shape.size()),
                                          static_cast<size_t>(count) * sizeof(float), status_);
    if (!keep(tensor)) return nullptr;
    return static_cast<float*>(TF_TensorData(tensor));
  }
  void fail(const std::string& why) {
    if (failed) return;
    failed = true;
    TF_SetStatus(status_, TF_INVALID_ARGUMENT, why.c_str());
    TF_OpKernelContext_Failure(context_, status_);
  }

 private:
  bool keep(TF_Tensor* tensor) {
    if (tensor != nullptr) tensors_.push_back(tensor);
    if (TF_GetCode(status_) == TF_OK && tensor != nullptr) return true;
    if (!failed) TF_OpKernelContext_Failure(context_, status_);
    failed = true;
    return false;
  }
  bool expect(int i, TF_Tensor* tensor, const Shape& shape) {
    bool equal = TF_NumDims(tensor) == static_cast<int>(shape.size());
    for (size_t d = 0; equal && d < shape.size(); d++) equal = TF_Dim(tensor, static_cast<int>(d)) == shape[d];
    if (equal) return true;
    std::string want, got;
    for (int64_t n : shape) want += std::to_string(n) + " ";
    for (int d = 0; d < TF_NumDims(tensor); d++) got += std::to_string(TF_Dim(tensor, d)) + " ";
    fail("input " + std::to_string(i) + ": expected shape [ " + want + "], got [ " + got + "]");
    return false;
  }

  TF_OpKernelContext* context_;
  TF_Status* status_;
  std::vector<TF_Tensor*> tensors_;
};

}  // namespace trm
