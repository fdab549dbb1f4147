import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { makeSample } from '../../python/edits/sample-testing';
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

test.run();
