import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { loadEngine, type EngineChoice } from '../core/engine';
import { seedStream } from '../core/rng';
import { runProcess } from '../core/processes/subprocess';
import { encodeWindow, isDropped } from '../processing/encoding/encode';
import { tokenFacts } from '../processing/encoding/token-facts';
import { buildClosedVocabulary } from '../processing/vocabulary/closed-vocabulary';
import { trainTokenizer } from '../processing/tokenizer/tokenizer';
import { lex } from '../python/tokens/lexer';
import { createModelData, Model } from './model';
import { predict, type Prediction } from './predict';
import { TINY_CONFIG } from './testing';
import { vocabularyTables } from './vocabulary';

const SOURCES = [
  'def f(a, b):\n    return a + b\n',
  'def g(x):\n    if not x:\n        y = [x]\n    return y\n',
];

/** What an untrained model of a fixed seed answers on one engine. */
async function answersOn(choice: EngineChoice): Promise<Prediction[]> {
  await loadEngine({ choice });
  const tokenizer = trainTokenizer(
    [
      ['return', 9],
      ['value', 5],
    ],
    { vocabularySize: 280 },
  );
  const vocabulary = buildClosedVocabulary([]);
  const config = { ...TINY_CONFIG, tokenizerSize: tokenizer.size, vocabularySize: vocabulary.size };
  const model = new Model(
    createModelData(config, vocabularyTables(vocabulary, tokenizer), seedStream(3, 'backends')),
  );
  const windows = SOURCES.map((source) => {
    const tokens = lex(source);
    const window = { firstToken: 0, endToken: tokens.length };
    const example = encodeWindow({ tokens, window, facts: tokenFacts(tokens), tokenizer, vocabulary });
    if (isDropped(example)) throw new Error(example.dropped);
    return { example, tokens };
  });
  return predict(model, windows, { tokenizer, vocabulary, topK: 3, supervisionSteps: 2 });
}

test('the native engine and WASM give the same predictions to 1e-4', async () => {
  const native = await answersOn('native');
  // An engine is loaded once a process, so WASM answers in another one: this file, called with an argument.
  const { stdout } = await runProcess(process.execPath, [__filename, 'wasm']);
  const wasm = JSON.parse(stdout) as Prediction[];
  assert.is(wasm.length, native.length);
  native.forEach((expected, i) => {
    assert.ok(Math.abs(wasm[i].noBug - expected.noBug) < 1e-4, `no bug: ${wasm[i].noBug} ${expected.noBug}`);
    assert.ok(Math.abs(wasm[i].halt - expected.halt) < 1e-4);
    expected.proposals.forEach((proposal, k) => {
      const { location, spanLength, replacement, probability } = wasm[i].proposals[k];
      assert.equal(
        { location, spanLength, replacement },
        {
          location: proposal.location,
          spanLength: proposal.spanLength,
          replacement: proposal.replacement,
        },
      );
      assert.ok(Math.abs(probability - proposal.probability) < 1e-4);
    });
  });
});

if (process.argv[2] === 'wasm')
  void answersOn('wasm').then((answers) => process.stdout.write(JSON.stringify(answers)));
else test.run();
