import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { sha256 } from '../../core/hash';
import { seedStream } from '../../core/rng';
import { lex } from '../../python/tokens/lexer';
import { withTemporaryFolder } from '../../storage/testing';
import { contentKey } from '../admission/content-keys';
import { SPLITS, type Split } from '../admission/split';
import { NearDuplicates, type NearDrop } from './near-duplicates';
import { jaccard, shinglesOf } from './shingles';

interface Given {
  source: string;
  split?: Split;
  home?: string;
  isFix?: boolean;
}

/** Why each function is dropped, in their order. */
async function reasons(
  given: readonly Given[],
  { heldOut = [], threshold = 0.8 }: { heldOut?: string[]; threshold?: number } = {},
): Promise<(NearDrop | null)[]> {
  let found: (NearDrop | null)[] = [];
  await withTemporaryFolder((folder) => {
    const near = new NearDuplicates({ threshold, minTokens: 40, folder: join(folder, 'near') });
    for (const source of heldOut)
      near.hold({ contents: [contentKey(lex(source))], shingles: shinglesOf(lex(source)) });
    const keys = given.map(({ source, split = 'train', home = source, isFix = false }) => {
      const tokens = lex(source);
      return near.add({ content: contentKey(tokens), home: sha256(home), split, isFix }, tokens);
    });
    const { dropOf } = near.settle();
    found = keys.map(dropOf);
    near.close();
    return Promise.resolve();
  });
  return found;
}

const MARKS = ['+', '-', '*', '/', '%', '&', '|', '^', '<<', '>>', '//', '@', 'and', 'or', '<', '>'];

/** A function of some 60 tokens of its own kind. */
function code(seed: number, terms = 20): string {
  const rng = seedStream(seed, 'code');
  const body = Array.from(
    { length: terms },
    () => ` ${rng.pick(MARKS)} ${rng.pick(['a', 'b', 'c[a]', 'b(c)'])}`,
  );
  return `def f_${seed}(a, b, c):\n    return a${body.join('')}\n`;
}
/** The same but for names and a last operand. */
const nearly = (source: string): string => source.replace(/\ba\b/g, 'other').replace(/\n$/, ' + 1\n');

const [one, two, three] = [code(1), code(2), code(3)];

test('of functions of a split that are nearly the same one stays, a mined fix before others', async () => {
  const found = await reasons([{ source: one }, { source: nearly(one) }, { source: two }]);
  assert.is(found.filter((reason) => reason === 'near_duplicate').length, 1);
  assert.is(found[2], null);
  for (const fixed of [0, 1]) {
    const given = [one, nearly(one)].map((source, i) => ({ source, isFix: i === fixed }));
    assert.is((await reasons(given))[fixed], null);
    assert.is((await reasons(given))[1 - fixed], 'near_duplicate');
  }
});

test('versions of one function are no duplicates of each other, but of others', async () => {
  const versions = [one, nearly(one)].map((source) => ({ source, home: 'json/decoder.py/decode' }));
  assert.equal(await reasons(versions), [null, null]);
  const all = await reasons([...versions, { source: one.replace('f_1', 'g').replace(/b\(c\)/, 'c(b)') }]);
  assert.ok(all.includes('near_duplicate'));
});

test('where splits are nearly the same, train keeps its own, and val before test', async () => {
  for (const [first, second] of [
    ['train', 'val'],
    ['train', 'test'],
    ['val', 'test'],
  ] as const) {
    const given: Given[] = [
      { source: nearly(one), split: second },
      { source: one, split: first },
      { source: two, split: second },
    ];
    assert.equal(await reasons(given), ['near_other_split', null, null], `${first} and ${second}`);
  }
});

test('no split holds what is nearly in a held-out set', async () => {
  for (const split of SPLITS) {
    const given = [
      { source: nearly(one), split },
      { source: one, split },
      { source: two, split },
    ];
    assert.equal(await reasons(given, { heldOut: [one, three] }), ['near_benchmark', 'near_benchmark', null]);
  }
});

test('short functions are near nothing', async () => {
  const getters = ['name', 'size'].map((name) => ({
    source: `@property\ndef ${name}(self):\n    return self._${name}\n`,
  }));
  assert.equal(await reasons(getters), [null, null]);
});

test('the threshold is the least Jaccard index, verified', async () => {
  const index = jaccard(shinglesOf(lex(one)), shinglesOf(lex(nearly(one))));
  assert.ok(index > 0.8 && index < 1);
  const given = [{ source: one }, { source: nearly(one) }];
  const drops = async (threshold: number): Promise<number> =>
    (await reasons(given, { threshold })).filter((reason) => reason !== null).length;
  assert.equal([await drops(index), await drops(index + 0.001)], [1, 0]);
});

test('whatever the order, the same functions stay, none near another one, and none was dropped without such', async () => {
  for (let seed = 0; seed < 5; seed++) {
    const rng = seedStream(seed, 'near');
    const given: Given[] = Array.from({ length: 100 }, () => {
      let source = code(rng.int(25), 18 + rng.int(4));
      if (rng.int(2) === 0) source = nearly(source);
      return { source, split: rng.pick(SPLITS), home: `${rng.int(60)}`, isFix: rng.int(5) === 0 };
    });
    const found = await reasons(given);
    const turned = rng.shuffle(given.map((_, i) => i));
    const again = await reasons(turned.map((i) => given[i]));
    assert.equal(
      again,
      turned.map((i) => found[i]),
      `seed ${seed}`,
    );
    const facts = given.map(({ source, split, home }) => {
      const tokens = lex(source);
      return { split, home, content: contentKey(tokens), shingles: shinglesOf(tokens) };
    });
    /** Whether two of them may not stay both. */
    const clash = (i: number, j: number): boolean => {
      const [a, b] = [facts[i], facts[j]];
      if (a.content === b.content) return a.split !== b.split;
      return (a.split !== b.split || a.home !== b.home) && jaccard(a.shingles, b.shingles) >= 0.8;
    };
    const all = given.map((_, i) => i);
    const kept = all.filter((i) => found[i] === null);
    assert.ok(kept.length > 10 && kept.length < given.length, `${kept.length} kept`);
    for (const i of all)
      assert.is(
        kept.some((j) => j !== i && clash(i, j)),
        found[i] !== null,
        `${seed}: ${i}`,
      );
  }
});

test.run();
