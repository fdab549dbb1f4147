import { readdir, readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { requireNativeEngine } from '../../core/engine';
import { openSecrets } from '../../storage/secrets';
import { withTemporaryFolder } from '../../storage/testing';
import { readMetrics } from '../metrics-log';
import { trackingConfigSchema } from './config';
import { openRunLog, type RunLog } from './run-log';
import { secondsLeft, SystemMeter } from './system-metrics';
import { curveOf } from './tensorboard-testing';

test.before(async () => {
  await requireNativeEngine();
});

test('the log is cut back at a resume, trackers follow, and their failure is a line of the log', async () => {
  await withTemporaryFolder(async (folder) => {
    const metricsPath = join(folder, 'metrics.jsonl');
    const warnings: string[] = [];
    const open = async (step: number, tracking: object): Promise<RunLog> =>
      openRunLog(trackingConfigSchema.parse(tracking), {
        metricsPath,
        logged: step === 0 ? '' : await readFile(metricsPath, 'utf8'),
        folder: join(folder, 'tracking'),
        step,
        name: 'run',
        experiment: { seed: 1 },
        secrets: openSecrets({ env: {}, file: null }),
        warn: (message) => warnings.push(message),
      });
    const first = await open(0, {});
    for (let step = 1; step <= 5; step++) await first.append(step, { kind: 'train', loss: step });
    await first.close('interrupted');
    // Without a key W&B cannot be opened; everything else goes on.
    const second = await open(3, { wandb: { enabled: true } });
    await second.append(4, { kind: 'train', loss: 40 });
    await second.close('finished');
    assert.is(warnings.length, 1);
    assert.match(warnings[0], /^W&B is off .*expected the key .* WANDB_API_KEY/s);
    const lines = await readMetrics(metricsPath);
    assert.equal(
      lines.filter(({ kind }) => kind === 'train').map(({ step, loss }) => [step, loss]),
      [
        [1, 1],
        [2, 2],
        [3, 3],
        [4, 40],
      ],
    );
    assert.equal(
      lines.filter(({ kind }) => kind === 'warning').map(({ step, reason }) => [step, reason]),
      [[3, warnings[0]]],
    );
    assert.equal(curveOf(join(folder, 'tracking/tensorboard'), 'train/loss'), [
      [1, 1],
      [2, 2],
      [3, 3],
      [4, 40],
    ]);
    const third = await open(4, { tensorboard: false });
    await third.close('finished');
    assert.is((await readdir(join(folder, 'tracking/tensorboard'))).length, 2);
  });
});

test('unknown keys of the tracking config are refused, an address must be one', () => {
  assert.throws(() => trackingConfigSchema.parse({ wandb: { key: 'x' } }), /key/);
  assert.throws(() => trackingConfigSchema.parse({ wandb: { baseUrl: 'ftp://host' } }), /baseUrl/);
});

test('machine figures have their units: a busy second is one core of all, time left follows the speed', () => {
  let now = 0;
  const meter = new SystemMeter(() => now);
  const begin = process.cpuUsage();
  meter.start(0.25);
  while (process.cpuUsage(begin).user < 200_000);
  now = 200;
  const reading = meter.read(0.5);
  const { user, system } = process.cpuUsage(begin);
  const expected = (user + system) / 1e6 / (0.2 * availableParallelism());
  assert.ok(
    Math.abs(reading.cpuShare / expected - 1) < 0.2,
    `share ${reading.cpuShare}, expected ${expected}`,
  );
  // A quarter of the budget took 0.2 s, a half is left.
  assert.ok(Math.abs(reading.etaSeconds! - 0.4) < 1e-9);
  assert.ok(reading.rssMiB > 20 && reading.rssMiB < 100_000 && reading.heapMiB < reading.rssMiB);
  assert.is(reading.tensors, 0);
  assert.is(secondsLeft(0, 1, 5), null);
  assert.is(secondsLeft(0.5, -0.1, 5), 0);
});

test.run();
