import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { sha256 } from '../core/hash';
import { seedStream } from '../core/rng';
import type { TokenText } from '../records/sample';
import { Admission, contentKey, type Candidate } from './admission';
import { rowCopies } from './balance';
import { SPLITS } from './split';

const clean = (id: string, split: Candidate['split'], code = id): Candidate => ({
  sample: { id, parentId: null },
  beforeKey: code,
  afterKey: code,
  split,
});
const mutant = (id: string, parentId: string, split: Candidate['split'], code = parentId): Candidate => ({
  sample: { id, parentId },
  beforeKey: `${id} buggy`,
  afterKey: code,
  split,
});

test('each refusal has its reason', () => {
  const admission = new Admission();
  assert.is(admission.admit(clean('f', 'train')), null);
  assert.is(admission.admit(clean('f', 'train')), 'duplicate');
  assert.is(admission.admit(clean('f', 'test')), 'duplicate');
  assert.is(admission.admit(mutant('f1', 'f', 'train')), null);
  assert.is(admission.admit(mutant('f2', 'f', 'test')), 'parent_in_other_split');
  assert.is(admission.admit(clean('copy of f', 'test', 'f')), 'content_in_other_split');
  // A fix whose mended code is a training function, and one whose broken code was seen there.
  assert.is(admission.admit(mutant('fix', 'unknown', 'val', 'f')), 'content_in_other_split');
  assert.is(admission.admit(clean('was buggy', 'val', 'f1 buggy')), 'content_in_other_split');
  assert.is(admission.admit(clean('copy in the same split', 'train', 'f')), null);
});

test('no id and no code ever stands in two splits, whatever arrives', () => {
  for (let seed = 0; seed < 50; seed++) {
    const rng = seedStream(seed, 'admission');
    const admission = new Admission();
    const seen = new Map<string, string>();
    for (let i = 0; i < 300; i++) {
      const code = `code${rng.int(30)}`;
      const split = rng.pick(SPLITS);
      const candidate =
        rng.int(2) === 0
          ? clean(`id${rng.int(60)}`, split, code)
          : mutant(`m${i}`, `id${rng.int(60)}`, split, code);
      if (admission.admit(candidate) !== null) continue;
      const { sample, beforeKey, afterKey } = candidate;
      assert.is(seen.get(sample.parentId ?? '') ?? split, split, `seed ${seed}: parent of ${sample.id}`);
      for (const key of [sample.id, beforeKey, afterKey]) {
        assert.is(seen.get(key) ?? split, split, `seed ${seed}: ${key}`);
        seen.set(key, split);
      }
    }
    assert.ok(seen.size > 50);
  }
});

test('the content key sees kinds and texts, not where they touch', () => {
  const name = (text: string): TokenText => ({ kind: 'name', text });
  assert.is(contentKey([name('a'), name('b')]), contentKey([name('a'), name('b')]));
  assert.is.not(contentKey([name('a'), name('b')]), contentKey([name('ab')]));
  assert.is.not(contentKey([name('a')]), contentKey([{ kind: 'string', text: 'a' }]));
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
