/** Real fixes with their whole files, as `real-files/` of `TRM_DATA_DIR` holds them: which are judged on, and what each says. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { hashJson } from '../../core/hash';
import { isReserved } from '../../core/keys/reserved';
import { locatePairs, pairsRevision, type LocatedPairs } from '../../collection/pairs/pair-files';
import { pairRows, type PairFields } from '../../collection/pairs/pair-rows';
import { TIERS } from '../../records/mined-fix';

/** Name of the set, and of its folder in `TRM_DATA_DIR`. */
export const REAL_FILES_SET = 'real-files';

/** Real code that does not parse, beside it. */
export const REAL_SYNTAX_SET = 'real-syntax';

/** Repositories that models are chosen on (reserved ones of the train files), and those that are only reported (dev files). */
export const REAL_SPLITS = ['reserved', 'dev'] as const;
/** One of {@link REAL_SPLITS}. */
export type RealSplit = (typeof REAL_SPLITS)[number];
/** `train`: what training sees too, for baselines that count. */
export type FixSplit = RealSplit | 'train';

const realFixSchema = z.object({
  /** Unique within the set. */
  id: z.string().min(1),
  /** `owner/name`. */
  repo: z.string().min(1),
  path: z.string().min(1),
  /** Qualified name of the function that was mended. */
  func: z.string().min(1),
  /** Its first line in `file_before`, decorators included; from 1. */
  line: z.int().positive(),
  /** Lines of `file_before` that hold the edit. */
  edit_line: z.int().positive(),
  edit_line_end: z.int().positive(),
  kind: z.string().nullish(),
  tier: z.enum(TIERS),
  only_this_change: z.boolean().nullish(),
  /** Whether `file_before` parses; absent: it does. */
  parses: z.boolean().nullish(),
  file_before: z.string(),
  /** Hunks of a unified diff that make the file after the commit. */
  file_after_diff: z.string(),
});
/** A record of `real-files`. */
export type RealFix = z.infer<typeof realFixSchema>;

/** A row that holds no such record. */
export interface BadFix {
  reason: 'bad_row' | 'too_large';
  /** File, row and what is wrong. */
  detail: string;
}

const FIELDS: PairFields = {
  needed: [
    ...['id', 'repo', 'path', 'func', 'line', 'edit_line', 'edit_line_end', 'tier'],
    ...['file_before', 'file_after_diff'],
  ],
  optional: ['kind', 'only_this_change', 'parses'],
};

/** Longest line of JSON: two files, and what they are escaped with. */
const MAX_BYTES = 2 ** 23;

/** Where {@link openRealFixes} looks. */
export interface OpenRealFixes {
  split: FixSplit;
  /** `TRM_DATA_DIR`. Default: the environment's. */
  dataFolder?: string;
  /** Fixes taken at most, those with the smallest ids (hashes, so an even choice). Null: all. */
  most: number | null;
}

/** The fixes of a split, in the order of their files. */
export interface RealFixes {
  total: number;
  read(): AsyncGenerator<RealFix | BadFix>;
}

/**
 * Finds the fixes of a split. Rows that are none are among them, with what is wrong; they are no matter of `most`.
 * @throws UserError without `TRM_DATA_DIR` or such files, DataError when a file cannot be read
 */
export async function openRealFixes({ split, dataFolder, most }: OpenRealFixes): Promise<RealFixes> {
  const { files } = await locateSet(REAL_FILES_SET, split, dataFolder);
  const chosen = await chooseRows(files, split, most);
  return {
    total: chosen.reduce((sum, { rows }) => sum + rows.size, 0),
    async *read() {
      for (const { file, rows } of chosen) yield* readRows(file, rows);
    },
  };
}

/**
 * Files of a set of real fixes.
 * @param dataFolder `TRM_DATA_DIR`. Default: the environment's
 * @throws UserError when there are none
 */
export function locateSet(
  set: typeof REAL_FILES_SET | typeof REAL_SYNTAX_SET,
  split: FixSplit,
  dataFolder?: string,
): Promise<LocatedPairs> {
  const path = dataFolder === undefined ? set : join(dataFolder, set);
  return locatePairs({ path, name: set, purpose: split === 'dev' ? 'evaluation' : 'training' });
}

/**
 * In which state the sets are, for the key of a stage that measures on them.
 * @param dataFolder `TRM_DATA_DIR`; undefined: not set
 */
export async function realFilesRevision(split: RealSplit, dataFolder: string | undefined): Promise<string> {
  if (dataFolder === undefined) return 'not at hand';
  const revisions: string[] = [];
  for (const set of [REAL_FILES_SET, REAL_SYNTAX_SET] as const)
    if (existsSync(join(dataFolder, set)))
      revisions.push(await pairsRevision(await locateSet(set, split, dataFolder)));
  return revisions.length === 0 ? 'not at hand' : `sha256:${hashJson(revisions)}`;
}

interface ChosenRows {
  file: string;
  rows: ReadonlySet<number>;
}

/** Looks at ids and repositories alone, so that files of hundreds of megabytes are not read for a few repositories. */
async function chooseRows(
  files: readonly string[],
  split: FixSplit,
  most: number | null,
): Promise<ChosenRows[]> {
  const found: { file: string; row: number; id: string | null }[] = [];
  for (const file of files)
    for await (const { row, value, drop } of pairRows(file, 0, MAX_BYTES, {
      needed: ['id', 'repo'],
      optional: [],
    })) {
      const named = z.object({ id: z.string(), repo: z.string() }).safeParse(value);
      const { id, repo } = drop || !named.success ? { id: null, repo: null } : named.data;
      if (split === 'dev' || repo === null || isReservedRepository(repo) === (split === 'reserved'))
        found.push({ file, row, id });
    }
  const ids = found.flatMap(({ id }) => id ?? []).sort();
  const last = most !== null && most < ids.length ? ids[most - 1] : null;
  const taken = found.filter(({ id }) => id === null || last === null || id <= last);
  return files.map((file) => ({
    file,
    rows: new Set(taken.flatMap((one) => (one.file === file ? [one.row] : []))),
  }));
}

/** Whether a repository is kept from training for models to be chosen on. */
export function isReservedRepository(repo: string): boolean {
  return isReserved({ group: repo, origin: { commit: '', path: '', url: `https://github.com/${repo}` } });
}

/** Rows that lie at most so far apart are read in one go. */
const GAP = 64;

async function* readRows(file: string, rows: ReadonlySet<number>): AsyncGenerator<RealFix | BadFix> {
  const numbers = [...rows].sort((a, b) => a - b);
  for (let at = 0; at < numbers.length;) {
    let end = at + 1;
    while (end < numbers.length && numbers[end] - numbers[end - 1] <= GAP) end++;
    for await (const { row, value, drop } of pairRows(file, numbers[at], MAX_BYTES, FIELDS)) {
      if (row > numbers[end - 1]) break;
      if (!rows.has(row)) continue;
      const where = `${file} row ${row}`;
      const parsed = realFixSchema.safeParse(value);
      if (drop) yield { reason: drop.reason === 'too_large' ? 'too_large' : 'bad_row', detail: where };
      else if (parsed.success) yield parsed.data;
      else {
        const [{ path, message }] = parsed.error.issues;
        yield { reason: 'bad_row', detail: `${where}: ${path.join('.') || 'row'}: ${message}` };
      }
      if (row === numbers[end - 1]) break;
    }
    at = end;
  }
}
