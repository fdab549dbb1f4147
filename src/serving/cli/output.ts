import { writeSync } from 'node:fs';
import { fromSystemError } from '../../core/errors';

/** Exit code when the reader of our output has gone: 128 + SIGPIPE, as of a program that the signal ends. */
export const READER_GONE = 141;

/** What became of standard output and standard error. */
export interface OutputWatch {
  /** True once nobody reads what is written: the command ends, and says nothing more. */
  readerGone(): boolean;
  /** Waits for what is still on its way. @returns the error that lost output, a typed one; undefined when all arrived */
  settled(): Promise<unknown>;
}

/**
 * Watches standard output and standard error. Node's console drops the errors of a full disk and exits with 0, a
 * stream nobody listens to ends in a dump, and a write to a file that fits in part counts as whole; here none of it is
 * lost.
 * @param onFailure called once, at the first write that failed
 */
export function watchOutput(onFailure: () => void): OutputWatch {
  let failure: NodeJS.ErrnoException | undefined;
  const listen = (error: NodeJS.ErrnoException): void => {
    if (failure !== undefined) return;
    failure = error;
    onFailure();
  };
  for (const [stream, fd] of [
    [process.stdout, 1],
    [process.stderr, 2],
  ] as const) {
    writeWhole(stream, fd);
    stream.on('error', listen);
  }
  const readerGone = (): boolean => failure?.code === 'EPIPE';
  return {
    readerGone,
    async settled() {
      for (const stream of [process.stdout, process.stderr])
        await new Promise<void>((resolve) => stream.write('', () => resolve()));
      // The stream tells its error one turn after the callback.
      await new Promise(setImmediate);
      return failure && fromSystemError(failure, 'write', 'the output');
    },
  };
}

/** Node writes files synchronously and takes a short write (the disk is nearly full) for a whole one. */
function writeWhole(stream: NodeJS.WriteStream, fd: number): void {
  if (stream.constructor.name !== 'SyncWriteStream') return;
  stream._write = (chunk: Uint8Array, _encoding, done) => {
    try {
      for (let at = 0; at < chunk.length;) at += writeSync(fd, chunk, at);
      done();
    } catch (error) {
      done(error as Error);
    }
  };
}
