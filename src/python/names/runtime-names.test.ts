import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { bindNames } from './bindings';
import { lex } from '../tokens/lexer';
import { bindsAtRunTime } from './runtime-names';

for (const source of [
  'from os import *\n',
  'load(globals())\n',
  'exec("x = 1")\n',
  'vars()["x"] = 1\n',
  'locals().update(a=1)\n',
  'setup(vars())\n',
  'setattr(sys.modules[__name__], "x", 1)\n',
  'import builtins\nbuiltins.x = 1\n',
  'try:\n    x\nexcept NameError:\n    x = 1\n',
])
  test(`binds at run time: ${JSON.stringify(source)}`, () => assert.ok(bindsAtRunTime(lex(source))));

for (const source of [
  'import os\nprint(os.sep * 2)\n',
  'print("{a}".format(**locals()))\n',
  'x = vars(y)\n',
  'x = locals()["a"]\n',
  's = "globals()"\n',
  'sys.modules["x"] = None\n',
])
  test(`binds nothing at run time: ${JSON.stringify(source)}`, () =>
    assert.not.ok(bindsAtRunTime(lex(source))));

test('names are compared as Python does', () => {
  // A ligature, a full-width letter and a mathematical one; each is the plain name to Python.
  const tokens = lex('def f(ﬁle, ｘ):\n    return file, x, 𝐱, ﬁlter\n');
  const bindings = bindNames(tokens);
  const bindingOf = (name: string): string => bindings[tokens.findLastIndex(({ text }) => text === name)];
  assert.equal(['file', 'x', '𝐱', 'ﬁlter'].map(bindingOf), [
    'parameter',
    'parameter',
    'parameter',
    'builtin',
  ]);
});

test.run();
