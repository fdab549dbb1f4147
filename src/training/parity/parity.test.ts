import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { loadedKernels, loadEngine, requireNativeEngine } from '../../core/engine';
import { DataError } from '../../core/errors';
import { runProcess } from '../../core/processes/subprocess';
import { agrees, byLength, compare, compareDecisions, summarize, type ParityRow } from './compare';
import { formula, readFixture } from './fixture';
import { compareInitialValues } from './initial';
import { compareSchedules } from './optimizer';
import { compareNative, compareOnEngine, compareRounded, compareWasm, type Comparison } from './parity';

const failed = (rows: readonly ParityRow[]): string[] =>
  rows.filter((row) => !agrees(row)).map(({ name, difference }) => `${name}: ${difference}`);

test('layers, model, losses, all gradients, optimizers, schedules and halting agree with the float64 reference', async () => {
  await requireNativeEngine();
  const all = await compareNative();
  const ways =
    loadedKernels() === null
      ? ['no engine', 'tfjs ops']
      : ['no engine', 'fused kernels', 'tfjs ops', `bf16 (${loadedKernels()?.bf16 ?? 'rounded factors'})`];
  assert.equal(
    all.map(({ way }) => way),
    ways,
  );
  for (const { way, rows } of all) {
    assert.equal(failed(rows), [], way);
    if (way === 'no engine' || way.startsWith('bf16')) continue;
    assert.ok(rows.length > 100, `${way}: ${summarize(rows)}`);
    await everyGradientEntry(rows);
  }
});

/** All entries of all weights' gradients were compared, and the loss met halting targets of both kinds. */
async function everyGradientEntry(rows: readonly ParityRow[]): Promise<void> {
  const { model, weights } = await readFixture();
  const gradients = rows.filter(({ name }) => name.startsWith('gradient '));
  assert.is(gradients.length, weights.length);
  assert.is(
    gradients.reduce((sum, { values }) => sum + values, 0),
    weights.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0),
  );
  assert.equal([...new Set(model.steps.flatMap(({ exact }) => exact))].sort(), [false, true]);
}

test('forward passes on WASM agree too', async () => {
  // An engine is loaded once a process, so WASM computes in another one: this file, called with an argument.
  const { stdout } = await runProcess(process.execPath, [__filename, 'wasm']);
  const { rows } = JSON.parse(stdout) as Comparison;
  assert.equal(failed(rows), []);
  assert.ok(rows.length > 45, summarize(rows));
});

test('one value of the reference that is off by a thousandth fails every quantity', async () => {
  const fixture = await readFixture();
  const tensor = (name: string): Float64Array => {
    const values = fixture.tensor(name).slice();
    const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    values[values.length - 1] += 1e-3 * largest;
    return values;
  };
  const stored = new Set(fixture.tensors.map(({ name }) => name));
  const rows = compareOnEngine({ ...fixture, tensor }, true).filter(({ name }) => stored.has(name));
  assert.is(rows.length, stored.size, 'every stored tensor is compared');
  assert.equal(
    rows.filter(agrees).map(({ name }) => name),
    [],
  );
});

test('one weight that is off fails the model, and only the model', async () => {
  const fixture = await readFixture();
  const weights = fixture.model.data.weights.slice();
  weights[fixture.weights[0].shape[0] * fixture.weights[0].shape[1] + 5] += 1;
  const model = { ...fixture.model, data: { ...fixture.model.data, weights } };
  const names = failed(compareOnEngine({ ...fixture, model }, true));
  for (const name of ['embedding x', 'step 1 loss', 'gradient core.0.qkv', 'batch without bugs: loss'])
    assert.ok(
      names.some((text) => text.startsWith(`${name}:`)),
      name,
    );
  assert.equal(
    names.filter((name) => name.startsWith('layer ')),
    [],
  );
});

test('schedules, decisions and drawn weights of another kind fail', async () => {
  const fixture = await readFixture();
  const [{ config, ...rates }] = fixture.learningRates;
  const later = { ...fixture, learningRates: [{ ...rates, config: { ...config, warmupSteps: 11 } }] };
  assert.equal(compareSchedules(later).filter(agrees).length, 3);
  const bolder = fixture.halting.map((halting) => ({ ...halting, exploration: halting.exploration + 0.3 }));
  assert.is(failed(compareSchedules({ ...fixture, halting: bolder })).length, 2);
  const { truncatedNormal, initial } = fixture;
  const uncut = { ...truncatedNormal, cut: 2 };
  assert.ok(failed(compareInitialValues({ ...fixture, truncatedNormal: uncut })).length >= 5);
  const wider = { ...initial, 'core.0.o': { kind: 'normal' as const, value: 1.05 / Math.sqrt(128) } };
  assert.is(failed(compareInitialValues({ ...fixture, initial: wider })).length, 1);
});

test('bf16 is off by what rounding explains: more than float32, and every gradient is among what is compared', async () => {
  const rows = compareRounded(await readFixture());
  const gradients = rows.filter(({ name }) => name.endsWith('gradients of all weights'));
  assert.is(gradients.length, 3, 'of the model and of both grids');
  for (const { name, difference, tolerance, values } of gradients) {
    assert.ok(difference > 1e-3 && difference < tolerance, `${name}: ${difference} of ${tolerance}`);
    assert.ok(values > 10_000, name);
  }
  assert.ok(rows.length > 80);
});

test('quantities compared by length are off when one of them is', () => {
  const parts = [compare('a', [1, 2], [1, 2]), compare('b', [2.2], [2])];
  const row = byLength('both', parts, 0.05);
  assert.ok(Math.abs(row.difference - 0.2 / 3) < 1e-6);
  assert.is(row.values, 3);
  assert.not.ok(agrees(row));
  assert.not.ok(agrees(byLength('nan', [compare('a', [NaN], [1])], 1)));
});

test('a value that is no number, a missing value and another decision are not equal', () => {
  assert.not.ok(agrees(compare('nan', [1, NaN], [1, 2])));
  assert.not.ok(agrees(compare('infinite', [1, Infinity], [1, 2])));
  assert.not.ok(agrees(compareDecisions('decision', [true, false], [true, true])));
  assert.throws(
    () => compare('short', [1], [1, 2]),
    (error: unknown) => error instanceof DataError,
  );
  assert.ok(agrees(compare('equal', [1, 2.0001], [1, 2])));
  assert.match(summarize([compare('off', [1.1], [1])]), '1 failed');
});

test('the formula of weights and inputs spreads over its range', () => {
  const values = formula(7, 10_000, 2);
  const share = values.filter((value) => value < 1).length / values.length;
  assert.ok(Math.abs(share - 0.75) < 0.02, `${share}`);
  assert.ok(values.every((value) => Math.abs(value) <= 2));
  assert.not.equal(formula(8, 5, 2), formula(7, 5, 2));
});

if (process.argv[2] === 'wasm')
  void loadEngine({ choice: 'wasm' }).then(async () =>
    process.stdout.write(JSON.stringify(await compareWasm())),
  );
else test.run();
