// The fused kernels as a Node addon: loading it registers the ops. Exports {isa, int16, threads}:
// instruction sets of the numeric kernels and of int16 products. Where bf16 units are, their name as `bf16`.
#include <node_api.h>

#include "cpu.h"
#include "ops.h"
#include "pool.h"

NAPI_MODULE_INIT() {
  const std::string& failure = trm::register_ops();
  if (!failure.empty()) {
    napi_throw_error(env, "TRM_KERNELS", failure.c_str());
    return exports;
  }
  const auto text = [&](const char* name, const char* value) {
    napi_value made;
    napi_create_string_utf8(env, value, NAPI_AUTO_LENGTH, &made);
    napi_set_named_property(env, exports, name, made);
  };
  text("isa", trm::kernels().isa);
  if (trm::has_bf16_units()) text("bf16", trm::matrix_unit(trm::Precision::kBf16).name);
  text("int16", trm::matrix_unit(trm::Precision::kInt16).name);
  napi_value threads;
  napi_create_int32(env, trm::pool_threads(), &threads);
  napi_set_named_property(env, exports, "threads", threads);
  return exports;
}
