import { hashJson } from '../../core/hash';
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

/** Everything that a stage's output depends on. */
export interface StageIdentity {
  stage: StageName;
  /** Version number of the stage's code. */
  version: number;
  /** Hash of the notebook's code cells. */
  notebook: string;
  /** The stage's part of the resolved config. */
  config: unknown;
  /** The experiment's seed. */
  seed: number;
  /** SHA-256 of each input's manifest. */
  inputs: Readonly<Partial<Record<StageName, string>>>;
}

/**
 * Name of a stage's folder: the stage and 16 hex digits of the hash of its identity. Equal identities give equal
 * keys on every machine; a change of README, of another stage's config or of prose in the notebook changes none.
 */
export function stageKey(identity: StageIdentity): string {
  return `${identity.stage}-${hashJson(identity).slice(0, 16)}`;
}
