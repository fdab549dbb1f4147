import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createTarget, textAt } from '../../mutation/target';
import { ANCHORS, anchorsOf, importedPath } from './anchors';

const target = createTarget(
  "import numpy as np\n\n\ndef f(a=1):\n    b = np.linalg.norm(a) + len('x')\n    return (b,)\n",
  { imports: {}, names: [] },
);

/** Texts at the places of one kind. */
function texts(anchor: (typeof ANCHORS)[number]): string[] {
  return anchorsOf(target, anchor).map((i) => textAt(target, i));
}

test('calls are parentheses of calls only', () => {
  assert.equal(
    anchorsOf(target, 'call').map((i) => textAt(target, i - 1)),
    ['norm', 'len'],
  );
  assert.ok(texts('sign').includes('('), 'those of definitions and tuples are signs');
});

test('paths end at every name of a dotted path that starts at an import', () => {
  assert.equal(texts('path'), ['np', 'linalg', 'norm']);
  assert.equal(
    anchorsOf(target, 'path').map((i) => importedPath(target, i)),
    ['numpy', 'numpy.linalg', 'numpy.linalg.norm'],
  );
});

test('settings, lines and kinds of tokens', () => {
  assert.equal(texts('setting'), ['1', 'np']);
  assert.equal(texts('line'), ['import', 'def', 'b', 'return']);
  assert.equal(texts('number'), ['1']);
  assert.equal(texts('string'), ["'x'"]);
  assert.equal(texts('keyword'), ['import', 'as', 'def', 'return']);
});

test('places of a kind are in order', () => {
  for (const anchor of ANCHORS) {
    const places = anchorsOf(target, anchor);
    assert.ok(places.length > 0, anchor);
    assert.equal(
      [...places].sort((a, b) => a - b),
      places,
    );
  }
});

test.run();
