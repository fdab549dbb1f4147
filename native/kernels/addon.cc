// The fused kernels as a Node addon: loading it registers the ops. Exports {isa, threads}.
#include <node_api.h>

#include "numeric.h"
#include "ops.h"
#include "pool.h"

NAPI_MODULE_INIT() {
  const std::string& failure = trm::register_ops();
  if (!failure.empty()) {
    napi_throw_error(env, "TRM_KERNELS", failure.c_str());
    return exports;
  }
  napi_value isa, threads;
  napi_create_string_utf8(env, trm::kernels().isa, NAPI_AUTO_LENGTH, &isa);
  napi_create_int32(env, trm::pool_threads(), &threads);
  napi_set_named_property(env, exports, "isa", isa);
  napi_set_named_property(env, exports, "threads", threads);
  return exports;
}
