import { rm } from 'node:fs/promises';
import { placeOf, type Sample } from '../records/sample';
import type { ObjectStore } from '../storage/stage';
import { JsonLinesWriter } from './json-lines';

/** Key of the dropped samples in a stage's output. */
export const DROPS_KEY = 'drops.jsonl';

/** One line of `drops.jsonl`: enough to find the sample again in the inputs. */
export interface DroppedSample {
  reason: string;
  id: string;
  group: string;
  source: Sample['source'];
  bugType: string | null;
  path: string;
  function: string;
}

/** Counts dropped samples by reason and keeps a line for each. Owns the file: `commit` or `discard` it. */
export class DropLog {
  /** Dropped samples by reason. */
  readonly counts: Record<string, number> = {};

  private constructor(
    private readonly store: ObjectStore,
    private readonly writer: JsonLinesWriter,
  ) {}

  static async create(store: ObjectStore): Promise<DropLog> {
    return new DropLog(store, await JsonLinesWriter.create(temporaryPath(store)));
  }

  async drop(reason: string, sample: Sample): Promise<void> {
    this.counts[reason] = (this.counts[reason] ?? 0) + 1;
    const { id, group, source, bugType, origin } = sample;
    const line: DroppedSample = {
      reason,
      id,
      group,
      source,
      bugType,
      ...placeOf(origin),
    };
    await this.writer.write(line);
  }

  /** Publishes the file. */
  async commit(): Promise<void> {
    await this.writer.close();
    await this.store.commit(DROPS_KEY);
  }

  /** Closes and removes the unfinished file. */
  async discard(): Promise<void> {
    await this.writer.close().finally(() => rm(temporaryPath(this.store), { force: true }));
  }
}

function temporaryPath(store: ObjectStore): string {
  return `${store.localPath(DROPS_KEY)}.tmp`;
}
