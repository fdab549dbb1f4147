import * as tf from '@tensorflow/tfjs-core';
import type { State } from '../../trm/core';
import { collate, type Batch } from '../../trm/batch';
import { embed } from '../../trm/embedding';
import {
  bugTypeLogits,
  haltLogits,
  headStates,
  locationLogits,
  spanLogits,
  type Answer,
} from '../../trm/heads';
import type { Precision } from '../../trm/precision';
import { MASKED } from '../../trm/layers/attention';
import { createParts, prepareBatch, type ModelParts } from '../../trm/model';
import { flatten, unflatten, type FlatLayout, type Weights } from '../../trm/weights';
import { resumeState, type CarryPool } from '../carries';
import { EditTask } from '../edit-task';
import { nameKeys } from '../../trm/slots/name-logits';
import { slotLogits } from '../../trm/slots/slot-logits';
import { computeLoss, slotQueries } from '../optimization/losses';
import type { PreparedRows, Supervised } from '../task';
import { MADE_UP_HASHES } from '../testing';
import { compare, compareDecisions, type ParityRow } from './compare';
import type { Fixture } from './fixture';

/** Tokens the batch is padded to: more than its longest row has. */
const LENGTH = 11;
const WEIGHTING = { bugTypeWeight: 0.2, haltWeight: 0.5, fillWeight: 0.3, replacedWeight: 0.3 };

/** A model on the engine with a batch of the fixture's rows. */
interface Run {
  fixture: Fixture;
  task: EditTask;
  weights: Record<string, tf.Tensor>;
  parts: ModelParts;
  batch: Batch;
  prepared: PreparedRows;
  precision: Precision;
}

/** Rows of the comparison, and the gradient for the optimizer's; null on an engine that only infers. */
export interface ModelComparison {
  rows: ParityRow[];
  /** Flat, of the second supervision step. */
  gradient: Float32Array | null;
}

/**
 * Compares the model as the trainer runs it: the input, two supervision steps with carry and a third in which one row
 * was replaced (states, the logits of every head, loss, its parts, decisions), and the gradients of all weights in the
 * second step and in a batch without bugs. Rows are of different lengths and padded; the reference's are not.
 */
export function compareModel(
  fixture: Fixture,
  gradients: boolean,
  precision: Precision = 'float32',
): ModelComparison {
  const { data, replacedRow } = fixture.model;
  const config = { ...WEIGHTING, batchTokens: 2048 };
  const task = new EditTask({ model: data, hashes: MADE_UP_HASHES, config, precision });
  const run: Run = {
    fixture,
    task,
    weights: unflatten(tf.tensor1d(data.weights), task.layout),
    parts: createParts(data.config, data.start, data.tables),
    batch: collate(fixture.rows, { length: LENGTH }),
    prepared: task.prepare(fixture.rows, LENGTH, data.config),
    precision,
  };
  const rows = compareInput(run);
  const pool = (state: State): CarryPool<unknown> => ({
    rows: [],
    state,
    halted: fixture.rows.map((_, row) => row === replacedRow),
  });
  const first = compareStep(run, 0, run.prepared.start(), rows);
  const second = compareStep(run, 1, first, rows);
  compareStep(run, 2, resumeState(pool(second), run.prepared), rows);
  if (!gradients) return { rows, gradient: null };
  const grads = gradientsOf(task.layout, run.weights, run.prepared, first).grads;
  task.layout.entries.forEach(({ name }, i) => {
    rows.push(compare(`gradient ${name}`, grads[i].dataSync(), fixture.tensor(`gradient ${name}`)));
  });
  rows.push(...compareCleanBatch(run, first));
  task.dispose();
  return { rows, gradient: flatten(grads, task.layout).dataSync<'float32'>().slice() };
}

function compareInput(run: Run): ParityRow[] {
  const { fixture, batch, weights, parts } = run;
  const { input, layout } = prepareBatch(batch, parts.config, run.precision);
  const x = embed(weights, input, layout, parts.config);
  return [compare('embedding x', sampleState(run, x), fixture.tensor('embedding x'))];
}

/** Runs one supervision step from a state, adds its rows, and returns the new state. */
function compareStep(run: Run, number: number, from: State, rows: ParityRow[]): State {
  const { fixture, weights, prepared, parts, batch } = run;
  const label = `step ${number + 1}`;
  const want = fixture.model.steps[number];
  const { state, loss, parts: lossParts } = prepared.supervise(weights, prepared.warm(weights, from));
  const { positions } = prepared;
  const answer: Answer = {
    y: state.y,
    batch: batch.rows,
    positions,
    lengths: batch.lengths,
    names: batch.names,
    precision: run.precision,
  };
  for (const [name, tensor] of Object.entries(headLogits(run, answer)))
    rows.push(
      compare(`${label} ${name} logits`, unmasked(tensor), fixture.tensor(`${label} ${name} logits`)),
    );
  const { exact } = computeLoss(weights, parts, answer, batch.targets, WEIGHTING).decisions;
  rows.push(
    compare(`${label} y`, sampleState(run, state.y), fixture.tensor(`${label} y`)),
    compare(`${label} z`, sampleState(run, state.z), fixture.tensor(`${label} z`)),
    compare(`${label} loss`, loss.dataSync(), [want.loss]),
    compare(`${label} loss parts`, lossParts.dataSync(), want.parts),
    compareDecisions(`${label} exactly right`, exact, want.exact),
  );
  return state;
}

function headLogits({ weights, parts, batch }: Run, answer: Answer): Record<string, tf.Tensor> {
  const { config } = parts;
  const { targets } = batch;
  const places = { rows: targets.placeRows, starts: targets.starts };
  const states = headStates(answer, config, places);
  const keys = nameKeys(weights, answer.names, targets.placeRows);
  const slots = slotLogits(weights, answer, states, slotQueries(targets), keys, parts);
  // Hidden tokens have places, but neither span nor bug type.
  const ofEdits = (logits: tf.Tensor2D): tf.Tensor2D => tf.slice(logits, [0, 0], [targets.buggy, -1]);
  return {
    location: locationLogits(weights, answer, states, config),
    halting: haltLogits(weights, states),
    span: ofEdits(spanLogits(weights, states, config)),
    'bug type': ofEdits(bugTypeLogits(weights, states)),
    "slots' copy": slots.copy,
    "slots' vocabulary": slots.vocabulary,
    "slots' piece": slots.piece,
    "slots' name": slots.name,
  };
}

/** Masked logits left out: their size would hide any difference. */
const unmasked = (logits: tf.Tensor): Float32Array =>
  logits.dataSync<'float32'>().filter((value) => value > MASKED / 2);

/** Every so-many-th value of a state without its padding. */
function sampleState({ fixture, parts, batch }: Run, state: tf.Tensor2D): number[] {
  const { registers, width } = parts.config;
  const values = state.dataSync();
  const perRow = values.length / batch.rows;
  const real = Array.from(batch.lengths).flatMap((length, row) =>
    Array.from(values.subarray(row * perRow, row * perRow + (registers + length) * width)),
  );
  return real.filter((_, i) => i % fixture.model.stateStride === 0);
}

/** Loss and gradients of all weights in one supervision step, as the trainer computes them. */
export function gradientsOf(
  layout: FlatLayout,
  weights: Weights,
  prepared: PreparedRows,
  from: State,
): { loss: number; grads: tf.Tensor[] } {
  const begin = prepared.warm(weights, from);
  const names = layout.entries.map(({ name }) => name);
  const supervise = (...tensors: tf.Tensor[]): Supervised['loss'] =>
    prepared.supervise(Object.fromEntries(names.map((name, i) => [name, tensors[i]])), begin).loss;
  const { value, grads } = tf.valueAndGrads(supervise)(names.map((name) => weights[name]));
  return { loss: value.dataSync()[0], grads };
}

/** A batch without bugs takes another way through the loss; the heads of edits have gradients of 0. */
function compareCleanBatch(run: Run, carried: State): ParityRow[] {
  const { fixture, task, weights } = run;
  const { row, loss: wantLoss, gradientNorms } = fixture.model.clean;
  const example = fixture.rows[row];
  const prepared = task.prepare([example, example], LENGTH, fixture.config);
  const take = (state: tf.Tensor2D): tf.Tensor2D => {
    const { positions } = prepared;
    return tf.tile(tf.slice(state, [row * positions, 0], [positions, -1]), [2, 1]);
  };
  const { loss, grads } = gradientsOf(task.layout, weights, prepared, {
    y: take(carried.y),
    z: take(carried.z),
  });
  const norms = grads.map((gradient) => tf.norm(gradient).dataSync()[0]);
  const want = task.layout.entries.map(({ name }) => gradientNorms[name]);
  return [
    compare('batch without bugs: loss', [loss], [wantLoss]),
    compare("batch without bugs: lengths of all weights' gradients", norms, want),
  ];
}
