import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { isDrop } from '../folders/python-file';
import { applyDiff, readFixRecord } from './fix-record';
import { brokenRecord, DIFF, FILE_BEFORE, fileRecord } from './testing';

test('a diff gives the file after it', () => {
  assert.is(applyDiff(FILE_BEFORE, DIFF), FILE_BEFORE.replace('self.width', 'self.size'));
  const CASES: [before: string, diff: string, after: string | undefined][] = [
    ['a\nb\n', '', 'a\nb\n'],
    ['a\nb\n', '@@ -1,0 +2 @@\n+x', 'a\nx\nb\n'],
    ['a\nb\n', '@@ -0,0 +1 @@\n+x', 'x\na\nb\n'],
    ['a\nb', '@@ -2 +2,2 @@\n-b\n+b\n+', 'a\nb\n'],
    ['a\nb\nc\nd\n', '@@ -1 +1 @@\n-a\n+A\n@@ -4 +4 @@\n-d\n+D', 'A\nb\nc\nD\n'],
    // A form feed ends no line.
    ['a\fb\nc\n', '@@ -2 +2 @@\n-c\n+d', 'a\fb\nd\n'],
    ['-- a\n', '@@ -1 +1 @@\n--- a\n+++ a', '++ a\n'],
    ['a\n', '@@ -1 +1 @@\n-b\n+c', undefined],
    ['a\n', '@@ -9 +9 @@\n-b\n+c', undefined],
    ['a\nb\n', '@@ -2 +2 @@\n-b\n+c\n@@ -1 +1 @@\n-a\n+c', undefined],
    ['a\n', 'no diff', undefined],
  ];
  for (const [before, diff, after] of CASES) assert.is(applyDiff(before, diff), after, diff);
});

test('a record says what it mends, and one that is none says why', () => {
  const whole = readFixRecord(fileRecord());
  assert.ok(!isDrop(whole));
  assert.equal(whole.place, { name: 'Ring.area', line: 10 });
  assert.equal([whole.tier, whole.label, whole.strength], ['A', 'attr', 'strong']);
  const broken = readFixRecord(brokenRecord());
  assert.ok(!isDrop(broken));
  assert.equal([broken.place, broken.label, broken.tier], [null, 'colon', null]);
  assert.is(broken.committedAt, '2020-05-04T00:00:00.000Z');
  const WRONG: [row: unknown, reason: string, detail: RegExp | null][] = [
    [null, 'bad_row', /^row: /],
    ['text', 'bad_row', /^row: /],
    [fileRecord({ line: 0 }), 'bad_row', /^line: /],
    [fileRecord({ tier: 'Z' }), 'bad_row', /^tier: /],
    [fileRecord({ repo: '../../etc' }), 'bad_row', null],
    [fileRecord({ file_before: null }), 'bad_row', /^file_before: /],
    [fileRecord({ file_before: 'x = 1\n' }), 'diff_does_not_fit', null],
    [brokenRecord({ before: 3 }), 'bad_row', /^before: /],
    [brokenRecord({ test_path: true }), 'test_path', null],
  ];
  for (const [row, reason, detail] of WRONG) {
    const found = readFixRecord(row);
    assert.ok(isDrop(found), reason);
    assert.is(found.reason, reason);
    if (detail) assert.match(found.detail ?? '', detail);
  }
});

test('the message decides where a record states no tier', () => {
  for (const [tier, msg, strength] of [
    ['C', 'Fix it', 'weak'],
    ['B', 'whatever', 'strong'],
    [null, 'Fix it', 'strong'],
    [null, 'whatever', 'weak'],
  ] as const) {
    const record = readFixRecord(fileRecord({ tier, msg }));
    assert.ok(!isDrop(record));
    assert.is(record.strength, strength, `${tier} ${msg}`);
  }
});

test.run();
