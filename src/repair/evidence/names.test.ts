import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { compareNames, type NameVerdict } from './names';
import { analyse } from '../program';

function compare(before: string, after: string): NameVerdict {
  return compareNames(
    analyse(before, { maxTokens: 128 }).undefinedNames,
    analyse(after, { maxTokens: 128 }).undefinedNames,
  );
}

test('a new undefined name is seen, one that went away mends', () => {
  const right = 'def f(total):\n    return total\n';
  const wrong = 'def f(total):\n    return totl\n';
  assert.equal(compare(right, wrong), { adds: true, mends: false });
  assert.equal(compare(wrong, right), { adds: false, mends: true });
  assert.equal(compare(right, right), { adds: false, mends: false });
});

test('one undefined name for another is no mend', () => {
  assert.equal(compare('print(aaa)\n', 'print(bbb)\n'), { adds: true, mends: false });
});

test('builtins, imports, globals and attributes are defined', () => {
  const source = 'import os\nLIMIT = 3\ndef f(x):\n    return len(os.path.sep) + LIMIT + x.anything\n';
  assert.is(analyse(source, { maxTokens: 128 }).undefinedNames.counts.size, 0);
});

test('after a star import nothing can be said', () => {
  assert.equal(compare('from os import *\nprint(aaa)\n', 'from os import *\nprint(bbb)\n'), {
    adds: false,
    mends: false,
  });
});

test.run();
