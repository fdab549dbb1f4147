import { createWriteStream, type WriteStream } from 'node:fs';
import { once } from 'node:events';

/**
 * A file for the Parquet library to write to. The library awaits neither the header nor the index that it writes, so a
 * failed write must not reject a promise that nobody holds (the process would end with a raw error): the sink tells the
 * library that all is well, keeps the first error, and {@link FileSink.check} throws it where it can be handled.
 */
export interface FileSink {
  write(bytes: Uint8Array, done: () => void): void;
  end(done: () => void): void;
  /** @throws Error the first that a write met, as the system gave it */
  check(): void;
  /** Closes the file, whatever state it is in. */
  close(): Promise<void>;
}

/** Opens a file to be written anew. @throws Error as the system gives it */
export async function openFileSink(path: string): Promise<FileSink> {
  const stream: WriteStream = createWriteStream(path);
  await once(stream, 'open');
  let failure: Error | undefined;
  stream.on('error', (error) => (failure ??= error));
  return {
    write: (bytes, done) => void stream.write(bytes, () => done()),
    end: (done) => void stream.end(() => done()),
    check() {
      if (failure) throw failure;
    },
    async close() {
      if (stream.closed) return;
      // Not `once`: a write that the destruction cuts off is an error of the stream, and no news to who gives up.
      const closed = new Promise<void>((resolve) => stream.once('close', () => resolve()));
      stream.destroy();
      await closed;
    },
  };
}
