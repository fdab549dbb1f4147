import type { StageName } from '../../records/run';

/** A page that could not be made, and of which stage. */
export interface PageFailure {
  stage: StageName;
  error: unknown;
}

/**
 * Makes the pages of executed notebooks beside the stages that follow: a page takes some seconds of one core and nobody
 * waits for it. One at a time, in the order of the stages.
 */
export class PageExports {
  private last: Promise<void> = Promise.resolve();
  private failed: PageFailure | undefined;

  /** @param make makes the page; what it throws is kept for {@link failure} */
  add(stage: StageName, make: () => Promise<void>): void {
    this.last = this.last.then(make).catch((error: unknown) => {
      this.failed ??= { stage, error };
    });
  }

  /** The first page that could not be made so far; undefined while there is none. */
  failure(): PageFailure | undefined {
    return this.failed;
  }

  /** Waits until all pages are made, or have failed. */
  async settle(): Promise<void> {
    await this.last;
  }
}
