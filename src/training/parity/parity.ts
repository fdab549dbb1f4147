import * as tf from '@tensorflow/tfjs-core';
import { loadedKernels } from '../../core/engine';
import { useFusedKernels } from '../../trm/kernels';
import type { ParityRow } from './compare';
import { readFixture, type Fixture } from './fixture';
import { compareGrids } from './grid';
import { compareInitialValues } from './initial';
import { compareLayers } from './layers';
import { compareModel } from './model';
import { compareOptimizers, compareSchedules } from './optimizer';

/** Rows of one way to compute. */
export interface Comparison {
  /** `fused kernels`, `tfjs ops`, `wasm` or `no engine`. */
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
 * Everything that training does, on the native engine (load it first): once with the fused kernels, where they are
 * loaded, and once with the ops they replace; and what needs no engine.
 */
export async function compareNative(): Promise<Comparison[]> {
  const fixture = await readFixture();
  const out: Comparison[] = [
    { way: 'no engine', rows: [...compareInitialValues(fixture), ...compareSchedules(fixture)] },
  ];
  try {
    for (const fused of loadedKernels() === null ? [false] : [true, false]) {
      useFusedKernels(fused);
      out.push({ way: fused ? 'fused kernels' : 'tfjs ops', rows: compareOnEngine(fixture, true) });
    }
  } finally {
    useFusedKernels(true);
  }
  return out;
}

/** Forward passes on WASM (load it first; an engine is loaded once a process), which has no gradient of embeddings. */
export async function compareWasm(): Promise<Comparison> {
  return { way: 'wasm', rows: compareOnEngine(await readFixture(), false) };
}
