import { keyedCollectConfig, revisionsByName, sourceRevisions } from '../../collection/revision';
import { DataError } from '../../core/errors';
import { setRevisions } from '../../evaluation/benchmarks/set-revision';
import { BREAKER, BREAKER_KEY } from '../../generation/config';
import {
  INITIAL_WEIGHTS,
  initialWeightsRevision,
  modelRevision,
} from '../../training/initial-weights-folder';
import { heldOutHashes } from '../../processing/near/held-out';
import type { StageName } from '../../records/run';
import { datasetDigest } from '../../shards/manifest';
import { settledConfig, stageKey, type StageJob } from '../../records/stage-job';
import { STAGE_VERSIONS, type Experiment } from '../runs/experiment';
import type { Machine } from '../../stages/machine';
import { recordedKey } from '../runs/run-record';
import { readStageJob, readStageManifest, type StageFolder, stageFolder } from './stage-folder';
import { STAGE_INPUTS, stageNotebook } from './stage-inputs';

/** Where a stage's output belongs, what makes it, and where its inputs are. */
export interface LocatedStage {
  key: string;
  job: StageJob;
  inputs: Readonly<Partial<Record<StageName, StageFolder>>>;
}

/** Settings of {@link locateStage}. */
export interface LocateOptions {
  /** Whose Python judges, and whose git reads the sources. */
  machine: Machine;
  /** Run folder whose recorded keys count. Default: none. */
  run?: string;
  signal?: AbortSignal;
}

/**
 * Makes a stage's job, and its key by it, following the digests of its inputs. Inside a run the keys that the run
 * recorded are used, so that editing a source while the run goes on does not change where its stages write.
 * @throws DataError when an input is not finished
 * @throws UserError when a source is not there
 */
export async function locateStage(
  stage: StageName,
  config: Experiment,
  options: LocateOptions,
): Promise<LocatedStage> {
  return new Locator(config, options).locate(stage);
}

/** Finds each stage once, though several others read it. */
class Locator {
  private readonly found = new Map<StageName, Promise<LocatedStage>>();

  constructor(
    private readonly config: Experiment,
    private readonly options: LocateOptions,
  ) {}

  locate(stage: StageName): Promise<LocatedStage> {
    const found = this.found.get(stage) ?? this.look(stage);
    this.found.set(stage, found);
    return found;
  }

  private async look(stage: StageName): Promise<LocatedStage> {
    const inputs: Partial<Record<StageName, StageFolder>> = {};
    const digests: Partial<Record<StageName, string>> = {};
    for (const name of STAGE_INPUTS[stage]) {
      const folder = stageFolder((await this.recorded(name)) ?? (await this.locate(name)).key);
      const manifest = await readStageManifest(folder);
      if (manifest === undefined)
        throw new DataError(
          `stage ${stage} reads the output of stage ${name}, which is not finished for this config`,
          `run notebooks/${stageNotebook(name)} with the same parameters first, or \`trm run <experiment>\`, which runs all`,
        );
      inputs[name] = folder;
      digests[name] = datasetDigest(manifest);
    }
    const recorded = await this.recorded(stage);
    const job: StageJob = {
      stage,
      version: STAGE_VERSIONS[stage],
      ...(await this.outside(stage, recorded)),
      seed: this.config.seed,
      python: this.isJudged(stage) ? (await this.options.machine.pythonFacts()).version : null,
      inputs: digests,
    };
    return { key: recorded ?? stageKey(job), job, inputs };
  }

  /** The key that the run has for a stage, if there is a run and it came to the stage. */
  private async recorded(stage: StageName): Promise<string | undefined> {
    const { run } = this.options;
    return run ? recordedKey(run, stage) : undefined;
  }

  /** The config as it counts, and the revisions of what it names outside the project. */
  private async outside(
    stage: StageName,
    recorded: string | undefined,
  ): Promise<Pick<StageJob, 'config' | 'sources'>> {
    const { machine, signal } = this.options;
    const settled = settledConfig(stage, this.config[stage]);
    if (stage === 'collect') {
      const { collect } = this.config;
      const python = await machine.pythonFacts();
      const revisions = await sourceRevisions(collect, { python, git: machine.git, signal });
      const keyed = keyedCollectConfig(collect, revisions);
      return { config: settledConfig(stage, keyed), sources: revisionsByName(revisions) };
    }
    if (stage === 'generate' && this.config.generate.breaker !== null) {
      const { model } = this.config.generate.breaker;
      return { config: settled, sources: { [BREAKER]: await modelRevision(model, BREAKER_KEY) } };
    }
    if (stage === 'process') {
      const { nearDuplicates } = this.config.process;
      return { config: settled, sources: await heldOutHashes(nearDuplicates?.heldOut ?? []) };
    }
    if (stage === 'evaluate')
      return { config: settled, sources: await setRevisions(this.config.evaluate.benchmarks) };
    if (stage === 'train' && this.config.train.initialWeights !== null) {
      const begun = recorded === undefined ? undefined : await readStageJob(stageFolder(recorded));
      // A training that has begun has its weights: the folder may have gone, or never was on this machine.
      const revision =
        begun?.sources[INITIAL_WEIGHTS] ?? (await initialWeightsRevision(this.config.train.initialWeights));
      return { config: settled, sources: { [INITIAL_WEIGHTS]: revision } };
    }
    return { config: settled, sources: {} };
  }

  /** Whether CPython has a say in a stage's output. */
  private isJudged(stage: StageName): boolean {
    if (stage === 'train') return this.config.train.feed.source === 'mutations';
    return stage !== 'release';
  }
}
