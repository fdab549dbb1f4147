/** Keys that a new column has room for; the room doubles when it is full. */
const FIRST_ROOM = 1024;

/** Hex digits kept of a hash, as many as a `KeySet` looks at. */
const DIGITS = 16;

/** A list of hashes that takes 8 bytes each: the first 16 hex digits. */
export class KeyColumn {
  private words = new Uint32Array(2 * FIRST_ROOM);
  private length = 0;

  /** Keys so far. */
  get size(): number {
    return this.length;
  }

  /** Adds a hash in hex at the end. */
  push(hash: string): void {
    if (2 * this.length === this.words.length) {
      const larger = new Uint32Array(2 * this.words.length);
      larger.set(this.words);
      this.words = larger;
    }
    const key = hash.slice(0, DIGITS);
    if (!/^[0-9a-f]{16}$/i.test(key))
      throw new RangeError(`expected a hash of ${DIGITS} hex digits or more, got "${hash}"`);
    this.words[2 * this.length] = parseInt(key.slice(0, 8), 16);
    this.words[2 * this.length + 1] = parseInt(key.slice(8), 16);
    this.length += 1;
  }

  /** The first 16 hex digits of the hash with a number, in small letters. */
  at(index: number): string {
    if (!(index >= 0 && index < this.length))
      throw new RangeError(`expected a number from 0 to ${this.length - 1}, got ${index}`);
    const word = (at: number): string => this.words[at].toString(16).padStart(8, '0');
    return word(2 * index) + word(2 * index + 1);
  }

  /** Below 0, 0 or above 0: how two of them compare as hex digits, by their numbers. */
  compare(a: number, b: number): number {
    return this.words[2 * a] - this.words[2 * b] || this.words[2 * a + 1] - this.words[2 * b + 1];
  }
}
