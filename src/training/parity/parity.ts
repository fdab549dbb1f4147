import * as tf from '@tensorflow/tfjs-core';
import { loadedKernels } from '../../core/engine';
import { useFusedKernels } from '../../trm/kernels';
import { bf16Tolerance, byLength, type ParityRow } from './compare';
import { readFixture, type Fixture } from './fixture';
import { compareGrids } from './grid';
import { compareInitialValues } from './initial';
import { compareLayers } from './layers';
import { compareModel } from './model';
import { compareOptimizers, compareSchedules } from './optimizer';

/** Rows of one way to compute. */
export interface Comparison {
  /** `fused kernels`, `tfjs ops`, `bf16 (<units>)`, `wasm` or `no engine`. */
  way: string;
  rows: ParityRow[];
}

/**
 * Compares model, losses, gradients and optimizer with the independent float64 reference on the engine that is loaded.
 * @param gradients false on an engine that only infers: forward passes, and no optimizer
 */
export function compareOnEngine(fixture: Fixture, gradients: boolean): ParityRow[] {
  tf.engine().startScope('parity');
  try {
    const layers = compareLayers(fixture, gradients);
    const { rows, gradient } = compareModel(fixture, gradients);
    const grids = compareGrids(fixture, gradients);
    return [...layers, ...rows, ...grids, ...(gradient === null ? [] : compareOptimizers(fixture, gradient))];
  } finally {
    tf.engine().endScope();
  }
}

/**
 * The same with products in bf16, as far as they reach: layers, model and grids, with the tolerance that rounding explains.
 * Decisions are left out: where two answers are near each other either may win.
 */
export function compareRounded(fixture: Fixture): ParityRow[] {
  tf.engine().startScope('parity of bf16');
  try {
    const rows = [
      ...compareLayers(fixture, true, 'bf16'),
      ...compareModel(fixture, true, 'bf16').rows,
      ...compareGrids(fixture, true, 'bf16'),
    ];
    return roundedRows(rows, bf16Tolerance(longestChain(fixture)));
  } finally {
    tf.engine().endScope();
  }
}

/**
 * Everything that training does, on the native engine (load it first): once with the fused kernels, where they are
 * loaded, and once with the ops they replace; and what needs no engine.
 */
export async function compareNative(): Promise<Comparison[]> {
  const fixture = await readFixture();
  const out: Comparison[] = [
    { way: 'no engine', rows: [...compareInitialValues(fixture), ...compareSchedules(fixture)] },
  ];
  try {
    const native = loadedKernels();
    for (const fused of native === null ? [false] : [true, false]) {
      useFusedKernels(fused);
      out.push({ way: fused ? 'fused kernels' : 'tfjs ops', rows: compareOnEngine(fixture, true) });
    }
    useFusedKernels(true);
    if (native !== null)
      out.push({ way: `bf16 (${native.bf16 ?? 'rounded factors'})`, rows: compareRounded(fixture) });
  } finally {
    useFusedKernels(true);
  }
  return out;
}

/** Each quantity by its length, and the gradients of all weights of a model as one. */
function roundedRows(rows: readonly ParityRow[], tolerance: number): ParityRow[] {
  const groups = new Map<string, ParityRow[]>();
  for (const row of rows) {
    if (row.decision) continue;
    const weights = /^(?!layer )(.*?)gradient \S+$/.exec(row.name);
    const name = weights ? `${weights[1]}gradients of all weights` : row.name;
    groups.set(name, [...(groups.get(name) ?? []), row]);
  }
  return [...groups].map(([name, group]) => byLength(name, group, tolerance));
}

/**
 * Products one after the other on the longest way through the model: the supervision steps of the fixture, forward and
 * back; a block has four products.
 */
function longestChain({ config, model }: Fixture): number {
  const { layers, recursions, latentUpdates } = config;
  return 2 * 4 * layers * (latentUpdates + 1) * recursions * model.steps.length;
}

/** Forward passes on WASM (load it first; an engine is loaded once a process), which has no gradient of embeddings. */
export async function compareWasm(): Promise<Comparison> {
  return { way: 'wasm', rows: compareOnEngine(await readFixture(), false) };
}
