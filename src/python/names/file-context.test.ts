import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { projectRoot } from '../../core/paths';
import { seedStream } from '../../core/rng';
import {
  contextAround,
  fileContextSchema,
  NO_MENTIONS,
  type Mentions,
  storedContext,
  type FunctionFacts,
  type Surroundings,
} from '../../records/file-context';
import { findFunctions } from '../structure/functions';
import { lex } from '../tokens/lexer';
import { fileContext } from './file-context';

const LAYOUTS = readFileSync(join(projectRoot(), 'src', 'python', 'fixtures', 'layouts.py'), 'utf8');

const FILE = `import os
from json import loads as parse
LIMIT: int = 3

class Base(Protocol, metaclass=abc.ABCMeta): kind = 'base'

class Store(Base, Generic[T]):
    size = 0
    class Row:
        def key(self): return self.name
    def __init__(self, path: str, *, limit=LIMIT + 1, mode='r') -> None:
        self.path, self._mode = path, mode
        self.limit: int = limit
        self.hits += 1
        for self.row in self.rows(): self.cache[self.row] = self.path.name
        def inner():
            self.late = other.gone
    @property
    @functools.lru_cache(maxsize=None)
    def length(this, /): return len(this.rows)
    @staticmethod
    def make(path, *rest, **options): path.touched = 1

async def load(path, default=None):
    global state
    state = path
load = traced(load)
`;

type FactsLike = Partial<Omit<FunctionFacts, 'mentions'>> & { mentions?: Partial<Mentions> };

/** Surroundings of the function of that name. */
function around(source: string, name: string): Surroundings {
  const context = fileContext(lex(source));
  return contextAround(
    context,
    context.functions.findIndex((one) => one.name === name),
  );
}

test('imports, names, classes and functions of a file', () => {
  const context = fileContext(lex(FILE));
  assert.equal(context, fileContextSchema.parse(context));
  assert.equal(context.imports, { os: 'os', parse: 'json.loads' });
  assert.equal(context.names, ['LIMIT', 'load']);
  assert.equal(context.classes, [
    { name: 'Base', bases: ['Protocol', 'metaclass=abc.ABCMeta'], attributes: ['kind'] },
    { name: 'Store', bases: ['Base', 'Generic[T]'], attributes: ['size'] },
    { name: 'Store.Row', bases: [], attributes: [] },
  ]);
  const facts = (
    name: string,
    signature: string,
    { decorators = [], assigned = [], read = [], mentions = {} }: FactsLike = {},
  ): FunctionFacts => ({
    name,
    signature,
    decorators,
    assigned,
    read,
    mentions: { ...NO_MENTIONS, ...mentions },
  });
  assert.equal(context.functions, [
    facts('Store.Row.key', '(self)', { read: ['name'], mentions: { variables: ['self'] } }),
    facts('Store.__init__', "(self,path:str,*,limit=...,mode='r')->None", {
      assigned: ['path', '_mode', 'limit', 'hits', 'row', 'late'],
      read: ['hits', 'rows', 'cache', 'row', 'path'],
      mentions: {
        variables: ['self', 'path', 'str', 'LIMIT', 'mode', 'int', 'limit', 'other'],
        attributes: ['name', 'gone'],
        keywords: ['limit', 'mode'],
      },
    }),
    facts('Store.length', '(this,/)', {
      decorators: ['property', 'functools.lru_cache'],
      read: ['rows'],
      mentions: {
        variables: ['property', 'functools', 'this'],
        calls: ['len'],
        methods: ['lru_cache'],
        keywords: ['maxsize'],
      },
    }),
    facts('Store.make', '(path,*rest,**options)', {
      decorators: ['staticmethod'],
      mentions: { variables: ['staticmethod', 'path', 'rest', 'options'], attributes: ['touched'] },
    }),
    facts('load', '(path,default=None)', {
      mentions: { variables: ['path', 'state'], keywords: ['default'] },
    }),
  ]);
  const variables = ['os', 'json', 'loads', 'parse', 'LIMIT', 'int', 'Protocol', 'abc', 'kind', 'Base'];
  assert.equal(context.mentions, {
    variables: [...variables, 'Generic', 'T', 'size', 'load'],
    calls: ['traced'],
    attributes: ['ABCMeta'],
    methods: [],
    keywords: ['metaclass'],
  });
});

test('attributes are assigned by targets of every kind, and read elsewhere', () => {
  const facts = (line: string): string => {
    const { assigned, read } = fileContext(lex(`class A:\n    def f(self, x):\n        ${line}\n`))
      .functions[0];
    return `${assigned.join(' ')} | ${read.join(' ')}`;
  };
  for (const [line, expected] of [
    ['self.a = self.b = x', 'a b | '],
    ['self.a += self.b', 'a | a b'],
    ['self.a: int', 'a | '],
    ['(self.a, [self.b, *self.c]) = x', 'a b c | '],
    ['self.a, x[self.b], f(self.c).y = x', 'a | b c'],
    ['x = f(self.a, key=self.b)', ' | a b'],
    ['f(self.a, key=1)', ' | a'],
    ['with x as self.a, y as z: pass', 'a | '],
    ['x = {self.a: self.b}, x[self.c:], lambda: self.d', ' | a b c d'],
    ['if self.a == x.self.b: return self.c', ' | a c'],
    ['del self.a; self.b.c = 1; self.d[0] = 2', ' | a b d'],
  ])
    assert.is(facts(line), expected, line);
});

test('statements of every kind bind names of the module', () => {
  const { imports, names } = fileContext(
    lex(
      'a, (b, *c) = d[e] = f(g=1)\nh: int\ni += [j for j in k]\nif (l := 1):\n    import m.n as o\nx.y = 1\n',
    ),
  );
  assert.equal([imports, names], [{ o: 'm.n' }, ['a', 'b', 'c', 'h', 'i', 'l']]);
  const layouts = contextAround(fileContext(lex(LAYOUTS)), null);
  assert.equal(layouts.imports, {
    os: 'os',
    Ordered: 'collections.OrderedDict',
    deque: 'collections.deque',
  });
  assert.equal([...layouts.names].sort(), ['Box', 'LIMIT', 'nested', 'plain', 'tabs']);
});

test('functions are those of findFunctions, in their order', () => {
  for (const source of [FILE, LAYOUTS, FILE.replaceAll(':', '')]) {
    const tokens = lex(source);
    assert.equal(
      fileContext(tokens).functions.map(({ name }) => name),
      findFunctions(source, tokens)
        .filter(({ nested }) => !nested)
        .map(({ name }) => name),
    );
  }
});

test('a hidden function tells nothing of itself', () => {
  const init = around(FILE, 'Store.__init__');
  assert.is(init.enclosingClass, 'Store');
  assert.is(around(FILE, 'Store.Row.key').enclosingClass, 'Store.Row');
  assert.is(around(FILE, 'load').enclosingClass, null);
  assert.not.match(JSON.stringify(init), /__init__|late|hits|_mode/);
  assert.equal([...init.names].sort(), ['Base', 'LIMIT', 'Store', 'load']);
  // Its name is known as far as something else binds it.
  assert.equal(around(FILE, 'load').names.includes('load'), true);
  const plain = FILE.replace('load = traced(load)\n', '');
  assert.equal(around(plain, 'load').names.includes('load'), false);
});

test('a bug and its fix have the same surroundings, whatever changes in the function alone', () => {
  const wrong = around(FILE, 'Store.__init__');
  for (const [from, to] of [
    ['self.hits += 1', 'self.count += len(self.gone)'],
    ['limit=LIMIT + 1', 'limit: int | None = None, extra=()'],
    ['def inner():', 'import zlib\n        def inner():'],
    ['-> None:', ''],
  ])
    assert.equal(around(FILE.replace(from, to), 'Store.__init__'), wrong, from);
});

test('what a fix adds elsewhere is not in the file before it', () => {
  const fixed = `import zlib\n${FILE.replace('size = 0', 'size = 0\n    spare = None')}`;
  const [before, after] = [FILE, fixed].map((source) =>
    JSON.stringify(around(source.replace('self.hits += 1', 'zlib.crc32(self.spare)'), 'Store.__init__')),
  );
  assert.not.match(before, /zlib|spare/);
  assert.match(after, /zlib.*spare/);
});

test('equal contexts have one identity', () => {
  const moved = `# A comment.\n\n${FILE.replace('len(this.rows)', 'len(this.rows) + 1')}`;
  assert.is(storedContext(fileContext(lex(moved))).id, storedContext(fileContext(lex(FILE))).id);
  assert.is.not(storedContext(fileContext(lex(LAYOUTS))).id, storedContext(fileContext(lex(FILE))).id);
});

test('broken and huge files have a context', () => {
  assert.equal(fileContext(lex('class A(B\n    def f(self, x=\n        self.y = 1\n')).classes.length, 1);
  const rng = seedStream(31, 'file-context.test');
  const tokens = lex(FILE);
  for (let round = 0; round < 300; round++) {
    const from = rng.int(tokens.length);
    fileContext(tokens.toSpliced(from, 1 + rng.int(5), ...(rng.int(2) === 0 ? [rng.pick(tokens)] : [])));
  }
  const many = Array.from({ length: 2000 }, (_, i) => `        self.a${i} = self.b${i}\n`).join('');
  const huge = `class A:\n    def f(self):\n${many}${'    def g(self): return self.f()\n'.repeat(20_000)}`;
  assert.is(fileContext(lex(huge)).functions[0].assigned.length, 2000);
});

test.run();
