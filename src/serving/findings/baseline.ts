import { existsSync } from 'node:fs';
import { dirname, relative, resolve, sep } from 'node:path';
import { z } from 'zod';
import { UserError } from '../../core/errors';
import { readJson, writeFileAtomic } from '../../core/files';
import { fingerprint } from './fingerprint';
import type { ReportedFinding } from './reported-finding';

/** A baseline file: findings that are known, by file and fingerprint. */
const baselineSchema = z.strictObject({
  version: z.literal(1),
  /** File, relative to the baseline's folder and with `/` -> fingerprint -> rule and how many. */
  files: z.record(
    z.string(),
    z.record(
      z.string().regex(/^[0-9a-f]{16}$/),
      z.strictObject({ rule: z.string(), count: z.int().positive() }),
    ),
  ),
});
type BaselineFile = z.infer<typeof baselineSchema>;

/** Findings that are known and not reported again. */
export interface Baseline {
  /** How many findings with this fingerprint are known in a file. */
  known(file: string, print: string): number;
}

/** A baseline that knows nothing. */
export const EMPTY_BASELINE: Baseline = { known: () => 0 };

/**
 * Reads a baseline.
 * @throws UserError when there is none, DataError when it is damaged or of another version
 */
export async function readBaseline(path: string): Promise<Baseline> {
  if (!existsSync(path))
    throw new UserError(
      `expected a baseline at ${path}, found none`,
      `make it: trm check --write-baseline ${path}`,
    );
  const { files } = await readJson(path, baselineSchema);
  return { known: (file, print) => files[keyOf(path, file)]?.[print]?.count ?? 0 };
}

/** Writes a baseline with these findings, sorted, so that a repository shows what came and went. */
export async function writeBaseline(path: string, findings: readonly ReportedFinding[]): Promise<void> {
  const files: BaselineFile['files'] = {};
  for (const finding of findings) {
    const entries = (files[keyOf(path, finding.file)] ??= {});
    const entry = (entries[fingerprint(finding)] ??= { rule: finding.rule, count: 0 });
    entry.count++;
  }
  const text = JSON.stringify(
    { version: 1, files: sortedByKey(files, (entries) => sortedByKey(entries, (one) => one)) },
    null,
    2,
  );
  await writeFileAtomic(path, `${text}\n`);
}

function sortedByKey<T, U>(record: Record<string, T>, map: (value: T) => U): Record<string, U> {
  return Object.fromEntries(
    Object.keys(record)
      .sort()
      .map((key) => [key, map(record[key])]),
  );
}

function keyOf(path: string, file: string): string {
  return relative(dirname(resolve(path)), resolve(file))
    .split(sep)
    .join('/');
}
