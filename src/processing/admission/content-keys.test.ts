import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { lex } from '../../python/tokens/lexer';
import type { TokenText } from '../../records/sample';
import { contentKey, contentKeys, shapeKey } from './content-keys';

const shape = (source: string): string => shapeKey(lex(source));

test('the content key sees kinds and texts, not where they touch', () => {
  const name = (text: string): TokenText => ({ kind: 'name', text });
  assert.is(contentKey([name('a'), name('b')]), contentKey([name('a'), name('b')]));
  assert.is.not(contentKey([name('a'), name('b')]), contentKey([name('ab')]));
  assert.is.not(contentKey([name('a')]), contentKey([{ kind: 'string', text: 'a' }]));
});

test('the shape is that of twins: other names, numbers and strings, no other keyword or mark', () => {
  const source = "def f(a):\n    return a.get('key', 1)\n";
  assert.is(shape(source), shape('def g(table):  # same\n    return table.pop("other", 2.5)\n'));
  for (const other of [
    "def f(a):\n    return a['key', 1]\n",
    "def f(a):\n    yield a.get('key', 1)\n",
    "def f(a):\n    return a.get('key', None)\n",
    "def f(a, b):\n    return a.get('key', 1)\n",
  ])
    assert.is.not(shape(other), shape(source), other);
  assert.equal(contentKeys(lex(source)), { content: contentKey(lex(source)), shape: shape(source) });
});

test.run();
