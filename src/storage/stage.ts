import type { Manifest } from '../records/manifest';
import type { StageName } from '../records/run';
import type { Progress } from '../core/progress';
import type { Rng } from '../core/rng';

/**
 * Keys and bytes: what a stage may ask of the place it writes to. A key is a relative path with `/`.
 * `src/storage` implements it over a folder, S3 and GCS.
 */
export interface ObjectStore {
  /** Where this store is, for messages and manifests: a path or URL. */
  readonly location: string;
  /** Stores the whole object or nothing. */
  put(key: string, data: Uint8Array | string): Promise<void>;
  /** @throws DataError when the key is absent */
  get(key: string): Promise<Uint8Array>;
  exists(key: string): Promise<boolean>;
  /** Keys that start with `prefix`, sorted. */
  list(prefix?: string): Promise<string[]>;
  delete(key: string): Promise<void>;
  /**
   * A local path for `key` that a library may write to or read from. For a folder store it is the file itself;
   * remote stores download before reading and upload on `commit`.
   */
  localPath(key: string): string;
  /** Publishes a file written at `localPath(key) + '.tmp'` under `key`, whole. */
  commit(key: string): Promise<void>;
}

/** What every stage function is given beside its config. */
export interface StageContext {
  /** Aborted when the user interrupts; check it between units of work (`throwIfAborted`). */
  signal: AbortSignal;
  progress: Progress;
  /** The stage's own output place. A stage writes nowhere else. */
  store: ObjectStore;
  /** Finished outputs of earlier stages, to be read only. */
  inputs: Readonly<Partial<Record<StageName, ObjectStore>>>;
  /** Revisions of what lies outside the project, as the stage's job names them. Absent: take it as it is. */
  sources?: Readonly<Record<string, string>>;
  /** The experiment's seed, as the manifest's lineage records it. */
  seed: number;
  /** The stage's own stream of that seed; fork it by name, one fork a unit of work. */
  rng: Rng;
}

/** The one shape of stage functions. The manifest is written last: its presence means the stage is complete. */
export type Stage<Config> = (config: Config, context: StageContext) => Promise<Manifest>;
