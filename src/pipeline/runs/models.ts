import { mkdir, rename, symlink } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { pathInside, workDir } from '../../core/paths';
import type { StageFolder } from '../stages/stage-folder';

/** `TRM_WORK_DIR/models/<experiment>`: the newest finished release folder of an experiment. */
export function modelLink(experiment: string, work = workDir()): string {
  return pathInside(join(work, 'models'), experiment);
}

/** Points {@link modelLink} to a finished release; `trm fix` uses it by default. */
export async function publishModel(
  experiment: string,
  release: StageFolder,
  work = workDir(),
): Promise<string> {
  const link = modelLink(experiment, work);
  await linkTo(link, release.output);
  return link;
}

/**
 * Makes `link` a relative symbolic link to `target`, replacing an older one in one step. Relative, so that the work
 * folder can be moved.
 */
export async function linkTo(link: string, target: string): Promise<void> {
  await mkdir(dirname(link), { recursive: true });
  const temporary = `${link}.${process.pid}.tmp`;
  await symlink(relative(dirname(link), target), temporary);
  await rename(temporary, link);
}
