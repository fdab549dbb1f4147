import { open, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { projectRoot } from '../../core/paths';
import { createRedactor } from '../../core/text/redact';
import { withTemporaryFolder } from '../../storage/testing';
import { appendMetric, readMetrics, restoreMetrics } from '../metrics-log';
import { crc32c } from './crc32c';
import { encodeEvent, type EventRecord } from './event-file';
import { openTensorboard } from './tensorboard';
import { curveOf, readEvents } from './tensorboard-testing';
import type { Tracker } from './contract';

const FIXTURE = join(projectRoot(), 'src/training/tracking/fixtures/official.tfevents');

test('CRC-32C gives the check values of RFC 3720', () => {
  assert.is(crc32c(Buffer.from('123456789')), 0xe3069283);
  assert.is(crc32c(Buffer.alloc(32)), 0x8a9136aa);
  assert.is(crc32c(Buffer.alloc(32, 0xff)), 0x62a8ab43);
});

test('events are byte for byte what the official writer makes (fixtures/make-events.py)', async () => {
  const text = "seed: 42\nname: 'größer'\n".repeat(20);
  const values = [
    ['train/loss', 0.1],
    ['train/zero', 0],
    ['system/rssMiB', 2816.5],
  ] as const;
  const events: EventRecord[] = [
    { time: 1700000000.25, step: 0, payload: { kind: 'version' } },
    { time: 1700000000.25, step: 301, payload: { kind: 'start' } },
    { time: 1700000001, step: 300, payload: { kind: 'text', tag: 'config', text } },
    { time: 1700000002.5, step: 5_000_000_000, payload: { kind: 'scalars', values } },
  ];
  const official = await readFile(FIXTURE);
  assert.is(Buffer.concat(events.map(encodeEvent)).compare(official), 0);
  assert.equal(readEvents(official)[3], {
    time: 1700000002.5,
    step: 5_000_000_000,
    scalars: { 'train/loss': Math.fround(0.1), 'train/zero': 0, 'system/rssMiB': 2816.5 },
    texts: {},
  });
});

test('a resumed training adds a file that voids what came after its checkpoint: no step is drawn twice', async () => {
  await withTemporaryFolder(async (folder) => {
    const log = join(folder, 'metrics.jsonl');
    const board = join(folder, 'tensorboard');
    const env = { MY_API_KEY: 'sesame-open' };
    const warnings: string[] = [];
    const start = (step: number): Promise<Tracker> =>
      openTensorboard({
        metricsPath: log,
        folder: board,
        step,
        experiment: { seed: 4, note: 'sesame-open' },
        redact: createRedactor(env),
        warn: (message) => warnings.push(message),
      });
    const train = async (tracker: Tracker, from: number, to: number, loss: number): Promise<void> => {
      for (let step = from; step <= to; step++) {
        await appendMetric(log, step, { kind: 'train', loss, bad: NaN });
        tracker.log((await readMetrics(log)).at(-1)!);
      }
    };
    const first = await start(0);
    await train(first, 1, 20, 1);
    await first.close();
    await restoreMetrics(log, await readFile(log, 'utf8'), 12);
    const second = await start(12);
    await train(second, 13, 25, 2);
    await second.close();
    const want = (await readMetrics(log)).map(({ step, loss }) => [step, loss]);
    assert.is(want.length, 25);
    assert.equal(curveOf(board, 'train/loss'), want);
    assert.equal(curveOf(board, 'train/bad'), []);
    const names = (await readdir(board)).sort();
    assert.is(names.length, 2);
    const [version, config] = readEvents(await readFile(join(board, names[0])));
    assert.is(version.version, 'brain.Event:2');
    assert.match(config.texts.config, /seed: 4\nnote: "?\[redacted MY_API_KEY\]/);
    assert.equal(warnings, []);
  });
});

test('switched on for a training under way, it begins with the lines so far', async () => {
  await withTemporaryFolder(async (folder) => {
    const metricsPath = join(folder, 'metrics.jsonl');
    for (const step of [1, 2, 3]) await appendMetric(metricsPath, step, { kind: 'train', loss: step });
    const board = join(folder, 'tensorboard');
    const tracker = await openTensorboard({
      metricsPath,
      folder: board,
      step: 3,
      experiment: {},
      redact: (text) => text,
      warn: assert.unreachable,
    });
    tracker.log({ step: 4, time: 9, kind: 'evaluation', val_joint: 0.5, tensors: 3 });
    await tracker.close();
    assert.equal(curveOf(board, 'train/loss'), [
      [1, 1],
      [2, 2],
      [3, 3],
    ]);
    assert.equal(curveOf(board, 'validation/joint'), [[4, 0.5]]);
    assert.equal(curveOf(board, 'system/tensors'), []);
  });
});

test('a full disk is one warning, and neither lines nor the end are held up', async () => {
  await withTemporaryFolder(async (folder) => {
    // /dev/full takes nothing: the event file is written through a handle to it.
    const { EventWriter } = await import('./tensorboard.js');
    const warnings: string[] = [];
    const writer = new EventWriter(await open('/dev/full', 'a'), ({ message }) => warnings.push(message));
    for (let step = 0; step < 1000; step++) writer.write(1, step, { kind: 'scalars', values: [['loss', 1]] });
    await writer.close();
    assert.is(warnings.length, 1, folder);
    assert.match(warnings[0], /ENOSPC/);
  });
});

test.run();
