/** A training that is told to end: stopped, running, or killed in the middle of its decay. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { requireNativeEngine } from '../../core/engine';
import { sha256File } from '../../core/hash';
import type { EarlyDecay } from '../../records/early-decay';
import { createFolderStore } from '../../storage/folder-store';
import type { ObjectStore } from '../../storage/object-store';
import { rejection, withTemporaryFolder } from '../../storage/testing';
import { BEFORE_DECAY, listCheckpoints } from '../checkpoint';
import { readMetrics } from '../metrics-log';
import { learningRate } from '../optimization/schedule';
import { config, losses, trainIn } from '../testing-run';
import { heedDecayRequest, readEarlyDecay, requestDecay } from './early-decay';

test.before(async () => {
  await requireNativeEngine();
});

/** A budget that none of these runs comes to the end of. */
const overrides = { maxSteps: 4000 };
const peak = config.optimizer.learningRate;

/** Learning rate by step of a run's log. */
async function ratesOf(folder: string): Promise<Map<number, number>> {
  const lines = await readMetrics(join(folder, 'live/metrics.jsonl'));
  return new Map(
    lines.filter(({ kind }) => kind === 'train').map(({ step, learningRate: rate }) => [step, Number(rate)]),
  );
}

const weightsOf = (folder: string): Promise<string> => sha256File(join(folder, 'model/model.safetensors'));

/** A run that was stopped after step 17, and asked to end. */
async function stoppedAndAsked(folder: string, steps: number | null): Promise<ObjectStore> {
  await rejection(() => trainIn(folder, { overrides, stopAt: 17 }));
  const store = createFolderStore(folder);
  await requestDecay(store, steps);
  return store;
}

test('the rate falls in a line from what it was to the end of the schedule', () => {
  const { optimizer } = config;
  const rate = (step: number, early: EarlyDecay | null): number =>
    learningRate(step, step / 4000, { maxSteps: 4000, optimizer }, early);
  const early = { from: 100, steps: 10, rate: peak };
  assert.is(rate(99, early), peak);
  assert.is(rate(100, early), peak);
  assert.ok(Math.abs(rate(105, early) - peak * (0.02 + 0.98 / 2)) < 1e-12);
  assert.ok(rate(109, early) > peak * 0.02 && rate(109, early) < peak * 0.13);
  assert.is(rate(105, null), peak, 'without it nothing falls');
  const cold = { from: 1, steps: 4, rate: peak * 0.01 };
  assert.is(rate(3, cold), peak * 0.01, 'it never rises');
});

test('a tenth of the steps done, or as many as asked for, but never beyond the budget; the first wish counts', async () => {
  for (const [asked, maxSteps, steps] of [
    [null, null, 13],
    [40, 4000, 40],
    [40, 130, 5],
  ] as const)
    await withTemporaryFolder(async (folder) => {
      const store = createFolderStore(folder);
      const start = { step: 125, rate: 0.5, maxSteps };
      assert.is(await heedDecayRequest(store, null, start), null);
      await requestDecay(store, asked);
      const want = { from: 125, steps, rate: 0.5 };
      assert.equal(await heedDecayRequest(store, null, start), want);
      assert.equal(await readEarlyDecay(store), want);
      await requestDecay(store, 3);
      assert.equal(await heedDecayRequest(store, want, { ...start, step: 126 }), want);
      assert.equal(await readEarlyDecay(store), want);
      assert.is(await heedDecayRequest(store, null, start), null, 'a wish is heeded once');
    });
});

test('a stopped run that is asked to end decays from its checkpoint, and ends as others do', async () => {
  await withTemporaryFolder(async (folder) => {
    const store = await stoppedAndAsked(folder, 8);
    const summary = await trainIn(folder, { overrides });
    assert.equal([summary.steps, summary.ended], [25, 'early_decay']);
    assert.equal(summary.earlyDecay, { from: 17, steps: 8, rate: peak });
    const rates = await ratesOf(folder);
    assert.is(rates.get(18), peak);
    for (let step = 19; step <= 25; step++)
      assert.ok(rates.get(step)! < rates.get(step - 1)!, `step ${step}`);
    assert.ok(rates.get(25)! < peak / 6);
    const evaluated = (await readMetrics(join(folder, 'live/metrics.jsonl'))).filter(
      ({ kind }) => kind === 'evaluation',
    );
    assert.is(evaluated.at(-1)?.step, 25);
    const { step } = JSON.parse(await readFile(join(folder, 'model/config.json'), 'utf8')) as {
      step: number;
    };
    assert.is(step, summary.best?.step);
    assert.equal(await listCheckpoints(store, BEFORE_DECAY), [17], 'whoever wants to go on, can');
  });
});

test('a run that is killed in its decay goes on to the very same weights', async () => {
  await withTemporaryFolder(async (root) => {
    const straight = join(root, 'straight');
    // Checkpoints at 20, 30 and at the end; the decay is settled at 17 and lasts until 35.
    const settings = { overrides: { ...overrides, evaluateEvery: 1000 } };
    const begun = async (folder: string): Promise<ObjectStore> => {
      await rejection(() => trainIn(folder, { ...settings, stopAt: 12 }));
      const store = createFolderStore(folder);
      await rejection(() => trainIn(folder, { ...settings, through: askingAt(17) }));
      return store;
    };
    /** Leaves the wish when the log of step `n` has been written, and dies; nothing of what follows 12 was saved. */
    const askingAt =
      (n: number) =>
      (store: ObjectStore): ObjectStore => ({
        ...store,
        exists: async (key) => {
          const last = (await readMetrics(join(store.location, 'live/metrics.jsonl'))).at(-1);
          if (key.includes('request') && last?.step === n) {
            await requestDecay(store, 18);
            await heedDecayRequest(store, null, { step: n, rate: peak, maxSteps: null });
            throw new Error('killed');
          }
          return store.exists(key);
        },
      });
    assert.equal(await listCheckpoints(await begun(straight)), [12, 10]);
    const summary = await trainIn(straight, settings);
    assert.equal([summary.steps, summary.earlyDecay?.from], [35, 17], 'the decay keeps its place');
    const [want, weights] = [await losses(straight), await weightsOf(straight)];
    for (const at of [18, 21, 33]) {
      const killed = join(root, String(at));
      await begun(killed);
      const dying = (store: ObjectStore): ObjectStore => ({
        ...store,
        exists: async (key) => {
          const last = (await readMetrics(join(store.location, 'live/metrics.jsonl'))).at(-1);
          if (key.includes('request') && last?.step === at) throw new Error('killed');
          return store.exists(key);
        },
      });
      assert.match(
        (await rejection(() => trainIn(killed, { ...settings, through: dying }))).message,
        /killed/,
      );
      await trainIn(killed, settings);
      assert.equal(await losses(killed), want, `killed at ${at}`);
      assert.is(await weightsOf(killed), weights, `killed at ${at}`);
    }
  });
});

test('a run that goes on in another process hears the wish', async () => {
  await withTemporaryFolder(async (folder) => {
    const program = join(__dirname, '..', 'testing-run.js');
    const child = spawn(process.execPath, [program, folder, JSON.stringify(overrides)], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    const gone = once(child, 'exit');
    const log = join(folder, 'live/metrics.jsonl');
    const last = async (): Promise<number> => (await readMetrics(log)).at(-1)?.step ?? 0;
    while (child.exitCode === null && (await last()) < 8) await sleep(5);
    const asked = await last();
    await requestDecay(createFolderStore(folder), 6);
    const [code] = (await gone) as [number | null];
    assert.is(code, 0);
    const decay = await readEarlyDecay(createFolderStore(folder));
    assert.ok(decay && decay.from >= asked && decay.steps === 6);
    assert.is(await last(), decay.from + 6);
    const rates = await ratesOf(folder);
    assert.ok(rates.get(decay.from + 6)! < rates.get(decay.from)! / 2);
  });
});

test.run();
