import { createHash } from 'node:crypto';
import { DataError } from './errors';

/** Four 32-bit words: everything an {@link Rng} remembers. JSON-safe, so checkpoints can hold it. */
export type RngState = readonly [number, number, number, number];

/**
 * A seeded random stream (sfc32, period about 2^127). Two streams made from the same seed and names give the
 * same numbers on every machine; a stream's state can be saved and restored exactly.
 */
export interface Rng {
  /** Uniform in [0, 1), 32 bits. */
  next(): number;
  /** Uniform integer in [0, bound). Throws RangeError unless 1 <= bound <= 2^32. */
  int(bound: number): number;
  /** One element, uniformly. Throws RangeError on an empty list. */
  pick<T>(items: readonly T[]): T;
  /** A shuffled copy (Fisher-Yates). */
  shuffle<T>(items: readonly T[]): T[];
  /** Index drawn in proportion to non-negative weights. Throws RangeError when they sum to 0. */
  weighted(weights: readonly number[]): number;
  /** Standard normal (Box-Muller, no cached second value, so that the state stays four words). */
  normal(): number;
  /** An independent stream that depends on this stream's seed path, not on how much was drawn from it. */
  fork(...names: (string | number)[]): Rng;
  /** The state to save. */
  state(): RngState;
  /** Continues from a saved state. */
  restore(state: RngState): void;
}

/**
 * A named seed stream: `seedStream(42, 'generate', 'json/decoder.py')`. Names keep stages and files independent
 * of each other and of the order in which they are worked on.
 */
export function seedStream(seed: number, ...names: (string | number)[]): Rng {
  return new Sfc32([String(seed), ...names.map(String)]);
}

class Sfc32 implements Rng {
  private words: Uint32Array;

  constructor(private readonly path: readonly string[]) {
    // Length-prefixed, so that ('a', 'bc') and ('ab', 'c') differ.
    const digest = createHash('sha256')
      .update(path.map((name) => `${name.length}:${name}`).join('/'))
      .digest();
    this.words = new Uint32Array([0, 4, 8, 12].map((offset) => digest.readUInt32LE(offset)));
    for (let i = 0; i < 12; i++) this.next();
  }

  next(): number {
    const w = this.words;
    const t = (((w[0] + w[1]) >>> 0) + w[3]) >>> 0;
    w[3] = w[3] + 1;
    w[0] = w[1] ^ (w[1] >>> 9);
    w[1] = w[2] + (w[2] << 3);
    w[2] = ((w[2] << 21) | (w[2] >>> 11)) + t;
    return t / 2 ** 32;
  }

  int(bound: number): number {
    if (!Number.isInteger(bound) || bound < 1 || bound > 2 ** 32)
      throw new RangeError(`int(bound): expected an integer in 1..2^32, got ${bound}`);
    return Math.floor(this.next() * bound);
  }

  pick<T>(items: readonly T[]): T {
    if (items.length === 0) throw new RangeError('pick: expected at least one item, got none');
    return items[this.int(items.length)];
  }

  shuffle<T>(items: readonly T[]): T[] {
    const out = [...items];
    for (let i = out.length - 1; i > 0; i--) {
      const j = this.int(i + 1);
      [out[i], out[j]] = [out[j], out[i]];
    }
    return out;
  }

  weighted(weights: readonly number[]): number {
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    if (!(total > 0)) throw new RangeError(`weighted: expected weights with a positive sum, got ${total}`);
    let left = this.next() * total;
    for (let i = 0; i < weights.length; i++) if ((left -= weights[i]) < 0) return i;
    return weights.findLastIndex((weight) => weight > 0);
  }

  normal(): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.next()));
    return radius * Math.cos(2 * Math.PI * this.next());
  }

  fork(...names: (string | number)[]): Rng {
    return new Sfc32([...this.path, ...names.map(String)]);
  }

  state(): RngState {
    return [this.words[0], this.words[1], this.words[2], this.words[3]];
  }

  restore(state: RngState): void {
    if (state.length !== 4 || !state.every((word) => Number.isInteger(word) && word >= 0 && word < 2 ** 32))
      throw new DataError(
        `random state: expected four unsigned 32-bit integers, got ${JSON.stringify(state)}`,
      );
    this.words = new Uint32Array(state);
  }
}
