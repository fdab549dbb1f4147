import { collect } from '../../collection/stage';
import { evaluate } from '../../evaluation/stage';
import { process as processSamples } from '../../processing/stage';
import type { StageName } from '../../records/run';
import { release } from '../../release/stage';
import type { Stage } from '../../stages/context';
import { train } from '../../training/stage';
import type { StageConfig } from '../runs/experiment';
import { generateStage } from './generate-stage';

/** The function of each stage: what its notebook calls, and what a job that came from elsewhere is run by. */
export const STAGE_FUNCTIONS: { readonly [S in StageName]: Stage<StageConfig<S>> } = {
  collect,
  generate: generateStage,
  process: processSamples,
  train,
  evaluate,
  release,
};
