import { basename, dirname } from 'node:path';
import type { Rng } from '../core/rng';
import type { Judge } from '../python/critic/critic';
import type { StoredContext } from '../records/file-context';
import type { Sample } from '../records/sample';
import type { CollectConfig } from './config';
import type { Dropped } from './dropped';
import type { PythonFacts } from '../python/python-facts';

/** What one stretch of a source gave. Stretches are the units of resuming. */
export interface SourceBatch {
  /** Where the source goes on after this batch; opaque to everybody but the source. */
  cursor: string;
  samples: Sample[];
  /** Contexts that the samples speak of, each once. */
  contexts: StoredContext[];
  drops: Dropped[];
  /** Files or commits read. */
  units: number;
}

/** Where an earlier start of the same collection was cut off. */
export interface ResumePoint {
  /** Cursor of the last batch that was kept; null at the beginning. */
  cursor: string | null;
  /** Samples kept so far. */
  taken: number;
  /** Files or commits read so far. */
  units: number;
}

/** A source that is open. The same source and resume point give the same batches. */
export interface OpenSource {
  name: string;
  /** Licence of its samples, SPDX or NOASSERTION. */
  licence: string;
  /** What its owner should know and can mend, one sentence; null when there is nothing. */
  warning: string | null;
  /** Files or commits in all; undefined when nobody has counted. */
  total: number | undefined;
  batches(from: ResumePoint): AsyncGenerator<SourceBatch>;
  close(): Promise<void>;
}

/** What sources work with. */
export interface SourceTools {
  config: CollectConfig;
  critic: Judge;
  /** The machine's Python. */
  python: PythonFacts;
  /** The machine's git program. */
  git: string;
  /** Forked for the source, by its kind and name. */
  rng: Rng;
  signal: AbortSignal;
}

/**
 * Name of a source that was given none: that of its folder, without `.git`, in characters that stand in groups and paths
 * everywhere. A repository given by its `.git` folder has the name of the folder around it.
 */
export function sourceName(path: string): string {
  const last = basename(path) === '.git' ? basename(dirname(path)) : basename(path);
  return last.replace(/\.git$/, '').replace(/[^A-Za-z0-9._-]+/g, '-') || 'root';
}

/** The contexts that some samples speak of. */
export function contextsOf(samples: readonly Sample[], contexts: Iterable<StoredContext>): StoredContext[] {
  const wanted = new Set(samples.map(({ context }) => context?.id));
  const byId = new Map([...contexts].map((stored) => [stored.id, stored]));
  return [...byId.values()].filter(({ id }) => wanted.has(id));
}
