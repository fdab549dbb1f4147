import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { projectRoot } from '../../core/paths';
import { lex } from '../tokens/lexer';
import { windowsOf } from './windows';

const FILE = [
  'import a',
  'X = 1',
  'class K:',
  '    y = 2',
  '    @deco',
  '    def m(self):',
  '        def inner():',
  '            return 1',
  '        return inner',
  'def f():',
  '    return 3',
  '',
].join('\n');

test('functions, then the code between them, in order', () => {
  const tokens = lex(FILE);
  const windows = windowsOf(tokens, { maxTokens: 127 });
  assert.equal(
    windows.map(({ function: name, baseLevel }) => [name, baseLevel]),
    [
      [null, 0],
      ['K.m', 1],
      [null, 1],
      ['f', 0],
    ],
  );
  assert.is(tokens[windows[1].firstToken].text, '@');
  assert.is(windows[2].endToken - windows[2].firstToken, 1, 'the dedent that closes the class');
});

for (const maxTokens of [1, 2, 8, 32, 127])
  test(`every token is in a window of at most ${maxTokens}`, () => {
    const python = readFileSync(join(projectRoot(), 'src/python/critic/critic-worker.py'), 'utf8');
    for (const source of [FILE, python, `x = [${'1, '.repeat(500)}]\n`, 'def f(\n', '']) {
      const tokens = lex(source);
      const covered = new Uint8Array(tokens.length);
      let last = -1;
      for (const { firstToken, endToken } of windowsOf(tokens, { maxTokens })) {
        assert.ok(endToken > firstToken && endToken - firstToken <= maxTokens);
        assert.ok(firstToken > last, 'windows move on');
        last = firstToken;
        covered.fill(1, firstToken, endToken);
      }
      assert.is(covered.indexOf(0), tokens.length - 1, 'only the end token is in no window');
    }
  });

test('windows of a long function overlap and start at lines', () => {
  const tokens = lex(`def f():\n${'    a = b + c\n'.repeat(100)}`);
  const windows = windowsOf(tokens, { maxTokens: 60 });
  assert.ok(windows.length > 10);
  for (let i = 1; i < windows.length; i++) {
    assert.is(tokens[windows[i].firstToken - 1].kind, 'newline');
    assert.ok(windows[i - 1].endToken - windows[i].firstToken >= 15, 'a quarter is shared');
    assert.is(windows[i].baseLevel, 1);
  }
  assert.throws(() => windowsOf(tokens, { maxTokens: 10, overlap: 10 }), /overlap < maxTokens/);
});

test.run();
