import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import type { ObjectStore } from './object-store';

/** Bytes read at a time of an object that may not fit into memory. */
const PIECE = 8 << 20;

/** Keys that start with `prefix`, in their order. */
export async function listKeys(store: ObjectStore, prefix = ''): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of store.list(prefix)) keys.push(key);
  return keys;
}

/** An object as text. @throws DataError when the key is absent */
export async function getText(store: ObjectStore, key: string): Promise<string> {
  return Buffer.from(await store.get(key)).toString('utf8');
}

/**
 * An object's content, piece by piece.
 * @param pieceBytes size of the pieces but the last; default 8 MiB
 * @throws DataError when the key is absent
 */
export async function* readPieces(
  store: ObjectStore,
  key: string,
  pieceBytes = PIECE,
): AsyncGenerator<Uint8Array> {
  for (let start = 0; ; start += pieceBytes) {
    const piece = await store.read(key, { start, length: pieceBytes });
    if (piece.length > 0) yield piece;
    if (piece.length < pieceBytes) return;
  }
}

/** Size and SHA-256 (hex) of an object, without holding it in memory. @throws DataError when the key is absent */
export async function hashObject(
  store: ObjectStore,
  key: string,
): Promise<{ bytes: number; sha256: string }> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const piece of readPieces(store, key)) {
    hash.update(piece);
    bytes += piece.length;
  }
  return { bytes, sha256: hash.digest('hex') };
}

/** Stores a local file as an object, without holding it in memory. */
export async function putFile(store: ObjectStore, key: string, path: string): Promise<void> {
  const writer = await store.create(key);
  try {
    for await (const piece of createReadStream(path, { highWaterMark: PIECE }))
      await writer.write(piece as Buffer);
    await writer.commit();
  } finally {
    await writer.abort();
  }
}
