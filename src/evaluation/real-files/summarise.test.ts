/** A fake model on made fixes; all figures were computed by hand. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Prediction, PredictWindow } from '../../trm/predict';
import { answerFixes, type FixAnswer } from './answers';
import { fakePrediction, fixOf, LETTERS, questionsAbout, ringFix, type FakeEdit } from './testing';
import { alarmPoint, summarise } from './summarise';
import type { RealGroup, RealMeasure } from './real-report';

/** Writes `b` for `a` in a function of three lines. */
const smallFix = (name: string, more: Record<string, unknown>) =>
  fixOf(
    `def ${name}(a, b):\n    c = ${name}_wrong\n    return c\n`,
    ['_wrong', '_right'],
    { func: name, line: 1, edit: [2, 2] },
    { kind: 'var', id: name, ...more },
  );

/** What the fake model says, by a word that the window holds. */
const SAYS: Record<string, [noBug: number, ...edits: FakeEdit[]]> = {
  // Right at once, and sure.
  one_wrong: [0.1, { text: 'one_wrong', write: ['one_right'], probability: 0.8 }],
  // A wrong edit of another line first; right on the line, as the second.
  two_wrong: [
    0.5,
    { text: 'return', write: ['x'], probability: 0.2 },
    { text: 'two_wrong', write: ['x'], probability: 0.15 },
    { text: 'two_wrong', write: ['two_right'], probability: 0.1 },
  ],
  // Right, but less sure than it is of the fixed form of `one`.
  three_wrong: [0.5, { text: 'three_wrong', write: ['three_right'], probability: 0.3 }],
  one_right: [0.4, { text: 'one_right', write: ['x'], probability: 0.4 }],
};

const asked: PredictWindow[] = [];
const model = (windows: readonly PredictWindow[]): Promise<Prediction[]> => {
  asked.push(...windows);
  return Promise.resolve(
    windows.map((window) => {
      const word = Object.keys(SAYS).find((text) => window.tokens.some((token) => token.text === text));
      const [noBug, ...edits] = word === undefined ? ([0.9] as const) : SAYS[word];
      return fakePrediction(window, noBug, edits);
    }),
  );
};

const FIXES = [
  smallFix('one', { repo: 'a/a' }),
  smallFix('two', { repo: 'a/b', kind: 'ins' }),
  smallFix('three', { repo: 'a/b' }),
  smallFix('four', { repo: 'a/c', tier: 'B', parses: false }),
  ringFix({ id: 'lost', repo: 'a/a', line: 2 }),
];

const answers = answerFixes(FIXES.map(questionsAbout), ['file', 'function'], LETTERS, model);

const groupOf = (groups: readonly RealGroup[], tiers: string, view = 'file'): RealGroup =>
  groups.find((group) => group.tiers === tiers && group.view === view) as RealGroup;
const counts = (group: RealGroup, slice: number): Partial<Record<RealMeasure, string>> =>
  Object.fromEntries(
    group.slices[slice].measures.map(({ measure, rate }) => [measure, `${rate.count}/${rate.total}`]),
  );

test('ranks of edit, start and line; nothing of the fix decides what is asked', async () => {
  const ranks = (id: string): unknown[] => {
    const own = found.find(({ facts, view }) => facts.id === id && view === 'file') as FixAnswer;
    return [own.exactRank, own.startRank, own.lineRank, own.givenRank];
  };
  const found = await answers;
  assert.is(found.length, 10);
  assert.equal(ranks('one'), [1, 1, 1, 1]);
  // Equal starts count once; `return` stands on another line, which is not allowed where the line is told.
  assert.equal(ranks('two'), [3, 2, 2, 2]);
  assert.equal(ranks('four'), [null, null, null, null]);
  assert.equal(ranks('lost'), [null, null, null, null]);
  assert.is(found.find(({ facts }) => facts.id === 'lost')?.lost, 'function_not_found');
  const one = found.find(({ facts }) => facts.id === 'one') as FixAnswer;
  assert.ok(Math.abs((one.score ?? 0) - Math.log(0.8 / 0.1)) < 1e-9);
  assert.is(one.fixedScore, 0, 'log(0.4 / 0.4)');
  // Of four fixes in two views: buggy, buggy with the line told, fixed.
  assert.is(asked.length, 24);
  assert.is(asked.filter(({ allowedStarts }) => allowedStarts !== undefined).length, 8);
});

test('figures by tier and group, every fix in the denominator', async () => {
  const groups = summarise(await answers);
  assert.is(groups.length, 4);
  const a = groupOf(groups, 'A');
  // Fixed forms of one, two and three: 0, and twice nothing proposed. None may be above at any of the three shares.
  assert.equal(
    a.points.map(({ threshold, alarms }) => [threshold, alarms.count, alarms.total]),
    [0.01, 0.05, 0.1].map(() => [0, 0, 3]),
  );
  // one is right above the threshold, three is right below it (log(0.3 / 0.5) < 0), two is third, lost is lost.
  const all = counts(a, 2);
  assert.equal([all['joint-at-5'], all.exact, all['exact-top-5']], ['1/4', '2/4', '3/4']);
  assert.equal([all['start-top-1'], all['start-top-5'], all['line-top-1']], ['2/4', '3/4', '2/4']);
  assert.equal([all['given-line'], all['given-line-top-5']], ['2/4', '3/4']);
  // No piece of the tokenizer, no window and no vocabulary holds the right names.
  assert.is(all['not-writable'], '3/4');
  assert.equal(a.slices[2].lost, { unrenderable_token: 3, function_not_found: 1 });
  // Two is no one-token fix by its label; the right name of none stands in the function.
  assert.equal([a.slices[0].n, a.slices[1].n, a.slices[2].n], [3, 0, 4]);
  assert.is(a.slices[1].measures[0].rate.rate, null);
  assert.is(a.slices[2].measures[0].rate.clusters, 2, 'by repository');
  const both = groupOf(groups, 'A+B', 'function');
  assert.equal([both.slices[2].n, both.slices[2].notParsing], [5, 1]);
  assert.is(counts(both, 2).exact, '2/5');
  assert.equal(
    groupOf(groups, 'A').slices[0].measures.map(
      ({ ceiling }) => ceiling && `${ceiling.count}/${ceiling.total}`,
    ),
    ['14/26', '14/26', '14/26', null, null, null, null, null, null, '17/26', null, '0/26'],
  );
});

test('a threshold lets at most the allowed share of fixed functions through', async () => {
  const [one] = await answers;
  const scored = (fixedScore: number | null): FixAnswer => ({ ...one, fixedScore, fixedAsked: true });
  const twenty = Array.from({ length: 20 }, (_, i) => scored(i));
  const at = (allowed: number): unknown[] => {
    const { threshold, alarms } = alarmPoint(twenty, allowed);
    return [threshold, alarms.count];
  };
  assert.equal(
    [at(0.01), at(0.05), at(0.1)],
    [
      [19, 0],
      [18, 1],
      [17, 2],
    ],
  );
  // Equal scores are above no threshold or all of them are: none here.
  const equal = Array.from({ length: 20 }, () => scored(1));
  assert.equal([alarmPoint(equal, 0.1).threshold, alarmPoint(equal, 0.1).alarms.count], [1, 0]);
  const silent = [scored(null), scored(null)];
  assert.equal([alarmPoint(silent, 0.1).threshold, alarmPoint(silent, 0.1).alarms.count], [null, 0]);
});

test.run();
