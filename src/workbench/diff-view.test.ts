import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { seedStream } from '../core/rng';
import { changedMarks, sideBySideHtml, sideBySideText, type BeforeAfter, type Mark } from './diff-view';

const cut = (text: string, marks: readonly Mark[]): string[] =>
  marks.map(([start, end]) => text.slice(start, end));
const without = (text: string, marks: readonly Mark[]): string =>
  [...marks].reverse().reduce((rest, [start, end]) => rest.slice(0, start) + rest.slice(end), text);

test('an edit of a sample is marked where it stands, in both texts', () => {
  const pair: BeforeAfter = {
    before: 'def f(a):\n    return a < b\n',
    after: 'def f(a):\n    return a <= b\n',
    edits: [{ tokenSpan: [9, 10], charSpan: [23, 24], replacement: [{ kind: 'op', text: '<=' }] }],
  };
  const { before, after } = changedMarks(pair);
  assert.equal(cut(pair.before, before), ['<']);
  assert.equal(cut(pair.after, after), ['<=']);
  const markup = sideBySideHtml(pair, { title: 'a & b' });
  assert.match(markup, /<mark [^>]*>&lt;<\/mark> b/);
  assert.match(markup, /<mark [^>]*>&lt;=<\/mark> b/);
  assert.match(markup, 'a &amp; b');
});

test('an insertion is an empty mark before and the new text after', () => {
  const pair: BeforeAfter = {
    before: 'if a\n',
    after: 'if a:\n',
    edits: [{ tokenSpan: [2, 2], charSpan: [4, 4], replacement: [{ kind: 'op', text: ':' }] }],
  };
  const { before, after } = changedMarks(pair);
  assert.equal([before, cut(pair.after, after)], [[[4, 4]], [':']]);
});

test('without edits changed lines are compared by words, added and removed lines marked whole', () => {
  const pair = { before: 'a = 1\nx = foo(b)\nz\n', after: 'a = 1\nx = foo(c)\nnew\nz\n' };
  const { before, after } = changedMarks(pair);
  assert.equal(cut(pair.before, before), ['b']);
  assert.equal(cut(pair.after, after), ['c', 'new']);
  assert.is(sideBySideText(pair), '  a = 1\n- x = foo(b)\n+ x = foo(c)\n+ new\n  z\n  ');
});

test('equal texts have no mark', () => {
  const pair = { before: 'same\n', after: 'same\n' };
  assert.equal(changedMarks(pair), { before: [], after: [] });
  assert.not.match(sideBySideHtml(pair), '<mark');
});

test('what is not marked is the same on both sides (random texts)', () => {
  const rng = seedStream(3, 'diff-view');
  const text = (): string =>
    Array.from({ length: rng.int(8) }, () => rng.pick(['a', 'b b', 'c(d)', ''])).join('\n');
  for (let round = 0; round < 500; round++) {
    const pair = { before: text(), after: text() };
    const { before, after } = changedMarks(pair);
    const bare = (value: string): string => value.replace(/\n+/g, '\n').replace(/^\n|\n$/g, '');
    assert.is(bare(without(pair.before, before)), bare(without(pair.after, after)), JSON.stringify(pair));
  }
});

test.run();
