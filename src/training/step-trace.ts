import * as tf from '@tensorflow/tfjs-core';
import type { Example } from '../records/example';
import { collate } from '../trm/batch';
import { headStates, locationLogits } from '../trm/heads';
import { prepareBatch, startStates, supervisionStep, type Model, type PreparedBatch } from '../trm/model';
import type { State } from '../trm/core';
import { computeLoss } from './optimization/losses';

/** What a model says of one example after each supervision step, judged as training judges it. */
export interface StepTrace {
  sampleId: string;
  clean: boolean;
  /** Entry t - 1 is that of step t. The place is right; for clean rows "no bug". */
  located: boolean[];
  /** Place, span and content are right, the last two given the true place: what the halting head is trained to tell. */
  exact: boolean[];
  /** Probability of being exactly right that the halting head states; above 0.5 training would halt. */
  halt: number[];
}

/** Settings of {@link traceSteps}. */
export interface TraceOptions {
  /** Supervision steps, whatever the model was trained with. */
  steps: number;
  /** Program tokens of a batch, padding included. Default 2048. */
  batchTokens?: number;
}

/** Runs a model for some supervision steps and judges its answer after each. @returns traces in the examples' order */
export function traceSteps(
  model: Model,
  examples: readonly Example[],
  { steps, batchTokens = 2048 }: TraceOptions,
): StepTrace[] {
  const out = new Map<Example, StepTrace>();
  const order = [...examples].sort((a, b) => b.length - a.length);
  for (let at = 0; at < order.length;) {
    const rows = order.slice(at, at + Math.max(1, Math.floor(batchTokens / order[at].length)));
    const traces = traceBatch(model, rows, steps);
    rows.forEach((row, i) => out.set(row, traces[i]));
    at += rows.length;
  }
  return examples.map((example) => out.get(example) as StepTrace);
}

function traceBatch(model: Model, rows: readonly Example[], steps: number): StepTrace[] {
  const traces = rows.map(({ sampleId, target }): StepTrace => {
    return { sampleId, clean: target.location === 0, located: [], exact: [], halt: [] };
  });
  const batch = collate(rows);
  eachStep(model, batch, steps, ({ answer }) => {
    const weighting = { bugTypeWeight: 0, haltWeight: 0, fillWeight: 0, replacedWeight: 0 };
    const { decisions, halt } = computeLoss(model.weights, model.parts, answer, batch.targets, weighting);
    const stated = tf.sigmoid(halt).dataSync();
    traces.forEach((trace, row) => {
      trace.located.push(decisions.located[row]);
      trace.exact.push(decisions.exact[row]);
      trace.halt.push(stated[row]);
    });
  });
  return traces;
}

type Step = ReturnType<typeof supervisionStep>;

/** Runs the steps one after another; what `look` makes is freed, the states last for one step. */
function eachStep(
  model: Model,
  batch: ReturnType<typeof collate>,
  steps: number,
  look: (step: Step, before: State, prepared: PreparedBatch) => void,
): void {
  tf.engine().startScope('steps');
  try {
    const prepared = prepareBatch(batch, model.config, model.precision);
    let state = startStates(model.parts, prepared.layout);
    for (let step = 0; step < steps; step++)
      state = tf.tidy(() => {
        const next = supervisionStep(model.weights, model.parts, prepared, state);
        look(next, state, prepared);
        return { ...next.state };
      });
  } finally {
    tf.engine().endScope();
  }
}

/** The inside of a model while it works on one example. */
export interface LatentTrace {
  sampleId: string;
  /** Entry 0 is the start state, entry t that after step t: `[D]` values of register 0, from which "no bug" is read. */
  y: Float32Array[];
  z: Float32Array[];
  /** Entry t - 1: how far step t moved the state of all positions, |new - old| / |new|. */
  moved: { y: number[]; z: number[] };
  /** Entry t - 1: `[S + 1]` probabilities of the places after step t, "no bug" first. */
  location: Float32Array[];
}

/** Follows the latents of examples through the supervision steps, one example at a time. */
export function traceLatents(model: Model, examples: readonly Example[], steps: number): LatentTrace[] {
  return examples.map((example) => {
    const trace: LatentTrace = {
      sampleId: example.sampleId,
      y: [],
      z: [],
      moved: { y: [], z: [] },
      location: [],
    };
    const values = <T extends tf.Tensor>(tensor: T): Float32Array => tensor.dataSync<'float32'>().slice();
    const register = (tensor: tf.Tensor2D): Float32Array => values(tf.slice(tensor, [0, 0], [1, -1]));
    eachStep(model, collate([example]), steps, ({ state, answer }, before) => {
      for (const key of ['y', 'z'] as const) {
        if (trace[key].length === 0) trace[key].push(register(before[key]));
        trace[key].push(register(state[key]));
        const distance = tf.div(tf.norm(tf.sub(state[key], before[key])), tf.norm(state[key]));
        trace.moved[key].push(values(distance)[0]);
      }
      trace.location.push(
        values(
          tf.softmax(locationLogits(model.weights, answer, headStates(answer, model.config), model.config)),
        ),
      );
    });
    return trace;
  });
}
