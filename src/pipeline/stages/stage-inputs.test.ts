import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { STAGES } from '../../records/run';
import { STAGE_INPUTS, stageNotebook } from './stage-inputs';

test('a stage reads only stages that come before it', () => {
  for (const stage of STAGES)
    for (const input of STAGE_INPUTS[stage])
      assert.ok(STAGES.indexOf(input) < STAGES.indexOf(stage), `${stage} <- ${input}`);
  assert.is(stageNotebook('collect'), '01-collect.ipynb');
  assert.is(stageNotebook('release'), '06-release.ipynb');
});

test.run();
