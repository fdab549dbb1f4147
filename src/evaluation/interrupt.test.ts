/** A signal ends a measurement soon, however many functions are left: each unit of work lets it through. */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { requireNativeEngine } from '../core/engine';
import { Contexts } from '../shards/context-shard';
import { InterruptedError } from '../core/errors';
import { silentProgress } from '../core/progress';
import { seedStream } from '../core/rng';
import { buildClosedVocabulary } from '../processing/vocabulary/closed-vocabulary';
import { trainTokenizer } from '../processing/tokenizer/tokenizer';
import { makeSample } from '../python/edits/sample-testing';
import { createModelData, Model } from '../trm/model';
import { TINY_CONFIG } from '../trm/testing';
import { vocabularyTables } from '../trm/vocabulary';
import { judgeRanker } from './baselines';
import { encodeSet, findParserStops } from './benchmarks/set-cases';
import { mendGuided } from './guided-mends';
import { measureCases } from './measure';
import { measureRealFiles } from './real-files/measure-real-files';
import { fileRecord, writeJsonLines } from '../collection/pairs/testing';
import { testMachine } from '../stages/testing';

const tokenizer = trainTokenizer([['value', 50]], { vocabularySize: 264 });
const vocabulary = buildClosedVocabulary([]);
const config = { ...TINY_CONFIG, tokenizerSize: tokenizer.size, vocabularySize: vocabulary.size };

/** Aborts as soon as the event loop turns, as a signal of the system is heard then. */
function abortOnTurn(): AbortSignal {
  const controller = new AbortController();
  setImmediate(() => controller.abort());
  return controller.signal;
}

async function interrupted(work: Promise<unknown>): Promise<void> {
  try {
    await work;
  } catch (error) {
    assert.instance(error, InterruptedError);
    assert.match((error as Error).message, /the evaluation/);
    return;
  }
  assert.unreachable('the work went on to its end');
}

const samples = Array.from({ length: 40 }, (_, i) =>
  makeSample(`def f${i}(value):\n    return value + ${i}\n`),
);

test('answering cases ends within a chunk, encoding within a set', async () => {
  await requireNativeEngine();
  const model = new Model(
    createModelData(config, vocabularyTables(vocabulary, tokenizer), seedStream(1, 'interrupt')),
  );
  const parts = { model, tokenizer, vocabulary };
  try {
    const stops = await findParserStops(samples, await testMachine.critic());
    const set = { samples, contexts: new Contexts(), stops };
    await interrupted(encodeSet(set, parts, abortOnTurn()));
    const { cases } = await encodeSet(set, parts);
    assert.is(cases.length, samples.length);
    const options = { parts, supervisionSteps: 1, topK: 2, progress: silentProgress, task: 'answering' };
    await interrupted(measureCases(cases, { ...options, batchTokens: 64, signal: abortOnTurn() }));
  } finally {
    model.dispose();
  }
});

test('the rankers end within their cases', async () => {
  const cases = samples.map((sample) => ({ sample, before: [], right: [], example: {} })) as never[];
  let asked = 0;
  const never = { propose: () => (asked++, null), candidates: () => (asked++, []), rank: () => [] };
  await interrupted(judgeRanker(never, [], cases, { targetCleanKept: 0.9, signal: abortOnTurn() }));
  const error = { type: 'SyntaxError', message: '', line: 1, column: 0 };
  const critic = {
    check: (sources: readonly string[]) =>
      Promise.resolve(sources.map(() => ({ valid: false, unknown: false, error }))),
  };
  const broken = samples.map((sample) => ({ sample, before: [{ kind: 'end', text: '', start: 0, end: 0 }] }));
  await interrupted(mendGuided(broken as never[], never, critic, abortOnTurn()));
  assert.ok(asked < samples.length, `${asked} of ${2 * samples.length} cases were asked`);
});

test('real fixes end within a fix, whatever is left of their file', async () => {
  await requireNativeEngine();
  const model = new Model(
    createModelData(config, vocabularyTables(vocabulary, tokenizer), seedStream(1, 'interrupt')),
  );
  const folder = await mkdtemp(join(tmpdir(), 'trm-interrupt-'));
  try {
    await mkdir(join(folder, 'real-files'));
    const fixes = Array.from({ length: 40 }, (_, i) => fileRecord({ id: `fix-${i}` }));
    await writeJsonLines(join(folder, 'real-files', 'dev.jsonl'), fixes);
    const options = { split: 'dev', dataFolder: folder, most: null, batchTokens: 64 } as const;
    const critic = await testMachine.critic();
    const judged = [{ name: 'model', parts: { model, tokenizer, vocabulary }, calibration: null }];
    const signal = abortOnTurn();
    await interrupted(measureRealFiles(judged, { ...options, critic, signal, progress: silentProgress }));
  } finally {
    model.dispose();
    await rm(folder, { recursive: true });
  }
});

test.run();
