import { existsSync, readdirSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { ConfigError, DataError, UserError, nearestName } from '../../core/errors';
import { readJson } from '../../core/files';
import { projectRoot, runsDir } from '../../core/paths';
import { sweepJournalSchema, type SweepJournal } from '../../records/sweep';
import { sweepSchema, type SweepFile } from '../../training/search/sweep-file';

const JOURNAL = 'sweep.json';

/** How the names of sweeps' folders begin, so that nobody takes one for a run. */
export const SWEEP_PREFIX = 'sweep-';

/** A sweep on disk. */
export interface SweepFolder {
  id: string;
  /** Absolute path. */
  folder: string;
  journal: SweepJournal;
  sweep: SweepFile;
}

/** Path of a sweep's journal. */
export const journalPath = ({ folder }: Pick<SweepFolder, 'folder'>): string => join(folder, JOURNAL);

/** Path of a sweep file by name or path. @throws ConfigError with the nearest name */
export function sweepPath(file: string, folder = join(projectRoot(), 'experiments', 'sweeps')): string {
  if (/\.ya?ml$/.test(file) || file.includes('/')) {
    const found = [resolve(file), join(projectRoot(), file)].find((path) => existsSync(path));
    if (found !== undefined) return found;
    throw new ConfigError(`expected a sweep file at ${resolve(file)}, found none`);
  }
  const known = readdirSync(folder)
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => name.slice(0, -'.yaml'.length));
  if (known.includes(file)) return join(folder, `${file}.yaml`);
  const near = nearestName(file, known);
  throw new ConfigError(
    `unknown sweep "${file}"${near ? `, did you mean "${near}"?` : ''}; there are: ${known.join(', ')}`,
    'give a name from experiments/sweeps/ or a path to a YAML file',
  );
}

/** Sweep folders, newest first. */
export function listSweeps(runs = runsDir()): string[] {
  if (!existsSync(runs)) return [];
  return readdirSync(runs)
    .filter((name) => name.startsWith(SWEEP_PREFIX) && existsSync(join(runs, name, JOURNAL)))
    .sort()
    .reverse()
    .map((name) => join(runs, name));
}

/** Reads the sweep that `id` names: an id, a part of one, `latest` or its folder. @throws UserError */
export async function findSweep(id: string, runs = runsDir()): Promise<SweepFolder> {
  if (existsSync(join(id, JOURNAL))) return readSweep(resolve(id));
  const folders = listSweeps(runs);
  if (id === 'latest' && folders.length > 0) return readSweep(folders[0]);
  const fitting = folders.filter((folder) => basename(folder).includes(id));
  const exact = fitting.find((folder) => basename(folder) === id);
  if (exact !== undefined || fitting.length === 1) return readSweep(exact ?? fitting[0]);
  throw new UserError(
    fitting.length > 1
      ? `${fitting.length} sweeps match "${id}": ${fitting.map((folder) => basename(folder)).join(', ')}`
      : `expected a sweep in ${runs}, found none that matches "${id}"`,
    '`trm sweep list` shows them all',
  );
}

async function readSweep(folder: string): Promise<SweepFolder> {
  const journal = await readJson(join(folder, JOURNAL), sweepJournalSchema);
  const parsed = sweepSchema.safeParse(journal.sweep);
  if (!parsed.success)
    throw new DataError(
      `${join(folder, JOURNAL)}: its sweep is not of this version: ${parsed.error.message}`,
    );
  return { id: basename(folder), folder, journal, sweep: parsed.data };
}
