import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { UserError } from '../core/errors';
import { UNCALIBRATED } from '../repair/calibration';
import { rejection } from '../storage/testing';
import { announceModel, chooseModel } from './default-model';

const test = suite<{ work: string; env: NodeJS.ProcessEnv }>('default-model');
test.before.each(async (context) => {
  context.work = await mkdtemp(join(tmpdir(), 'trm-default-'));
  context.env = { TRM_WORK_DIR: context.work };
});
test.after.each(({ work }) => rm(work, { recursive: true }));

interface Described {
  /** Share of test bugs mended and the lower end of its interval; null: no report. */
  joint: [rate: number, low: number] | null;
  measured?: number;
  seconds?: number;
  made?: string;
}

/** Without a model of the project's own. */
const choose = (given: string | undefined, env: NodeJS.ProcessEnv): ReturnType<typeof chooseModel> =>
  chooseModel(given, env, join(String(env.TRM_WORK_DIR), 'none'));

/** The files of a release that say what it is. */
async function writeFacts(work: string, name: string, described: Described): Promise<void> {
  const { joint, measured = 1000, seconds = 300, made = '2026-01-02T03:04:05.000Z' } = described;
  const folder = join(work, 'models', name);
  await mkdir(folder, { recursive: true });
  const write = (file: string, value: unknown): Promise<void> =>
    writeFile(join(folder, file), JSON.stringify(value));
  await write('config.json', { parameters: { total: 1_070_000 } });
  await write('calibration.json', { ...UNCALIBRATED, threshold: 0.35 });
  await write('manifest.json', { created: made, 'trm:metrics': { training: { steps: 9, seconds } } });
  const total = Math.floor(measured / 2);
  if (joint)
    await write('report.json', {
      test: { buggy: total, clean: measured - total },
      overall: { joint: { rate: joint[0], low: joint[1], total } },
    });
}

test('the model that certainly mends most is taken, not the newest; of equals the newer', async ({
  work,
  env,
}) => {
  await writeFacts(work, 'good', { joint: [0.64, 0.62], made: '2026-01-01T00:00:00.000Z' });
  await writeFacts(work, 'new', { joint: [0.4, 0.35], made: '2026-06-01T00:00:00.000Z' });
  // A higher share of few functions says less.
  await writeFacts(work, 'few', { joint: [0.7, 0.5], measured: 220, made: '2026-06-02T00:00:00.000Z' });
  const chosen = await choose(undefined, env);
  assert.equal([chosen.facts.name, chosen.origin, chosen.passedOver], ['good', 'best', []]);
  assert.is(
    announceModel(chosen),
    `model: good (${join(work, 'models', 'good')}), made 2026-01-01 00:00 UTC, 1.07M weights, mends 64.0 % of 500 test bugs, shows edits above 0.35`,
  );
  await writeFacts(work, 'again', { joint: [0.64, 0.62], made: '2026-02-01T00:00:00.000Z' });
  assert.is((await choose(undefined, env)).facts.name, 'again');
});

test('a trial is never taken unless it is named, and why is said', async ({ work, env }) => {
  await writeFacts(work, 'tiny', {
    joint: [0.9, 0.8],
    measured: 60,
    seconds: 90,
    made: '2027-01-01T00:00:00.000Z',
  });
  await writeFacts(work, 'smoke', { joint: [0.9, 0.8], seconds: 20 });
  await writeFacts(work, 'unmeasured', { joint: null });
  await mkdir(join(work, 'models', 'broken'));
  await writeFile(join(work, 'models', 'broken', 'config.json'), '{"parameters":');
  const reasons =
    /broken \(.*config\.json is not valid JSON.*\), smoke \(a trial, trained for 20 s\), tiny \(a trial, measured on 60 functions only\), unmeasured \(never measured\)/;
  const error = await rejection(() => choose(undefined, env));
  assert.instance(error, UserError);
  assert.match(error.message, reasons);
  await writeFacts(work, 'plain', { joint: [0.1, 0.05] });
  const chosen = await choose(undefined, env);
  assert.is(chosen.facts.name, 'plain');
  assert.match(announceModel(chosen), /\(not taken: broken: .*; smoke: a trial, trained for 20 s; tiny: /);
  const tiny = join(work, 'models', 'tiny');
  assert.equal((await choose(tiny, env)).origin, 'given');
  const named = await choose(undefined, { ...env, TRM_MODEL: tiny });
  assert.equal([named.facts.name, named.origin], ['tiny', 'TRM_MODEL']);
  const stronger = await choose(join(work, 'models', 'smoke'), { ...env, TRM_MODEL: tiny });
  assert.is(stronger.facts.name, 'smoke', 'the option is stronger than the variable');
});

test('an empty TRM_MODEL counts as none; no manifest is said; no model at all says how to get one', async ({
  work,
  env,
}) => {
  const none = await rejection(() => choose(undefined, env));
  assert.match(none.message, /expected a trained model in .*models, found none/);
  assert.match((none as UserError).hint ?? '', /trm run quickstart/);
  await writeFacts(work, 'one', { joint: [0.4, 0.35] });
  const chosen = await choose(undefined, { ...env, TRM_MODEL: '' });
  assert.is(chosen.origin, 'best');
  await rm(join(work, 'models', 'one', 'manifest.json'));
  assert.match(announceModel(await choose(undefined, env)), /no manifest\.json: its files are not checked/);
  const wrong = await rejection(() => chooseModel(join(work, 'nowhere'), env));
  assert.match(wrong.message, /expected a model folder at .*nowhere: found no config\.json in it/);
});

test("the project's own model comes before those made here, which are taken by name", async ({
  work,
  env,
}) => {
  await writeFacts(work, 'mine', { joint: [0.9, 0.8] });
  const shipped = join(work, 'shipped');
  await mkdir(shipped);
  await writeFile(join(shipped, 'config.json'), '{}');
  const origin = async (given?: string, more: NodeJS.ProcessEnv = {}): Promise<string[]> => {
    const { facts, origin: why } = await chooseModel(given, { ...env, ...more }, shipped);
    return [facts.name, why];
  };
  assert.equal(await origin(), ['shipped', 'shipped']);
  assert.equal(await origin('mine'), ['mine', 'given']);
  assert.equal(await origin(join(work, 'models', 'mine')), ['mine', 'given']);
  assert.equal(await origin(undefined, { TRM_MODEL: 'mine' }), ['mine', 'TRM_MODEL']);
  assert.match((await rejection(() => origin('nobody'))).message, /expected a model folder at nobody/);
});

test.run();
