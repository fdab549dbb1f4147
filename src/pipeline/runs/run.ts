import { copyFile, mkdir, rm } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { stringify } from 'yaml';
import type { LoadedConfig } from '../../core/config';
import { DataError, InterruptedError, throwIfAborted, TrmError } from '../../core/errors';
import { withAtomicFile, writeFileAtomic, writeJsonAtomic } from '../../core/files';
import { projectRoot, runsDir } from '../../core/paths';
import type { ProgressReading } from '../../core/progress';
import type { Redactor } from '../../core/text/redact';
import { createRunFolder, listRuns, markRun, runState } from '../../core/run-folder';
import { STAGES, type RunRecord, type StageName } from '../../records/run';
import { captureEnvironment } from './environment';
import { type Experiment, loadExperiment, refuseSecrets } from './experiment';
import { openSecrets, type Secrets } from '../../storage/secrets';
import type { Machine } from '../../stages/machine';
import { lockFolder } from '../stages/lock';
import { linkTo, publishModel } from './models';
import { locateStage } from '../stages/locate-stage';
import { notebookCodeHash, readNotebook } from '../notebooks/notebook';
import { PageExports } from '../notebooks/page-exports';
import { executeNotebook, exportHtml, NotebookError } from '../notebooks/papermill';
import { newRunRecord, readRunRecord, type StageState, withStage, writeRunRecord } from './run-record';
import { isFinished, readStageManifest, type StageFolder, stageFolder } from '../stages/stage-folder';
import { stageNotebook } from '../stages/stage-inputs';
import { refuseOtherTraining } from './unpacked';
import { stopHolder, waitForHolder, watchProgress } from '../stages/stage-watch';

/** What happens in a run, in order; {@link formatRunEvent} makes lines of it. */
export type RunEvent =
  | { kind: 'run'; id: string; folder: string; resumed: boolean }
  /** Something that does not stop the run, for example another run's record that cannot be read. */
  | { kind: 'warning'; text: string }
  | {
      kind: 'stage';
      stage: StageName;
      place: number;
      stages: number;
      state: StageState;
      seconds: number | null;
    }
  | { kind: 'cell'; stage: StageName; cell: number; cells: number; heading: string }
  | { kind: 'output'; stage: StageName; line: string }
  | { kind: 'progress'; stage: StageName; reading: ProgressReading };

/** Settings of {@link runExperiment}. */
export interface RunOptions {
  /** Finds the stages' keys, and is written down in `environment.json`; each notebook's kernel has one of its own. */
  machine: Machine;
  /** `--set` assignments. Default none. */
  set?: readonly string[];
  /** True: a new run folder instead of the newest unfinished run of the same config. Default false. */
  fresh?: boolean;
  /** True: compute every stage again, even finished ones; implies `fresh`. Default false. */
  force?: boolean;
  /** Abort to interrupt; the run can be resumed. */
  signal?: AbortSignal;
  onEvent?: (event: RunEvent) => void;
  /** Folder of the stage notebooks. Default `<project>/notebooks`. */
  notebooks?: string;
  /** What is redacted. Default: the secrets of the environment and of `.env`. */
  secrets?: Secrets;
}

/** A finished run. */
export interface RunResult {
  id: string;
  folder: string;
  record: RunRecord;
}

/** What the steps of one run share. */
interface RunContext {
  machine: Machine;
  folder: string;
  loaded: LoadedConfig<Experiment>;
  notebooks: string;
  force: boolean;
  redact: Redactor;
  signal: AbortSignal;
  emit: (event: RunEvent) => void;
  pages: PageExports;
}

/**
 * Runs the stage notebooks of an experiment in order. Resumes the newest run of the same config unless that one is
 * done; finished stages are skipped, a half-done one goes on in its folder. Leaves in the run folder: `run.json`,
 * `config.yaml`, `environment.json`, `metrics.jsonl`, `predictions.parquet`, `NN-stage.ipynb` and `.html`, links to
 * the stages' folders in `stages/`, and `DONE` or `FAILED`.
 * @param experiment name in `experiments/` or path
 * @throws ConfigError when the experiment is wrong (nothing is written)
 * @throws NotebookError at the first cell that fails; `FAILED` holds the same text
 * @throws InterruptedError when `signal` was aborted; no mark is left
 */
export async function runExperiment(experiment: string, options: RunOptions): Promise<RunResult> {
  const { set, force = false, secrets = openSecrets() } = options;
  const loaded = await loadExperiment({ experiment, set });
  const { redact } = secrets;
  refuseSecrets(loaded.config, redact);
  const emit = options.onEvent ?? (() => undefined);
  const { folder, resumed } = await chooseRunFolder(loaded, (options.fresh ?? false) || force, emit);
  const unlock = await lockFolder(folder, `run ${basename(folder)}`);
  try {
    const context: RunContext = {
      machine: options.machine,
      folder,
      loaded,
      notebooks: options.notebooks ?? join(projectRoot(), 'notebooks'),
      force,
      redact,
      signal: options.signal ?? new AbortController().signal,
      emit,
      pages: new PageExports(),
    };
    context.emit({ kind: 'run', id: basename(folder), folder, resumed });
    await prepareRun(context, resumed);
    await runStages(context);
    const record = { ...(await readRunRecord(folder)), finishedAt: new Date().toISOString() };
    await writeRunRecord(folder, record);
    await markRun(folder, 'done', `finished ${record.finishedAt}`);
    return { id: record.id, folder, record };
  } finally {
    await unlock();
  }
}

/** The newest run of this config when it is not done, else a new folder. */
async function chooseRunFolder(
  loaded: LoadedConfig<Experiment>,
  fresh: boolean,
  emit: RunContext['emit'],
): Promise<{ folder: string; resumed: boolean }> {
  if (!fresh)
    for (const folder of await listRuns(runsDir(), loaded.name)) {
      const record = await recordIn(folder, emit);
      if (record?.configHash !== loaded.hash) continue;
      if (runState(folder) === 'done') break;
      return { folder, resumed: true };
    }
  const folder = await createRunFolder(runsDir(), loaded.name);
  await writeRunRecord(folder, newRunRecord(basename(folder), loaded.name, loaded.hash));
  return { folder, resumed: false };
}

/** The record of a run folder; undefined, and said, when it has none that can be read: that run is not resumed. */
async function recordIn(folder: string, emit: RunContext['emit']): Promise<RunRecord | undefined> {
  try {
    return existsSync(join(folder, 'run.json')) ? await readRunRecord(folder) : undefined;
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    emit({ kind: 'warning', text: `run ${basename(folder)} cannot be resumed: ${error.message}` });
    return undefined;
  }
}

async function prepareRun(context: RunContext, resumed: boolean): Promise<void> {
  const { folder, loaded, redact } = context;
  if (!resumed) {
    const header = `# Resolved config of experiment ${loaded.name}: every key, defaults included.\n`;
    await writeFileAtomic(join(folder, 'config.yaml'), redact(header + stringify(loaded.config)));
  }
  await writeJsonAtomic(join(folder, 'environment.json'), await captureEnvironment(context.machine, redact));
  await rm(join(folder, 'FAILED'), { force: true });
}

/** All stages, and their pages. A page that cannot be made ends the run before the next stage begins. */
async function runStages(context: RunContext): Promise<void> {
  try {
    for (const stage of STAGES) {
      await requirePages(context);
      await runStage(stage, context);
    }
  } finally {
    // Those that are under way end with the run, however it ends: an aborted signal stops them.
    await context.pages.settle();
  }
  await requirePages(context);
}

async function requirePages(context: RunContext): Promise<void> {
  throwIfAborted(context.signal, 'the run');
  const failure = context.pages.failure();
  if (!failure) return;
  await update(context, failure.stage, { state: 'failed' });
  throw await recordFailure(failure.stage, failure.error, context);
}

async function runStage(stage: StageName, context: RunContext): Promise<void> {
  const started = performance.now();
  const seconds = (): number => Math.round((performance.now() - started) / 100) / 10;
  // The key is computed anew on every start: a stage that changed since is not resumed in its old folder.
  const before = (await readRunRecord(context.folder)).stages.find((entry) => entry.stage === stage);
  await update(context, stage, { key: '', state: 'waiting', seconds: null });
  try {
    await completeStage(stage, context, seconds, before);
  } catch (error) {
    const interrupted = error instanceof InterruptedError;
    const state = interrupted ? 'waiting' : 'failed';
    // On a full disk that fails as well: the first error is the one to tell, and the old record can be resumed.
    await update(context, stage, { state, seconds: seconds() }).catch(() => undefined);
    throw interrupted ? error : await recordFailure(stage, error, context);
  }
}

async function completeStage(
  stage: StageName,
  context: RunContext,
  seconds: () => number,
  before: RunRecord['stages'][number] | undefined,
): Promise<void> {
  const { folder, loaded, machine, notebooks, force, signal } = context;
  const { key, job } = await locateStage(stage, loaded.config, { machine, signal });
  if (stage === 'train') await refuseOtherTraining(folder, { key, data: job.inputs.process });
  const output = stageFolder(key);
  if (force) await discard(output);
  await linkTo(join(folder, 'stages', stage), output.path);
  const finished = await isFinished(output, join(notebooks, stageNotebook(stage)));
  if (!finished) {
    await update(context, stage, { key, state: 'running', seconds: null });
    await executeStage(stage, output, context);
  }
  await collectArtefacts(stage, output, folder);
  if (!existsSync(output.html)) addPage(stage, output, context);
  if (stage === 'release') await publishModel(loaded.name, output);
  // Finished by an earlier start of this very run: the record keeps what it took then.
  const earlier = before?.key === key ? (before.seconds ?? 0) : 0;
  const state = finished ? 'skipped' : 'done';
  await update(context, stage, { key, state, seconds: finished ? earlier : seconds() });
}

async function update(
  { folder, emit }: RunContext,
  stage: StageName,
  change: { key?: string; state: StageState; seconds?: number | null },
): Promise<void> {
  const record = withStage(await readRunRecord(folder), stage, change);
  await writeRunRecord(folder, record);
  if (change.state !== 'waiting')
    emit({
      kind: 'stage',
      stage,
      place: STAGES.indexOf(stage) + 1,
      stages: STAGES.length,
      state: change.state,
      seconds: change.seconds ?? null,
    });
}

/** Removes what a stage made before. @throws UserError when somebody works on it */
async function discard(output: StageFolder): Promise<void> {
  if (!existsSync(output.path)) return;
  const unlock = await lockFolder(output.path, `stage ${output.key}`);
  // While it is held: whoever waits for it finds the folder gone, and makes a new one.
  await rm(output.path, { recursive: true, force: true }).finally(unlock);
}

async function executeStage(stage: StageName, output: StageFolder, context: RunContext): Promise<void> {
  const { folder, loaded, notebooks, redact, signal, emit } = context;
  const [executed, page] = pagesOf(stage, folder);
  const code = notebookCodeHash(await readNotebook(join(notebooks, stageNotebook(stage))));
  await mkdir(output.path, { recursive: true });
  if (stage === 'train') await linkTo(join(folder, 'metrics.jsonl'), join(output.live, 'metrics.jsonl'));
  const stopWatching = watchProgress(output, (reading) => emit({ kind: 'progress', stage, reading }));
  try {
    await executeNotebook({
      input: join(notebooks, stageNotebook(stage)),
      output: executed,
      parameters: { experiment: loaded.name, run: folder },
      redact,
      signal,
      onEvent: (event) => emit({ ...event, stage }),
      stopKernel: () => stopHolder(output),
    });
  } catch (error) {
    // An interrupted training process writes its checkpoint after the kernel is gone.
    if (signal.aborted) await waitForHolder(output, 30_000);
    // The page is for reading only: when it fails as well, the cell's error is the one to tell.
    else if (existsSync(executed)) await exportHtml(executed, page).catch(() => undefined);
    throw error;
  } finally {
    stopWatching();
  }
  if (!(await readStageManifest(output)))
    throw new TrmError(
      `notebook ${stageNotebook(stage)} ran through, but stage ${stage} has no output`,
      'its notebook must call `await stage.run(...)`',
    );
  // An old page shows another notebook; the new one is made beside the stages that follow.
  await rm(output.html, { force: true });
  await copyWhole(executed, output.notebook);
  await writeFileAtomic(output.notebookCode, `${code}\n`);
}

function pagesOf(stage: StageName, folder: string): [notebook: string, html: string] {
  const name = stageNotebook(stage).replace(/\.ipynb$/, '');
  return [join(folder, `${name}.ipynb`), join(folder, `${name}.html`)];
}

/** What people look for first, at the top of the run folder. */
const ARTEFACTS: Partial<Record<StageName, readonly string[]>> = {
  train: ['metrics.jsonl'],
  evaluate: ['predictions.parquet', 'report.json'],
};

async function collectArtefacts(stage: StageName, output: StageFolder, folder: string): Promise<void> {
  const [executed, page] = pagesOf(stage, folder);
  const copies: [string, string][] = [
    [output.notebook, executed],
    [output.html, page],
    ...(ARTEFACTS[stage] ?? []).map((name): [string, string] => [
      join(output.output, name),
      join(folder, name),
    ]),
  ];
  for (const [from, to] of copies) {
    if (!existsSync(from)) continue;
    await copyWhole(from, to);
  }
}

/** Has the page of a finished stage's notebook made, also where an earlier run was cut off before it was. */
function addPage(stage: StageName, output: StageFolder, { pages, folder, signal }: RunContext): void {
  pages.add(stage, async () => {
    await exportHtml(output.notebook, output.html, signal);
    await copyWhole(output.html, pagesOf(stage, folder)[1]);
  });
}

/** Copies a file; the old one (a link, too) is replaced by the whole new one. @throws DataError when the disk is full */
async function copyWhole(from: string, to: string): Promise<void> {
  await withAtomicFile(to, (temporary) => copyFile(from, temporary));
}

/** Writes FAILED, as far as that can be written, and returns the error to throw. */
async function recordFailure(stage: StageName, error: unknown, context: RunContext): Promise<Error> {
  const { folder, notebooks, redact } = context;
  let text = redact(failureText(join(notebooks, stageNotebook(stage)), error));
  try {
    await markRun(folder, 'failed', text);
  } catch (problem) {
    text += `\n(${join(folder, 'FAILED')} could not be written: ${(problem as Error).message})`;
  }
  return new NotebookError(text, error instanceof NotebookError ? error.failure : undefined, {
    cause: error,
  });
}

/** Stage notebook, cell, line and error for people. */
function failureText(notebook: string, error: unknown): string {
  const failure = error instanceof NotebookError ? error.failure : undefined;
  if (!failure) return `${basename(notebook)}: ${(error as Error).message}`;
  const { cell, executionCount, line, sourceLine } = failure;
  const place = cell === null ? 'the injected parameters' : `cell ${cell}`;
  return [
    `${basename(notebook)}, ${place} (In [${executionCount ?? ' '}])${line === null ? '' : `, line ${line}`}`,
    line === null ? `    which begins: ${sourceLine}` : `    ${sourceLine}`,
    failure.traceback || failure.error,
  ].join('\n');
}
