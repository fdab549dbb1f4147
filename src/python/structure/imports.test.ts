import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { importedNames } from './imports';
import { lex } from '../tokens/lexer';

function bound(source: string): Record<string, string> {
  const tokens = lex(source);
  return Object.fromEntries(
    importedNames(tokens, 0, tokens.length).map(({ name, path }) => [name, path] as const),
  );
}

test('each name of an import statement stands for a dotted path', () => {
  assert.equal(bound('import os\n'), { os: 'os' });
  assert.equal(bound('import os.path, numpy as np\n'), { os: 'os', np: 'numpy' });
  assert.equal(bound('import a.b as c\n'), { c: 'a.b' });
  assert.equal(bound('from a.b import (c, d as e,)\n'), { c: 'a.b.c', e: 'a.b.d' });
});

test('relative imports keep their dots', () => {
  assert.equal(bound('from . import a\n'), { a: '.a' });
  assert.equal(bound('from ...x.y import a\n'), { a: '...x.y.a' });
});

test('what binds no known name gives none', () => {
  assert.equal(bound('from a import *\n'), {});
  assert.equal(bound('x = 1\n'), {});
  assert.equal(bound('from a\n'), {});
  assert.equal(bound('import\n'), {});
});

test.run();
