import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathInside, workDir } from '../../core/paths';
import { sha256File } from '../../core/hash';
import { DataError } from '../../core/errors';
import { readJson } from '../../core/files';
import { manifestSchema, type Manifest } from '../../records/manifest';
import { localFolders } from '../../storage/stage';

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
  /** The same as a page. */
  html: string;
  /** Latest reading of the running stage's progress (core/progress), for those who watch from outside. */
  progress: string;
  /** What the key was made from, to see why a stage is computed again. */
  identity: string;
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
    html: join(path, 'notebook.html'),
    progress: join(path, 'progress.json'),
    identity: join(path, 'identity.json'),
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

/** SHA-256 of the stage's manifest file, or undefined while there is none; what it says is not looked at. */
export async function manifestHash(folder: StageFolder): Promise<string | undefined> {
  const path = join(folder.output, 'manifest.json');
  return existsSync(path) ? sha256File(path) : undefined;
}

/** True when output and executed notebook are there: `trm run` skips such a stage, and makes a page that is missing. */
export async function isFinished(folder: StageFolder): Promise<boolean> {
  return existsSync(folder.notebook) && (await readStageManifest(folder)) !== undefined;
}
