import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Critic } from '../python/critic/critic';
import { lex } from '../python/tokens/lexer';
import { frequencyCounter } from './frequency-ranker';
import type { Case } from './outcome';
import { measureBaselines } from './baselines';
import { guidedCounter } from './parser-guided-ranker';

/** A case of `a OP b`, whose operator should be another one; null for a clean function. */
function caseOf(id: string, wrong: string, right: string | null): Case {
  // `== =` for `==` is a token too many.
  const edit = wrong.includes(' ')
    ? { tokenSpan: [2, 3], replacement: [] }
    : { tokenSpan: [1, 2], replacement: [{ kind: 'op', text: right }] };
  return {
    sample: {
      id,
      group: id,
      before: `a ${wrong} b\n`,
      family: 'logic',
      bugType: 'wrong-comparison-operator',
    },
    example: { target: { location: right === null ? 0 : 2 } },
    before: lex(`a ${wrong} b\n`),
    right: right === null ? [] : [edit],
  } as unknown as Case;
}

const counts = (row: { joint: { count: number; total: number }; location: { count: number } }): number[] => [
  row.joint.count,
  row.location.count,
  row.joint.total,
];

test('each baseline is counted over all bugs and by key; what has no key is in no row', async () => {
  const counter = frequencyCounter();
  const edit = { tokenSpan: [1, 2] as [number, number], replacement: [{ kind: 'op' as const, text: '<=' }] };
  counter.add({ tokens: lex('a < b\n'), edit });
  const guided = guidedCounter();
  // The parser stops at `=`, the second token.
  guided.add({ tokens: lex('c => d\n'), stoppedAt: 1, edit: { ...edit, tokenSpan: [1, 3] } });
  guided.add({ tokens: lex('c == = d\n'), stoppedAt: 2, edit: { tokenSpan: [2, 3], replacement: [] } });
  const cases = [
    caseOf('right', '<', '<='),
    caseOf('content', '<', '>'),
    caseOf('missed', '>', '>='),
    caseOf('quiet', '>', null),
    caseOf('loud', '<', null),
    caseOf('syntax', '== =', '=='),
  ];
  const facts = { ranker: counter.ranker(), guided: guided.ranker() };
  const kinds = new Map([
    ['right', 'operator'],
    ['content', 'operator'],
    ['syntax', 'added-punctuation'],
  ]);
  const critic = await Critic.start();
  const options = { facts, validation: [], targetCleanKept: 0.95, critic };
  const [frequent, parserGuided, both] = await measureBaselines(cases, { kinds }, options).finally(() =>
    critic.close(),
  );
  assert.equal(counts(frequent), [1, 2, 4]);
  assert.equal([frequent.cleanKept.count, frequent.cleanKept.total], [1, 2]);
  assert.equal(
    frequent.byKind.map((row) => [row.key, ...counts(row)]),
    [
      ['operator', 1, 2, 2],
      ['added-punctuation', 0, 0, 1],
    ],
  );
  assert.equal(
    frequent.byFamily.map((row) => [row.key, ...counts(row)]),
    [['logic', 1, 2, 4]],
  );
  assert.equal(frequent.byLabel, []);
  // The parser gives the one syntax error away, and nothing else.
  assert.equal(counts(parserGuided), [1, 1, 4]);
  assert.equal([parserGuided.cleanKept.count, parserGuided.cleanKept.total], [2, 2]);
  assert.equal(counts(both), [2, 3, 4]);
  assert.equal([both.cleanKept.count, both.joint.clusters], [1, 4]);
});

test.run();
