import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { sha256 } from '../../core/hash';
import { seedStream } from '../../core/rng';
import { lex } from '../../python/tokens/lexer';
import { Admission, type AdmissionDrop, type Candidate } from './admission';
import { rowCopies } from './balance';
import { contentKeys } from './content-keys';
import { SPLITS, type Split } from './split';

/** A sample of real code; its id is that of its text unless given. */
function candidate(
  split: Split,
  after: string,
  {
    before = after,
    parent = null,
    by = split,
  }: { before?: string; parent?: string | null; by?: string } = {},
): Candidate {
  return {
    id: sha256(`${before}\0${after}`),
    parentId: parent === null ? null : sha256(`${parent}\0${parent}`),
    before: contentKeys(lex(before)),
    after: contentKeys(lex(after)),
    split,
    provenance: sha256(by),
    function: sha256(after),
  };
}

/** Why each candidate is dropped, in their order. */
function reasons(candidates: readonly Candidate[]): (AdmissionDrop | null)[] {
  const admission = new Admission();
  const numbers = { train: 0, val: 0, test: 0 };
  const places = candidates.map(({ split }) => numbers[split]++);
  for (const each of candidates) admission.add(each);
  const admitted = admission.settle();
  return candidates.map(({ split }, i) => admitted[split].dropOf(places[i]));
}

// Two methods of the standard library's calendar: what one is broken to is the other one.
const LATER = 'def after(self, day):\n    return self.days[day + 1]\n';
const EARLIER = 'def after(self, day):\n    return self.days[day - 1]\n';
// Two of its argparse and its optparse that differ in names and literals.
const ARGPARSE =
  "def format_usage(self):\n    if self.usage:\n        return self.formatter('usage', self.usage, 1)\n";
const OPTPARSE = "def print_help(me):\n    if me.help:\n        return me.writer('help', me.help, 80)\n";

test('a bug that is clean code somewhere is no bug, in whichever split that stands', () => {
  const bug = candidate('train', LATER, { before: EARLIER, parent: LATER });
  const parent = candidate('train', LATER);
  assert.equal(reasons([parent, bug]), [null, null]);
  for (const split of SPLITS)
    for (const all of [
      [parent, bug, candidate(split, EARLIER)],
      [candidate(split, EARLIER), bug, parent],
    ])
      assert.is(reasons(all)[1], 'bug_is_clean_code', split);
  // A fix and its revert: each says of the other's end that it is a bug.
  const revert = candidate('train', EARLIER, { before: LATER });
  const fix = candidate('train', LATER, { before: EARLIER });
  assert.equal(reasons([fix, revert]), ['bug_is_clean_code', 'bug_is_clean_code']);
});

test('val and test hold no twin of train up to names and literals, buggy or clean', () => {
  const broken = OPTPARSE.replace('if me.help', 'if not me.help');
  const rows = (split: Split): Candidate[] => [
    candidate(split, OPTPARSE),
    candidate(split, OPTPARSE, { before: broken, parent: OPTPARSE }),
    candidate(split, LATER),
  ];
  for (const split of ['val', 'test'] as const) {
    const all = [candidate('train', ARGPARSE), ...rows(split)];
    assert.equal(reasons(all), [null, 'twin_in_train', 'twin_in_train', null], split);
    assert.equal(reasons([...all].reverse()), [null, 'twin_in_train', 'twin_in_train', null], split);
  }
  assert.equal(reasons([candidate('train', ARGPARSE), ...rows('train')]), [null, null, null, null]);
  // Of a function that train does not have, a bug that reads as one of train's.
  const own = 'def f(x):\n    return x and x.y\n';
  const known = 'def g(a):\n    return a or a.b\n';
  const twin = candidate('test', own, { before: own.replace('and', 'or'), parent: own });
  assert.equal(reasons([candidate('train', known), candidate('test', own), twin]), [
    null,
    null,
    'twin_in_train',
  ]);
});

test('the same code stays in the first of train, val, test that holds it; copies in a split are one', () => {
  const remark = LATER.replace('):', '):  # a remark');
  assert.equal(reasons([candidate('test', LATER), candidate('val', remark), candidate('train', LATER)]), [
    'content_in_other_split',
    'content_in_other_split',
    null,
  ]);
  assert.equal(reasons([candidate('test', LATER), candidate('val', LATER)]), [
    'content_in_other_split',
    null,
  ]);
  // A fix whose mended code is a training function.
  const fix = candidate('val', LATER, { before: 'def after(self):\n    return self.days\n' });
  assert.is(reasons([fix, candidate('train', LATER)])[0], 'content_in_other_split');
  const copies = ['b', 'a', 'c'].map((by) => candidate('train', LATER, { by }));
  const kept = reasons(copies).indexOf(null);
  assert.equal(reasons(copies).filter((reason) => reason === 'duplicate').length, 2);
  assert.is(reasons([...copies].reverse()).indexOf(null), 2 - kept);
});

test('a mutant stands where its clean function does', () => {
  const bug = candidate('test', LATER.replace('self.days', 'self.weeks'), {
    before: EARLIER,
    parent: ARGPARSE,
  });
  assert.equal(reasons([bug, candidate('train', ARGPARSE)]), ['parent_in_other_split', null]);
});

test('whatever arrives in whatever order, labels agree and no code stands in two splits', () => {
  const codes = Array.from({ length: 30 }, (_, i) => `def f(a):\n    return a${' + a'.repeat(i)}\n`);
  for (let seed = 0; seed < 30; seed++) {
    const rng = seedStream(seed, 'admission');
    const rows = Array.from({ length: 120 }, (_, i) => {
      const [before, after] = [rng.pick(codes), rng.pick(codes)];
      const by = `${i}`;
      return rng.int(2) === 0
        ? candidate(rng.pick(SPLITS), after, { by })
        : candidate(rng.pick(SPLITS), after, { before: `${before}    pass\n`, parent: after, by });
    });
    const found = new Map(reasons(rows).map((reason, i) => [rows[i], reason]));
    const turned = rng.shuffle(rows);
    assert.equal(
      reasons(turned),
      turned.map((row) => found.get(row) ?? null),
      `seed ${seed}`,
    );
    const home = new Map<string, Split>();
    const taken = rows.filter((row) => found.get(row) === null);
    assert.ok(taken.length > 5);
    for (const { split, before, after } of taken)
      for (const { content } of [before, after]) {
        assert.is(home.get(content) ?? split, split);
        home.set(content, split);
      }
    const clean = new Set(rows.map(({ after }) => after.content));
    assert.not.ok(
      taken.some(({ before, after }) => before.content !== after.content && clean.has(before.content)),
    );
  }
});

const ids = Array.from({ length: 4000 }, (_, i) => sha256(`row ${i}`));
const BALANCE: [
  split: 'train' | 'val',
  clean: number,
  buggy: number,
  wantClean: number,
  wantBuggy: number,
][] = [
  ['train', 1000, 2500, 2500, 2500],
  ['train', 100, 2500, 800, 800],
  ['train', 2500, 1000, 1000, 1000],
  ['val', 1000, 2500, 1000, 1000],
  ['val', 2500, 1000, 1000, 1000],
  ['val', 0, 700, 0, 700],
];

for (const [split, cleanRows, buggyRows, wantClean, wantBuggy] of BALANCE)
  test(`balance in ${split}: ${cleanRows} clean, ${buggyRows} buggy -> ${wantClean}, ${wantBuggy}`, () => {
    const total = (isClean: boolean, rows: number): number =>
      ids
        .slice(0, rows)
        .map((id) =>
          rowCopies(
            { id, clean: isClean },
            { clean: cleanRows, buggy: buggyRows },
            { split, seed: 5, maxRepeats: 8 },
          ),
        )
        .reduce((sum, copies) => sum + copies, 0);
    for (const [got, want] of [
      [total(true, cleanRows), wantClean],
      [total(false, buggyRows), wantBuggy],
    ])
      assert.ok(Math.abs(got - want) <= 0.06 * want, `${got} instead of ${want}`);
  });

test.run();
