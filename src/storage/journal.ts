import type { ObjectStore } from './stage';

/** Where a stage keeps what only its own resuming needs: records of finished parts, weights that may be released. */
export const JOURNAL = 'journal/';

/**
 * Removes a stage's journal. Only a manifest that is in place makes it superfluous: without both, nothing could be
 * resumed. The last entries go first, so that what a cut-off removal leaves is still a beginning; who finds the stage
 * finished removes it then.
 */
export async function clearJournal(store: ObjectStore): Promise<void> {
  for (const key of (await store.list(JOURNAL)).reverse()) await store.delete(key);
}
