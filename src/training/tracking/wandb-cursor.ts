import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { z } from 'zod';
import { readJson, writeJsonAtomic } from '../../core/files';
import type { WandbConfig } from './config';

/** Checks the file of {@link WandbCursor}. */
export const wandbCursorSchema = z.strictObject({
  version: z.literal(1),
  /** Where the run was sent to; another place is sent everything anew. */
  baseUrl: z.string(),
  entity: z.string().nullable(),
  project: z.string(),
  /** Id of the run on the server; a resumed training keeps it. */
  id: z.string(),
  /** Rows that the server has: the place where the next one belongs. */
  rows: z.int().nonnegative(),
  /** Optimizer step of the last of them; -1 before the first. */
  step: z.int(),
});
/** How much of metrics.jsonl a server has: the small file beside it. */
export type WandbCursor = z.output<typeof wandbCursorSchema>;

/**
 * Reads a cursor, or begins one, so that the run's id stands on disk before the server hears of it.
 * @param label beginning of a new id: letters, digits, `-` and `_` of it are used
 * @throws DataError when the file is damaged
 */
export async function openCursor(path: string, config: WandbConfig, label: string): Promise<WandbCursor> {
  const { baseUrl, entity, project } = config;
  if (existsSync(path)) {
    const cursor = await readJson(path, wandbCursorSchema);
    if (cursor.baseUrl === baseUrl && cursor.entity === entity && cursor.project === project) return cursor;
  }
  const id = `${label.replace(/[^\w-]+/g, '-').slice(0, 50)}-${randomBytes(3).toString('hex')}`;
  const cursor: WandbCursor = { version: 1, baseUrl, entity, project, id, rows: 0, step: -1 };
  await saveCursor(path, cursor);
  return cursor;
}

/** Writes a cursor, whole. */
export async function saveCursor(path: string, cursor: WandbCursor): Promise<void> {
  await writeJsonAtomic(path, cursor);
}
