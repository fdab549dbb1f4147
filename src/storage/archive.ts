import { createReadStream, createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import { extract, pack } from 'tar-stream';
import { DataError, fromSystemError } from '../core/errors';
import { withAtomicFile } from '../core/files';

/**
 * Writes files as one `.tar.gz`, in the order given; it is there whole or not at all.
 * @throws DataError when the disk is full, UserError when the place cannot be written to
 */
export async function writeArchive(path: string, files: ReadonlyMap<string, Uint8Array>): Promise<void> {
  await withAtomicFile(path, async (temporary) => {
    const archive = pack();
    const written = pipeline(
      archive,
      // Weights are noise to any level: the fastest takes off as much as the others.
      createGzip({ level: 1 }),
      createWriteStream(temporary, { flags: 'wx' }),
    );
    const filled = (async () => {
      for (const [name, body] of files)
        await new Promise<void>((resolve, reject) => {
          archive.entry({ name }, Buffer.from(body.buffer, body.byteOffset, body.byteLength), (error) =>
            error ? reject(error) : resolve(),
          );
        });
      archive.finalize();
    })();
    await Promise.all([written, filled]);
  });
}

/**
 * Reads all files of a `.tar.gz` into memory, by name.
 * @throws UserError when there is no such file, DataError when it is damaged or cut short
 */
export async function readArchive(path: string): Promise<Map<string, Uint8Array>> {
  const files = new Map<string, Uint8Array>();
  const archive = extract();
  try {
    const unpacked = pipeline(createReadStream(path), createGunzip(), archive);
    const read = (async () => {
      for await (const entry of archive) {
        const pieces: Buffer[] = [];
        for await (const piece of entry) pieces.push(piece);
        files.set(entry.header.name, Buffer.concat(pieces));
      }
    })();
    await Promise.all([unpacked, read]);
    // Nothing at all unpacks without a complaint.
    if (files.size === 0) throw new Error('it holds no file');
  } catch (error) {
    const told = fromSystemError(error, 'read', path);
    if (told !== error) throw told;
    throw new DataError(
      `expected a whole archive at ${path}, got a damaged or shortened one: ${(error as Error).message}`,
      'copy it again',
      { cause: error },
    );
  }
  return files;
}
