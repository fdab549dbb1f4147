import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { readMessage, dropCommit } from './commit-filter';
import type { CommitChanges } from './repository';

test('messages: fix, strong, reverts', () => {
  const cases: [string, { fix: boolean; strong?: boolean; reverts?: boolean }][] = [
    ['Fix off-by-one in split', { fix: true, strong: true }],
    ['Fixes #12: crash on empty input', { fix: true, strong: true }],
    ['bpo-123: bugfix for decode', { fix: true, strong: true }],
    ['Correct the rounding', { fix: true, strong: true }],
    ['Handle empty input\n\nIt crashed before.', { fix: true, strong: false }],
    ['Fix typo in docs', { fix: true, strong: false }],
    ['Fix flake8 warnings', { fix: true, strong: false }],
    ['Add prefix option', { fix: false }],
    ['Add fixture loading', { fix: false }],
    ['Debugging helpers', { fix: false }],
    ['Release 1.2', { fix: false }],
    ['', { fix: false }],
    ['Revert "Fix split"\n\nThis reverts commit abc.', { fix: true, strong: true, reverts: true }],
    ['Undo it\n\nThis reverts commit abc which did not fix it.', { fix: true, reverts: true }],
  ];
  for (const [message, expected] of cases)
    assert.equal(readMessage(message), { strong: false, reverts: false, ...expected }, message);
});

test('limits include their value', () => {
  const changes = (files: number, lines: number): CommitChanges => ({
    commit: 'c',
    lines,
    files: Array.from({ length: files }, (_, i) => ({
      status: 'M',
      regular: true,
      path: `${i}`,
      beforeBlob: '',
      afterBlob: '',
    })),
  });
  const reasonOf = (files: number, lines: number, message = 'Fix it'): string | undefined =>
    dropCommit({ id: 'c', committedAt: '', message }, changes(files, lines), { maxFiles: 5, maxLines: 100 })
      ?.reason;
  assert.is(reasonOf(5, 100), undefined);
  assert.is(reasonOf(6, 100), 'too_many_files');
  assert.is(reasonOf(5, 101), 'too_many_lines');
  assert.is(reasonOf(1, 1, 'Revert "Fix it"'), 'reverts');
});

test.run();
