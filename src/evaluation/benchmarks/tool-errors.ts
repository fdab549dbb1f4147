import { join } from 'node:path';
import { readFile } from 'node:fs/promises';
import { gunzipSync, gzipSync } from 'node:zlib';
import { DataError, fromSystemError } from '../../core/errors';
import { parseJson, readJson, writeFileAtomic, writeJsonAtomic } from '../../core/files';
import { canonicalJson, sha256 } from '../../core/hash';
import {
  TOOL_ERROR_VERSION,
  toolErrorSchema,
  toolErrorSetSchema,
  type ToolError,
  type ToolErrorSet,
} from '../../records/tool-error';
import type { Witness } from '../../repair/witnesses/witness';

/** Files of a frozen set of tool errors, in its folder. */
export const TOOL_ERROR_FILES = { set: 'tool-errors.json', rows: 'rows.jsonl.gz' } as const;

/** What a set is called and was made with. */
export interface ToolErrorOrigin extends Pick<ToolErrorSet, 'name' | 'seed'> {
  witnesses: readonly Pick<Witness, 'name' | 'version'>[];
}

/** Freezes rows in a folder; the file that says what they are is written last. @throws DataError when there are none */
export async function writeToolErrors(
  folder: string,
  rows: readonly ToolError[],
  { name, seed, witnesses }: ToolErrorOrigin,
): Promise<ToolErrorSet> {
  if (rows.length === 0)
    throw new DataError(
      'expected tool errors to write, got none',
      'plant in more files, or ask more witnesses',
    );
  const lines = linesOf(rows);
  const set: ToolErrorSet = {
    version: TOOL_ERROR_VERSION,
    name,
    seed,
    witnesses: witnesses.map((witness) => ({ name: witness.name, version: witness.version })),
    rows: rows.length,
    rowsHash: sha256(lines),
    counts: {
      bugTypes: countBy(rows.map(({ bugType }) => bugType)),
      witnesses: countBy(rows.flatMap(({ seen }) => [...new Set(seen.map(({ witness }) => witness))])),
    },
  };
  await writeFileAtomic(join(folder, TOOL_ERROR_FILES.rows), gzipSync(lines));
  await writeJsonAtomic(join(folder, TOOL_ERROR_FILES.set), set);
  return set;
}

/** Reads a frozen set. @throws DataError when it is none, or its rows are not those that were frozen */
export async function readToolErrors(folder: string): Promise<{ set: ToolErrorSet; rows: ToolError[] }> {
  const set = await readJson(join(folder, TOOL_ERROR_FILES.set), toolErrorSetSchema);
  const path = join(folder, TOOL_ERROR_FILES.rows);
  const lines = await readLines(path);
  if (sha256(lines) !== set.rowsHash)
    throw new DataError(
      `${path}: expected the frozen rows ${set.rowsHash.slice(0, 12)}, found ${sha256(lines).slice(0, 12)}`,
      'take the folder again from where it came, or make the set anew under another name',
    );
  const rows = lines
    .split('\n')
    .filter(Boolean)
    .map((line, i) => parseJson(line, toolErrorSchema, `line ${i + 1} of ${path}`));
  return { set, rows };
}

async function readLines(path: string): Promise<string> {
  const bytes = await readFile(path).catch((error: unknown) => {
    throw fromSystemError(error, 'read', path);
  });
  try {
    return gunzipSync(bytes).toString('utf8');
  } catch (error) {
    throw new DataError(`expected gzipped rows in ${path}: ${(error as Error).message}`, undefined, {
      cause: error,
    });
  }
}

function linesOf(rows: readonly ToolError[]): string {
  const sorted = [...rows].sort((a, b) => (a.id < b.id ? -1 : 1));
  return sorted.map((row) => `${canonicalJson(row)}\n`).join('');
}

function countBy<K extends string>(keys: readonly K[]): Record<K, number> {
  const counts = new Map<K, number>();
  for (const key of [...keys].sort()) counts.set(key, (counts.get(key) ?? 0) + 1);
  return Object.fromEntries(counts) as Record<K, number>;
}
