import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { BUG_TYPES } from '../../taxonomy/table';
import { recogniseBug } from './recognise';

const CONTEXT = { imports: {}, names: [] };

function types(before: string, after: string): string[] {
  return Array.from(recogniseBug({ before, after, context: CONTEXT }), ({ bugType }) => bugType);
}

for (const { id, example } of BUG_TYPES)
  test(`${id}: its example is recognised`, () => {
    assert.ok(types(example.before, example.after).includes(id), types(example.before, example.after).join());
  });

test('layout and comments do not hide a bug', () => {
  const found = types('def f(a, b):  # sum\n  return (a\n    - b)\n', 'def f(a, b):\n    return (a + b)\n');
  assert.ok(found.includes('wrong-arithmetic-operator'), found.join());
});

test('what no mutator makes is not recognised', () => {
  assert.equal(types('def f(a):\n    return g(a)[1:].h\n', 'def f(a):\n    while a:\n        yield a\n'), []);
  assert.equal(types('def f(a):\n    return a\n', 'def f(a):\n    return a\n'), []);
});

test('the most specific type comes first', () => {
  const [best] = recogniseBug({
    before: 'def f(a, b, c):\n    return a[b] + b + c + c is 1\n',
    after: 'def f(a, b, c):\n    return a[b] + b + c + c == 1\n',
    context: CONTEXT,
  });
  assert.is(best.bugType, 'literal-identity-comparison');
});

test.run();
