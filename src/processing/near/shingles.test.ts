import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { seedStream } from '../../core/rng';
import { lex } from '../../python/tokens/lexer';
import { BANDS, bandKeys } from './min-hash';
import { jaccard, SHINGLE_TOKENS, shinglesOf } from './shingles';

const of = (source: string): Uint32Array => shinglesOf(lex(source));

const CODE = `def read(self, path, limit=10):
    with open(path, 'rb') as handle:
        data = handle.read(limit)
    if data is None or len(data) > limit:
        raise ValueError('too long')
    return self.decode(data)
`;

test('names, numbers, strings and layout say nothing; which names are the same does', () => {
  const renamed = CODE.replace(/data/g, 'block').replace('10', '99').replace("'too long'", '"no"');
  assert.equal(of(`# a remark\n${renamed}`), of(CODE));
  assert.equal(of('def f(a, b):\n    return a + b + a\n'), of('def g(x, y):\n    return x + y + x\n'));
  assert.is.not(
    jaccard(of('def f(a, b):\n    return a + b + a\n'), of('def f(a, b):\n    return a + b + b\n')),
    1,
  );
  assert.is.not(jaccard(of(CODE), of(CODE.replace('>', '<'))), 1);
});

test('hashes are ascending and each stands once; short and empty code has one', () => {
  const shingles = of(`${CODE}${CODE}`);
  assert.equal(
    [...new Set(shingles)].sort((a, b) => a - b),
    [...shingles],
  );
  assert.is(of('x\n').length, 1);
  assert.is(shinglesOf([]).length, 1);
});

test('one token more changes at most as many shingles as it stands in', () => {
  const [own, changed] = [of(CODE), of(CODE.replace('len(data)', 'not len(data)'))];
  const lost = [...own].filter((shingle) => !changed.includes(shingle)).length;
  assert.ok(lost > 0 && lost < SHINGLE_TOKENS, `${lost} lost`);
});

test('Jaccard is common over all', () => {
  const set = (...members: number[]): Uint32Array => Uint32Array.from(members);
  assert.is(jaccard(set(1, 2, 3), set(2, 3, 4)), 0.5);
  assert.is(jaccard(set(1), set(2)), 0);
  assert.is(jaccard(set(7, 4e9), set(7, 4e9)), 1);
  assert.is(jaccard(set(), set()), 0);
});

test('sets share a band as often as the formula says', () => {
  const rng = seedStream(3, 'bands');
  const draw = (count: number): number[] => Array.from({ length: count }, () => rng.int(2 ** 32));
  for (const [common, apart] of [
    [10, 15],
    [14, 6],
    [32, 8],
  ]) {
    const index = common / (common + apart);
    const expected = 1 - (1 - index ** 5) ** BANDS;
    let found = 0;
    for (let trial = 0; trial < 1000; trial++) {
      const shared = draw(common);
      const own = draw(apart);
      const half = apart >> 1;
      const a = bandKeys(Uint32Array.from([...shared, ...own.slice(0, half)]).sort());
      const b = bandKeys(Uint32Array.from([...shared, ...own.slice(half)]).sort());
      if (a.some((key, band) => key === b[band])) found++;
    }
    assert.ok(Math.abs(found / 1000 - expected) < 0.05, `${index}: ${found} of 1000, expected ${expected}`);
  }
});

test.run();
