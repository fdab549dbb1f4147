import * as tf from '@tensorflow/tfjs-core';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { requireNativeEngine } from '../core/engine';
import { seedStream } from '../core/rng';
import { buildClosedVocabulary } from '../processing/vocabulary/closed-vocabulary';
import { trainTokenizer } from '../processing/tokenizer/tokenizer';
import { encodeWindow, isDropped } from '../processing/encoding/encode';
import { tokenFacts } from '../processing/encoding/token-facts';
import { lex } from '../python/tokens/lexer';
import { createModelData, Model } from './model';
import { predict, type PredictWindow } from './predict';
import { scoreEdits, type WindowEdit } from './score-edits';
import { TINY_CONFIG } from './testing';
import { vocabularyTables } from './vocabulary';

const tokenizer = trainTokenizer(
  ['value', 'total', 'self'].map((word): [string, number] => [word, 50]),
  { vocabularySize: 290 },
);
const vocabulary = buildClosedVocabulary([]);
const config = { ...TINY_CONFIG, tokenizerSize: tokenizer.size, vocabularySize: vocabulary.size };
const options = { tokenizer, vocabulary, supervisionSteps: 2 };

function windowOf(source: string, allowedStarts?: number[]): PredictWindow {
  const tokens = lex(source);
  const example = encodeWindow({
    tokens,
    window: { firstToken: 0, endToken: tokens.length },
    facts: tokenFacts(tokens),
    tokenizer,
    vocabulary,
  });
  if (isDropped(example)) throw new Error(example.dropped);
  return { example, tokens, allowedStarts };
}

let model: Model;
test.before(async () => {
  await requireNativeEngine();
  const rng = seedStream(4, 'score-edits-test');
  model = new Model(createModelData(config, vocabularyTables(vocabulary, tokenizer), rng));
});

for (const allowedStarts of [undefined, [1, 2, 3, 5]])
  test(`proposals have the probability that they state, starts ${allowedStarts?.join() ?? 'free'}`, async () => {
    const window = windowOf('total = self + value\nvalue = total', allowedStarts);
    const [{ proposals, noBug: expected }] = await predict(model, [window], {
      ...options,
      topK: 40,
      spansPerPlace: 9,
    });
    assert.is(proposals.length, 40);
    const before = tf.memory().numTensors;
    const { probabilities: scores, noBug, placed } = await scoreEdits(model, window, proposals, options);
    assert.is(tf.memory().numTensors, before, 'no tensor is left behind');
    assert.ok(Math.abs(noBug / expected - 1) < 1e-5);
    assert.ok(allowedStarts ? placed > 0 && placed < 1 - noBug : placed === 1);
    proposals.forEach(({ probability }, i) => {
      // Proposals leave out what the unlikeliest pieces add to a name that can be copied, too: under 1 % here.
      const ratio = (scores[i] ?? 0) / probability;
      assert.ok(ratio > 1 - 1e-4 && ratio < 1.01, `${i}: ${scores[i]} for ${probability}`);
    });
  });

async function probabilitiesOf(window: PredictWindow, edits: readonly WindowEdit[]): Promise<number[]> {
  const { probabilities } = await scoreEdits(model, window, edits, options);
  return probabilities.map((one) => one ?? NaN);
}

test('of many edits only the likeliest are scored, and these exactly', async () => {
  const window = windowOf('total = self + value\nvalue = total');
  const name = (text: string) => ({ kind: 'name' as const, text });
  const edits = [0, 2, 4, 6, 8].flatMap((location) =>
    ['total', 'self', 'value'].flatMap((text) =>
      [[name(text)], [name(text), name('total')]].map((replacement) => ({
        location,
        spanLength: 1,
        replacement,
      })),
    ),
  );
  const all = await probabilitiesOf(window, edits);
  const { probabilities } = await scoreEdits(model, window, edits, { ...options, most: 4 });
  const best = [...all].sort((a, b) => b - a).slice(0, 4);
  assert.is(probabilities.filter((one) => one !== null).length, 4);
  probabilities.forEach((one, i) => {
    assert.is(one !== null, best.includes(all[i]), `${i}`);
    if (one !== null) assert.ok(Math.abs(one / all[i] - 1) < 1e-5);
  });
  const always = new Set([all.indexOf(Math.min(...all))]);
  const more = (await scoreEdits(model, window, edits, { ...options, most: 4, always })).probabilities;
  assert.is(more.filter((one) => one !== null).length, 5, 'and those that are wanted in any case');
});

test('what can be written at one place in one slot sums to less than the place', async () => {
  const window = windowOf('total = value\n', [2]);
  const tokens = [...window.tokens.slice(0, 4), ...vocabulary.entries.slice(1)];
  const unique = [...new Map(tokens.map((token) => [`${token.kind} ${token.text}`, token])).values()];
  const edits = unique.map((token) => ({ location: 2, spanLength: 1, replacement: [token] }));
  const scores = await probabilitiesOf(window, edits);
  assert.ok(scores.every((score) => score > 0));
  assert.ok(scores.reduce((a, b) => a + b, 0) < 1);
  const other = (await probabilitiesOf(window, [...edits].reverse())).reverse();
  scores.forEach((score, i) => assert.ok(Math.abs(other[i] / score - 1) < 1e-5, 'whatever the order'));
});

test('what the model cannot write has no chance', async () => {
  const window = windowOf('total = value\n', [0, 1, 2]);
  const name = (text: string) => ({ kind: 'name' as const, text });
  const edits = [
    { location: 2, spanLength: 1, replacement: [name('neverSeenAnywhere')] },
    { location: 3, spanLength: 0, replacement: [name('total')] },
    { location: 2, spanLength: 3, replacement: [] },
    { location: 1, spanLength: 0, replacement: [] },
    { location: 1, spanLength: 0, replacement: Array.from({ length: 9 }, () => name('total')) },
  ];
  assert.equal(
    await probabilitiesOf(window, edits),
    edits.map(() => 0),
  );
  assert.equal(await probabilitiesOf(window, []), []);
});

test.run();
