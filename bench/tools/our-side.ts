/**
 * Our side of the step benches: a process that computes only between a request and its answer, as bench/torch-peer.py
 * does, one JSON line each.
 */
import { availableParallelism } from 'node:os';
import { createInterface } from 'node:readline';
import * as tf from '@tensorflow/tfjs-core';
import { requireNativeEngine } from '../../src/core/engine';
import { seedStream } from '../../src/core/rng';
import { slotQueries } from '../../src/training/optimization/losses';
import { createEditTrainer } from '../../src/training/testing';
import { collate } from '../../src/trm/batch';
import { bugTypeLogits, haltLogits, headStates, locationLogits, spanLogits } from '../../src/trm/heads';
import { fusedKernels } from '../../src/trm/kernels';
import type { InferencePrecision, Precision } from '../../src/trm/precision';
import { logSumExp } from '../../src/trm/log-sum-exp';
import { nameKeys } from '../../src/trm/slots/name-logits';
import { slotChoices } from '../../src/trm/slots/slot-logits';
import { answerOf, Model, prepareBatch, runSteps } from '../../src/trm/model';
import { makeMaterial, type StepCase, type StepKind, type StepMaterial } from './step-case';

/** A request of the parent; see {@link handle} for the answers. */
export type SideRequest =
  | { do: 'hello' | 'look' | 'memory' }
  | { do: 'peak'; precision: Precision }
  | {
      do: 'open';
      kind: StepKind;
      step: StepCase;
      folder: string;
      compile?: boolean;
      precision?: InferencePrecision;
    }
  | { do: 'steps'; count: number };

/** What can be run step by step. Owns tensors: call `dispose`. */
export interface Program {
  /** Numbers of one step, for the comparison of both sides. */
  next(): Promise<Record<string, number | ArrayLike<number>>>;
  dispose(): void;
}

function training({ model, examples, training: config }: StepMaterial, precision: Precision): Program {
  const rng = seedStream(1, 'bench-trainer');
  const { trainer, dispose } = createEditTrainer({ config, model, examples, rng, precision });
  return {
    next: async () => {
      const { loss, gradientNorm } = await trainer.next(0);
      return { loss, gradientNorm };
    },
    dispose,
  };
}

/** Pieces that inference reads of a slot, as in src/trm/predict.ts. */
const TOP_PIECES = 8;

/** Answers of all heads at the true places, as `predict` reads them. */
function inference({ model: data, examples }: StepMaterial, precision: InferencePrecision): Program {
  const model = new Model(data, null, precision);
  const batch = collate(examples);
  const places = { rows: batch.targets.placeRows, starts: batch.targets.starts };
  const queries = slotQueries(batch.targets);
  const { weights, parts, config } = model;
  const compute = (): tf.NamedTensorMap => {
    const prepared = prepareBatch(batch, config, precision);
    const answer = answerOf(prepared, runSteps(model, prepared, config.supervisionSteps));
    const states = headStates(answer, config, places);
    const keys = nameKeys(weights, answer.names, places.rows);
    const tops = slotChoices(weights, answer, states, queries, keys, parts, TOP_PIECES);
    const { copy, vocabulary, name, pieces } = tops;
    const logs = [...[copy, vocabulary, name].map(logSumExp), tops.pieceLogs];
    const total = logSumExp(tf.stack(logs, 1) as tf.Tensor2D);
    const share = (logits: tf.Tensor): tf.Tensor => tf.exp(tf.sub(logits, tf.reshape(total, [-1, 1])));
    return {
      location: tf.softmax(locationLogits(weights, answer, states, config)),
      halt: tf.sigmoid(haltLogits(weights, states)),
      span: tf.softmax(spanLogits(weights, states, config)),
      bugType: tf.argMax(bugTypeLogits(weights, states), 1),
      copy: share(copy),
      vocabulary: share(vocabulary),
      piece: share(pieces.values),
      pieceIds: pieces.ids,
      name: share(name),
    };
  };
  return {
    next: async () => {
      const tensors = tf.tidy(compute);
      const values = Object.entries(tensors).map(([name, tensor]) => [name, tensor.dataSync()]);
      tf.dispose(tensors);
      return Object.fromEntries(values) as Record<string, ArrayLike<number>>;
    },
    dispose: () => model.dispose(),
  };
}

/**
 * Optimizer steps or answers of a case, in this process. The engine must be loaded.
 * @param precision of products; default `float32`
 */
export function startProgram(
  material: StepMaterial,
  kind: StepKind,
  precision: InferencePrecision = 'float32',
): Program {
  if (kind === 'infer') return inference(material, precision);
  if (precision === 'int16') throw new Error('int16 is for models that only answer');
  return training(material, precision);
}

/** GFLOP/s of a square matrix product, the best of four. */
export function matmulPeak(precision: Precision, size = 4096): number {
  const kernels = fusedKernels();
  const a = tf.randomNormal<tf.Rank.R2>([size, size]);
  const seconds = Array.from({ length: 4 }, () => {
    const started = performance.now();
    const product = kernels ? kernels.matMul(a, a, { precision }) : tf.matMul(a, a);
    // A kernel may still run when the call returns: reading one value waits for it.
    const corner = tf.slice(product, [0, 0], [1, 1]);
    corner.dataSync();
    tf.dispose([product, corner]);
    return (performance.now() - started) / 1000;
  });
  a.dispose();
  return (2 * size ** 3) / Math.min(...seconds) / 1e9;
}

async function timeSteps(program: Program, count: number): Promise<number[]> {
  const seconds: number[] = [];
  for (let i = 0; i < count; i++) {
    const started = performance.now();
    await program.next();
    seconds.push((performance.now() - started) / 1000);
  }
  return seconds;
}

let program: Program | undefined;

function opened(): Program {
  if (!program) throw new Error('expected a case to be opened first');
  return program;
}

async function handle(request: SideRequest): Promise<object> {
  switch (request.do) {
    case 'hello': {
      const { tensorflow, kernels } = await requireNativeEngine();
      const fused = 'off' in kernels ? `no fused kernels: ${kernels.off}` : `fused kernels ${kernels.isa}`;
      // Not the number of processors: the process may be held to some of them (taskset).
      const bf16 = 'off' in kernels ? null : (kernels.bf16 ?? null);
      return { engine: `TensorFlow ${tensorflow}, ${fused}`, threads: availableParallelism(), bf16 };
    }
    case 'peak':
      return { gflops: matmulPeak(request.precision) };
    case 'open': {
      program?.dispose();
      const { step, kind, precision } = request;
      program = startProgram(makeMaterial(step, kind), kind, precision);
      return {};
    }
    case 'look': {
      const numbers = Object.entries(await opened().next());
      return {
        result: Object.fromEntries(
          numbers.map(([name, value]) => [name, typeof value === 'number' ? value : Array.from(value)]),
        ),
      };
    }
    case 'steps':
      return { seconds: await timeSteps(opened(), request.count) };
    case 'memory':
      return { peakMiB: process.resourceUsage().maxRSS / 1024, tensors: tf.memory().numTensors };
  }
}

async function serve(): Promise<void> {
  for await (const line of createInterface({ input: process.stdin }))
    process.stdout.write(`${JSON.stringify(await handle(JSON.parse(line) as SideRequest))}\n`);
}

if (require.main === module) void serve();
