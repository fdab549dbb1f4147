import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { namesForWindow } from '../processing/encoding/file-names';
import { lex } from '../python/tokens/lexer';
import { windowsOf } from '../python/structure/windows';
import { windowNames } from './window-names';

const SOURCE = `import os

class Ring:
    def __init__(self, inner):
        self.inner = inner

    def area(self):
        return self.iner ** 2

limit = os.sep
`;
const tokens = lex(SOURCE);
const windows = windowsOf(tokens, { maxTokens: 60 });
const windowAt = (text: string): (typeof windows)[0] => {
  const at = tokens.findIndex((token) => token.text === text);
  const found = windows.find(({ firstToken, endToken }) => firstToken <= at && at < endToken);
  if (!found) throw new Error(`no window holds ${text}`);
  return found;
};

test('a window of a function has what the file says without it; tokens are those of the function', () => {
  const source = windowNames(tokens)(windowAt('area'));
  assert.is(source.surroundings.enclosingClass, 'Ring');
  assert.equal(
    source.surroundings.functions.map(({ name }) => name),
    ['Ring.__init__'],
  );
  const texts = source.functionTokens.map(({ text }) => text);
  assert.ok(texts.includes('iner') && !texts.includes('limit'));
  const names = namesForWindow(source.functionTokens, source).map(({ text }) => text);
  assert.ok(names.includes('inner') && names.includes('limit'), names.join(' '));
});

test('windows of one function share what the file says, so that it is gathered once', () => {
  const of = windowNames(tokens);
  const { firstToken, endToken, ...rest } = windowAt('area');
  const parts = [
    { ...rest, firstToken, endToken: endToken - 4 },
    { ...rest, firstToken: firstToken + 4, endToken },
  ];
  assert.is(of(parts[0]), of(parts[1]));
});

test('code of the module has what all functions say', () => {
  const source = windowNames(tokens)(windowAt('limit'));
  assert.is(source.surroundings.enclosingClass, null);
  assert.equal(
    source.surroundings.functions.map(({ name }) => name),
    ['Ring.__init__', 'Ring.area'],
  );
});

test('broken code and no code at all have names, too', () => {
  for (const source of ['', 'def f(:\n  x', 'class\n', ')))']) {
    const own = lex(source);
    const of = windowNames(own);
    for (const window of windowsOf(own, { maxTokens: 16 }))
      assert.ok(Array.isArray(namesForWindow(own, of(window))));
  }
});

test.run();
