import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { openSecrets } from '../../storage/secrets';
import { rejection, withTemporaryFolder } from '../../storage/testing';
import { appendMetric, restoreMetrics } from '../metrics-log';
import { trackingConfigSchema, type WandbConfig } from './config';
import { openTrackers } from './tracker';
import type { Tracker } from './contract';
import { openWandb, syncWandb, type WandbOptions } from './wandb';
import { WandbServer } from './wandb-testing';

const KEY = 'k'.repeat(40);

/** A run's folder, a server and what was warned of. */
interface Scene {
  server: WandbServer;
  folder: string;
  log: string;
  warnings: string[];
  config: WandbConfig;
  options: WandbOptions;
  open: () => Promise<Tracker>;
  /** Writes train lines of these steps. */
  train: (from: number, to: number) => Promise<void>;
}

async function withScene(
  use: (scene: Scene) => Promise<void>,
  given: Partial<WandbConfig> = {},
): Promise<void> {
  const server = new WandbServer(KEY);
  await server.start();
  try {
    await withTemporaryFolder(async (folder) => {
      const log = join(folder, 'metrics.jsonl');
      const warnings: string[] = [];
      const { wandb: config } = trackingConfigSchema.parse({
        wandb: { enabled: true, baseUrl: server.url, requestSeconds: 5, closeSeconds: 10, ...given },
      });
      const secrets = openSecrets({ env: { WANDB_API_KEY: KEY }, file: null });
      const options: WandbOptions = {
        metricsPath: log,
        folder,
        name: 'train-0123',
        experiment: { seed: 1, secret: KEY },
        secrets,
        warn: (message) => warnings.push(message),
        intervalMs: 20,
        firstDelayMs: 50,
      };
      const train = async (from: number, to: number): Promise<void> => {
        for (let step = from; step <= to; step++)
          await appendMetric(log, step, { kind: 'train', loss: 1 / step, seconds: step, tensors: 7 });
      };
      await use({
        server,
        folder,
        log,
        warnings,
        config,
        options,
        train,
        open: () => openWandb(config, options),
      });
    });
  } finally {
    await server.stop();
  }
}

const steps = (server: WandbServer): number[] => server.rows().map(({ _step }) => _step);
const upTo = (n: number): number[] => Array.from({ length: n }, (_, i) => i + 1);
const onlyRun = (server: WandbServer) => [...server.runs.values()][0];

async function until(condition: () => boolean, what: string): Promise<void> {
  for (let waited = 0; !condition(); waited += 20) {
    if (waited > 20_000) throw new Error(`waited in vain until ${what}`);
    await sleep(20);
  }
}

test('a run arrives whole, a row a step, while it goes on; secrets and tags as they should be', async () => {
  await withScene(
    async ({ server, log, warnings, train, open }) => {
      const tracker = await open();
      await train(1, 20);
      await appendMetric(log, 20, { kind: 'evaluation', val_joint: 0.5, tensors: 9 });
      await until(() => server.rows().length > 0, 'the first rows arrive');
      await train(21, 40);
      await tracker.close();
      assert.equal(steps(server), upTo(40));
      const row = server.rows()[19];
      assert.equal(
        [row['train/loss'], row['validation/joint'], row['system/tensors'], row._runtime],
        [0.05, 0.5, 7, 20],
      );
      const line = JSON.parse((await readFile(log, 'utf8')).split('\n')[19]) as { time: number };
      assert.ok(Math.abs(row._timestamp - line.time) < 1, 'time of the log, not of sending');
      const { variables, exitCode, files } = onlyRun(server);
      assert.is(exitCode, 0);
      assert.equal(variables.tags, ['a', 'b']);
      assert.is(variables.displayName, 'train-0123');
      assert.match(String(variables.name), /^train-0123-[0-9a-f]{6}$/);
      assert.equal(JSON.parse(String(variables.config)), {
        seed: { value: 1 },
        secret: { value: '[redacted secret]' },
      });
      const summary = JSON.parse(files['wandb-summary.json'][0]) as Record<string, number>;
      assert.equal([summary._step, summary['validation/joint']], [40, 0.5]);
      assert.equal(warnings, []);
    },
    { tags: ['a', 'b'] },
  );
});

test('a server that is down at the start gets everything once it is up, after one warning', async () => {
  await withScene(async ({ server, warnings, train, open }) => {
    await server.stop();
    const tracker = await open();
    await train(1, 30);
    await until(() => warnings.length > 0, 'the silence is told');
    await server.start();
    await until(() => server.runs.size > 0, 'the run is opened');
    await train(31, 35);
    await tracker.close();
    assert.equal(steps(server), upTo(35));
    assert.is(warnings.length, 1, warnings.join('\n'));
    assert.match(warnings[0], /does not answer .*ECONNREFUSED.* training goes on, metrics\.jsonl is kept/);
  });
});

test('a server that dies midway, or stores rows and drops its answer, has each row once in the end', async () => {
  await withScene(async ({ server, train, open }) => {
    const tracker = await open();
    await train(1, 10);
    await until(() => server.rows().length > 0, 'the first rows arrive');
    server.behaviour = { ...server.behaviour, dropAnswers: true };
    await train(11, 20);
    const batches = server.batches;
    await until(() => server.batches >= batches + 2, 'a batch is sent twice');
    await server.stop();
    await train(21, 30);
    server.behaviour = { ...server.behaviour, dropAnswers: false };
    await server.start();
    await tracker.close();
    assert.equal(steps(server), upTo(30));
  });
});

test('an overloaded server is tried again; one that answers slowly is waited for', async () => {
  await withScene(async ({ server, train, open, warnings }) => {
    server.behaviour = { delayMs: 0, status: 503, dropAnswers: false };
    const tracker = await open();
    await train(1, 10);
    await until(() => warnings.length > 0, 'the refusal is told');
    assert.match(warnings[0], /503/);
    server.behaviour = { delayMs: 300, status: null, dropAnswers: false };
    await tracker.close();
    assert.equal(steps(server), upTo(10));
  });
});

test('a server that never answers holds up neither lines nor, for long, the end; sync sends the run later', async () => {
  await withScene(
    async ({ server, train, open, warnings, config, options }) => {
      server.behaviour = { delayMs: 60_000, status: null, dropAnswers: false };
      const tracker = await open();
      const started = performance.now();
      await train(1, 10);
      tracker.log({ step: 10, time: 0 });
      assert.ok(performance.now() - started < 1000);
      await tracker.close();
      const seconds = (performance.now() - started) / 1000;
      assert.ok(seconds < 3, `closed after ${seconds} s`);
      assert.match(warnings[warnings.length - 1], /did not get the rest within 0.5 s.*`trm runs sync <run>`/);
      await server.stop();
      const error = await rejection(() => syncWandb(config, options));
      assert.match(error.message, /did not take the run: .*ECONNREFUSED/);
      server.behaviour = { delayMs: 0, status: null, dropAnswers: false };
      await server.start();
      const { rows, url } = await syncWandb(config, options);
      assert.is(rows, 10);
      assert.match(url, /\/tester\/trm-code-repair\/runs\/train-0123-/);
      assert.equal(steps(server), upTo(10));
      await syncWandb(config, options);
      assert.equal(steps(server), upTo(10), 'a second sync changes nothing');
      assert.is(server.runs.size, 1);
    },
    { closeSeconds: 0.5 },
  );
});

test('a wrong key is one clear warning without the key; the run goes on', async () => {
  await withScene(async ({ server, train, config, options, warnings, log }) => {
    const wrong = 'w'.repeat(40);
    const secrets = openSecrets({ env: { WANDB_API_KEY: wrong }, file: null });
    const tracker = await openWandb(config, { ...options, secrets });
    await train(1, 5);
    await until(() => warnings.length > 0, 'the refusal is told');
    await train(6, 10);
    await tracker.close();
    assert.is(warnings.length, 1);
    assert.match(
      warnings[0],
      /answered 401: it does not accept WANDB_API_KEY.*metrics\.jsonl has everything/,
    );
    assert.not.match(warnings[0], /www/);
    assert.is(server.runs.size, 0);
    assert.is((await readFile(log, 'utf8')).trim().split('\n').length, 10);
    const nothing = openSecrets({ env: {}, file: null });
    const none = await rejection(() => openWandb(config, { ...options, secrets: nothing }));
    assert.match(none.message, /WANDB_API_KEY in the environment or in \.env, found none/);
  });
});

test('a resumed training goes on in the same run: what the server has is not sent again', async () => {
  await withScene(async ({ server, folder, log, train, open }) => {
    const first = await open();
    await train(1, 20);
    await first.close('interrupted');
    assert.is(onlyRun(server).exitCode, 1);
    // Killed after step 20 with a checkpoint of step 12: steps 13 to 20 are trained and logged anew.
    await restoreMetrics(log, await readFile(log, 'utf8'), 12);
    const second = await open();
    await train(13, 30);
    await second.close();
    assert.is(server.runs.size, 1);
    assert.is(onlyRun(server).starts, 2);
    assert.equal(steps(server), upTo(30));
    assert.is(onlyRun(server).exitCode, 0);
    // Killed between an arrival and its note: the rows go to where they are already.
    const cursor = JSON.parse(await readFile(join(folder, 'wandb.json'), 'utf8')) as object;
    await writeFile(join(folder, 'wandb.json'), JSON.stringify({ ...cursor, rows: 25, step: 25 }));
    const third = await open();
    await train(31, 32);
    await third.close();
    assert.equal(steps(server), upTo(32));
  });
});

test('trackers that fail are warned of once and change nothing for the others', async () => {
  await withScene(async ({ folder, log, config, warnings, server }) => {
    // The folder of the event files is a file.
    await writeFile(join(folder, 'tensorboard'), '');
    const tracker = await openTrackers(
      { tensorboard: true, wandb: config },
      {
        metricsPath: log,
        folder,
        step: 0,
        name: 'n',
        experiment: {},
        secrets: openSecrets({ env: { WANDB_API_KEY: KEY }, file: null }),
        warn: (message) => warnings.push(message),
      },
    );
    await appendMetric(log, 1, { kind: 'train', loss: 1 });
    tracker.log({ step: 1, time: 1, kind: 'train', loss: 1 });
    await tracker.close();
    assert.is(warnings.length, 1, warnings.join('\n'));
    assert.match(warnings[0], /^TensorBoard is off for the rest of this training, which goes on.*EEXIST/s);
    assert.equal(steps(server), [1]);
  });
});

test.run();
