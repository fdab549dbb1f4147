import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ConfigError } from '../../core/errors';
import { seedStream } from '../../core/rng';
import { gridValues, parameterSchema, sampleParameter, type Parameter } from './distribution';
import { createOwnEngine, gridSize, trialSettings, type SearchPlan } from './engine';
import { nextRungJob, rungBudgets } from './rungs';
import { DESCENT, trialResult } from './testing';

const parse = (given: unknown): Parameter => parameterSchema.parse(given);

/** 2,000 draws of a parameter. */
function draws(given: unknown): number[] {
  const rng = seedStream(3, 'draws');
  return Array.from({ length: 2000 }, () => sampleParameter(parse(given), rng) as number);
}

const quantile = (values: readonly number[], share: number): number =>
  [...values].sort((a, b) => a - b)[Math.floor(share * values.length)];

test('every distribution keeps its bounds and has its middle where it should be', () => {
  const near = (got: number, want: number, tolerance: number): void =>
    assert.ok(Math.abs(got - want) <= tolerance, `expected about ${want}, got ${got}`);
  const cases: [
    given: Record<string, unknown>,
    low: number,
    high: number,
    median: number,
    tolerance: number,
  ][] = [
    [{ distribution: 'uniform', min: -1, max: 3 }, -1, 3, 1, 0.15],
    [{ distribution: 'int_uniform', min: 1, max: 9 }, 1, 9, 5, 0],
    [{ distribution: 'q_uniform', min: 0, max: 1, q: 0.25 }, 0, 1, 0.5, 0],
    [{ distribution: 'log_uniform_values', min: 1e-4, max: 1e-2 }, 1e-4, 1e-2, 1e-3, 2e-4],
    [{ distribution: 'log_uniform', min: -2, max: 2 }, Math.exp(-2), Math.exp(2), 1, 0.15],
    [{ distribution: 'q_log_uniform_values', min: 64, max: 1024, q: 64 }, 64, 1024, 256, 64],
    [{ distribution: 'normal', mu: 10, sigma: 0.1 }, 9, 11, 10, 0.02],
    [{ distribution: 'log_normal', mu: 0, sigma: 0.5 }, 0.1, 12, 1, 0.1],
  ];
  for (const [given, low, high, median, tolerance] of cases) {
    const drawn = draws(given);
    assert.ok(
      drawn.every((value) => value >= low - 1e-5 && value <= high + 1e-5),
      `${String(given.distribution)}: ${Math.min(...drawn)} to ${Math.max(...drawn)}`,
    );
    near(quantile(drawn, 0.5), median, tolerance);
  }
  assert.equal([...new Set(draws({ distribution: 'int_uniform', min: 1, max: 3 }))].sort(), [1, 2, 3]);
  assert.ok(
    draws({ distribution: 'q_log_uniform_values', min: 64, max: 1024, q: 64 }).every((v) => v % 64 === 0),
  );
  const weighted = draws({ values: [1, 2], probabilities: [9, 1] });
  near(weighted.filter((value) => value === 1).length / weighted.length, 0.9, 0.03);
  assert.equal(new Set(draws({ value: [1, 2] }).map((value) => JSON.stringify(value))), new Set(['[1,2]']));
});

test('a parameter that does not hold together is refused and says what it expects', () => {
  for (const [given, message] of [
    [{ min: 0, max: 1 }, /expected value, values or a distribution/],
    [{ distribution: 'uniform', min: 0 }, /uniform expects min, max, got min/],
    [{ distribution: 'uniform', min: 0, max: 1, q: 2 }, /uniform expects min, max, got min, max, q/],
    [{ distribution: 'uniform', min: 2, max: 1 }, /expected min < max, got 2 and 1/],
    [{ distribution: 'int_uniform', min: 0.5, max: 2 }, /whole bounds/],
    [{ distribution: 'log_uniform_values', min: 0, max: 2 }, /bounds above 0, got 0/],
    [{ values: [1, 2], probabilities: [1] }, /a probability for each of 2 values, got 1/],
    [{ values: [1, 2], probabilities: [0, 0] }, /positive sum/],
    [{ distribution: 'beta', min: 0, max: 1 }, /Invalid option/],
    [{ values: [1], maximum: 2 }, /Unrecognized key/],
  ] as const)
    assert.match(parameterSchema.safeParse(given).error?.message ?? 'accepted', message);
});

test("a trial's parameters depend on seed, number and name alone", () => {
  const all = trialSettings(DESCENT);
  const some = trialSettings({ ...DESCENT, parameters: { rate: DESCENT.parameters.rate } });
  assert.equal(all(3), all(3));
  assert.is(all(3).rate, some(3).rate);
  assert.is.not(all(3).rate, all(4).rate);
  assert.is.not(all(3).rate, trialSettings({ ...DESCENT, seed: 6 })(3).rate);
  assert.throws(
    () => trialSettings({ ...DESCENT, method: 'bayes' }),
    (error: Error) => error instanceof ConfigError && /--engine optuna/.test(error.hint ?? ''),
  );
});

test('a grid has every cell once, in order', () => {
  const parameters = {
    a: parse({ values: ['x', 'y'] }),
    b: parse({ distribution: 'int_uniform', min: 1, max: 3 }),
    c: parse({ value: true }),
  };
  const plan: SearchPlan = { ...DESCENT, method: 'grid', parameters };
  assert.is(gridSize(plan), 6);
  const cells = Array.from({ length: 6 }, (_, trial) => trialSettings(plan)(trial));
  assert.equal(cells[0], { a: 'x', b: 1, c: true });
  assert.equal(cells[1], { a: 'x', b: 2, c: true });
  assert.is(new Set(cells.map((cell) => JSON.stringify(cell))).size, 6);
  assert.equal(gridValues(parse({ distribution: 'q_uniform', min: 0.1, max: 0.5, q: 0.2 })), [0.2, 0.4]);
  assert.throws(
    () => gridSize({ ...DESCENT, method: 'grid' }),
    /rate has the distribution log_uniform_values/,
  );
});

test('rungs grow from min_iter or shrink from max_iter', () => {
  const early = { type: 'hyperband', eta: 3 } as const;
  assert.equal(rungBudgets(undefined, 100), [null]);
  assert.equal(rungBudgets({ ...early, min_iter: 10, max_iter: 90 }, null), [10, 30, 90]);
  assert.equal(rungBudgets({ ...early, min_iter: 10 }, 100), [10, 30, 90, 100]);
  assert.equal(rungBudgets({ ...early, max_iter: 50, s: 2 }, null), [5, 16, 50]);
  assert.throws(
    () => rungBudgets({ ...early, max_iter: 5, s: 2 }, null),
    /first rung between 1 and .* 5, got 0/,
  );
  assert.throws(
    () => rungBudgets({ ...early, min_iter: 10 }, null),
    /no max_iter, and the experiment has no budget/,
  );
  assert.throws(() => rungBudgets({ ...early, min_iter: 10 }, 10), /first rung/);
});

test('halving trains all, then the best third, then the best of these; the failed ones stay behind', () => {
  const plan = { trials: 7, rungs: 3, eta: 3, goal: 'maximize' as const };
  const values = [0.1, 0.9, null, 0.5, 0.9, 0.2, 0.3];
  const first = values.map((value, trial) => trialResult(trial, 0, value));
  assert.equal(nextRungJob([], plan), { trial: 0, rung: 0 });
  assert.equal(nextRungJob(first.slice(0, 4), plan), { trial: 4, rung: 0 });
  // A tie goes to the earlier trial, and a journal's order says nothing.
  assert.equal(nextRungJob(first, plan), { trial: 1, rung: 1 });
  assert.equal(nextRungJob([...first].reverse(), plan), { trial: 1, rung: 1 });
  const second = [trialResult(1, 1, 0.95), ...first];
  assert.equal(nextRungJob(second, plan), { trial: 4, rung: 1 });
  const both = [...second, trialResult(4, 1, 0.96)];
  assert.equal(nextRungJob(both, plan), { trial: 4, rung: 2 });
  assert.is(nextRungJob([...both, trialResult(4, 2, null)], plan), null);
  assert.equal(nextRungJob(first, { ...plan, goal: 'minimize' }), { trial: 0, rung: 1 });
  const lost = values.map((_value, trial) => trialResult(trial, 0, null));
  assert.is(nextRungJob(lost, plan), null);
});

test('the engine gives a job its parameters, the same on every rung', async () => {
  const engine = createOwnEngine({ ...DESCENT, trials: 1 });
  const first = await engine.next([]);
  const second = await engine.next([trialResult(0, 0, 1)]);
  assert.equal(second, { trial: 0, rung: 1, parameters: first?.parameters });
  assert.is(await engine.next([0, 1, 2].map((rung) => trialResult(0, rung, 1))), null);
});

test.run();
