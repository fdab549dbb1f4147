import { join } from 'node:path';
import type { Manifest } from '../records/manifest';
import type { Progress } from '../core/progress';
import type { Rng } from '../core/rng';
import type { StageInputs } from '../shards/manifest';
import type { ObjectStore } from '../storage/object-store';
import type { Machine } from './machine';

/** What every stage function is given beside its config. */
export interface StageContext {
  /** Aborted when the user interrupts; check it between units of work (`throwIfAborted`). */
  signal: AbortSignal;
  progress: Progress;
  /** The programs and processes to work with. They are the machine's: a stage closes none. */
  machine: Machine;
  /** The stage's own output place. */
  store: ObjectStore;
  /** Finished outputs of earlier stages, to be read only. */
  inputs: StageInputs;
  /**
   * A local folder for what needs paths and is of no use later: files to sort, copies for libraries. Whoever writes
   * first makes it; it outlives an interruption, and goes when the manifest is in place. What a resume on another
   * machine needs belongs in the store.
   */
  scratch: string;
  /**
   * A local folder for what is followed while the stage works: a log that grows, event files. Whoever writes first makes
   * it; it stays. The output holds what of it counts.
   */
  live: string;
  /** Revisions of what lies outside the project, as the stage's job names them. Absent: take it as it is. */
  sources?: Readonly<Record<string, string>>;
  /** The experiment's seed, as the manifest's lineage records it. */
  seed: number;
  /** The stage's own stream of that seed; fork it by name, one fork a unit of work. */
  rng: Rng;
}

/** The one shape of stage functions. The manifest is written last: its presence means the stage is complete. */
export type Stage<Config> = (config: Config, context: StageContext) => Promise<Manifest>;

/** The local folders of a stage context, both below one. */
export function localFolders(folder: string): Pick<StageContext, 'scratch' | 'live'> {
  return { scratch: join(folder, 'scratch'), live: join(folder, 'live') };
}
