import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathInside, workDir } from '../../core/paths';
import { DataError } from '../../core/errors';
import { readJson } from '../../core/files';
import { manifestSchema, type Manifest } from '../../records/manifest';
import { stageJobSchema, type StageJob } from '../../records/stage-job';
import { notebookCodeHash, readNotebook } from '../notebooks/notebook';
import { localFolders } from '../../stages/context';

/** The places in a stage's folder, `TRM_WORK_DIR/stages/<key>`. */
export interface StageFolder {
  key: string;
  path: string;
  /** What the stage function writes; `manifest.json` in it means complete. */
  output: string;
  /** Local files that the working stage needs for a while; gone when it is finished. */
  scratch: string;
  /** Local files to follow while the stage works: a training's log, its event files. */
  live: string;
  /** The executed notebook; present once the notebook ran through. */
  notebook: string;
  /** Hash of the code cells that the executed notebook was made from, see `notebookCodeHash`. */
  notebookCode: string;
  /** The executed notebook as a page. */
  html: string;
  /** Latest reading of the running stage's progress (core/progress), for those who watch from outside. */
  progress: string;
  /** The job whose hash the key is, to see why a stage is computed again. */
  job: string;
}

/**
 * The folder of a stage key; nothing is created.
 * @throws DataError when the key (of a `run.json`, perhaps) is no name of a folder
 */
export function stageFolder(key: string, work = workDir()): StageFolder {
  const stages = join(work, 'stages');
  // A stage that a run has not come to has no key yet.
  const path = key === '' ? stages : pathInside(stages, key);
  return {
    key,
    path,
    output: join(path, 'output'),
    ...localFolders(path),
    notebook: join(path, 'notebook.ipynb'),
    notebookCode: join(path, 'notebook-code.txt'),
    html: join(path, 'notebook.html'),
    progress: join(path, 'progress.json'),
    job: join(path, 'job.json'),
  };
}

/**
 * The stage's manifest, or undefined while the output is not complete. A manifest that is damaged (cut short by a bad
 * disk, edited) is none: the stage is worked on again, from what its journal and checkpoints hold.
 * @param onDamaged told why a manifest that is there counts for nothing. Default: nobody is told
 */
export async function readStageManifest(
  folder: StageFolder,
  onDamaged: (problem: string) => void = () => {},
): Promise<Manifest | undefined> {
  const path = join(folder.output, 'manifest.json');
  if (!existsSync(path)) return undefined;
  try {
    return await readJson(path, manifestSchema);
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    onDamaged(error.message);
    return undefined;
  }
}

/** The job that a stage was begun for; undefined before. @throws DataError when it is damaged */
export async function readStageJob({ job }: Pick<StageFolder, 'job'>): Promise<StageJob | undefined> {
  return existsSync(job) ? readJson(job, stageJobSchema) : undefined;
}

/**
 * True when the output is there, and the notebook beside it was executed with the code cells of today: `trm run` skips
 * such a stage, and makes a page that is missing. After a change of the notebook only that is executed again: its cells
 * are no part of the key, so it finds the output finished.
 * @param notebook path of the stage's notebook
 */
export async function isFinished(folder: StageFolder, notebook: string): Promise<boolean> {
  if (!existsSync(folder.notebook) || !existsSync(folder.notebookCode)) return false;
  if ((await readStageManifest(folder)) === undefined) return false;
  const executed = (await readFile(folder.notebookCode, 'utf8')).trim();
  return executed === notebookCodeHash(await readNotebook(notebook));
}
