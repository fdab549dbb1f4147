import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { inOrder } from './in-order';

test('outcomes come in order, so many at once, errors among them', async () => {
  let [running, most] = [0, 0];
  const seen: unknown[] = [];
  const work = async (item: number): Promise<number> => {
    most = Math.max(most, ++running);
    await new Promise((resolve) => setTimeout(resolve, 10 - item));
    running--;
    if (item === 3) throw new Error('three');
    return item * 10;
  };
  await inOrder([1, 2, 3, 4, 5, 6], { jobs: 2, work }, async (outcome) => {
    seen.push('value' in outcome ? outcome.value : (outcome.error as Error).message);
  });
  assert.equal(seen, [10, 20, 'three', 40, 50, 60]);
  assert.is(most, 2);
});

test('when handing on fails nothing more is begun, and what was begun has ended', async () => {
  const ended: number[] = [];
  const work = async (item: number): Promise<void> => {
    await new Promise((resolve) => setTimeout(resolve, 5));
    ended.push(item);
  };
  const fail = (): Promise<void> => Promise.reject(new Error('stop'));
  await inOrder([1, 2, 3, 4], { jobs: 2, work }, fail).then(
    () => assert.unreachable(),
    (error: Error) => assert.is(error.message, 'stop'),
  );
  assert.equal(ended, [1, 2]);
});

test.run();
