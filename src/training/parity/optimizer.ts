import * as tf from '@tensorflow/tfjs-core';
import type { Rng } from '../../core/rng';
import { flatLayout, type FlatLayout } from '../../trm/weights';
import { decideHalting, refill, type CarryPool } from '../carries';
import type { OptimizerConfig } from '../run-config';
import { optimizerStep, vectorNorm, type TrainedState } from '../optimization/optimizer';
import { emaDecay, learningRate } from '../optimization/schedule';
import { compare, compareDecisions, type ParityRow } from './compare';
import { formula, type Fixture, type HaltingFixture } from './fixture';

type Kind = OptimizerConfig['kind'];
const KINDS: readonly Kind[] = ['adamw', 'adam-atan2'];

/**
 * Compares AdamW and AdamATan2 with clipping and moving average: three steps from nothing on short vectors, and the
 * fifth step of all the model's weights on its own gradient.
 * @param gradient flat, of the second supervision step
 */
export function compareOptimizers(fixture: Fixture, gradient: Float32Array): ParityRow[] {
  return KINDS.flatMap((kind) => [
    ...compareShort(fixture, kind),
    ...compareWhole(fixture, kind, tf.tensor1d(gradient)),
  ]);
}

function configOf({ optimizer }: Fixture, kind: Kind, clipNorm: number): OptimizerConfig {
  return {
    ...optimizer.hyper,
    kind,
    clipNorm,
    warmupShare: 0,
    warmupSteps: null,
    decayShare: 0,
    finalShare: 0,
  };
}

function compareShort(fixture: Fixture, kind: Kind): ParityRow[] {
  const { seeds, size, scales, clipNorm, emaDecays } = fixture.optimizer.short;
  const config = configOf(fixture, kind, clipNorm);
  const [weights, ...gradients] = seeds.map((seed, i) => tf.tensor1d(formula(seed, size, scales[i])));
  let state: TrainedState = { weights, ema: weights, m: tf.zeros([size]), v: tf.zeros([size]) };
  gradients.forEach((gradient, step) => {
    const numbers = {
      step,
      learningRate: config.learningRate,
      emaDecay: emaDecays[step],
      gradientNorm: vectorNorm(gradient).dataSync()[0],
    };
    state = optimizerStep(state, gradient, numbers, config);
  });
  return (['weights', 'm', 'v', 'ema'] as const).map((part) => {
    const name = `${kind} ${part} after ${gradients.length} steps`;
    // Second moments are small; the others are of order 0.1 to 1.
    return compare(name, state[part].dataSync(), fixture.tensor(name), 1e-12);
  });
}

function compareWhole(fixture: Fixture, kind: Kind, gradient: tf.Tensor1D): ParityRow[] {
  const { whole } = fixture.optimizer;
  const layout = flatLayout(fixture.config);
  const config = configOf(fixture, kind, whole.clipNorm);
  const { before, state } = wholeState(fixture, layout);
  const gradientNorm = vectorNorm(gradient).dataSync()[0];
  const numbers = {
    step: whole.t - 1,
    learningRate: config.learningRate,
    emaDecay: whole.emaDecay,
    gradientNorm,
  };
  const after = optimizerStep(state, gradient, numbers, config);
  const sample = (tensor: tf.Tensor): number[] =>
    dense(tensor.dataSync<'float32'>(), layout).filter((_, i) => i % whole.stride === 0);
  const change = tf.sub(after.weights, before);
  const rows = [compare(`${kind} length of the gradient`, [gradientNorm], [whole.gradientNorm])];
  const all: [string, tf.Tensor][] = [
    ['change', change],
    ['m', after.m],
    ['v', after.v],
    ['ema', after.ema],
  ];
  for (const [part, tensor] of all) {
    const name = `${kind} ${part} of all weights`;
    rows.push(compare(name, sample(tensor), fixture.tensor(name), 1e-12));
  }
  return rows;
}

/** What the optimizer remembers before its fifth step: values by the formula, zero in the layout's gaps. */
function wholeState(
  { model, optimizer }: Fixture,
  layout: FlatLayout,
): { before: tf.Tensor1D; state: TrainedState } {
  const { scale } = optimizer.whole;
  const count = layout.entries.reduce((sum, { size }) => sum + size, 0);
  const spread = (values: Float32Array): tf.Tensor1D => {
    const flat = new Float32Array(layout.size);
    let at = 0;
    for (const { offset, size } of layout.entries) {
      flat.set(values.subarray(at, at + size), offset);
      at += size;
    }
    return tf.tensor1d(flat);
  };
  const before = tf.tensor1d(model.data.weights);
  const away = formula(212, count, 0.05);
  const weights = Float32Array.from(dense(model.data.weights, layout), (value, i) => value + away[i]);
  return {
    before,
    state: {
      weights: before,
      ema: spread(weights),
      m: spread(formula(210, count, scale)),
      v: spread(formula(211, count, 1).map((value) => scale ** 2 * (1.5 + value))),
    },
  };
}

/** A flat vector without its gaps. */
const dense = (flat: Float32Array, layout: FlatLayout): number[] =>
  layout.entries.flatMap(({ offset, size }) => Array.from(flat.subarray(offset, offset + size)));

/** Learning rates and decays of the average at many steps, and which rows halt; plain numbers, no engine. */
export function compareSchedules(fixture: Fixture): ParityRow[] {
  const rates = fixture.learningRates.flatMap(({ config, most, values }, i) => {
    const optimizer = { ...configOf(fixture, 'adamw', 1), ...config };
    // The reference counts steps; of a budget of `most` steps a share says the same.
    const byShare = { ...optimizer, warmupSteps: null, warmupShare: config.warmupSteps / most };
    return Object.entries({ steps: optimizer, 'a share': byShare }).map(([kind, each]) => {
      const got = values.map((_, step) =>
        learningRate(step, step / most, { maxSteps: most, optimizer: each }),
      );
      return compare(`learning rate, schedule ${i + 1}, warm-up by ${kind}`, got, values);
    });
  });
  const { most, steps, values } = fixture.emaDecay;
  const decays = steps.map((step) => emaDecay(step, most));
  return [
    ...rates,
    compare('decay of the averaged weights', decays, values),
    ...fixture.halting.map((halting) =>
      compareDecisions(
        `halting, exploration ${halting.exploration}`,
        decideAll(halting),
        halting.result.flatMap(({ steps, halted }) => [...steps, ...halted]),
      ),
    ),
  ];
}

/** Steps done and decisions of all rows, one supervision step after the other; rows that halt are replaced. */
function decideAll({
  supervisionSteps,
  exploration,
  q,
  draws,
  leasts,
}: HaltingFixture): (number | boolean)[] {
  const options = { supervisionSteps, exploration };
  let pool: CarryPool<string> = { rows: [], state: null, halted: q[0].map(() => true) };
  return q.flatMap((values, step) => {
    const rows = refill(
      pool,
      pool.halted.filter(Boolean).map(() => 'row'),
    ).map(({ row, steps }) => ({ row, steps: steps + 1 }));
    const halted = rows.flatMap(({ steps }, row) =>
      decideHalting([steps], [values[row]], options, givenDraws(draws[step][row], leasts[step][row] - 2)),
    );
    pool = { rows, state: null, halted };
    return [...rows.map(({ steps }) => steps), ...halted];
  });
}

/** A stream that draws what it is given. */
function givenDraws(uniform: number, integer: number): Rng {
  const never = (): never => {
    throw new Error('halting draws only next() and int()');
  };
  return {
    next: () => uniform,
    int: () => integer,
    pick: never,
    shuffle: never,
    weighted: never,
    normal: never,
    fork: never,
    state: never,
    restore: never,
  };
}
