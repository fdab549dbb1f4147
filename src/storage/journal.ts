import type { ObjectStore } from './object-store';
import { listKeys } from './objects';

/** Where a stage keeps what only its own resuming needs: records of finished parts, weights that may be released. */
export const JOURNAL = 'journal/';

/**
 * Removes a stage's journal. Only a manifest that is in place makes it superfluous: without both, nothing could be
 * resumed. The last entries go first, so that what a cut-off removal leaves is still a beginning; who finds the stage
 * finished removes it then.
 */
export async function clearJournal(store: ObjectStore): Promise<void> {
  for (const key of (await listKeys(store, JOURNAL)).reverse()) await store.delete(key);
}
