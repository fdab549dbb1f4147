import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { bindNames } from './bindings';
import { contextAround } from '../../records/file-context';
import { fileContext } from './file-context';
import { lex } from '../tokens/lexer';

/** `name:binding` of every name, the letters after the colon shortened. */
function show(source: string, context?: Parameters<typeof bindNames>[1]): string {
  const tokens = lex(source);
  const bindings = bindNames(tokens, context);
  assert.is(bindings.length, tokens.length);
  return tokens.flatMap(({ kind, text }, i) => (kind === 'name' ? [`${text}:${bindings[i]}`] : [])).join(' ');
}

test('parameters, locals, globals, builtins, attributes and unknown names', () => {
  assert.is(
    show('G = 1\ndef f(a, *b, c: int = G, **d):\n    e = a.x + G\n    return len(e, q)\n'),
    'G:global f:global a:parameter b:parameter c:parameter int:builtin G:global d:parameter ' +
      'e:local a:parameter x:attribute G:global len:builtin e:local q:unknown',
  );
});

test('all that binds a local', () => {
  for (const statement of [
    'v = 1',
    'v: int = 1',
    'v += 1',
    '(v, *w) = x',
    'x[0], v = y',
    'a = v = b',
    'for v in x: pass',
    'with x as v: pass',
    'with x as (u, v): pass',
    'print(v := 1)',
    'if x: v = 1',
    'def v(): pass',
    'class v: pass',
    'del v',
  ])
    assert.match(show(`def f():\n    ${statement}\n    return v\n`), /v:local$/, statement);
  for (const statement of [
    'v.a = 1',
    'v[0] = 1',
    'f(v=1)',
    'v == 1',
    'lambda v: 1',
    '[v for v in x]',
    'x[v] = 1',
  ])
    assert.match(show(`def f():\n    ${statement}\n    return v\n`), /v:unknown$/, statement);
});

test('imports, keyword arguments, lambdas and comprehensions', () => {
  assert.is(
    show('import a.b as c, d.e\nfrom ..x import (y as z)\nc.q(d, k=z)\n'),
    'a:import b:import c:import d:import e:import x:import y:import z:import ' +
      'c:import q:attribute d:import k:none z:import',
  );
  assert.is(
    show('g(lambda u, v=1: u + v, u)\n'),
    'g:unknown u:parameter v:parameter u:parameter v:parameter u:unknown',
  );
  assert.is(show('[w for w in r if w]; w\n'), 'w:local w:local r:unknown w:local w:unknown');
});

test('scopes: closures, classes, global and nonlocal', () => {
  assert.is(
    show('class K:\n    z = 1\n    def m(self):\n        return z, K\n'),
    'K:global z:local m:local self:parameter z:unknown K:global',
  );
  assert.is(
    show('def f(p):\n    q = 1\n    def g():\n        nonlocal q\n        q = p\n        return g\n'),
    'f:global p:parameter q:local g:local q:local q:local p:parameter g:local',
  );
  assert.match(show('def f():\n    global n\n    n = 1\n'), /n:global n:global$/);
});

test('match captures, type parameters, global chains and __class__', () => {
  assert.is(
    show(
      'match p:\n    case [a, *b] if a > k:\n        pass\n    case Point(x=c) | {"k": d, **e} | M.N:\n        pass\n',
    ),
    'match:none p:unknown case:none a:global b:global a:global k:unknown ' +
      'case:none Point:unknown x:none c:global d:global e:global M:unknown N:attribute',
  );
  assert.match(
    show('case = [1]\ncase[0]: int = 2\nmatch = case\nmatch[x]\n'),
    /match:global case:global match:global x:unknown$/,
  );
  assert.is(
    show('def f[T: int, *U](x: T) -> U:\n    return T\nT\n'),
    'f:global T:local int:builtin U:local x:parameter T:local U:local T:local T:unknown',
  );
  assert.is(
    show('type A[K] = dict[K, V]\nclass B[K](A[K]):\n    k: K\nK\ntype(1)\n'),
    'type:none A:global K:local dict:builtin K:local V:unknown ' +
      'B:global K:local A:global K:local k:local K:local K:unknown type:builtin',
  );
  assert.is(
    show('def f():\n    global n, os\n    import os\n    n = 1\ndef g():\n    return n, os, __class__\n'),
    'f:global n:global os:import os:import n:global g:global n:global os:import __class__:builtin',
  );
  assert.match(
    show('def f(p):\n    def g():\n        nonlocal p\n        def h():\n            return p\n'),
    /p:parameter h:local p:parameter$/,
  );
});

test('a function alone knows its module by context', () => {
  const file = lex(
    'import os\nfrom a import b\ntry:\n    LIMIT = 3\nexcept E: pass\ndef h():\n    hidden = 1\n',
  );
  const context = contextAround(fileContext(file), null);
  assert.equal([context.imports, context.names], [{ os: 'os', b: 'a.b' }, ['LIMIT', 'h']]);
  assert.is(
    show('def f():\n    return os.sep, b, LIMIT, h, hidden\n', context),
    'f:global os:import sep:attribute b:import LIMIT:global h:global hidden:unknown',
  );
});

test('broken and huge code', () => {
  assert.match(show('def f(a, b\n    return a\n'), /a:parameter b:parameter a:parameter/);
  show('def (:\nimport\nfrom . import\nlambda\nfor\nwith as\nclass\n) = (\nx.= \n');
  const started = performance.now();
  show(`x = f(${'a.b, c=1, '.repeat(50_000)})\n`);
  show('[y for y in z]\n'.repeat(5000));
  assert.ok(performance.now() - started < 5000, 'linear time');
});

test.run();
