import { z } from 'zod';
import { TIERS, type Tier } from '../../records/mined-fix';
import { readMessage } from '../git/commit-filter';
import type { Drop } from '../folders/python-file';

/** A mined fix: two versions of a text of Python, and which function of it is meant. */
export interface FixRecord {
  /** `owner/name`. */
  repo: string;
  /** SPDX id. */
  licence: string;
  /** Commit that mends. */
  commit: string;
  /** Path in the repository, with `/`. */
  path: string;
  /** ISO 8601; null when the record does not tell. */
  committedAt: string | null;
  /** Null when the record does not tell. */
  tier: Tier | null;
  /** The record's own word for the kind of edit, for example `attr` or `not/cmp`; null when it has none. */
  label: string | null;
  /** What the commit's message says. */
  strength: 'strong' | 'weak';
  /** False when the commit changed more of the file; null when the record does not tell. */
  onlyThisChange: boolean | null;
  /** The function that was mended; null: whichever changed. `line` is that of its first line in `before`, from 1. */
  place: { name: string; line: number } | null;
  before: string;
  after: string;
}

const provenance = {
  repo: z.string().regex(/^[A-Za-z0-9_-][A-Za-z0-9._-]*(?:\/[A-Za-z0-9_.-]*[A-Za-z0-9_-])+$/),
  license: z.string().min(1),
  sha: z.string().regex(/^[0-9a-f]{7,64}$/),
  path: z.string().min(1),
  msg: z.string().nullish(),
  date: z.string().nullish(),
  tier: z.enum(TIERS).nullish(),
};

/** A record of `real-files`: the whole file, and the commit's change of it as a unified diff. */
const wholeFileSchema = z.object({
  ...provenance,
  func: z.string().min(1),
  line: z.int().positive(),
  kind: z.string().nullish(),
  only_this_change: z.boolean().nullish(),
  file_before: z.string(),
  file_after_diff: z.string(),
});

/** A record of `real-syntax`: code that does not parse, and the smallest part of its commit that makes it parse. */
const brokenCodeSchema = z.object({
  ...provenance,
  category: z.string().nullish(),
  test_path: z.boolean().nullish(),
  before: z.string(),
  min_after: z.string(),
});

/** Fields of the records, those that may be missing behind those that may not. */
export const RECORD_FIELDS = {
  needed: ['repo', 'license', 'sha', 'path', 'func', 'line', 'file_before', 'file_after_diff'],
  optional: ['msg', 'date', 'tier', 'kind', 'only_this_change'],
} as const;

/** Reads a row of a file of mined fixes, or says why it is none. */
export function readFixRecord(row: unknown): FixRecord | Drop {
  const isBroken = typeof row === 'object' && row !== null && 'min_after' in row;
  const parsed = isBroken ? brokenCodeSchema.safeParse(row) : wholeFileSchema.safeParse(row);
  if (!parsed.success) {
    const [{ path, message }] = parsed.error.issues;
    return { reason: 'bad_row', detail: `${path.join('.') || 'row'}: ${message}` };
  }
  const { data } = parsed;
  const { repo, license: licence, sha: commit, path, date, msg, tier = null } = data;
  const says = tier === null ? readMessage(msg ?? '').strong : tier !== 'C';
  const committedAt =
    typeof date === 'string' && Number.isFinite(Date.parse(date)) ? new Date(date).toISOString() : null;
  const strength = says ? 'strong' : 'weak';
  const shared = { repo, licence, commit, path, committedAt, tier, strength } as const;
  if ('min_after' in data) {
    const { before, min_after: after, category, test_path: isTest } = data;
    if (isTest) return { reason: 'test_path', detail: path };
    return { ...shared, label: category ?? null, onlyThisChange: null, place: null, before, after };
  }
  const { file_before: before, file_after_diff: diff, func: name, line, kind, only_this_change: only } = data;
  const after = applyDiff(before, diff);
  if (after === undefined) return { reason: 'diff_does_not_fit', detail: null };
  return {
    ...shared,
    label: kind ?? null,
    onlyThisChange: only ?? null,
    place: { name, line },
    before,
    after,
  };
}

const HUNK = /^@@ -(\d+)(?:,(\d+))? \+\d+(?:,\d+)? @@/;

/**
 * The text that the hunks of a unified diff make of `before`; undefined when they are not about it. Lines end at `\n`
 * alone, and the text behind the last one counts as a line, so that no mark for a missing line end is needed.
 */
export function applyDiff(before: string, diff: string): string | undefined {
  const source = before.split('\n');
  const out: string[] = [];
  let at = 0;
  for (const line of diff === '' ? [] : diff.split('\n')) {
    const hunk = HUNK.exec(line);
    if (hunk) {
      // Of a hunk without old lines the number is that of the line in front of it.
      const start = Number(hunk[1]) - (hunk[2] === '0' ? 0 : 1);
      if (start < at || start > source.length) return undefined;
      out.push(...source.slice(at, start));
      at = start;
    } else if (line.startsWith('+')) out.push(line.slice(1));
    else {
      if (!/^[ -]/.test(line) || at >= source.length || source[at] !== line.slice(1)) return undefined;
      if (line.startsWith(' ')) out.push(source[at]);
      at++;
    }
  }
  return [...out, ...source.slice(at)].join('\n');
}
