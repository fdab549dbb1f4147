import type { ChildProcessByStdio } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { TrmError } from '../../core/errors';

/** An object that is larger than was asked for; its bytes were thrown away as they came. */
export interface TooLarge {
  /** Bytes. */
  size: number;
}

/**
 * Reads objects through one `git cat-file --batch` process. Requests are answered in order, so reads may overlap.
 * Protocol: a line with the id in; `<id> <type> <size>`, a line break, the bytes, a line break out;
 * `<id> missing` when there is no such object.
 */
export class BlobReader {
  private readonly waiting: {
    maxBytes: number;
    resolve: (data: Buffer | TooLarge | undefined) => void;
    reject: (error: Error) => void;
  }[] = [];
  private chunks: Buffer[] = [];
  private buffered = 0;
  /** Bytes needed before parsing can go on: avoids joining the chunks of a large blob again and again. */
  private needed = 1;
  /** Bytes still to come of an object that nobody wants. */
  private unwanted = 0;
  private ended: Error | undefined;
  private readonly closed: Promise<void>;

  /** @param process a started `git cat-file --batch`; the reader owns it */
  constructor(private readonly process: ChildProcessByStdio<Writable, Readable, Readable>) {
    process.stderr.resume();
    process.stdin.on('error', () => undefined);
    process.stdout.on('data', (chunk: Buffer) => this.take(chunk));
    process.on('error', (error) => this.end(error.message));
    this.closed = new Promise((resolve) => {
      process.on('close', (code) => {
        this.end(`git cat-file ended with code ${code ?? 'none'}`);
        resolve();
      });
    });
  }

  /**
   * Bytes of an object, undefined when it is missing, its size alone when that is above `maxBytes`.
   * @throws TrmError when the process has ended
   */
  read(id: string, maxBytes: number): Promise<Buffer | TooLarge | undefined> {
    if (this.ended) return Promise.reject(this.ended);
    return new Promise((resolve, reject) => {
      this.waiting.push({ maxBytes, resolve, reject });
      this.process.stdin.write(`${id}\n`);
    });
  }

  /** Ends the process. */
  async close(): Promise<void> {
    this.process.stdin.end();
    await this.closed;
  }

  private take(arrived: Buffer): void {
    const skipped = Math.min(this.unwanted, arrived.length);
    this.unwanted -= skipped;
    const chunk = arrived.subarray(skipped);
    if (chunk.length === 0) return;
    this.chunks.push(chunk);
    this.buffered += chunk.length;
    if (this.buffered < this.needed) return;
    let data = Buffer.concat(this.chunks, this.buffered);
    for (;;) {
      const line = data.indexOf(10);
      if (line < 0) break;
      const [, type, size] = data.toString('latin1', 0, line).split(' ');
      const missing = size === undefined || type === 'missing';
      const total = line + 1 + (missing ? 0 : Number(size) + 1);
      if (!missing && this.waiting.length > 0 && Number(size) > this.waiting[0].maxBytes) {
        this.waiting.shift()?.resolve({ size: Number(size) });
        this.unwanted = Math.max(0, total - data.length);
        data = data.subarray(Math.min(total, data.length));
        continue;
      }
      if (data.length < total) {
        this.needed = total;
        this.keep(data);
        return;
      }
      this.waiting.shift()?.resolve(missing ? undefined : Buffer.from(data.subarray(line + 1, total - 1)));
      data = data.subarray(total);
    }
    this.needed = data.length + 1;
    this.keep(data);
  }

  private keep(data: Buffer): void {
    this.chunks = data.length > 0 ? [data] : [];
    this.buffered = data.length;
  }

  private end(why: string): void {
    this.ended ??= new TrmError(why, 'is the repository whole? try "git fsck"');
    for (const { reject } of this.waiting.splice(0)) reject(this.ended);
  }
}
