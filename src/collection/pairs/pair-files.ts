import { readdir, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { UserError } from '../../core/errors';
import { hashJson, sha256File } from '../../core/hash';
import { dataDir, projectRoot } from '../../core/paths';
import type { PairsSource } from '../config';
import { sourceName } from '../source';

/** Sets of mined fixes that are published, folders of `TRM_DATA_DIR`. */
const PUBLISHED_SETS = ['real-files', 'real-syntax'];

/** Where a source of mined fixes is. */
export interface LocatedPairs {
  name: string;
  /** Absolute paths in the order in which they are read. */
  files: string[];
}

/**
 * Finds the files of a source of mined fixes. Of a folder these are the files of the split that the purpose asks for:
 * `train*` to train on, `dev*` to judge by. A file of another name belongs to the train split.
 * @throws UserError when there is none, or they are to be trained on and belong to the dev split
 */
export async function locatePairs(
  source: Pick<PairsSource, 'path' | 'name' | 'purpose'>,
): Promise<LocatedPairs> {
  const place = placeOf(source.path);
  const name = source.name ?? sourceName(place).replace(/\.(?:parquet|jsonl|jsonl\.gz)$/, '');
  const wanted = source.purpose === 'evaluation' ? 'dev' : 'train';
  const facts = await stat(place).catch((error: unknown) => {
    throw new UserError(
      `expected mined fixes at ${place}: ${(error as Error).message}`,
      'correct TRM_DATA_DIR, or the path that the config names',
      { cause: error },
    );
  });
  if (!facts.isDirectory()) {
    if (wanted === 'train' && isOfSplit(place, 'dev'))
      throw new UserError(
        `${place} belongs to the dev split, which judges models and is never trained on`,
        'name files of the train split, or set purpose: evaluation',
      );
    return { name, files: [place] };
  }
  const files = (await readdir(place)).filter((file) => FORMATS.test(file) && isOfSplit(file, wanted)).sort();
  if (files.length > 0) return { name, files: files.map((file) => join(place, file)) };
  throw new UserError(
    `expected files ${wanted}*.parquet, ${wanted}*.jsonl or ${wanted}*.jsonl.gz in ${place}, found none`,
    'name a file, or a folder that holds such',
  );
}

/** Whether a folder of mined fixes holds files of a split. */
export async function holdsSplit(folder: string, split: 'train' | 'dev'): Promise<boolean> {
  return (await readdir(folder)).some((file) => FORMATS.test(file) && isOfSplit(file, split));
}

/** A hash over names and bytes of the files. */
export async function pairsRevision({ files }: LocatedPairs): Promise<string> {
  const hashes: [string, string][] = [];
  for (const file of files) hashes.push([basename(file), await sha256File(file)]);
  return `sha256:${hashJson(hashes)}`;
}

const FORMATS = /\.(?:parquet|jsonl|jsonl\.gz)$/;

function isOfSplit(path: string, split: 'train' | 'dev'): boolean {
  return new RegExp(`^${split}(?:[-_.]|$)`).test(basename(path));
}

function placeOf(path: string): string {
  if (!PUBLISHED_SETS.includes(path)) return resolve(projectRoot(), path);
  const folder = dataDir();
  if (folder !== undefined) return join(folder, path);
  throw new UserError(
    `the source "${path}" is a folder of TRM_DATA_DIR, which is not set`,
    'set TRM_DATA_DIR to the folder that holds it, or give the path of a file of your own',
  );
}
