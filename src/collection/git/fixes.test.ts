import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { seedStream } from '../../core/rng';
import { applyEdit, sameToken } from '../../python/edits/edits';
import { lex } from '../../python/tokens/lexer';
import { isDrop, readPythonFile, type PythonFile } from '../folders/python-file';
import { compareFiles, editOfPair, fixSample } from './fixes';

const LIMITS = { minTokens: 5, maxTokens: 200, maxEditTokens: 8 };
const ORIGIN = {
  source: 'git' as const,
  group: 'g',
  licence: 'MIT',
  repo: 'r',
  path: 'a.py',
  commit: 'c',
  url: null,
  committedAt: null,
};

const STRONG = { kind: 'commit-message', strength: 'strong' } as const;

function file(text: string): PythonFile {
  const read = readPythonFile(Buffer.from(text), 1_000_000);
  if (isDrop(read)) throw new Error(read.reason);
  return read;
}

const FILE = `import os
LIMIT = 3

class A:
    @property
    def size(self):
        return self._size + 1

    @size.setter
    def size(self, value):
        self._size = value

def outer(x):
    def inner(y):
        return y - 1
    return inner(x)
`;

test('functions are matched by qualified name, doubles in order, nested ones within their outer one', () => {
  const changed = FILE.replace('_size + 1', '_size').replace('y - 1', 'y + 1');
  const { pairs, otherChanges } = compareFiles('a.py', file(FILE), file(changed));
  assert.equal(
    pairs.map(({ before, after }) => [before.name, before.line, after.line]),
    [
      ['A.size', 5, 5],
      ['outer', 13, 13],
    ],
  );
  assert.is(otherChanges, false);
  assert.match(pairs[0].after.source, /^@property\ndef size\(self\):\n {4}return self\._size\n$/);
});

test('changes outside of the pairs are seen; moved and commented code is not a change', () => {
  const other = (change: (text: string) => string): boolean =>
    compareFiles('a.py', file(FILE), file(change(FILE).replace('_size + 1', '_size'))).otherChanges;
  assert.is(
    other((text) => text),
    false,
  );
  assert.is(
    other((text) => `# comment\n\n${text}`),
    false,
  );
  assert.is(
    other((text) => text.replace('LIMIT = 3', 'LIMIT = 4')),
    true,
  );
  assert.is(
    other((text) => `${text}\ndef more():\n    return 1\n`),
    true,
  );
  assert.is(
    other((text) => text.slice(0, text.indexOf('def outer'))),
    true,
  );
});

test('a name that occurs more often on one side is not matched', () => {
  const more = FILE.replace('class A:', 'class A:\n    def size(self):\n        return 0\n').replace(
    '+ 1',
    '+ 2',
  );
  const { pairs, otherChanges } = compareFiles('a.py', file(FILE), file(more));
  assert.equal([pairs.length, otherChanges], [0, true]);
});

test('pairs are left out by length, size of the edit, and when no code changed', () => {
  const reason = (before: string, after: string): string => {
    const [pair] = compareFiles('a.py', file(before), file(after)).pairs;
    const result = editOfPair(pair, LIMITS);
    return isDrop(result) ? result.reason : 'kept';
  };
  const body = (line: string): string => `def f(a, b):\n    ${line}\n`;
  assert.is(reason(body('return a + b'), body('return a - b')), 'kept');
  assert.is(reason(body('return a + b'), body('return a + b  # sum')), 'no_code_change');
  assert.is(reason(body('return a'), body('return [1, 2, 3, 4, 5]')), 'edit_too_large');
  assert.is(reason(body('return a'), body(`return ${'a + '.repeat(100)}b`)), 'too_long');
  assert.is(reason(body(`return ${'a + '.repeat(100)}b`), body('return a')), 'too_long');
  const short = editOfPair(compareFiles('a.py', file(body('pass')), file(body('a'))).pairs[0], {
    ...LIMITS,
    minTokens: 50,
  });
  assert.is(isDrop(short) && short.reason, 'too_short');
});

test('the edit of a sample turns its before into its after (random token changes)', () => {
  const rng = seedStream(3, 'fixes');
  const words = ['a', 'b', 'self', '1', '"s"'];
  const operators = ['+', '-', '==', 'and', 'or', 'in'];
  const expression = (): string =>
    Array.from({ length: 1 + rng.int(4) }, () => rng.pick(words)).reduce(
      (left, right) => `${left} ${rng.pick(operators)} ${right}`,
    );
  let kept = 0;
  for (let i = 0; i < 200; i++) {
    const make = (): string =>
      `class A:\n    def f(self, a, b):\n        if ${expression()}:\n            return ${expression()}\n        return b\n`;
    const { pairs } = compareFiles('a.py', file(make()), file(make()));
    if (pairs.length === 0) continue;
    const result = editOfPair(pairs[0], { ...LIMITS, maxEditTokens: 100 });
    if (isDrop(result)) continue;
    kept++;
    const sample = fixSample(pairs[0], { ...result, parserError: null, message: STRONG, flags: [] }, ORIGIN);
    const fixed = lex(applyEdit(sample.before, lex(sample.before), sample.edits[0]));
    const after = lex(sample.after);
    assert.is(fixed.length, after.length);
    assert.ok(fixed.every((token, at) => sameToken(token, after[at])));
    assert.is(/^def f/.test(sample.before), true, 'dedented');
  }
  assert.ok(kept > 150);
});

test('difficulty and family follow the parser and the size of the edit', () => {
  const sampleOf = (before: string, after: string, parses: boolean): [number, string | null] => {
    const [pair] = compareFiles('a.py', file(before), file(after)).pairs;
    const result = editOfPair(pair, { ...LIMITS, maxEditTokens: 50 });
    if (isDrop(result)) throw new Error(result.reason);
    const facts = { ...result, parserError: parses ? null : 'invalid syntax', message: STRONG, flags: [] };
    const { difficulty, family } = fixSample(pair, facts, ORIGIN);
    return [difficulty, family];
  };
  const f = (line: string): string => `def f(a, b):\n    ${line}\n`;
  assert.equal(sampleOf(f('return a +'), f('return a'), false), [1, 'syntax']);
  assert.equal(sampleOf(f('return a + b'), f('return a - b'), true), [3, null]);
  assert.equal(sampleOf(f('return a'), f('return a + b - 1'), true), [4, null]);
  assert.equal(sampleOf(f('return a'), f('return a + b - 1 + 2 + 3 + 4 + 5'), true), [5, null]);
});

test.run();
