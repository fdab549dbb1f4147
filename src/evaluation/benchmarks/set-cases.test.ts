import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { makeSample } from '../../python/edits/sample-testing';
import { trainTokenizer } from '../../processing/tokenizer/tokenizer';
import { buildClosedVocabulary } from '../../processing/vocabulary/closed-vocabulary';
import { Contexts } from '../../shards/context-shard';
import { testMachine } from '../../stages/testing';
import { encodeSet, findParserStops } from './set-cases';

test('a sample that CPython cannot judge is counted, and not asked as if it parsed', async () => {
  // Valid, and too deep for the parser's stack.
  const deep = makeSample(`def f(a):\n    return ${'-'.repeat(20_000)}a\n`);
  const other = makeSample('def g(a):\n    return a\n');
  const stops = await findParserStops([deep, other], await testMachine.critic());
  assert.equal([...stops], [[deep.id, null]]);
  // Nothing is encoded, so no vocabulary is needed.
  const set = { samples: [deep], contexts: new Contexts(), stops };
  const { cases, dropped } = await encodeSet(set, {} as Parameters<typeof encodeSet>[1]);
  assert.equal([cases, dropped], [[], { not_judged: 1 }]);
});

test('functions are cut into windows as long as the model was trained on', async () => {
  const long = makeSample(`def f(a):\n${'    a = a + 1\n'.repeat(30)}    return a\n`);
  const parts = {
    model: { config: { maxTokens: 32 } },
    tokenizer: trainTokenizer([], { vocabularySize: 300 }),
    vocabulary: buildClosedVocabulary([]),
  } as unknown as Parameters<typeof encodeSet>[1];
  const set = { samples: [long], contexts: new Contexts(), stops: new Map<string, null>() };
  const { cases } = await encodeSet(set, parts);
  const [{ example }] = cases;
  assert.ok(example.length > 16 && example.length <= 32, `${example.length} tokens`);
});

test.run();
