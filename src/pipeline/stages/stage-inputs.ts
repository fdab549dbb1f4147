import { STAGES, type StageName } from '../../records/run';

/** Which earlier stages each stage reads. */
export const STAGE_INPUTS: Readonly<Record<StageName, readonly StageName[]>> = {
  collect: [],
  generate: ['collect'],
  process: ['collect', 'generate'],
  train: ['process'],
  evaluate: ['process', 'train'],
  release: ['process', 'train', 'evaluate'],
};

/** File name of a stage's notebook, without folder: `01-collect.ipynb`. */
export function stageNotebook(stage: StageName): string {
  return `${String(STAGES.indexOf(stage) + 1).padStart(2, '0')}-${stage}.ipynb`;
}
