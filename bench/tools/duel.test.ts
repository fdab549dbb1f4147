import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { BF16_TOLERANCE, compareLooks, duel, geometricMean, TOLERANCE } from './duel';
import { peerPython, startOurs, startPeer, type Side } from './side';
import { makeMaterial, writeMaterial, type StepCase, type StepKind } from './step-case';

const STEP: StepCase = {
  preset: 'trm-smoke',
  recursions: 2,
  latentUpdates: 1,
  supervisionSteps: 2,
  rows: 4,
  length: 12,
};

const sides: Side[] = [];
let folder = '';

test.before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'trm-duel-'));
  sides.push(await startOurs());
});
test.after(async () => {
  for (const side of sides) side.close();
  await rm(folder, { recursive: true, force: true });
});

const fight = (peer: Side | undefined, kind: StepKind) =>
  duel({ ours: sides[0], peer }, { kind, step: STEP, folder, rounds: 3, turnSeconds: 0 });

test('bf16 differs from float32, and by no more than its rounding, on our side and on the peer', async () => {
  const python = peerPython();
  const others = [await startOurs(), ...(python === undefined ? [] : [await startPeer(python, 2)])];
  try {
    for (const peer of others)
      for (const kind of ['train', 'infer'] as const) {
        await writeMaterial(folder, STEP, makeMaterial(STEP, kind));
        const options = { kind, step: STEP, folder, rounds: 1, turnSeconds: 0 };
        const { difference } = await duel({ ours: sides[0], peer }, { ...options, peerPrecision: 'bf16' });
        assert.ok(difference !== null && difference > TOLERANCE / 10, `${kind}: difference ${difference}`);
        assert.ok(difference < BF16_TOLERANCE);
      }
  } finally {
    for (const side of others) side.close();
  }
});

test('a side against itself computes the same, and its time is measured in every round', async () => {
  sides.push(await startOurs());
  for (const kind of ['train', 'infer'] as const) {
    const { seconds, ratio, ratios, difference } = await fight(sides[1], kind);
    assert.ok(difference !== null && difference < 1e-5, `${kind}: difference ${difference}`);
    assert.ok(seconds > 0);
    assert.ok(ratio !== null && ratios !== null && ratios[0] <= ratio && ratio <= ratios[1]);
  }
});

test('without a peer there is a time and no ratio', async () => {
  const { seconds, ...rest } = await fight(undefined, 'train');
  assert.ok(seconds > 0);
  assert.equal(rest, { peerSeconds: null, ratio: null, ratios: null, difference: null });
});

const python = peerPython();
const comparePeer = async (): Promise<void> => {
  const peer = await startPeer(python as string, 1);
  sides.push(peer);
  for (const kind of ['train', 'infer'] as const) {
    await writeMaterial(folder, STEP, makeMaterial(STEP, kind));
    const { difference } = await fight(peer, kind);
    assert.ok(difference !== null && difference < 1e-4, `${kind}: difference ${difference}`);
  }
};
if (python === undefined) test.skip('PyTorch computes the same', comparePeer);
else test('PyTorch computes the same', comparePeer);

test('sides that differ, lack a number or give none are refused by name', () => {
  assert.is(compareLooks([{ loss: 2 }], [{ loss: 2 }], STEP), 0);
  assert.ok(Math.abs(compareLooks([{ p: [0, 1] }], [{ p: [1e-4, 1] }], STEP) - 1e-4) < 1e-9);
  assert.throws(
    () => compareLooks([{ loss: 2 }], [{ loss: 2.01 }], STEP),
    /loss of step 1 differs by 5\.0e-3/,
  );
  assert.throws(() => compareLooks([{ loss: 2 }], [{ loss: NaN }], STEP), /loss of step 1 differs/);
  assert.throws(() => compareLooks([{ loss: 2 }], [{}], STEP), /loss of step 1 differs by Infinity/);
  assert.throws(() => compareLooks([{ p: [1, 2] }], [{ p: [1] }], STEP), /p of step 1 differs by Infinity/);
});

test('ratios are averaged geometrically', () => {
  assert.ok(Math.abs((geometricMean([0.5, 2]) as number) - 1) < 1e-12);
  assert.is(geometricMean([]), null);
});

test.run();
