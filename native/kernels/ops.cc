// Registers the fused kernels with TensorFlow through its C API for ops and kernels, which is stable across releases
// and compilers. src/trm/kernels.ts calls them by name and documents what each computes.
#include "ops.h"

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <string>
#include <vector>

#include "call.h"
#include "definition.h"
#include "cpu.h"
#include "pool.h"
#include "shares.h"
#include "tensorflow/c/ops.h"
#include "tensorflow_kernels.h"

namespace trm {

namespace {

void rms(Call& call, bool with_residual) {
  const Shape shape = call.shape(0, 2);
  const float* h = call.floats(0, shape);
  const float* d = with_residual ? call.floats(1, shape) : nullptr;
  float* y = call.output(0, shape);
  float* r = call.output(1, {shape[0]});
  if (call.failed) return;
  each_row(shape[0], shape[1],
           [&](int64_t from, int64_t to) { kernels().rms(h, d, y, r, shape[1], from, to); });
}
void rms_op(Call& call) { rms(call, false); }
void add_rms_op(Call& call) { rms(call, true); }

void rms_grad_op(Call& call) {
  const Shape shape = call.shape(0, 2);
  const float *dy = call.floats(0, shape), *y = call.floats(1, shape), *r = call.floats(2, {shape[0]});
  float* dx = call.output(0, shape);
  if (call.failed) return;
  each_row(shape[0], shape[1],
           [&](int64_t from, int64_t to) { kernels().rms_grad(dy, y, r, dx, shape[1], from, to); });
}

void gate_op(Call& call) {
  const Shape shape = call.shape(0, 2);
  const int64_t inner = shape[1] / 2;
  const float* gu = call.floats(0, {shape[0], 2 * inner});
  float* a = call.output(0, {shape[0], inner});
  if (call.failed) return;
  each_row(shape[0], shape[1],
           [&](int64_t from, int64_t to) { kernels().gate(gu, a, inner, from, to); });
}

void gate_grad_op(Call& call) {
  const Shape shape = call.shape(1, 2);
  const int64_t inner = shape[1];
  const float *gu = call.floats(0, {shape[0], 2 * inner}), *da = call.floats(1, shape);
  float* dgu = call.output(0, {shape[0], 2 * inner});
  float* a = call.output(1, shape);
  if (call.failed) return;
  each_row(shape[0], 2 * inner,
           [&](int64_t from, int64_t to) { kernels().gate_grad(gu, da, dgu, a, inner, from, to); });
}

/** Inputs qkv, angles, counts; the rest of the task is up to the caller. */
Attention attention_task(Call& call) {
  const Shape rows = call.shape(0, 2), angles = call.shape(1, 2), counts = call.shape(2, 1);
  Attention task{};
  task.positions = angles[0];
  task.heads = rows[1] / (3 * kHead);
  const int64_t batch = counts[0];
  task.qkv = call.floats(0, {batch * task.positions, 3 * kHead * task.heads});
  task.angles = call.floats(1, {task.positions, kHead});
  task.counts = call.counts(2, batch, task.positions);
  return task;
}

void attention(Call& call, const Attention& task, decltype(Kernels::attention) kernel) {
  const int64_t batch = call.shape(2, 1)[0];
  if (!call.failed) each_head(task, batch, kernel);
}

void attention_op(Call& call) {
  Attention task = attention_task(call);
  if (call.failed) return;
  const int64_t batch = call.shape(2, 1)[0];
  task.out = call.output(0, {batch * task.positions, kHead * task.heads});
  task.logs = call.output(1, {batch * task.heads * task.positions});
  attention(call, task, kernels().attention);
}

void attention_grad_op(Call& call) {
  Attention task = attention_task(call);
  if (call.failed) return;
  const int64_t batch = call.shape(2, 1)[0], rows = batch * task.positions;
  const Shape width{rows, kHead * task.heads};
  task.out = const_cast<float*>(call.floats(3, width));
  task.logs = const_cast<float*>(call.floats(4, {batch * task.heads * task.positions}));
  task.d_out = call.floats(5, width);
  task.d_qkv = call.output(0, {rows, 3 * kHead * task.heads});
  attention(call, task, kernels().attention_grad);
}

/** weights, ema, m, v, gradient `[n]`, factors `[10]` in the order of Update. */
void update_op(Call& call) {
  const Shape size = call.shape(0, 1);
  Trained state{};
  const float** from[] = {&state.weights, &state.ema, &state.m, &state.v, &state.gradient};
  for (int i = 0; i < 5; i++) *from[i] = call.floats(i, size);
  const float* f = call.floats(5, {10});
  float** to[] = {&state.new_weights, &state.new_ema, &state.new_m, &state.new_v};
  for (int i = 0; i < 4; i++) *to[i] = call.output(i, size);
  if (call.failed) return;
  const Update by{f[0], f[1], f[2], f[3], f[4], f[5], f[6], f[7], f[8], f[9] != 0};
  parallel(size[0], 16384, [&](int64_t begin, int64_t end) { kernels().update(state, by, begin, end); });
}

/** parts[N], then offsets `[N + 1]`, the last one the length of the flat vector. */
void flatten_op(Call& call) {
  const int count = call.inputs() - 1;
  const int32_t* offsets = call.integers(count, {count + 1});
  if (call.failed) return;
  struct Part {
    const float* data;
    int64_t begin, end;
  };
  std::vector<Part> parts;
  for (int i = 0; i < count; i++) {
    TF_Tensor* tensor = call.input(i);
    if (call.failed) return;
    const int64_t begin = offsets[i], end = begin + TF_TensorElementCount(tensor);
    if (begin < (i == 0 ? 0 : parts.back().end) || end > offsets[i + 1])
      return call.fail("part " + std::to_string(i) + " does not fit between its offset and the next");
    parts.push_back({static_cast<const float*>(TF_TensorData(tensor)), begin, end});
  }
  const int64_t size = offsets[count], grain = 65536;
  float* flat = call.output(0, {size});
  if (call.failed) return;
  parallel(size, grain, [&](int64_t from, int64_t to) {
    int64_t at = from;
    auto part = std::upper_bound(parts.begin(), parts.end(), from,
                                 [](int64_t value, const Part& p) { return value < p.end; });
    for (; part != parts.end() && part->begin < to; ++part) {
      const int64_t begin = std::max(part->begin, from), end = std::min(part->end, to);
      if (begin > at) memset(flat + at, 0, sizeof(float) * static_cast<size_t>(begin - at));
      memcpy(flat + begin, part->data + (begin - part->begin), sizeof(float) * static_cast<size_t>(end - begin));
      at = end;
    }
    if (at < to) memset(flat + at, 0, sizeof(float) * static_cast<size_t>(to - at));
  });
}

/** Euclidean length `[1]` of a vector, summed block by block in their order. */
void norm_op(Call& call) {
  const Shape size = call.shape(0, 1);
  const float* x = call.floats(0, size);
  float* norm = call.output(0, {1});
  if (call.failed) return;
  const int64_t grain = 65536;
  std::vector<double> squares(static_cast<size_t>((size[0] + grain - 1) / grain));
  parallel(size[0], grain, [&](int64_t from, int64_t to) {
    squares[static_cast<size_t>(from / grain)] = kernels().squares(x + from, to - from);
  });
  double total = 0;
  for (double part : squares) total += part;
  norm[0] = static_cast<float>(__builtin_sqrt(total));
}

void log_sum_exp_op(Call& call) {
  const Shape shape = call.shape(0, 2);
  const float* x = call.floats(0, shape);
  float* out = call.output(0, {shape[0]});
  if (call.failed) return;
  each_row(shape[0], shape[1],
           [&](int64_t from, int64_t to) { kernels().log_sum_exp(x, out, shape[1], from, to); });
}

void row_tops_op(Call& call) {
  const Shape shape = call.shape(0, 2);
  const float* x = call.floats(0, shape);
  const int32_t* size = call.integers(1, {1});
  if (call.failed) return;
  const int64_t most = *size;
  if (most < 1 || most > shape[1])
    return call.fail("expected 1 to " + std::to_string(shape[1]) + " of a row's values, got " + std::to_string(most));
  float *values = call.output(0, {shape[0], most}), *places = call.output(1, {shape[0], most});
  float* logs = call.output(2, {shape[0]});
  if (call.failed) return;
  each_row(shape[0], shape[1],
           [&](int64_t from, int64_t to) { kernels().row_tops(x, shape[1], most, values, places, logs, from, to); });
}

void softmax_grad_op(Call& call) {
  const Shape shape = call.shape(0, 2);
  const float *x = call.floats(0, shape), *logs = call.floats(1, {shape[0]}), *dy = call.floats(2, {shape[0]});
  float* dx = call.output(0, shape);
  if (call.failed) return;
  each_row(shape[0], shape[1],
           [&](int64_t from, int64_t to) { kernels().softmax_grad(x, logs, dy, dx, shape[1], from, to); });
}

/** Entry e of the list adds weights[e] * from[take[e]] to row put[e]: gather and scatter in one pass. */
struct Moves {
  const float* from;
  int64_t from_rows;
  const int32_t *take, *put;
  const float* weights;
  int64_t count;
};

/**
 * `out` `[rows, width]`. Threads own ranges of output rows and walk the whole list for theirs, in its order: sums
 * come out the same with any number of threads.
 */
void move_rows(Call& call, const Moves& moves, float* out, int64_t rows, int64_t width) {
  for (int64_t e = 0; e < moves.count; e++)
    if (moves.take[e] < 0 || moves.take[e] >= moves.from_rows || moves.put[e] < 0 || moves.put[e] >= rows)
      return call.fail("entry " + std::to_string(e) + " points at a row that does not exist");
  const int64_t grain = std::max<int64_t>(1, (rows + 15) / 16);
  parallel(rows, grain, [&](int64_t begin, int64_t end) {
    memset(out + begin * width, 0, sizeof(float) * static_cast<size_t>((end - begin) * width));
    for (int64_t e = 0; e < moves.count; e++)
      if (moves.put[e] >= begin && moves.put[e] < end)
        kernels().add_scaled(out + moves.put[e] * width, moves.from + moves.take[e] * width, moves.weights[e], width);
  });
}

/** from `[R, E]`, take `[M]`, put `[M]`, weights `[M, 1]`, rows `[1]` -> `[rows, E]`. */
void move_rows_op(Call& call) {
  const Shape from = call.shape(0, 2), list = call.shape(1, 1);
  Moves moves{};
  moves.from = call.floats(0, from);
  moves.from_rows = from[0];
  moves.count = list[0];
  moves.take = call.integers(1, list);
  moves.put = call.integers(2, list);
  moves.weights = call.floats(3, {list[0], 1});
  const int32_t* rows = call.integers(4, {1});
  if (call.failed) return;
  float* out = call.output(0, {*rows, from[1]});
  if (call.failed) return;
  move_rows(call, moves, out, *rows, from[1]);
}

const std::vector<Definition>& definitions() {
  static const std::vector<Definition> all = {
      {"TrmRms", {"h: float"}, {"y: float", "inverse: float"}, {}, compute<rms_op>},
      {"TrmAddRms", {"h: float", "d: float"}, {"y: float", "inverse: float"}, {}, compute<add_rms_op>},
      {"TrmRmsGrad", {"dy: float", "y: float", "inverse: float"}, {"dx: float"}, {}, compute<rms_grad_op>},
      {"TrmGate", {"gu: float"}, {"a: float"}, {}, compute<gate_op>},
      {"TrmGateGrad", {"gu: float", "da: float"}, {"dgu: float", "a: float"}, {}, compute<gate_grad_op>},
      {"TrmAttention",
       {"qkv: float", "angles: float", "counts: int32"},
       {"out: float", "logs: float"},
       {},
       compute<attention_op>},
      {"TrmAttentionGrad",
       {"qkv: float", "angles: float", "counts: int32", "out: float", "logs: float", "dout: float"},
       {"dqkv: float"},
       {},
       compute<attention_grad_op>},
      {"TrmUpdate",
       {"weights: float", "ema: float", "m: float", "v: float", "gradient: float", "factors: float"},
       {"w1: float", "e1: float", "m1: float", "v1: float"},
       {},
       compute<update_op>},
      {"TrmFlatten",
       {"parts: N * float", "offsets: int32"},
       {"flat: float"},
       {"N: int >= 1"},
       compute<flatten_op>},
      {"TrmNorm", {"x: float"}, {"norm: float"}, {}, compute<norm_op>},
      {"TrmLogSumExp", {"x: float"}, {"y: float"}, {}, compute<log_sum_exp_op>},
      {"TrmRowTops",
       {"x: float", "most: int32"},
       {"values: float", "places: float", "logs: float"},
       {},
       compute<row_tops_op>},
      {"TrmSoftmaxGrad", {"x: float", "logs: float", "dy: float"}, {"dx: float"}, {}, compute<softmax_grad_op>},
      {"TrmMoveRows",
       {"from: float", "take: int32", "put: int32", "weights: float", "rows: int32"},
       {"out: float"},
       {},
       compute<move_rows_op>},
  };
  return all;
}

std::string register_one(const Definition& definition) {
  TF_Status* status = TF_NewStatus();
  TF_OpDefinitionBuilder* op = TF_NewOpDefinitionBuilder(definition.name);
  for (const char* spec : definition.attributes) TF_OpDefinitionBuilderAddAttr(op, spec);
  for (const char* spec : definition.inputs) TF_OpDefinitionBuilderAddInput(op, spec);
  for (const char* spec : definition.outputs) TF_OpDefinitionBuilderAddOutput(op, spec);
  // Without shapes a graph would have to do, but only single calls are ever made.
  TF_OpDefinitionBuilderSetShapeInferenceFunction(op, [](TF_ShapeInferenceContext*, TF_Status*) {});
  TF_RegisterOpDefinition(op, status);
  if (TF_GetCode(status) == TF_OK) {
    TF_KernelBuilder* kernel =
        TF_NewKernelBuilder(definition.name, "CPU", definition.create, definition.compute, definition.destroy);
    TF_RegisterKernelBuilder(definition.name, kernel, status);
  }
  const std::string why = TF_GetCode(status) == TF_OK ? "" : std::string(definition.name) + ": " + TF_Message(status);
  TF_DeleteStatus(status);
  return why;
}

}  // namespace

const std::string& register_ops() {
  // Once a process: its worker threads share TensorFlow's registry.
  static const std::string why = [] {
    for (const std::vector<Definition>* some : {&definitions(), &matrix_definitions(), &core_definitions()})
      for (const Definition& definition : *some) {
        const std::string failure = register_one(definition);
        if (!failure.empty()) return failure;
      }
    return std::string();
  }();
  return why;
}

}  // namespace trm
