import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { seedStream } from '../../core/rng';
import type { Example } from '../../records/example';
import { syntheticExamples, TINY_CONFIG } from '../../trm/testing';
import { isClean } from '../edit-task';
import type { Mixture } from './feed';
import { MemoryFeed } from './memory-feed';

const rng = seedStream(2, 'batches-test');
const examples = syntheticExamples({ config: TINY_CONFIG, count: 60 }, rng);
const options = {
  bucketLengths: [8, 12, 16],
  cleanShare: 0.5,
  lengthOf: ({ length }: Example) => length,
  isClean,
};
const clean = (index: number): boolean => isClean(examples[index]);

test('every epoch deals every example of a bucket once, each time in another order', () => {
  const source = new MemoryFeed(examples, { ...options, cleanShare: 0 }, rng.fork('source'));
  for (const length of source.lengths) {
    const least = options.bucketLengths.filter((other) => other < length).pop() ?? 0;
    const buggy = examples.flatMap((example, i) =>
      example.length <= length && example.length > least && example.target.location > 0 ? [i] : [],
    );
    const stream = rng.fork('deal');
    const [first, second] = [1, 2].map(() => source.deal(length, buggy.length, stream));
    assert.equal(
      [...first].sort((a, b) => a - b),
      buggy,
    );
    assert.equal(
      [...second].sort((a, b) => a - b),
      buggy,
    );
    if (buggy.length > 5) assert.not.equal(first, second);
  }
});

test('a cursor goes on where another source stood; one of other data is refused', async () => {
  const [a, b] = [1, 2].map(() => new MemoryFeed(examples, options, rng.fork('source')));
  a.deal(16, 50, rng.fork('some'));
  await b.restore(JSON.parse(JSON.stringify(a.state())) as ReturnType<typeof a.state>);
  assert.equal(await b.take(16, 30, rng.fork('more')), await a.take(16, 30, rng.fork('more')));
  const other = new MemoryFeed(examples.slice(0, 30), options, rng.fork('source'));
  const foreign = {
    pending: [],
    cursor: { ...(a.state().cursor as object), '16/buggy': { epoch: 0, position: 99 } },
  };
  assert.throws(() => other.restore(foreign), /expected a cursor for deck 16/);
});

test('half of the rows are clean, and too long windows are refused', () => {
  const source = new MemoryFeed(examples, options, rng.fork('source'));
  const dealt = Array.from({ length: 40 }, () => source.deal(16, 5, rng.fork('share'))).flat();
  const stream = rng.fork('many');
  const many = Array.from({ length: 200 }, () => source.deal(16, 5, stream)).flat();
  const share = many.filter(clean).length / many.length;
  assert.is(dealt.length, 200);
  assert.ok(Math.abs(share - 0.5) < 0.05, `clean share ${share}`);
  assert.throws(
    () => new MemoryFeed(examples, { ...options, bucketLengths: [8] }, rng),
    /expected windows of at most 8/,
  );
  assert.throws(() => new MemoryFeed([], options, rng), /expected training examples, got none/);
});

test('a mixture deals buggy rows in proportion to their weights, clean ones by the share', () => {
  const weightOf = (row: Example, { types }: Mixture): number => types?.[String(row.target.bugType)] ?? 1;
  const feed = new MemoryFeed(examples, { ...options, bucketLengths: [16], weightOf }, rng.fork('mixture'));
  const count = (): Map<number, number> => {
    const stream = rng.fork('mixture-rows');
    const types = Array.from({ length: 300 }, () => feed.deal(16, 8, stream))
      .flat()
      .map((index) => examples[index].target.bugType);
    return new Map([0, 1, 2].map((type) => [type, types.filter((other) => other === type).length]));
  };
  const plain = count();
  feed.setMixture({ types: { 1: 0.25 }, cleanShare: 0.25 });
  const mixed = count();
  const odds = (counts: Map<number, number>): number => (counts.get(1) ?? 0) / (counts.get(2) ?? 0);
  assert.ok(Math.abs(odds(mixed) / odds(plain) - 0.25) < 0.1, `${odds(mixed)} against ${odds(plain)}`);
  assert.is(mixed.get(0), 600);
  feed.setMixture({ types: { 1: 0, 2: 0 }, cleanShare: 0.25 });
  assert.is(count().get(0), 2400, 'a bucket whose bugs are left out deals clean rows');
});

test('a mixture that leaves no row is refused; a bucket without any is not drawn', () => {
  const few = examples.filter((row) => row.length <= 8 || !isClean(row));
  const weightOf = (row: Example, { types }: Mixture): number => types?.[String(row.target.bugType)] ?? 1;
  const feed = new MemoryFeed(few, { ...options, weightOf }, rng.fork('empty'));
  const none = { types: { 1: 0, 2: 0 }, cleanShare: 0.5 };
  feed.checkMixture(none);
  assert.throws(() => feed.checkMixture({ ...none, cleanShare: 0 }), /leaves no row of the training data/);
  const stream = rng.fork('buckets');
  const drawn = (): Set<number> =>
    new Set(Array.from({ length: 200 }, () => feed.pickBucket(stream, () => 1)));
  assert.is(drawn().size, 3);
  feed.setMixture(none);
  assert.equal([...drawn()], [8]);
  assert.ok(feed.deal(8, 5, stream).every((index) => isClean(few[index])));
});

test('a share of each side comes of mined fixes', () => {
  const isReal = (row: Example): boolean => Number(row.sampleId.slice(-1)) < 2;
  const feed = new MemoryFeed(examples, { ...options, bucketLengths: [16], isReal }, rng.fork('real'));
  const shares = (): number[] => {
    const stream = rng.fork('real-rows');
    const dealt = Array.from({ length: 400 }, () => feed.deal(16, 8, stream)).flat();
    return [true, false].map((want) => {
      const side = dealt.filter((index) => clean(index) === want);
      return side.filter((index) => isReal(examples[index])).length / side.length;
    });
  };
  feed.setMixture({ cleanShare: 0.5, realShare: 0.6 });
  for (const share of shares()) assert.ok(Math.abs(share - 0.6) < 0.05, `${share}`);
  feed.setMixture({ cleanShare: 0.5, realShare: 0 });
  assert.equal(shares(), [0, 0]);
  const planted = examples.filter((row) => !isReal(row));
  const without = new MemoryFeed(planted, { ...options, isReal }, rng.fork('none'));
  assert.throws(() => without.checkMixture({ cleanShare: 0.5, realShare: 1 }), /leaves no row/);
});

test.run();
