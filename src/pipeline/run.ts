import { copyFile, mkdir, rm } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { stringify } from 'yaml';
import type { LoadedConfig } from '../core/config';
import { ConfigError, InterruptedError, throwIfAborted, TrmError } from '../core/errors';
import { writeFileAtomic, writeJsonAtomic } from '../core/files';
import { projectRoot, runsDir } from '../core/paths';
import type { ProgressReading } from '../core/progress';
import { createRedactor, type Redactor } from '../core/redact';
import { createRunFolder, listRuns, markRun, runState } from '../core/run-folder';
import { STAGES, type RunRecord, type StageName } from '../records/run';
import { captureEnvironment } from './environment';
import { type Experiment, loadExperiment } from './experiment';
import { lockFolder } from './lock';
import { linkTo, publishModel } from './models';
import { locateStage } from './open-stage';
import { executeNotebook, exportHtml, NotebookError } from './papermill';
import { newRunRecord, readRunRecord, type StageState, withStage, writeRunRecord } from './run-record';
import { isFinished, readStageManifest, type StageFolder, stageFolder } from './stage-folder';
import { stageNotebook } from './stage-key';
import { stopHolder, waitForHolder, watchProgress } from './stage-watch';

/** What happens in a run, in order; {@link formatRunEvent} makes lines of it. */
export type RunEvent =
  | { kind: 'run'; id: string; folder: string; resumed: boolean }
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
  /** Environment whose secrets are redacted. Default `process.env`. */
  env?: NodeJS.ProcessEnv;
}

/** A finished run. */
export interface RunResult {
  id: string;
  folder: string;
  record: RunRecord;
}

/** What the steps of one run share. */
interface RunContext {
  folder: string;
  loaded: LoadedConfig<Experiment>;
  notebooks: string;
  force: boolean;
  redact: Redactor;
  signal: AbortSignal;
  emit: (event: RunEvent) => void;
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
export async function runExperiment(experiment: string, options: RunOptions = {}): Promise<RunResult> {
  const { set, force = false, env = process.env } = options;
  const loaded = await loadExperiment({ experiment, set });
  const redact = createRedactor(env);
  refuseSecrets(loaded.config, redact);
  const { folder, resumed } = await chooseRunFolder(loaded, (options.fresh ?? false) || force);
  const unlock = await lockFolder(folder, `run ${basename(folder)}`);
  try {
    const context: RunContext = {
      folder,
      loaded,
      notebooks: options.notebooks ?? join(projectRoot(), 'notebooks'),
      force,
      redact,
      signal: options.signal ?? new AbortController().signal,
      emit: options.onEvent ?? (() => undefined),
    };
    context.emit({ kind: 'run', id: basename(folder), folder, resumed });
    await prepareRun(context, env, resumed);
    for (const stage of STAGES) await runStage(stage, context);
    const record = { ...(await readRunRecord(folder)), finishedAt: new Date().toISOString() };
    await writeRunRecord(folder, record);
    await markRun(folder, 'done', `finished ${record.finishedAt}`);
    return { id: record.id, folder, record };
  } finally {
    await unlock();
  }
}

/** A secret in the config would be in every manifest and notebook; the redacted copy could not be resumed either. */
function refuseSecrets(config: Experiment, redact: Redactor): void {
  if (redact(JSON.stringify(config)) !== JSON.stringify(config))
    throw new ConfigError(
      'the config holds a secret (the value of a secret variable, or the shape of a token)',
      'take it out of the experiment and put it into an environment variable',
    );
}

/** The newest run of this config when it is not done, else a new folder. */
async function chooseRunFolder(
  loaded: LoadedConfig<Experiment>,
  fresh: boolean,
): Promise<{ folder: string; resumed: boolean }> {
  if (!fresh)
    for (const folder of await listRuns(runsDir(), loaded.name)) {
      const record = existsSync(join(folder, 'run.json')) ? await readRunRecord(folder) : undefined;
      if (record?.configHash !== loaded.hash) continue;
      if (runState(folder) === 'done') break;
      return { folder, resumed: true };
    }
  const folder = await createRunFolder(runsDir(), loaded.name);
  await writeRunRecord(folder, newRunRecord(basename(folder), loaded.name, loaded.hash));
  return { folder, resumed: false };
}

async function prepareRun(context: RunContext, env: NodeJS.ProcessEnv, resumed: boolean): Promise<void> {
  const { folder, loaded, redact } = context;
  if (!resumed) {
    const header = `# Resolved config of experiment ${loaded.name}: every key, defaults included.\n`;
    await writeFileAtomic(join(folder, 'config.yaml'), redact(header + stringify(loaded.config)));
  }
  await writeJsonAtomic(join(folder, 'environment.json'), await captureEnvironment(env));
  await rm(join(folder, 'FAILED'), { force: true });
}

async function runStage(stage: StageName, context: RunContext): Promise<void> {
  throwIfAborted(context.signal, 'the run');
  const started = performance.now();
  const seconds = (): number => Math.round((performance.now() - started) / 100) / 10;
  // The key is computed anew on every start: a stage that changed since is not resumed in its old folder.
  const before = (await readRunRecord(context.folder)).stages.find((entry) => entry.stage === stage);
  await update(context, stage, { key: '', state: 'waiting', seconds: null });
  try {
    await completeStage(stage, context, seconds, before);
  } catch (error) {
    const interrupted = error instanceof InterruptedError;
    await update(context, stage, { state: interrupted ? 'waiting' : 'failed', seconds: seconds() });
    throw interrupted ? error : await recordFailure(stage, error, context);
  }
}

async function completeStage(
  stage: StageName,
  context: RunContext,
  seconds: () => number,
  before: RunRecord['stages'][number] | undefined,
): Promise<void> {
  const { folder, loaded, notebooks, force } = context;
  const { key } = await locateStage(stage, loaded.config, { notebooks });
  const output = stageFolder(key);
  if (force) await discard(output);
  await linkTo(join(folder, 'stages', stage), output.path);
  const finished = isFinished(output);
  if (!finished) {
    await update(context, stage, { key, state: 'running', seconds: null });
    await executeStage(stage, output, context);
  }
  await collectArtefacts(stage, output, folder);
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
  await unlock();
  await rm(output.path, { recursive: true, force: true });
}

async function executeStage(stage: StageName, output: StageFolder, context: RunContext): Promise<void> {
  const { folder, loaded, notebooks, redact, signal, emit } = context;
  const [executed, page] = pagesOf(stage, folder);
  await mkdir(output.path, { recursive: true });
  if (stage === 'train') await linkTo(join(folder, 'metrics.jsonl'), join(output.output, 'metrics.jsonl'));
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
  await exportHtml(executed, page, signal);
  await copyFile(page, output.html);
  await copyFile(executed, output.notebook);
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
    // A link to the same file would make the copy copy onto itself.
    await rm(to, { force: true });
    await copyFile(from, to);
  }
}

/** Writes FAILED and returns the error to throw. */
async function recordFailure(stage: StageName, error: unknown, context: RunContext): Promise<Error> {
  const { folder, notebooks, redact } = context;
  const text = redact(failureText(join(notebooks, stageNotebook(stage)), error));
  await markRun(folder, 'failed', text);
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
