import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { projectRoot } from '../../core/paths';
import { findFunctions } from './functions';
import { lex } from '../tokens/lexer';

const LAYOUTS = readFileSync(join(projectRoot(), 'src', 'python', 'fixtures', 'layouts.py'), 'utf8');

test('every function with its qualified name, line and nesting', () => {
  const functions = findFunctions(LAYOUTS, lex(LAYOUTS));
  assert.equal(
    functions.map(({ name, nested }) => (nested ? `${name} (nested)` : name)),
    ['plain', 'Box.__init__', 'Box.first', 'Box.fill', 'nested', 'nested.inner (nested)', 'tabs'],
  );
  const lines = LAYOUTS.split('\n');
  for (const { line, start, indent, source } of functions) {
    assert.ok(lines[line - 1].startsWith(indent));
    assert.is(
      LAYOUTS.split('\n')
        .slice(0, line - 1)
        .join('\n').length +
        1 +
        indent.length,
      start,
    );
    assert.match(source, /^(@|def|async)/);
    assert.ok(source.endsWith('\n'));
  }
  assert.match(functions[2].source, /^@property\n@staticmethod\ndef first\(\n {4}self,\n\):\n {4}try:/);
});

test("a function's own tokens are those of its span in the file, in every kind of line end", () => {
  for (const text of [LAYOUTS, LAYOUTS.replaceAll('\n', '\r\n'), LAYOUTS.replaceAll('\n', '\r')]) {
    const tokens = lex(text);
    for (const { source, firstToken, endToken } of findFunctions(text, tokens)) {
      const own = lex(source).slice(0, -1);
      const span = tokens.slice(firstToken, endToken);
      assert.equal(
        own.map(({ kind, text: t }) => `${kind} ${t}`),
        span.map(({ kind, text: t }) => `${kind} ${t.replace(/\r\n?/g, '\n')}`),
      );
    }
  }
});

test('strings over several lines keep their lines; comments and brackets are dedented', () => {
  const source =
    'class A:\n    def f(self):\n        x = """a\n        b"""  # c\n      # left\n        return (x,\n  y)\n';
  const [f] = findFunctions(source, lex(source));
  assert.is(f.source, 'def f(self):\n    x = """a\n        b"""  # c\n  # left\n    return (x,\ny)\n');
  assert.is(source.slice(f.start, f.end), source.slice(source.indexOf('def')));
});

test('broken files have functions: no colon, no name, no bracket, cut short', () => {
  const names = (source: string): string[] => findFunctions(source, lex(source)).map(({ name }) => name);
  assert.equal(names('def f(x)\n    return x\ndef g():\n    pass\n'), ['f', 'g']);
  assert.equal(names('def (x):\n    return x\ndef g(:\n    return (1\nasync def h'), ['', 'g', 'h']);
  assert.equal(names('class A:\n    def f(self:\n        x = [1, 2\n    def g(self): return\n'), [
    'A.f',
    'A.g',
  ]);
  assert.equal(names('def'), ['']);
});

test.run();
