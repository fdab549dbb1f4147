import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { fileContext } from '../../python/names/file-context';
import { lex } from '../../python/tokens/lexer';
import { MAX_PIECES } from '../../records/example';
import { contextAround, type Surroundings } from '../../records/file-context';
import { MAX_FILE_NAMES, NAME_TRAITS } from '../../records/file-names';
import type { TokenText } from '../../records/sample';
import { trainTokenizer } from '../tokenizer/tokenizer';
import { copyGroups } from './features';
import { encodeNames, namesAround, namesForWindow, type FileName } from './file-names';

const FILE = `import json
import os
from shapes import Shape

LIMIT = 3

def before(path):
    return parse(path, strict=True)

class Base(Shape):
    colour = 'red'
    def paint(self):
        self.layers = 2

class Ring(Base):
    def __init__(self, inner):
        self.inner = inner

    def area(self, scale):
        return scale * self.iner ** 2

    def draw(self):
        return self.area(scale=1)

class Other:
    def turn(self):
        self.angle = 4

def far():
    return LIMIT.bit_length()
`;

/** Surroundings and tokens of a function of a file. */
function functionOf(source: string, name: string): { surroundings: Surroundings; tokens: TokenText[] } {
  const context = fileContext(lex(source));
  const surroundings = contextAround(
    context,
    context.functions.findIndex((one) => one.name === name),
  );
  const short = name.slice(name.lastIndexOf('.') + 1);
  const from = source.indexOf(`def ${short}`);
  const body = source.slice(from).split('\n\n')[0];
  return { surroundings, tokens: lex(`${body}\n`) };
}

const traitsOf = ({ traits }: FileName): string[] => NAME_TRAITS.filter((_, i) => (traits >> i) & 1);

const names = (source: string, name: string): Map<string, string[]> => {
  const { surroundings, tokens } = functionOf(source, name);
  const found = namesForWindow(tokens, { surroundings, functionTokens: tokens });
  return new Map(found.map((one) => [one.text, traitsOf(one)]));
};

test('names of the file, with what is known of each', () => {
  const found = names(FILE, 'Ring.area');
  assert.equal(found.get('inner'), ['own-attribute', 'variable']);
  assert.equal(found.get('draw'), ['own-method']);
  assert.equal(found.get('layers'), ['inherited']);
  assert.equal(found.get('colour'), ['inherited', 'variable']);
  assert.equal(found.get('paint'), ['inherited']);
  assert.equal(found.get('angle'), ['member']);
  assert.equal(found.get('far'), ['module-function', 'module-name']);
  assert.equal(found.get('Base')?.includes('class'), true);
  assert.equal(found.get('LIMIT')?.includes('module-name'), true);
  assert.equal(found.get('json'), ['import', 'variable']);
  assert.equal(found.get('parse'), ['called']);
  assert.equal(found.get('strict'), ['keyword']);
  assert.equal(found.get('bit_length'), ['method']);
});

test('names that stand in the window are no names of the file; nothing of the function itself is told', () => {
  const found = names(FILE, 'Ring.area');
  for (const text of ['scale', 'self', 'iner', 'area']) assert.not.ok(found.has(text), text);
});

test('the nearest come first: own class, then functions side by side, then the rest of the file', () => {
  const order = [...names(FILE, 'Ring.area').keys()];
  const at = (text: string): number => order.indexOf(text);
  assert.ok(at('inner') < at('layers') && at('layers') < at('json'), order.join(' '));
  assert.ok(at('draw') < at('paint') && at('angle') < at('LIMIT'), order.join(' '));
});

test('a window of a part of a function may write names of the rest of it, before all others', () => {
  const { surroundings, tokens } = functionOf(FILE, 'Ring.area');
  const [first, ...rest] = namesForWindow(tokens.slice(0, 8), { surroundings, functionTokens: tokens });
  assert.equal([first.text, traitsOf(first)], ['iner', ['function']]);
  assert.ok(rest.length > 10);
});

test('a name that three functions speak of is common', () => {
  const source = ['a', 'b', 'c'].map((name) => `def ${name}():\n    return shared\n\n`).join('');
  const own = 'def own():\n    return 1\n';
  assert.equal(names(`${source}${own}`, 'own').get('shared'), ['variable', 'common']);
  assert.equal(names(`${source.replace('shared', 'other')}${own}`, 'own').get('shared'), ['variable']);
});

test('members of library modules that the window names, those of modules within too', () => {
  const source =
    'import os\nimport json as j\nimport numpy as np\n\ndef f(a):\n    return os.path.jion(np.x, a)\n';
  const found = names(source, 'f');
  assert.equal(found.get('join'), ['library']);
  assert.equal(found.get('getcwd'), ['library']);
  assert.not.ok(found.has('dumps'), 'json is not named in the function');
});

test('a class of 2,000 attributes: at most 256 names, the nearest', () => {
  const attributes = Array.from({ length: 2000 }, (_, i) => `        self.attribute_${i} = ${i}\n`).join('');
  const source = `class Huge:\n    def __init__(self):\n${attributes}\n    def first(self):\n        return self.x\n`;
  const { surroundings, tokens } = functionOf(source, 'Huge.first');
  assert.is(namesAround(surroundings).length > 2000, true);
  assert.is(namesForWindow(tokens, { surroundings, functionTokens: tokens }).length, MAX_FILE_NAMES);
});

test('classes made from each other in a circle end', () => {
  const source =
    'class A(B):\n    x = 1\n\nclass B(A):\n    y = 2\n    def f(self):\n        return self.z\n';
  assert.equal(names(source, 'B.f').get('x'), ['inherited', 'variable']);
});

test('names as the model reads them: pieces, traits, and the name of the window that is spelt like it', () => {
  const { surroundings, tokens } = functionOf(FILE, 'Ring.area');
  const tokenizer = trainTokenizer([['inner', 9]], { vocabularySize: 300 });
  const { groupOf } = copyGroups(tokens);
  const list = namesForWindow(tokens, { surroundings, functionTokens: tokens });
  const encoded = encodeNames(list, tokens, { groupOf, tokenizer });
  const at = encoded.texts.indexOf('inner');
  assert.is(encoded.traits[at], list[at].traits);
  const wrong = tokens.findIndex(({ text }) => text === 'iner');
  assert.is(encoded.near[at], 1 + copyGroups(tokens).groups[wrong]);
  assert.is(encoded.near[encoded.texts.indexOf('json')], 0);
  const pieces = encoded.pieces.slice(at * MAX_PIECES, (at + 1) * MAX_PIECES);
  assert.equal(
    [...pieces].filter((id) => id > 0).length,
    tokenizer.encode({ kind: 'name', text: 'inner' }).length,
  );
});

test.run();
