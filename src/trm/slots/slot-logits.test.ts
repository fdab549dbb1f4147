import * as tf from '@tensorflow/tfjs-core';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { requireNativeEngine } from '../../core/engine';
import { seedStream } from '../../core/rng';
import { collate } from '../batch';
import { headStates } from '../heads';
import { near } from '../kernel-testing';
import { useFusedKernels } from '../kernels';
import { answerOf, createModelData, Model, prepareBatch, runSteps } from '../model';
import { syntheticExamples, syntheticTables, TINY_CONFIG } from '../testing';
import { nameKeys } from './name-logits';
import { slotChoices, slotLogits } from './slot-logits';

test.before(async () => {
  await requireNativeEngine();
});
test.after.each(() => useFusedKernels(true));

const data = createModelData(TINY_CONFIG, syntheticTables(TINY_CONFIG), seedStream(1));
const batch = collate(syntheticExamples({ config: TINY_CONFIG, count: 8 }, seedStream(2)));
const MOST = 5;

/** The same slots, asked for all logits and for the likeliest ones. */
function ask(fused: boolean): {
  logits: Float32Array;
  values: Float32Array;
  ids: Int32Array;
  logs: Float32Array;
} {
  useFusedKernels(fused);
  const model = new Model(data);
  try {
    return tf.tidy(() => {
      const prepared = prepareBatch(batch, model.config);
      const answer = answerOf(prepared, runSteps(model, prepared, 1));
      const { placeRows: rows, starts } = batch.targets;
      const states = headStates(answer, model.config, { rows, starts });
      const count = rows.length;
      const queries = {
        places: Array.from({ length: count }, (_, i) => i),
        spans: new Array<number>(count).fill(1),
        numbers: new Array<number>(count).fill(0),
        previous: new Array<null>(count).fill(null),
      };
      const asked = [
        answer,
        states,
        queries,
        nameKeys(model.weights, answer.names, rows),
        model.parts,
      ] as const;
      const { pieces, pieceLogs } = slotChoices(model.weights, ...asked, MOST);
      return {
        logits: slotLogits(model.weights, ...asked)
          .piece.dataSync<'float32'>()
          .slice(),
        values: pieces.values.dataSync<'float32'>().slice(),
        ids: pieces.ids.dataSync<'int32'>().slice(),
        logs: pieceLogs.dataSync<'float32'>().slice(),
      };
    });
  } finally {
    model.dispose();
  }
}

for (const fused of [true, false])
  test(`the likeliest pieces are those of all logits, ${fused ? 'by the kernels' : 'by plain ops'}`, () => {
    const { logits, values, ids, logs } = ask(fused);
    const width = TINY_CONFIG.tokenizerSize;
    assert.ok(logs.length > 2);
    logs.forEach((log, q) => {
      const row = logits.subarray(q * width, (q + 1) * width);
      const best = [...row].sort((a, b) => b - a).slice(0, MOST);
      near(values.subarray(q * MOST, (q + 1) * MOST), best, 'values');
      near(
        Array.from(ids.subarray(q * MOST, (q + 1) * MOST), (id) => row[id]),
        best,
        'ids',
      );
      near([log], [Math.log(row.reduce((sum, x) => sum + Math.exp(x), 0))], 'log of the sum');
      for (const id of ids.subarray(q * MOST, (q + 1) * MOST))
        assert.is(data.tables.namePieces[id], 1, 'a name');
    });
  });

test.run();
