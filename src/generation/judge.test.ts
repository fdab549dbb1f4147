import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { DrawnMutant } from './drawing/draw';
import { judgementDrop, type Judgement } from './judge';

const judgement = (fingerprint: Judgement['fingerprint']): Judgement => ({
  fingerprint,
  complaint: null,
  sameTree: false,
});

test('a mutant over which the interpreter died is no syntax bug: nobody judged it', () => {
  const mutant = { bugType: 'missing-colon', alone: [] } as unknown as DrawnMutant;
  const clean = judgement('clean');
  assert.is(judgementDrop(mutant, [judgement(null)], clean), undefined, 'it does not compile, as it should');
  assert.is(judgementDrop(mutant, [judgement(undefined)], clean), 'not_judged');
});

test.run();
