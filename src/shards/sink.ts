import { createHash } from 'node:crypto';
import type { ObjectWriter } from '../storage/object-store';

/**
 * What the Parquet library writes to. The library awaits neither the header nor the index that it writes, so a failed
 * write must not reject a promise that nobody holds (the process would end with a raw error): the sink tells the library
 * that all is well, keeps the first error, and {@link Sink.check} throws it where it can be handled.
 */
export interface Sink {
  /** Bytes so far. */
  readonly bytes: number;
  write(bytes: Uint8Array, done: () => void): void;
  end(done: () => void): void;
  /** @throws Error the first that a write met */
  check(): void;
  /** SHA-256 (hex) of all bytes; call it once, at the end. */
  digest(): string;
}

/** A sink that hands pieces on in their order; whoever has the writer commits or aborts it. */
export function createSink(writer: ObjectWriter): Sink {
  const hash = createHash('sha256');
  let bytes = 0;
  let failure: unknown;
  let last = Promise.resolve();
  const next = (work: () => Promise<void>): Promise<void> =>
    (last = last.then(async () => {
      if (failure !== undefined) return;
      await work().catch((error: unknown) => (failure = error));
    }));
  return {
    get bytes() {
      return bytes;
    },
    write(piece, done) {
      bytes += piece.length;
      hash.update(piece);
      void next(() => writer.write(piece)).then(done);
    },
    end: (done) => void last.then(done),
    check() {
      if (failure !== undefined) throw failure as Error;
    },
    digest: () => hash.digest('hex'),
  };
}
