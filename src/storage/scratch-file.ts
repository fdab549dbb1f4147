import { open, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { makeFolder, writeError } from '../core/files';
import type { ObjectWriter } from './object-store';

/**
 * Begins a file that only this process reads, in the place of an old one; its folder is made. Nothing hides it while it
 * grows and nothing flushes it to the disk: it is of no use after a crash.
 */
export async function openScratchFile(path: string): Promise<ObjectWriter> {
  await makeFolder(dirname(path));
  const handle = await open(path, 'w').catch((error: unknown) => {
    throw writeError(error, path);
  });
  let isOpen = true;
  const close = async (): Promise<void> => {
    isOpen = false;
    await handle.close();
  };
  return {
    async write(piece) {
      try {
        await handle.writeFile(piece);
      } catch (error) {
        throw writeError(error, path);
      }
    },
    commit: close,
    async abort() {
      if (!isOpen) return;
      await close();
      await rm(path, { force: true });
    },
  };
}
