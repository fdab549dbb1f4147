// One call of an op, as TensorFlow's C API hands it over.
#pragma once
#include <string>
#include <vector>

#include "blocks.h"
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
  /** An output; a large one lies in a block that is given back with the tensor. */
  float* output(int i, const Shape& shape) {
    if (failed) return nullptr;
    int64_t bytes = sizeof(float);
    for (int64_t n : shape) bytes *= n;
    const int rank = static_cast<int>(shape.size());
    if (bytes < kLarge) {
      TF_Tensor* tensor = TF_AllocateOutput(context_, i, TF_FLOAT, shape.data(), rank, static_cast<size_t>(bytes), status_);
      return keep(tensor) ? static_cast<float*>(TF_TensorData(tensor)) : nullptr;
    }
    const auto give = [](void* data, size_t, void*) { give_block(data); };
    TF_Tensor* tensor = TF_NewTensor(TF_FLOAT, shape.data(), rank, take_block(bytes), static_cast<size_t>(bytes), give, nullptr);
    if (!keep(tensor)) return nullptr;
    TF_SetOutput(context_, i, tensor, status_);
    return check() ? static_cast<float*>(TF_TensorData(tensor)) : nullptr;
  }
  void fail(const std::string& why) {
    if (failed) return;
    failed = true;
    TF_SetStatus(status_, TF_INVALID_ARGUMENT, why.c_str());
    TF_OpKernelContext_Failure(context_, status_);
  }

 private:
  /** Bytes from which on an output is a block. */
  static constexpr int64_t kLarge = 1 << 20;

  bool keep(TF_Tensor* tensor) {
    if (tensor != nullptr) tensors_.push_back(tensor);
    return check() && tensor != nullptr;
  }
  /** Whether the last call into TensorFlow went well; a failure fails the op. */
  bool check() {
    if (TF_GetCode(status_) == TF_OK) return true;
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
