import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { RESERVED_REPOSITORIES } from '../src/core/keys/reserved';
import { seedStream } from '../src/core/rng';
import { drawReserved, readMinedRepositories } from './draw-reserved';

const all = readMinedRepositories();

test('the reserved repositories are those that the draw gives, whatever the order of the table', () => {
  assert.is(all.length, 118);
  const { names, share } = drawReserved(all);
  assert.equal(names, [...RESERVED_REPOSITORIES]);
  assert.ok(share >= 0.08 && share <= 0.1, `${share}`);
  assert.equal(drawReserved(seedStream(1).shuffle(all)).names, names);
});

test('none of them is read by an experiment, and no kind has more than three', () => {
  const drawn = all.filter(({ name }) => RESERVED_REPOSITORIES.some((one) => one === name));
  assert.is(drawn.length, 12);
  for (const { kind, isRead } of drawn) {
    assert.not.ok(isRead);
    assert.ok(drawn.filter((other) => other.kind === kind).length <= 3, kind);
  }
});

test.run();
