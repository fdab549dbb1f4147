import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { requireNativeEngine } from '../core/engine';
import { compareWithReference, PARITY_TOLERANCE } from './parity';

test('model, loss, gradients and optimizer agree with the float64 reference', async () => {
  await requireNativeEngine();
  const rows = await compareWithReference();
  assert.ok(rows.length > 40, `${rows.length} quantities compared`);
  for (const { name, difference } of rows)
    assert.ok(difference <= PARITY_TOLERANCE, `${name}: ${difference}`);
});

test.run();
