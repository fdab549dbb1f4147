/** What tokens are told of their file and of the library: members, familiar and near names, calls that fit. */
import { readFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { seedStream } from '../../core/rng';
import { functionsInContext } from '../../python/names/file-context';
import { damage, libraryFiles } from '../../python/testing';
import { lex } from '../../python/tokens/lexer';
import { NO_SURROUNDINGS } from '../../records/file-context';
import { CALL_FITS, FAMILIARITIES, MEMBERS, NEARNESSES } from '../../records/token-features';
import { fileTokenFacts, tokenFacts } from './token-facts';

const LISTS = {
  members: MEMBERS,
  familiarities: FAMILIARITIES,
  nearNames: NEARNESSES,
  callFits: CALL_FITS,
} as const;
type FileFeature = keyof typeof LISTS;
const FEATURES = Object.keys(LISTS) as FileFeature[];

/** Values of a feature at all names of this text in a file. */
function valuesIn(source: string, text: string, feature: FileFeature): string[] {
  const facts = fileTokenFacts(lex(source));
  return lex(source).flatMap((token, i) => (token.text === text ? [LISTS[feature][facts[feature][i]]] : []));
}

/** The value at the last of them. */
function valueIn(source: string, text: string, feature: FileFeature): string | undefined {
  return valuesIn(source, text, feature).at(-1);
}

test('members: what the class knows of an own attribute', () => {
  const member = (header: string, text: string): string | undefined =>
    valueIn(
      `import abc, collections\nimport other\nclass Base:\n    low = 1\n    def top(self): self.deep = self.seen\n${header}\n` +
        `    size = 0\n    def __init__(self): self.path = self.only\n    def other(self): return self.only\n` +
        `    def f(self):\n        self.here = 1\n        return self.${text}\n`,
      text,
      'members',
    );
  for (const [text, plain, inherits, unknown] of [
    ['path', 'own-assigned', 'own-assigned', 'own-assigned'],
    ['size', 'own-assigned', 'own-assigned', 'own-assigned'],
    ['other', 'own-method', 'own-method', 'own-method'],
    ['f', 'own-method', 'own-method', 'own-method'],
    ['only', 'own-read', 'own-read', 'own-read'],
    ['here', 'own-here', 'own-here', 'own-here'],
    ['low', 'own-never', 'own-assigned', 'inherited-maybe'],
    ['deep', 'own-never', 'own-assigned', 'inherited-maybe'],
    ['top', 'own-never', 'own-method', 'inherited-maybe'],
    ['seen', 'own-never', 'own-read', 'inherited-maybe'],
    ['lost', 'own-never', 'own-never', 'inherited-maybe'],
    ['__dict__', 'inherited', 'inherited', 'inherited'],
  ]) {
    assert.is(member('class A:', text), plain, text);
    assert.is(member('class A(Base, metaclass=abc.ABCMeta):', text), inherits, text);
    assert.is(member('class A(other.Base):', text), unknown, text);
  }
  assert.is(member('class A(collections.OrderedDict):', 'move_to_end'), 'inherited');
  assert.is(member('class A(collections.OrderedDict):', 'lost'), 'own-never');
  assert.is(member('class A(Base, metaclass=Meta):', 'lost'), 'inherited-maybe');
  assert.is(member('class A(A):', 'lost'), 'own-never', 'classes in a circle');
  assert.is(member('class A:\n    def __getattr__(self, name): pass', 'lost'), 'inherited-maybe');
});

test('members: the library, and everything else', () => {
  const file = 'import os, numpy as np\nfrom datetime import datetime as when\ndef g(y): return y.seen\n';
  for (const [code, text, expected] of [
    ['os.getcwd()', 'getcwd', 'library-member'],
    ['os.path.join()', 'join', 'library-member'],
    ['os.path.joim()', 'joim', 'library-unknown'],
    ['os._exit', '_exit', 'unknown'],
    ['when.now()', 'now', 'library-member'],
    ['when.noww()', 'noww', 'library-unknown'],
    ['np.array', 'array', 'unknown'],
    ['np.linalg.norm', 'norm', 'unknown'],
    ["','.join(x)", 'join', 'library-member'],
    ["','.decode()", 'decode', 'library-unknown'],
    ["b','.decode()", 'decode', 'library-member'],
    ['str.lower', 'lower', 'library-member'],
    ['os.environ.seen', 'seen', 'seen-elsewhere'],
    ['x.seen', 'seen', 'seen-elsewhere'],
    ['x().unseen', 'unseen', 'seen-nowhere'],
  ])
    assert.is(valueIn(`${file}def f(x):\n    return ${code}\n`, text, 'members'), expected, code);
  const shadowed = `${file}def f(os):\n    return os.getcwdd\n`;
  assert.is(valueIn(shadowed, 'getcwdd', 'members'), 'seen-nowhere', 'a parameter is no module');
  const inside = 'def f():\n    from os import path as p, sep\n    return p.joim\n';
  assert.is(valueIn(inside, 'joim', 'members'), 'library-unknown', "the function's own import");
  assert.equal(valuesIn('def f(x): return x\n', 'x', 'members'), ['none', 'none']);
});

test('familiarity: in how many other functions a name is mentioned', () => {
  const others = (count: number): string =>
    Array.from({ length: count }, (_, i) => `def g${i}(): return shared, shared.x\n`).join('');
  for (const [count, expected] of [
    [0, 'nowhere'],
    [1, 'one'],
    [2, 'two'],
    [4, 'few'],
    [5, 'many'],
  ] as const) {
    const source = `${others(count)}def f(): return shared + shared\n`;
    assert.is(valueIn(source, 'shared', 'familiarities'), expected);
  }
  assert.is(
    valueIn('LIMIT = 1\nclass A:\n    y = LIMIT\ndef f(): return LIMIT\n', 'LIMIT', 'familiarities'),
    'one',
  );
  assert.is(valueIn('def g(): pass\ndef f(): return g\n', 'g', 'familiarities'), 'one', 'its own def');
});

test('near names: one letter, or one part, away from a name that is more familiar', () => {
  const near = (name: string, elsewhere: string): string | undefined =>
    valueIn(`def g():\n    return ${elsewhere}\ndef f():\n    return ${name}, kind\n`, name, 'nearNames');
  for (const [name, elsewhere, expected] of [
    ['index_names', 'index_name, index_name', 'far'],
    ['fill_valeu', 'fill_value', 'far'],
  ] as const)
    assert.is(near(name, elsewhere), expected, 'no more familiar');
  const twice = (text: string): string => `${text}\ndef h(): return ${text}`;
  for (const [name, elsewhere, expected] of [
    ['index_names', 'index_name', 'near'],
    ['fill_valeu', 'fill_value', 'near'],
    ['fill_valxx', 'fill_value', 'shares-parts'],
    ['readLine', 'read_byte', 'shares-parts'],
    ['_limit', 'limit', 'near'],
    ['abc', 'abd', 'far'],
    ['lines', 'files', 'far'],
    ['__name__', '__names__', 'far'],
  ] as const)
    assert.is(near(name, twice(elsewhere)), expected, name);
  const own = 'def f():\n    names = names_of()\n    return sorted(nanes), names\n';
  assert.is(valueIn(own, 'nanes', 'nearNames'), 'near', 'another name of the function itself');
});

test('call fits: functions, classes and methods of the file, the library', () => {
  const file =
    'import os, numpy\nfrom json import dumps\n' +
    'def two(a, b=1): pass\n@numpy.jit\ndef odd(a): pass\ndef twice(a): pass\ntwice = odd(twice)\n' +
    'class Box:\n    def __init__(self, size): pass\n    def fill(self, a, b): pass\n' +
    '    @staticmethod\n    def make(a): pass\n    @classmethod\n    def of(cls, a): pass\n' +
    '    @property\n    def it(self): pass\nclass Sub(Box): pass\nclass Plain:\n    x: int\n';
  for (const [code, text, expected] of [
    ['two(1)', 'two', 'fits'],
    ['two()', 'two', 'too-few'],
    ['two(1, c=2)', 'two', 'bad-keyword'],
    ['two(1, c=2)', 'c', 'bad-keyword'],
    ['two(1, c=2, b=3)', 'b', 'fits'],
    ['odd(1, 2)', 'odd', 'unknown'],
    ['twice(1, 2)', 'twice', 'unknown'],
    ['Box()', 'Box', 'too-few'],
    ['Sub(1, 2)', 'Sub', 'too-many'],
    ['Plain(1)', 'Plain', 'unknown'],
    ['Box.make(1, 2)', 'make', 'too-many'],
    ['Box.of(1)', 'of', 'fits'],
    ['Box.fill(x, 1, 2)', 'fill', 'fits'],
    ['os.getcwd(1)', 'getcwd', 'too-many'],
    ['dumps(x, indent=2)', 'indent', 'fits'],
    ['dumps(x, intend=2)', 'dumps', 'fits'],
    ['os.path.join()', 'join', 'too-few'],
    ['len(1, 2)', 'len', 'too-many'],
    ["'a'.join()", 'join', 'too-few'],
    ['numpy.array(1)', 'array', 'unknown'],
    ['x(1)', 'x', 'unknown'],
    ['x.y(z=1)', 'z', 'unknown'],
    ['f(1)', 'f', 'unknown'],
    ['two(1', 'two', 'unknown'],
  ])
    assert.is(valueIn(`${file}def f(x, g):\n    return ${code}\n`, text, 'callFits'), expected, code);
  const method = (code: string, decorator = ''): string =>
    file.replace('class Sub', `${decorator}    def f(self): return ${code}\nclass Sub`);
  for (const [code, text, expected] of [
    ['self.fill(1)', 'fill', 'too-few'],
    ['self.make(1)', 'make', 'fits'],
    ['self.of(1, 2)', 'of', 'too-many'],
    ['self.it(1)', 'it', 'unknown'],
    ['self.f(1)', 'f', 'unknown'],
    ['self.gone(1)', 'gone', 'unknown'],
  ]) {
    assert.is(valueIn(method(code), text, 'callFits'), expected, code);
  }
  assert.is(valueIn(method('self()', '    @classmethod\n'), 'self', 'callFits'), 'too-few');
});

test('without a file all is unknown', () => {
  const tokens = lex('def f(self):\n    return self.a(b, c=d)\n');
  for (const facts of [tokenFacts(tokens), tokenFacts(tokens, NO_SURROUNDINGS)]) {
    const shown = (feature: FileFeature): string =>
      tokens
        .flatMap(({ text }, i) =>
          facts[feature][i] > 0 ? [`${text} ${LISTS[feature][facts[feature][i]]}`] : [],
        )
        .join();
    assert.is(shown('members'), 'a unknown');
    assert.is(shown('callFits'), 'a unknown,c unknown');
    assert.is(
      shown('familiarities'),
      'f,self,self,a,b,c,d'
        .split(',')
        .map((name) => `${name} unknown`)
        .join(),
    );
    assert.is(shown('nearNames'), shown('familiarities'));
  }
  assert.throws(() => tokenFacts(tokens, { ...NO_SURROUNDINGS }), /contextAround/);
});

/** Compares every function of a file alone with itself in the file; how many there were. */
function compareFunctions(source: string, path: string): number {
  const tokens = lex(source);
  const facts = fileTokenFacts(tokens);
  let compared = 0;
  for (const { span, surroundings } of functionsInContext(source, tokens)) {
    const alone = lex(span.source);
    const length = span.endToken - span.firstToken;
    // A torn file may give a function other tokens when it is cut out.
    const same = alone.slice(0, length).every(({ text }, i) => text === tokens[span.firstToken + i].text);
    if (!same) continue;
    const own = tokenFacts(alone, surroundings);
    for (const feature of FEATURES)
      assert.equal(
        [...own[feature].subarray(0, length)],
        [...facts[feature].subarray(span.firstToken, span.endToken)],
        `${path}: ${span.name}, ${feature}`,
      );
    compared++;
  }
  return compared;
}

test('on the standard library, whole and damaged, a function alone has the facts that it has in its file', async () => {
  const rng = seedStream(15, 'file-token-facts');
  let compared = 0;
  for (const path of (await libraryFiles()).filter((_, i) => i % 120 === 7)) {
    const source = readFileSync(path, 'utf8').slice(0, 40_000);
    for (const text of [source, damage(damage(source, rng), rng)]) compared += compareFunctions(text, path);
  }
  assert.ok(compared > 200, `${compared} functions`);
});

test('a changed function has, with the surroundings of the clean file, the facts of the changed file', async () => {
  const rng = seedStream(16, 'file-token-facts');
  const path = (await libraryFiles()).find((name) => name.endsWith('/configparser.py')) ?? '';
  const source = readFileSync(path, 'utf8');
  const clean = functionsInContext(source, lex(source));
  let compared = 0;
  for (const [i, { span, surroundings }] of clean.entries()) {
    if (i % 3 > 0) continue;
    // One name of the function is replaced by another one, or by one that is new to the file.
    const names = lex(source)
      .slice(span.firstToken, span.endToken)
      .filter(({ kind }) => kind === 'name');
    const [wrong, other] = [rng.pick(names), rng.pick(names).text];
    const name = rng.int(2) === 0 ? other : `${wrong.text}s`;
    const text = source.slice(0, wrong.start) + name + source.slice(wrong.end);
    const tokens = lex(text);
    const buggy = functionsInContext(text, tokens)[i].span;
    const facts = fileTokenFacts(tokens);
    const alone = tokenFacts(lex(buggy.source), surroundings);
    for (const feature of FEATURES)
      assert.equal(
        [...alone[feature].subarray(0, buggy.endToken - buggy.firstToken)],
        [...facts[feature].subarray(buggy.firstToken, buggy.endToken)],
        `${span.name}, ${wrong.text} -> ${name}: ${feature}`,
      );
    compared++;
  }
  assert.ok(compared > 25, `${compared} functions`);
});

test('huge files and classes take time in proportion', () => {
  const word = (i: number): string =>
    i
      .toString(26)
      .padStart(4, '0')
      .replace(/\d/g, (digit) => 'qrstuvwxyz'[Number(digit)]);
  const list = (count: number, line: (i: number) => string): string =>
    Array.from({ length: count }, (_, i) => line(i)).join('');
  const seconds = (source: string): number => {
    const tokens = lex(source);
    const start = process.cpuUsage();
    fileTokenFacts(tokens);
    const { user, system } = process.cpuUsage(start);
    return (user + system) / 1e6;
  };
  const functions = list(
    12_500,
    (i) => `def get_${word(i)}(value):\n    x = get_${word(i + 1)}(value)\n    return x.at_${i}\n\n`,
  );
  assert.ok(seconds(functions) < 20);
  const attributes = (count: number): string =>
    `class A:\n    def __init__(self):\n${list(count, (i) => `        self.at_${word(i)} = self.at_${i}\n`)}` +
    list(count, (i) => `    def m_${i}(self): return self.at_${word(i)}\n`);
  assert.ok(seconds(attributes(2000)) < 5);
  assert.ok(seconds(list(2000, (i) => `class C${i}(C${i - 1}):\n    def f(self): return self.x\n`)) < 5);
  assert.ok(seconds(`x = a${'.b'.repeat(20_000)}\ny = ${'f('.repeat(3000)}${')'.repeat(3000)}\n`) < 5);
});

test.run();
