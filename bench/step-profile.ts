/**
 * Where the time of a training step or of an answer goes: seconds by op of the native engine, and what is left for the
 * program around them.
 *
 *   make bench BENCH=step-profile ARGS='--preset trm-cpu --kind train --rows 32 --length 64 --recursions 1 --latent 1 --precision float32'
 *
 * Prints a table, the largest part first. The last line is JSON: kind, case, stepMs, calls, coreGflops, parts (name, calls a
 * step, ms a step).
 */
import { parseArgs } from 'node:util';
import * as tf from '@tensorflow/tfjs-core';
import { requireNativeEngine } from '../src/core/engine';
import { percentile } from '../src/metrics/percentile';
import { PRESET_NAMES, resolveModelConfig } from '../src/trm/config';
import { supervisionStepFlops } from '../src/trm/flops';
import { cpuFacts } from './tools/cpu';
import { INFERENCE_PRECISIONS, type InferencePrecision } from '../src/trm/precision';
import { startProgram } from './tools/our-side';
import { caseModel, makeMaterial, type StepCase, type StepKind } from './tools/step-case';

/** Time of one kind of call. */
interface Part {
  name: string;
  calls: number;
  ms: number;
}

/** The two ways in which tfjs-node runs an op by name; both return when the op is done. */
interface OpRunner {
  executeSingleOutput(name: string, attributes: unknown, inputs: readonly tf.Tensor[]): tf.Tensor;
  executeMultipleOutputs(
    name: string,
    attributes: unknown,
    inputs: readonly tf.Tensor[],
    outputs: number,
  ): tf.Tensor[];
}

/** Times every op that the native backend runs; `read` returns the parts since the last call. */
function watchOps(): { read: () => Part[] } {
  const backend = tf.backend() as unknown as OpRunner;
  let parts = new Map<string, Part>();
  const timed = <T>(label: string, run: () => T): T => {
    const started = performance.now();
    const result = run();
    const part = parts.get(label) ?? { name: label, calls: 0, ms: 0 };
    parts.set(label, { name: label, calls: part.calls + 1, ms: part.ms + performance.now() - started });
    return result;
  };
  const single = backend.executeSingleOutput.bind(backend);
  const multiple = backend.executeMultipleOutputs.bind(backend);
  backend.executeSingleOutput = (name, ...rest) => timed(labelOf(name, rest[1]), () => single(name, ...rest));
  backend.executeMultipleOutputs = (name, ...rest) =>
    timed(labelOf(name, rest[1]), () => multiple(name, ...rest));
  return {
    read: () => {
      const read = [...parts.values()];
      parts = new Map();
      return read;
    },
  };
}

/** Products are told apart by the size of their factors: that is where the time is. */
function labelOf(name: string, inputs: readonly tf.Tensor[]): string {
  if (!/MatMul/.test(name)) return name;
  return `${name} ${inputs
    .slice(0, 2)
    .map(({ shape }) => shape.join('x'))
    .join(' ')}`;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      preset: { type: 'string', default: 'trm-cpu' },
      kind: { type: 'string', default: 'train' },
      rows: { type: 'string', default: '32' },
      length: { type: 'string', default: '64' },
      recursions: { type: 'string', default: '1' },
      latent: { type: 'string', default: '1' },
      steps: { type: 'string', default: '20' },
      precision: { type: 'string', default: 'float32' },
    },
  });
  resolveModelConfig(values.preset);
  const kind: StepKind = values.kind === 'infer' ? 'infer' : 'train';
  const step: StepCase = {
    preset: PRESET_NAMES.find((name) => name === values.preset) ?? 'trm-cpu',
    recursions: Number(values.recursions),
    latentUpdates: Number(values.latent),
    supervisionSteps: 1,
    rows: Number(values.rows),
    length: Number(values.length),
  };
  const { kernels } = await requireNativeEngine();
  const program = startProgram(makeMaterial(step, kind), kind, precisionOf(values.precision));
  const { parts, times } = await profile(program, Number(values.steps));
  const stepMs = percentile(times, 0.5);
  print(parts, stepMs);
  const flops = supervisionStepFlops(caseModel(step), step.rows, step.length, kind === 'train');
  const result = {
    bench: 'step-profile',
    kind,
    case: step,
    stepMs,
    coreGflops: flops / stepMs / 1e6,
    calls: parts.reduce((sum, { calls }) => sum + calls, 0),
    parts,
    kernels,
    ...cpuFacts(),
  };
  console.log(JSON.stringify(result));
}

function precisionOf(given: string): InferencePrecision {
  const precision = INFERENCE_PRECISIONS.find((name) => name === given);
  if (!precision) throw new Error(`expected a precision of ${INFERENCE_PRECISIONS.join(', ')}, got ${given}`);
  return precision;
}

async function profile(program: ReturnType<typeof startProgram>, steps: number) {
  for (let i = 0; i < 3; i++) await program.next();
  const ops = watchOps();
  const times: number[] = [];
  for (let i = 0; i < steps; i++) {
    const started = performance.now();
    await program.next();
    times.push(performance.now() - started);
  }
  const parts = ops
    .read()
    .map(({ name, calls, ms }) => ({ name, calls: calls / steps, ms: ms / steps }))
    .sort((a, b) => b.ms - a.ms);
  const mean = times.reduce((sum, time) => sum + time, 0) / steps;
  const around = mean - parts.reduce((sum, { ms }) => sum + ms, 0);
  program.dispose();
  return { parts: [...parts, { name: 'program around the ops', calls: 0, ms: around }], times };
}

function print(parts: readonly Part[], stepMs: number): void {
  for (const { name, calls, ms } of [...parts].sort((a, b) => b.ms - a.ms).slice(0, 40))
    console.log(`${ms.toFixed(2).padStart(9)} ms  ${calls.toFixed(1).padStart(6)}x  ${name}`);
  console.log(`${stepMs.toFixed(1).padStart(9)} ms  median of a step`);
}

void main();
