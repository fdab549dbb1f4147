import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  blockOf,
  calleeOf,
  headerOf,
  importedAs,
  keywordArgument,
  qualifiedName,
  usesModule,
} from './structure';
import { createTarget, type MutationTarget } from './target';

const IMPORTS = { np: 'numpy', DataFrame: 'pandas.DataFrame', path: 'os.path' };

function targetOf(body: string): MutationTarget {
  const source = `def f(self, open_file, DataFrame2):\n${body.replace(/^/gm, '    ')}\n`;
  return createTarget(source, { imports: IMPORTS, names: ['LIMIT'] });
}

/** Callee of every call, in order. */
function callees(body: string): (string | undefined)[] {
  const target = targetOf(body);
  return target.tokens.flatMap(({ text }, i) => (text === '(' && i > 2 ? [calleeOf(target, i)] : []));
}

test('names are followed through the imports of the file', () => {
  assert.equal(callees('np.zeros(1)'), ['numpy.zeros']);
  assert.equal(callees('np.linalg.norm(path.join(1))'), ['numpy.linalg.norm', 'os.path.join']);
  assert.equal(callees('DataFrame(1)'), ['pandas.DataFrame']);
});

test('and through those of the function', () => {
  assert.equal(callees('import yaml as y\ny.load(1)'), ['yaml.load']);
  assert.equal(callees('from yaml import load\nload(1)'), ['yaml.load']);
});

test('builtins are themselves unless shadowed', () => {
  assert.equal(callees('open(1)'), ['open']);
  assert.equal(callees('open = 1\nopen(1)'), [undefined]);
});

test('attributes of values have no path', () => {
  assert.equal(callees('self.np.zeros(1)'), [undefined]);
  assert.equal(callees('g().zeros(1)'), [undefined, undefined]);
  assert.equal(callees('LIMIT(1)'), [undefined]);
  const target = targetOf('x = self.np');
  assert.is(
    qualifiedName(
      target,
      target.tokens.findIndex(({ text }) => text === 'np'),
    ),
    undefined,
  );
});

test('the name that an import gives a path', () => {
  assert.is(importedAs(targetOf('pass'), 'numpy'), 'np');
  assert.is(importedAs(targetOf('from os import path as p'), 'os.path'), 'p');
  assert.is(importedAs(targetOf('pass'), 'numpy.linalg'), undefined);
});

test('modules that the file uses', () => {
  assert.ok(usesModule(targetOf('pass'), 'pandas'));
  assert.ok(usesModule(targetOf('import flask'), 'flask'));
  assert.not.ok(usesModule(targetOf('pass'), 'num'));
});

test('keyword arguments by name', () => {
  const target = targetOf('g(a, b=1, *c)');
  const open = target.tokens.findIndex(({ text }, i) => text === '(' && i > 5);
  assert.is(target.tokens[keywordArgument(target, open, 'b')!.first].text, 'b');
  assert.is(keywordArgument(target, open, 'a'), undefined);
});

test('blocks and their headers', () => {
  const target = targetOf('if a:\n    b\n    c\nelse:\n    d');
  assert.equal(blockOf(target, 0), [1, 6]);
  assert.equal(blockOf(target, 1), [2, 4]);
  assert.equal(
    [0, 1, 2, 3, 4, 5].map((line) => headerOf(target, line)),
    [-1, 0, 1, 1, 0, 4],
  );
});

test.run();
