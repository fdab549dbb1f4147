import * as tf from '@tensorflow/tfjs-core';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { requireNativeEngine } from '../core/engine';
import { seedStream } from '../core/rng';
import { buildClosedVocabulary } from '../processing/vocabulary/closed-vocabulary';
import { trainTokenizer } from '../processing/tokenizer/tokenizer';
import { encodeWindow, isDropped } from '../processing/encoding/encode';
import { tokenFacts } from '../processing/encoding/token-facts';
import type { TokenText } from '../records/sample';
import { createModelData, Model } from './model';
import { predict, type PredictWindow } from './predict';
import { TINY_CONFIG } from './testing';
import { vocabularyTables } from './vocabulary';

test.before(async () => {
  await requireNativeEngine();
});

const tokenizer = trainTokenizer(
  [
    ['value', 50],
    ['total', 50],
    ['self', 50],
  ],
  { vocabularySize: 290 },
);
const vocabulary = buildClosedVocabulary([]);
const config = { ...TINY_CONFIG, tokenizerSize: tokenizer.size, vocabularySize: vocabulary.size };
const rng = seedStream(4, 'predict-test');

function windowOf(names: string[]): PredictWindow {
  const tokens: TokenText[] = [
    ...names.map((text) => ({ kind: 'name' as const, text })),
    { kind: 'end', text: '' },
  ];
  const example = encodeWindow({
    tokens,
    window: { firstToken: 0, endToken: tokens.length },
    facts: tokenFacts(tokens),
    tokenizer,
    vocabulary,
  });
  if (isDropped(example)) throw new Error(example.dropped);
  return { example, tokens };
}

const windows = [
  ['value', 'total', 'x'],
  ['self', 'y', 'value', 'y', 'z', 'a'],
  ['q', 'total'],
].map(windowOf);

test('proposals are sorted, at most topK, deterministic, and their probabilities are at most one', async () => {
  const model = new Model(createModelData(config, vocabularyTables(vocabulary, tokenizer), rng));
  const before = tf.memory().numTensors;
  const options = { tokenizer, vocabulary, topK: 7, supervisionSteps: 2 };
  const first = await predict(model, windows, options);
  assert.equal(await predict(model, windows, options), first);
  assert.is(tf.memory().numTensors, before, 'no tensor is left behind');
  first.forEach(({ noBug, halt, steps, proposals }, i) => {
    assert.is(steps, 2);
    assert.ok(noBug > 0 && noBug < 1 && halt > 0 && halt < 0.1);
    assert.is(proposals.length, 7);
    const sum = proposals.reduce((total, { probability }) => total + probability, noBug);
    assert.ok(sum <= 1 + 1e-5, `probabilities sum to ${sum}`);
    proposals.forEach(({ location, spanLength, probability }, k) => {
      assert.ok(location + spanLength < windows[i].example.length, 'END is never replaced');
      assert.ok(k === 0 || probability <= proposals[k - 1].probability);
    });
  });
  model.dispose();
});

test('only allowed starts are proposed, their probabilities sum to one, and batches do not change the answer', async () => {
  const model = new Model(createModelData(config, vocabularyTables(vocabulary, tokenizer), rng));
  const options = { tokenizer, vocabulary };
  const together = await predict(model, windows, options);
  for (const allowedStarts of [[1], [0, 2]]) {
    const told = windows.map((window) => ({ ...window, allowedStarts }));
    for (const [i, { proposals, starts }] of (await predict(model, told, options)).entries()) {
      assert.ok(proposals.length > 0 && proposals.every(({ location }) => allowedStarts.includes(location)));
      assert.ok(Math.abs(starts.reduce((sum, { probability }) => sum + probability, 0) - 1) < 1e-6);
      const free = (at: number): number =>
        together[i].starts.find(({ start }) => start === at)?.probability ?? 0;
      const total = allowedStarts.reduce((sum, at) => sum + free(at), 0);
      for (const { start, probability } of starts)
        assert.ok(Math.abs(probability - free(start) / total) < 1e-6);
    }
  }
  const alone = await predict(model, windows, { ...options, batchTokens: 1 });
  together.forEach(({ noBug, proposals }, i) => {
    assert.ok(Math.abs(noBug - alone[i].noBug) < 1e-5);
    assert.ok(Math.abs(proposals[0].probability - alone[i].proposals[0].probability) < 1e-5);
  });
  model.dispose();
});

test('a window longer than those of training is refused', async () => {
  const shorter = { ...config, maxTokens: 5 };
  const model = new Model(createModelData(shorter, vocabularyTables(vocabulary, tokenizer), rng));
  const asked = async (some: readonly PredictWindow[]): Promise<string> =>
    predict(model, some, { tokenizer, vocabulary }).then(
      () => '',
      (error: Error) => error.message,
    );
  assert.is(await asked(windows.slice(0, 1)), '');
  assert.match(
    await asked(windows),
    /windows of at most 5 tokens, as the model was trained on, got one of 7/,
  );
  model.dispose();
});

test('a vocabulary of another size is refused', async () => {
  const model = new Model(createModelData(config, vocabularyTables(vocabulary, tokenizer), rng));
  const other = trainTokenizer([['abc', 9]], { vocabularySize: 264 });
  try {
    await predict(model, windows, { tokenizer: other, vocabulary });
    assert.unreachable();
  } catch (error) {
    assert.match((error as Error).message, /tokenizer size: the model was trained with/);
  }
  model.dispose();
});

test.run();
