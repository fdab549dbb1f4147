import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { KeySet } from '../../core/key-set';
import { lex } from '../../python/lexer';
import { frequencyCounter } from '../frequency-ranker';
import type { Case } from '../outcome';
import { measureRanker } from './measure-ranker';

/** A case of `a OP b`, whose operator should be another one; null for a clean function. */
function caseOf(id: string, wrong: string, right: string | null): Case {
  return {
    sample: { id, family: 'logic', bugType: 'wrong-comparison-operator' },
    example: { target: { location: right === null ? 0 : 2 } },
    before: lex(`a ${wrong} b\n`),
    right: right === null ? [] : [{ tokenSpan: [1, 2], replacement: [{ kind: 'op', text: right }] }],
  } as unknown as Case;
}

test('the ranker is counted over all bugs and by key; what has no key is in no row', () => {
  const counter = frequencyCounter();
  const edit = { tokenSpan: [1, 2] as [number, number], replacement: [{ kind: 'op' as const, text: '<=' }] };
  counter.add({ tokens: lex('a < b\n'), edit });
  const cases = [
    caseOf('right', '<', '<='),
    caseOf('content', '<', '>'),
    caseOf('missed', '>', '>='),
    caseOf('quiet', '>', null),
    caseOf('loud', '<', null),
  ];
  const facts = { ranker: counter.ranker(), programs: new KeySet() };
  const kinds = new Map([
    ['right', 'operator'],
    ['content', 'operator'],
  ]);
  const report = measureRanker(cases, { kinds }, { facts, validation: [], targetCleanKept: 0.95 });
  const counts = (row: {
    joint: { count: number; total: number };
    location: { count: number };
  }): number[] => [row.joint.count, row.location.count, row.joint.total];
  assert.equal(counts(report), [1, 2, 3]);
  assert.equal([report.cleanKept.count, report.cleanKept.total], [1, 2]);
  assert.equal(
    report.byKind.map((row) => [row.key, ...counts(row)]),
    [['operator', 1, 2, 2]],
  );
  assert.equal(
    report.byFamily.map((row) => [row.key, ...counts(row)]),
    [['logic', 1, 2, 3]],
  );
  assert.equal(report.byLabel, []);
});

test.run();
