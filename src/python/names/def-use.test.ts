import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { projectRoot } from '../../core/paths';
import { seedStream } from '../../core/rng';
import { defUse } from './def-use';
import { contextAround } from '../../records/file-context';
import { fileContext } from './file-context';
import { lex } from '../tokens/lexer';

/** Each use as `name@line<definition lines`, `?` where a way has no definition; builtins and unknown names left out. */
function chains(source: string): string[] {
  const tokens = lex(source);
  const { occurrences, reaching, unbound, maybeUnbound } = defUse(tokens);
  const line = (token: number): number => source.slice(0, tokens[token].start).split('\n').length;
  return occurrences.flatMap(({ name, role, token, variable }, i) => {
    if (role === 'def' || role === 'declare' || variable < 0) return [];
    const from = reaching[i].map((one) => line(occurrences[one].token));
    const open = unbound.includes(i) ? ['!'] : maybeUnbound.includes(i) ? ['?'] : [];
    return [`${name}@${line(token)}<${[...open, ...from].join(',')}`];
  });
}

function names(source: string, key: 'unused' | 'unbound' | 'undefinedNames'): string[] {
  const result = defUse(lex(source));
  return result[key].map((i) => result.occurrences[i].name);
}

test('statements in order: the last definition counts', () => {
  assert.equal(chains('x = 1\ny = x\nx = x + y\nx += 1\nprint(x)\n'), [
    'x@2<1',
    'x@3<1',
    'y@3<2',
    'x@4<3',
    'x@5<4',
  ]);
  assert.equal(
    chains('a, (b, *c) = f\nd[a], e.f = b, c\n'),
    ['d@2<', 'a@2<1', 'b@2<1', 'c@2<1'].filter((c) => c !== 'd@2<'),
  );
  assert.equal(chains('if (n := g()) > n:\n    n\n'), ['n@1<1', 'n@2<1']);
});

test('branches join, those that leave do not', () => {
  assert.equal(
    chains('x = 1\nif a:\n    x = 2\nelif b:\n    x = 3\nx\n'),
    ['x@6<1,3,5'].map((c) => c.replace('1,3,5', '3,5,1')),
  );
  assert.equal(chains('def f(a):\n    if a:\n        x = 1\n    else:\n        return a\n    return x\n'), [
    'a@2<1',
    'a@5<1',
    'x@6<3',
  ]);
  assert.equal(chains('def f(a):\n    if a: x = 1\n    return x\n'), ['a@2<1', 'x@3<?,2']);
  assert.equal(chains('def f():\n    y = x\n    x = 1\n    del x\n    return x\n'), [
    'x@2<!',
    'x@4<3',
    'x@5<!',
  ]);
});

test('loops: a round sees the ones before it, `while True` is left by `break` only', () => {
  assert.equal(chains('t = 0\nfor i in r:\n    t = t + i\nelse:\n    t\nt\n'), [
    't@3<1,3',
    'i@3<2',
    't@5<1,3',
    't@6<1,3',
  ]);
  assert.equal(
    chains(
      'def f(g):\n    while True:\n        x = g()\n        if x:\n            break\n        x = 2\n    return x\n',
    ),
    ['g@3<1', 'x@4<3', 'x@7<3'],
  );
  assert.equal(chains('def f(r):\n    for i in r:\n        pass\n    return i\n'), ['r@2<1', 'i@4<?,2']);
});

test('try: a handler sees any part of the body, its name ends with it; finally sees all', () => {
  assert.equal(
    chains(
      'def f(g):\n    x = None\n    try:\n        x = g()\n    except E as e:\n        print(x, e)\n    finally:\n        x.close()\n    return e\n',
    ),
    ['g@4<1', 'x@6<2,4', 'e@6<5', 'x@8<2,4', 'e@9<!'],
  );
  assert.equal(chains('def f(g):\n    try:\n        x = g()\n    except E:\n        raise\n    return x\n'), [
    'g@3<1',
    'x@6<3',
  ]);
});

test('scopes: closures see every definition, classes and comprehensions have their own', () => {
  assert.equal(chains('def f():\n    def g():\n        return x\n    x = 1\n    g()\n    x = 2\n'), [
    'x@3<4,6',
    'g@5<2',
  ]);
  assert.equal(
    chains('def f(n):\n    def g():\n        nonlocal n\n        n += 1\n    g()\n    return n\n'),
    ['n@4<1,4', 'g@5<2', 'n@6<1,4'],
  );
  assert.equal(chains('x = 1\nclass A:\n    x = 2\n    y = x\n    def m(self):\n        return x\nx = 3\n'), [
    'x@4<3',
    'x@6<1,7',
  ]);
  assert.equal(chains('x = 0\n[x for x in x if x]\nx\n').slice(-1), ['x@3<1']);
  assert.equal(chains('f = lambda a, b=1: a + b + c\nc = 2\n'), ['a@1<1', 'b@1<1', 'c@1<2']);
});

test('with, import, match, type parameters, f-strings', () => {
  assert.equal(chains('with a() as b, b.c() as (d, e):\n    b, d, e\n'), [
    'b@1<1',
    'b@2<1',
    'd@2<1',
    'e@2<1',
  ]);
  assert.equal(chains('import a.b, c as d\nfrom x import (y as z)\na, d, z, c\n'), [
    'a@3<1',
    'd@3<1',
    'z@3<2',
  ]);
  assert.equal(
    chains(
      'def f(p):\n    match p:\n        case [a, *_] if a:\n            pass\n        case {"k": a}:\n            pass\n        case _:\n            return\n    return a\n',
    ),
    ['p@2<1', 'a@3<3', 'a@9<3,5'],
  );
  assert.equal(chains('def f[T](x: T) -> T:\n    y: T\n    return x\n'), [
    'T@1<1',
    'T@1<1',
    'T@2<1',
    'x@3<1',
  ]);
  assert.equal(chains('def f(a, w):\n    b = 1\n    return f"{a!r:>{w}} {{a}} {b.c}"\n'), [
    'a@3<1',
    'w@3<1',
    'b@3<2',
  ]);
});

test('unused, unbound and undefined names', () => {
  assert.equal(
    names('import os, sys\ndef f(a):\n    b = 1\n    c = 2\n    c = 3\n    return c, sys\n', 'unused'),
    ['os', 'b', 'c'],
  );
  assert.equal(names('from __future__ import annotations\nimport a, b\n__all__ = ["a"]\n', 'unused'), ['b']);
  assert.equal(names('def f():\n    a = 1\n    return locals()\n', 'unused'), []);
  assert.equal(names('def f():\n    print(a)\n    a = 1\nb\nb = 1\n', 'unbound'), ['a', 'b']);
  assert.equal(names('x = y.z(len, k=q)\nmatch = 1\nf"{hidden}"\n', 'undefinedNames'), ['y', 'q']);
  const context = contextAround(fileContext(lex('import os\nLIMIT = 1\n')), null);
  assert.equal(defUse(lex('def f():\n    return os, LIMIT\n'), context).undefinedNames, []);
});

test('broken code is read in order, and never fails', () => {
  assert.equal(chains('x = 1\nif x\n    y = x\n  y\nelse\n'), ['x@2<1', 'x@3<1', 'y@4<3']);
  const rng = seedStream(29, 'def-use.test');
  const source = readFileSync(join(projectRoot(), 'src/python/fixtures/symtable-names.py'), 'utf8');
  const tokens = lex(source);
  for (let round = 0; round < 200; round++) {
    const from = rng.int(tokens.length);
    const cut = tokens.toSpliced(from, 1 + rng.int(5), ...(rng.int(2) === 0 ? [rng.pick(tokens)] : []));
    const { occurrences, reaching } = defUse(cut);
    assert.is(reaching.length, occurrences.length);
    reaching.forEach((definitions, i) => {
      for (const one of definitions) {
        assert.is(occurrences[one].name, occurrences[i].name);
        assert.ok(['def', 'both'].includes(occurrences[one].role));
      }
    });
  }
  defUse([]);
  defUse(lex('def f():\n    nonlocal x, y\n    x = 1\n    import y\n    x += y\n'));
  defUse(lex('else:\nexcept:\ncase\nfor\nbreak\ndel\nclass\ndef\nlambda\n'));
});

test('long and deep code takes no time', () => {
  const started = performance.now();
  defUse(lex('if a:\n    x = x + 1\n'.repeat(5_000)));
  defUse(lex('def f(a):\n    x = a\n    return x\n'.repeat(5_000)));
  defUse(lex(Array.from({ length: 1500 }, (_, i) => `${' '.repeat(i)}while x: # ${i}\n`).join('')));
  defUse(lex(`while a:\n${'    x = x + y\n'.repeat(5_000)}`));
  assert.ok(performance.now() - started < 20_000, `took ${performance.now() - started} ms`);
});

test.run();
