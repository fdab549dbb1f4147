import { closeSync, mkdirSync, openSync, readSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

/** Shingles gathered before a write. */
const WRITE_CHUNK = 1 << 18;

/** Sets whose places have room at first; the room doubles when it is full. */
const FIRST_ROOM = 1024;

/**
 * Sets of shingles on disk, by number: 12 bytes of memory a set, 4 bytes of disk a shingle. Reads are synchronous, of a
 * file that was just written: they come from the system's cache. Owns the file handle: `close` it.
 */
export class ShingleFile {
  private readonly handle: number;
  private readonly waiting = new Uint32Array(WRITE_CHUNK);
  private waitingCount = 0;
  /** Shingles in the file. */
  private written = 0;
  private starts = new Float64Array(FIRST_ROOM);
  private lengths = new Uint32Array(FIRST_ROOM);
  private count = 0;

  /** @param path a new file; its folder is made */
  constructor(path: string) {
    mkdirSync(dirname(path), { recursive: true });
    this.handle = openSync(path, 'w+');
  }

  /** Sets so far. */
  get size(): number {
    return this.count;
  }

  /** Adds a set at the end. */
  push(shingles: Uint32Array): void {
    if (this.count === this.starts.length) this.grow();
    if (this.waitingCount + shingles.length > WRITE_CHUNK) this.flush();
    this.starts[this.count] = this.written + this.waitingCount;
    this.lengths[this.count] = shingles.length;
    this.count += 1;
    if (shingles.length > WRITE_CHUNK) return this.append(shingles);
    this.waiting.set(shingles, this.waitingCount);
    this.waitingCount += shingles.length;
  }

  /** Shingles of the set with a number. */
  lengthOf(number: number): number {
    return this.lengths[number];
  }

  /** The set with a number. */
  read(number: number): Uint32Array {
    this.flush();
    const shingles = new Uint32Array(this.lengths[number]);
    readSync(this.handle, shingles, 0, shingles.byteLength, 4 * this.starts[number]);
    return shingles;
  }

  /** Closes the file, which is whoever's who owns its folder. */
  close(): void {
    closeSync(this.handle);
  }

  private flush(): void {
    if (this.waitingCount === 0) return;
    this.append(this.waiting.subarray(0, this.waitingCount));
    this.waitingCount = 0;
  }

  private append(shingles: Uint32Array): void {
    const bytes = new Uint8Array(shingles.buffer, shingles.byteOffset, shingles.byteLength);
    for (let done = 0; done < bytes.length;) done += writeSync(this.handle, bytes, done);
    this.written += shingles.length;
  }

  private grow(): void {
    const [starts, lengths] = [new Float64Array(2 * this.count), new Uint32Array(2 * this.count)];
    starts.set(this.starts);
    lengths.set(this.lengths);
    [this.starts, this.lengths] = [starts, lengths];
  }
}
