import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { requireNativeEngine } from '../core/engine';
import { InterruptedError } from '../core/errors';
import { createFolderStore } from '../storage/folder-store';
import { listKeys } from '../storage/objects';
import { rejection, withTemporaryFolder } from '../storage/testing';
import { loadModel } from '../trm/model';
import { flatLayout } from '../trm/weights';
import { BEFORE_DECAY, listCheckpoints, loadNewestCheckpoint, readCheckpoint } from './checkpoint';
import { trainConfigSchema, type TrainConfig } from './config';
import { readMetrics } from './metrics-log';
import { budgetUsed, learningRate } from './optimization/schedule';
import { continueTraining } from './search/continue';
import { DivergedError } from './trainer';
import { config, identityOf, losses, model, trainIn } from './testing-run';

test.before(async () => {
  await requireNativeEngine();
});

const shape = { layout: flatLayout(model), width: model.width };

/** The same steps with the same losses, to 1e-6. */
function assertSame(got: ReadonlyMap<number, number>, want: ReadonlyMap<number, number>): void {
  assert.equal([...got.keys()], [...want.keys()]);
  const worst = Math.max(...[...want].map(([step, loss]) => Math.abs(loss - (got.get(step) ?? NaN))));
  assert.ok(worst <= 1e-6, `largest difference ${worst}`);
}

test('a stopped run goes on as if it had not been stopped, and so does a killed one', async () => {
  await withTemporaryFolder(async (straight) => {
    await trainIn(straight);
    const want = await losses(straight);
    assert.is(want.size, 30);
    await withTemporaryFolder(async (folder) => {
      assert.instance(await rejection(() => trainIn(folder, { stopAt: 17 })), InterruptedError);
      assert.equal(await listCheckpoints(createFolderStore(folder)), [17, 10]);
      // What a kill -9 leaves behind: steps logged after the checkpoint, and half a line.
      await appendFile(
        join(folder, 'live/metrics.jsonl'),
        '{"step":18,"time":1,"kind":"train","loss":7}\n{"step":1',
      );
      await trainIn(folder);
      const got = await losses(folder);
      assertSame(got, want);
    });
    const loaded = await loadModel(join(straight, 'model'));
    assert.equal(loaded.config, model);
    loaded.dispose();
  });
});

test('a run that is killed again and again logs what an undisturbed one logs', async () => {
  const settings = { maxSteps: 60, checkpointEvery: 7, logEvery: 2 };
  const overrides = { ...config, ...settings };
  /** Trains in a process of its own and kills it once the log holds a line of step `until`. */
  const killAt = async (folder: string, until: number): Promise<void> => {
    const child = spawn(
      process.execPath,
      [join(__dirname, 'testing-run.js'), folder, JSON.stringify(settings)],
      {
        stdio: ['ignore', 'ignore', 'inherit'],
      },
    );
    const gone = once(child, 'exit');
    const log = join(folder, 'live/metrics.jsonl');
    while (child.exitCode === null && ((await readMetrics(log)).at(-1)?.step ?? 0) < until) await sleep(2);
    child.kill('SIGKILL');
    const [, signal] = (await gone) as [number | null, string | null];
    assert.is(signal, 'SIGKILL', 'it ended before it could be killed');
  };
  await withTemporaryFolder(async (folder) => {
    const [straight, killed] = [join(folder, 'straight'), join(folder, 'killed')];
    await trainIn(straight, { overrides });
    for (const until of [6, 24, 44]) await killAt(killed, until);
    // As on another machine: what is followed there was never here.
    await rm(join(killed, 'live'), { recursive: true });
    await trainIn(killed, { overrides });
    const [want, got] = [await losses(straight), await losses(killed)];
    assert.is(want.size, 30);
    assertSame(got, want);
    const files = await readdir(killed, { recursive: true });
    assert.equal(
      files.filter((name) => name.endsWith('.tmp')),
      [],
    );
  });
});

test('what a killed process left behind goes when the run is opened', async () => {
  await withTemporaryFolder(async (folder) => {
    await trainIn(folder);
    const store = createFolderStore(folder);
    await store.delete('checkpoints/00000020/checkpoint.json');
    await writeFile(join(folder, 'model/config.json.7.00ff.tmp'), '{');
    await trainIn(folder);
    assert.equal((await readdir(join(folder, 'checkpoints'))).sort(), ['00000030']);
    assert.not.ok((await readdir(join(folder, 'model'))).some((name) => name.endsWith('.tmp')));
  });
});

test('a run that diverges keeps the checkpoint from before, and its log names the batch', async () => {
  await withTemporaryFolder(async (folder) => {
    // Every loss after step 12 counts as a spike; the checkpoint due at step 15 would lie amid them.
    const guard = { factor: 1e-9, patience: 6, afterSteps: 12 };
    const error = await rejection(() => trainIn(folder, { overrides: { guard, checkpointEvery: 5 } }));
    assert.instance(error, DivergedError);
    const store = createFolderStore(folder);
    assert.equal(await listCheckpoints(store), [10, 5]);
    const kept = await loadNewestCheckpoint(store, identityOf({ ...config, guard }), shape);
    assert.is(kept?.snapshot.step, 10);
    const told = (await readMetrics(join(folder, 'live/metrics.jsonl'))).filter(
      ({ kind }) => kind === 'diverged',
    );
    assert.is(told.length, 1);
    assert.match(String(told[0].reason), /optimizer step 18: .*samples synthetic-/);
  });
});

test('a larger budget, given before the rate falls, is the budget from the start', async () => {
  const steps = (maxSteps: number): Partial<TrainConfig> => ({ maxSteps, keepCheckpoints: 1 });
  await withTemporaryFolder(async (folder) => {
    const [short, long, straight, stopped] = ['short', 'long', 'straight', 'stopped'].map((name) =>
      join(folder, name),
    );
    await trainIn(short, { overrides: steps(20) });
    assert.equal(await listCheckpoints(createFolderStore(short), BEFORE_DECAY), [14]);
    const goOn = (to: string, change: Partial<TrainConfig> = {}): Promise<number | null> =>
      continueTraining(createFolderStore(short), createFolderStore(to), { ...config, ...change });
    const early = trainConfigSchema.parse({ earlyStopping: { patience: 1 } });
    assert.is(await goOn(long, { earlyStopping: early.earlyStopping }), null);
    const phased = trainConfigSchema.parse({ phases: [{ name: 'a', untilShare: 0.5 }, { name: 'b' }] });
    assert.is(await goOn(long, { phases: phased.phases }), null);
    assert.is(await goOn(long, { optimizer: { ...config.optimizer, warmupSteps: null } }), null);
    assert.is(await goOn(long, { evaluateShare: 0.5 }), null);
    assert.is(await goOn(long), 14);
    assert.is(await goOn(long), null, 'it has begun');
    const summary = await trainIn(long, { overrides: steps(60) });
    const want = await trainIn(straight, { overrides: steps(60) });
    const [got, expected] = [await losses(long), await losses(straight)];
    assert.equal([...got], [...expected]);
    assert.equal(summary.last, want.last);
    assert.ok((await listKeys(createFolderStore(long), 'model/')).length > 0, 'the best model is its own');
    assert.equal(await listCheckpoints(createFolderStore(long), BEFORE_DECAY), [42]);
    // Stopped in the decay and resumed: what is kept is still from before it.
    await rejection(() => trainIn(stopped, { stopAt: 17, overrides: steps(20) }));
    await trainIn(stopped, { overrides: steps(20) });
    assert.equal(await listCheckpoints(createFolderStore(stopped), BEFORE_DECAY), [14]);
  });
});

test('a truncated checkpoint is passed over with a clear reason; a foreign one is refused', async () => {
  await withTemporaryFolder(async (folder) => {
    await trainIn(folder);
    const store = createFolderStore(folder);
    assert.equal(await listCheckpoints(store), [30, 20]);
    await truncate(join(folder, 'checkpoints/00000030/weights.safetensors'), 1000);
    const loaded = await loadNewestCheckpoint(store, identityOf(config), shape);
    assert.is(loaded?.snapshot.step, 20);
    assert.match(loaded?.rejected[0].reason ?? '', /weights\.safetensors.*damaged or cut short/);
    const other = identityOf({ ...config, batchTokens: 65 });
    assert.match(
      (await rejection(() => readCheckpoint(store, 20, other, shape))).message,
      /training differ from this run/,
    );
    assert.match(
      (await rejection(() => loadNewestCheckpoint(store, other, shape))).message,
      /no checkpoint .* can be used/,
    );
    const record = join(folder, 'checkpoints/00000020/checkpoint.json');
    await truncate(record, (await readFile(record)).length - 50);
    assert.match(
      (await rejection(() => loadNewestCheckpoint(store, identityOf(config), shape))).message,
      /not valid JSON/,
    );
  });
});

test('a new checkpoint stays, and a damaged later one goes', async () => {
  await withTemporaryFolder(async (folder) => {
    await trainIn(folder);
    await truncate(join(folder, 'checkpoints/00000030/weights.safetensors'), 1000);
    const stopped = await rejection(() => trainIn(folder, { stopAt: 22, overrides: { keepCheckpoints: 1 } }));
    assert.instance(stopped, InterruptedError);
    assert.equal(await listCheckpoints(createFolderStore(folder)), [22]);
  });
});

test('a run whose evaluations bring nothing better ends early; a longer budget goes on from its checkpoint', async () => {
  await withTemporaryFolder(async (folder) => {
    const early = await trainIn(folder, { overrides: { earlyStopping: { patience: 1, leastGain: 5 } } });
    assert.equal([early.steps, early.ended, early.best?.step], [20, 'early_stopping', 10]);
  });
  await withTemporaryFolder(async (folder) => {
    // Steps too small to change an answer.
    const optimizer = { ...config.optimizer, learningRate: 1e-12 };
    const still = await trainIn(folder, {
      overrides: { optimizer, earlyStopping: { patience: 1, leastGain: 0 } },
    });
    assert.equal([still.ended, still.best?.step], ['early_stopping', 10], 'an equal score is no better one');
  });
  await withTemporaryFolder(async (folder) => {
    assert.is((await trainIn(folder)).steps, 30);
    const longer = await trainIn(folder, { overrides: { maxSteps: 40 } });
    assert.equal([longer.steps, longer.ended], [40, 'budget']);
    assert.is((await losses(folder)).size, 40);
  });
});

test('phases that would never begin or be skipped, and depth for a plain core, are refused', () => {
  const refused = (config: object, why: RegExp): void =>
    assert.throws(() => trainConfigSchema.parse(config), why);
  refused({ phases: [{ name: 'a' }, { name: 'b' }] }, /expected untilShare, untilStep or untilScore/);
  refused(
    {
      phases: [
        { name: 'a', untilShare: 0.5 },
        { name: 'b', untilShare: 0.3 },
      ],
    },
    /expected ascending untilShare/,
  );
  refused({ model: { core: 'plain' }, phases: [{ name: 'a', supervisionSteps: 2 }] }, /for a plain core/);
  refused({ phases: [{ name: 'a', mixture: { types: { 'wrong-nam': 2 } } }] }, /wrong-name/);
  refused({ optimizer: { beta2: 1 } }, /expected number to be <1/);
});

test('the schedule warms up and decays by whichever budget runs out first', () => {
  const ofRate = (optimizer: object, maxSteps: number | null = 100, maxSeconds: number | null = null) => {
    const config = trainConfigSchema.parse({
      maxSteps,
      maxSeconds,
      optimizer: { finalShare: 0, ...optimizer },
    });
    return (step: number, used: number) => learningRate(step, used, config) / config.optimizer.learningRate;
  };
  const near = (got: number, want: number): void =>
    assert.ok(Math.abs(got - want) < 1e-12, `${got}, not ${want}`);
  // A warm-up of 10 steps is one of a tenth of 100 steps.
  for (const optimizer of [{ warmupSteps: 10 }, { warmupShare: 0.1 }]) {
    const rate = ofRate(optimizer);
    near(rate(0, 0), 0.1);
    near(rate(9, 0.09), 1);
    near(rate(50, 0.7), 1);
    near(rate(80, 0.85), 0.5);
    near(rate(99, 1), 0);
  }
  // Of seconds: the clock decides, not the number of steps.
  const bySeconds = ofRate({ warmupShare: 0.2 }, null, 300);
  near(bySeconds(3, 0.1), 0.5);
  near(bySeconds(900, 0.1), 0.5);
  near(bySeconds(7, 0.2), 1);
  // Both: the one that is used up sooner.
  near(ofRate({ warmupShare: 0.2 }, 1000, 300)(99, 0.01), 0.5);
  near(ofRate({ warmupShare: 0, decayShare: 1 })(0, 0), 1);
  assert.is(budgetUsed({ step: 10, seconds: 90 }, { maxSteps: 100, maxSeconds: 100 }), 0.9);
  assert.is(budgetUsed({ step: 10, seconds: 90 }, { maxSteps: 100, maxSeconds: null }), 0.1);
  assert.throws(() => trainConfigSchema.parse({ maxSteps: null }), /expected a budget/);
});

test('a schedule that a slow machine would not get through is refused', () => {
  const refused = (config: object, why: RegExp): void =>
    assert.throws(() => trainConfigSchema.parse(config), why);
  const inSeconds = { maxSteps: null, maxSeconds: 300 };
  refused(
    { ...inSeconds, optimizer: { warmupSteps: 500 } },
    /expected null and a warmupShare with a budget in seconds/,
  );
  refused(
    { maxSteps: 600, optimizer: { warmupSteps: 500 } },
    /expected at most 420, the steps of 600 before the rate falls/,
  );
  refused({ optimizer: { warmupShare: 0.8 } }, /expected at most 0\.7, what decayShare leaves/);
  refused(
    { ...inSeconds, phases: [{ name: 'a', untilStep: 100 }, { name: 'b' }] },
    /expected untilShare instead with a budget in seconds/,
  );
  trainConfigSchema.parse({ optimizer: { warmupShare: 0.7 } });
  trainConfigSchema.parse({ maxSteps: 600, optimizer: { warmupSteps: 420 } });
});

/** The quickstart's schedule in small, on a machine whose steps take that long. */
const inSeconds = (stepSeconds: number) => ({
  stepSeconds,
  overrides: {
    maxSteps: null,
    maxSeconds: 300,
    optimizer: { ...config.optimizer, warmupSteps: null, warmupShare: 0.1 },
    evaluateShare: 0.25,
    checkpointEvery: 500,
    checkpointSeconds: 60,
  },
});

/** What a run's log says of its learning rate, evaluations and the share of the budget. */
async function schedule(folder: string) {
  const lines = await readMetrics(join(folder, 'live/metrics.jsonl'));
  const rates = lines.filter(({ kind }) => kind === 'train').map(({ learningRate: rate }) => Number(rate));
  const evaluations = lines
    .filter(({ kind }) => kind === 'evaluation')
    .map(({ budgetUsed: used }) => Number(used));
  return { rates, evaluations };
}

test('a slow machine goes through the same schedule as a fast one, in fewer steps', async () => {
  const peak = config.optimizer.learningRate;
  for (const [stepSeconds, steps] of [
    [2, 150],
    [10, 30],
    [50, 6],
  ])
    await withTemporaryFolder(async (folder) => {
      const summary = await trainIn(folder, inSeconds(stepSeconds));
      assert.equal([summary.steps, summary.seconds], [steps, 300]);
      const { rates, evaluations } = await schedule(folder);
      const full = rates.filter((rate) => rate === peak).length / steps;
      assert.ok(
        full >= 0.5 && full <= 0.7,
        `${stepSeconds} s a step: the full rate for ${full} of the steps`,
      );
      assert.ok(rates[0] < peak / 3 && rates[steps - 1] < peak * 0.7, 'it rises, and it falls');
      assert.is(evaluations.length, 4, 'evaluated at each quarter');
      assert.is(evaluations[3], 1);
    });
});

test('a slow machine that is killed loses a minute, not all of its training', async () => {
  await withTemporaryFolder(async (folder) => {
    await rejection(() => trainIn(folder, { ...inSeconds(10), stopAt: 20 }));
    // The one of the stop, and the last of those of every minute.
    assert.equal(await listCheckpoints(createFolderStore(folder)), [20, 18]);
  });
});

test('a run with a budget of seconds that is stopped in its warm-up or later goes on with the very same schedule', async () => {
  await withTemporaryFolder(async (folder) => {
    const straight = join(folder, 'straight');
    await trainIn(straight, inSeconds(10));
    const [want, wanted] = [await losses(straight), await schedule(straight)];
    for (const stopAt of [2, 12, 25]) {
      const stopped = join(folder, String(stopAt));
      assert.instance(
        await rejection(() => trainIn(stopped, { ...inSeconds(10), stopAt })),
        InterruptedError,
      );
      await trainIn(stopped, inSeconds(10));
      assertSame(await losses(stopped), want);
      assert.equal(await schedule(stopped), wanted);
    }
  });
});

test.run();
