import { mkdir, rm, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DataError, throwIfAborted } from '../../core/errors';
import { writeJsonAtomic } from '../../core/files';
import { createProgress, type Progress, silentProgress } from '../../core/progress';
import { seedStream } from '../../core/rng';
import type { Manifest } from '../../records/manifest';
import type { StageName } from '../../records/run';
import { createFolderStore } from '../../storage/folder-store';
import { clearJournal } from '../../storage/journal';
import type { ObjectStore } from '../../storage/object-store';
import type { Stage, StageContext } from '../../stages/context';
import type { Machine } from '../../stages/machine';
import { type ExperimentSource, loadExperiment, type StageConfig } from '../runs/experiment';
import { lockFolder, lockHolder } from './lock';
import { publishModel } from '../runs/models';
import { readShards, type ShardReader } from '../reviews/shard-reader';
import { locateStage, type LocatedStage } from './locate-stage';
import { readStageManifest, type StageFolder, stageFolder } from './stage-folder';

/** Settings of {@link openStage}. */
export interface OpenStageOptions extends ExperimentSource {
  /** Works for the stage; whoever made it closes it. */
  machine: Machine;
  /** Asked when work begins; the signal it gives is aborted when the user interrupts. Default: never. */
  interrupt?: () => AbortSignal;
  /** Where progress shows. Default: nowhere. */
  progress?: Progress;
}

/** A stage of an experiment, ready to be worked on. */
export interface OpenedStage<Config> {
  stage: StageName;
  /** Name of the experiment. */
  experiment: string;
  /** The stage's part of the resolved config. */
  config: Config;
  /** Name of the stage's folder, see `stageKey`. */
  key: string;
  folder: StageFolder;
  /** Absolute path of the output folder. */
  outDir: string;
  /** The output. */
  store: ObjectStore;
  /** Outputs of the stages that this one reads. */
  inputs: Readonly<Partial<Record<StageName, ObjectStore>>>;
  /** How the stage was named, to open it again elsewhere (a training process). */
  source: ExperimentSource;
  /** Rows of the output's shards, to look at. */
  data: ShardReader;
  /** The finished output's manifest, or undefined. */
  manifest(): Promise<Manifest | undefined>;
  /**
   * Brings the output about: returns the manifest at once when the output is complete, else locks the folder and calls
   * the stage function, which resumes what an earlier call left half-done.
   * @throws UserError when another process works on this stage
   * @throws InterruptedError when the signal was aborted
   */
  run(fn: Stage<Config>): Promise<Manifest>;
}

/**
 * Opens a stage of an experiment: resolves its config, finds its inputs, computes its key and its folder below
 * `TRM_WORK_DIR/stages`. Notebooks and `trm train` call it; nothing is computed before `run`.
 * @throws ConfigError when the experiment is wrong
 * @throws DataError when a stage that this one reads is not finished
 */
export async function openStage<S extends StageName>(
  stage: S,
  options: OpenStageOptions,
): Promise<OpenedStage<StageConfig<S>>> {
  const { machine, run } = options;
  const experiment = await loadExperiment(options);
  const config = experiment.config[stage] as StageConfig<S>;
  const located = await locateStage(stage, experiment.config, { machine, run });
  return stageAt(options, { name: experiment.name, config, seed: experiment.config.seed, stage, located });
}

/** What {@link stageAt} needs to know beside the options it is opened with. */
export interface StageParts<Config> {
  /** Name of the experiment. */
  name: string;
  stage: StageName;
  /** The stage's part of the resolved config. */
  config: Config;
  seed: number;
  located: LocatedStage;
}

/** A stage in the folder of its key; `openStage` and kinds of experiments that have one stage only call it. */
export function stageAt<Config>(
  options: OpenStageOptions,
  { name, stage, config, seed, located }: StageParts<Config>,
): OpenedStage<Config> {
  const { interrupt = () => new AbortController().signal, progress = silentProgress } = options;
  const folder = stageFolder(located.key);
  const store = createFolderStore(folder.output);
  const inputs = Object.fromEntries(
    Object.entries(located.inputs).map(([input, place]) => [input, createFolderStore(place.output)]),
  );
  const manifest = (): Promise<Manifest | undefined> => readStageManifest(folder);
  return {
    stage,
    experiment: name,
    config,
    key: located.key,
    folder,
    outDir: folder.output,
    store,
    inputs,
    data: readShards(store),
    source: {
      experiment: options.experiment,
      overrides: options.overrides,
      set: options.set,
      run: options.run,
    },
    manifest,
    async run(fn) {
      const finished = await readStageManifest(folder, (problem) =>
        progress.start(`stage ${stage} is made again: ${problem}`).finish(),
      );
      if (finished) {
        // A process that was killed right behind its manifest left some.
        if (!(await lockHolder(folder.path))) await clearWork(store, folder);
        if (stage === 'release') await publishModel(name, folder);
        return finished;
      }
      const signal = interrupt();
      throwIfAborted(signal, `stage ${stage}`);
      const unlock = await lockFolder(folder.path, `stage ${stage} (${located.key})`);
      try {
        await mkdir(folder.output, { recursive: true });
        await store.abortUnfinished();
        await writeJsonAtomic(folder.job, located.job);
        const context: StageContext = {
          signal,
          progress: teeProgress(progress, progressFile(folder)),
          machine: options.machine,
          store,
          inputs,
          scratch: folder.scratch,
          live: folder.live,
          sources: located.job.sources,
          seed,
          rng: seedStream(seed, stage),
        };
        const made = await fn(config, context);
        if (!(await manifest()))
          throw new DataError(
            `stage ${stage} ended without writing ${join(folder.output, 'manifest.json')}`,
            'a stage function writes its manifest last; see src/stages/context.ts',
          );
        await clearWork(store, folder);
        if (stage === 'release') await publishModel(name, folder);
        return made;
      } finally {
        await rm(folder.progress, { force: true });
        await unlock();
      }
    },
  };
}

/** Removes what only an unfinished stage needs. */
async function clearWork(store: ObjectStore, { scratch }: StageFolder): Promise<void> {
  await clearJournal(store);
  await rm(scratch, { recursive: true, force: true });
}

/** Progress that also keeps the latest reading in the stage's folder, once a second. */
function progressFile(folder: StageFolder): Progress {
  let writing = false;
  return createProgress({
    intervalMs: 1000,
    sink: (reading) => {
      if (writing || !existsSync(folder.path)) return;
      writing = true;
      // Best effort by design: a reading that could not be written is replaced by the next one.
      void writeFile(folder.progress, JSON.stringify(reading))
        .catch(() => undefined)
        .finally(() => (writing = false));
    },
  });
}

function teeProgress(first: Progress, second: Progress): Progress {
  return {
    start(task, options) {
      const tasks = [first.start(task, options), second.start(task, options)];
      return {
        advance: (units, note) => tasks.forEach((each) => each.advance(units, note)),
        finish: (note) => tasks.forEach((each) => each.finish(note)),
      };
    },
  };
}
