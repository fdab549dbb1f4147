import { existsSync, readdirSync } from 'node:fs';
import { basename, isAbsolute, join } from 'node:path';
import { z } from 'zod';
import { COLLECT_VERSION, collectConfigSchema } from '../../collection/config';
import { loadConfig, type LoadedConfig } from '../../core/config';
import { ConfigError, nearestName } from '../../core/errors';
import { projectRoot } from '../../core/paths';
import { EVALUATE_VERSION, evaluateConfigSchema } from '../../evaluation/config';
import { GENERATE_VERSION, generateConfigSchema } from '../../generation/config';
import { PROCESS_VERSION, processConfigSchema } from '../../processing/config';
import type { Redactor } from '../../core/text/redact';
import type { StageName } from '../../records/run';
import { RELEASE_VERSION, releaseConfigSchema } from '../../release/config';
import { shortBuckets, TRAIN_VERSION, trainConfigSchema } from '../../training/config';
import { readRunRecord } from './run-record';

/**
 * An experiment file: one part a stage. `{}` is valid: every key has a default (experiments/base.yaml lists them all).
 */
export const experimentSchema = z
  .strictObject({
  /** What the experiment is for; one or two sentences. Default empty. */
  description: z.string().default(''),
  /** Seed of everything random. Default 42. */
  seed: z.int().nonnegative().default(42),
  collect: collectConfigSchema.prefault({}),
  generate: generateConfigSchema.prefault({}),
  process: processConfigSchema.prefault({}),
  train: trainConfigSchema.prefault({}),
  evaluate: evaluateConfigSchema.prefault({}),
  release: releaseConfigSchema.prefault({}),
})
  .superRefine(({ process, train }, context) => {
    const message = shortBuckets(train, process.maxTokens);
    if (message !== undefined) context.addIssue({ code: 'custom', path: ['train', 'bucketLengths'], message });
  });

/** A resolved experiment. */
export type Experiment = z.output<typeof experimentSchema>;

/** Resolved config of one stage. */
export type StageConfig<S extends StageName> = Experiment[S];

/** Version number of each stage's code; part of the stage key. */
export const STAGE_VERSIONS: Readonly<Record<StageName, number>> = {
  collect: COLLECT_VERSION,
  generate: GENERATE_VERSION,
  process: PROCESS_VERSION,
  train: TRAIN_VERSION,
  evaluate: EVALUATE_VERSION,
  release: RELEASE_VERSION,
};

/** How notebooks and commands name an experiment. */
export interface ExperimentSource {
  /** Name of a file in `experiments/` (`quickstart`) or a path to a YAML file. */
  experiment: string;
  /** Config values by dotted key, already typed, for example `{ 'train.maxSteps': 100 }`. Default none. */
  overrides?: Readonly<Record<string, unknown>>;
  /** `a.b=c` assignments as on the command line, applied before `overrides`. Default none. */
  set?: readonly string[];
  /** Run folder to work in; its saved config is used, `experiment` is only its name. Default: no run. */
  run?: string;
}

/**
 * Loads and validates an experiment.
 * @throws ConfigError when it does not exist (with the nearest name) or does not fit the schema, or when a run is
 *   given together with overrides
 */
export async function loadExperiment(source: ExperimentSource): Promise<LoadedConfig<Experiment>> {
  const { experiment, overrides = {}, set = [], run } = source;
  if (!run) {
    const path = experimentPath(experiment);
    if (experimentKind(path) !== 'code')
      throw new ConfigError(
        `${path} is a Sudoku experiment: it has no stages but its training`,
        `bin/trm train ${experiment}, or notebooks/sudoku.ipynb`,
      );
    return loadConfig(path, experimentSchema, { set, overrides });
  }
  if (set.length > 0 || Object.keys(overrides).length > 0)
    throw new ConfigError(
      `expected no overrides beside the run ${basename(run)}, whose config is settled`,
      'leave the run empty, or start a new run with --set',
    );
  const record = await readRunRecord(run);
  const loaded = loadConfig(join(run, 'config.yaml'), experimentSchema);
  if (loaded.hash !== record.configHash)
    throw new ConfigError(
      `${join(run, 'config.yaml')} is not the config that the run started with`,
      'start a new run with `trm run <experiment> --new`',
    );
  return { ...loaded, name: record.experiment };
}

/**
 * Refuses a secret in a config: it would be in every manifest and notebook, and the redacted copy could not be resumed.
 * @throws ConfigError
 */
export function refuseSecrets(config: Experiment, redact: Redactor): void {
  if (redact(JSON.stringify(config)) !== JSON.stringify(config))
    throw new ConfigError(
      'the config holds a secret (the value of a secret variable, or the shape of a token)',
      'take it out of the experiment and put it into an environment variable',
    );
}

/** Kinds of experiments: of the pipeline from code to fixes, or of the model alone on Sudoku. */
export type ExperimentKind = 'code' | 'sudoku';

/** What an experiment file is about: its key `kind`, `code` where there is none. @throws ConfigError */
export function experimentKind(path: string): ExperimentKind {
  const kinds = z.looseObject({ kind: z.enum(['code', 'sudoku']).default('code') });
  return loadConfig(path, kinds).config.kind;
}

/** Path of an experiment file by name or path. @throws ConfigError with the nearest name */
export function experimentPath(experiment: string, folder = join(projectRoot(), 'experiments')): string {
  if (/\.ya?ml$/.test(experiment) || experiment.includes('/')) {
    const path = isAbsolute(experiment) ? experiment : join(process.cwd(), experiment);
    if (existsSync(path)) return path;
    const fromRoot = join(projectRoot(), experiment);
    if (existsSync(fromRoot)) return fromRoot;
    throw new ConfigError(`expected an experiment file at ${path}, found none`);
  }
  const path = join(folder, `${experiment}.yaml`);
  if (existsSync(path)) return path;
  const known = existsSync(folder)
    ? readdirSync(folder)
        .filter((file) => file.endsWith('.yaml'))
        .map((file) => file.slice(0, -5))
    : [];
  const near = nearestName(experiment, known);
  throw new ConfigError(
    `unknown experiment "${experiment}"${near ? `, did you mean "${near}"?` : ''}; there are: ${known.join(', ') || 'none'}`,
    'give a name from experiments/ or a path to a YAML file',
  );
}
