/** Slots of a new set; it doubles when it is three quarters full. */
const FIRST_SLOTS = 1024;

/**
 * A set of hashes that takes 8 bytes a slot, 11 to 21 bytes a member: what "seen before?" over many millions of
 * records can afford. Members are the first 16 hex digits of a hash; that two different hashes agree in them has a
 * probability of n^2 / 2^65 for n members (3e-8 for a million).
 */
export class KeySet {
  private slots = new Uint32Array(2 * FIRST_SLOTS);
  private members = 0;

  /** Members so far. */
  get size(): number {
    return this.members;
  }

  /** Adds a hash in hex; false when it was there already. */
  add(hash: string): boolean {
    const [high, low] = wordsOf(hash);
    const at = find(this.slots, high, low);
    if (this.slots[at] !== 0 || this.slots[at + 1] !== 0) return false;
    this.slots[at] = high;
    this.slots[at + 1] = low;
    if (++this.members > 0.75 * (this.slots.length / 2)) this.grow();
    return true;
  }

  /** Whether a hash in hex is there. */
  has(hash: string): boolean {
    const at = find(this.slots, ...wordsOf(hash));
    return this.slots[at] !== 0 || this.slots[at + 1] !== 0;
  }

  private grow(): void {
    const larger = new Uint32Array(2 * this.slots.length);
    for (let i = 0; i < this.slots.length; i += 2) {
      const [high, low] = [this.slots[i], this.slots[i + 1]];
      if (high === 0 && low === 0) continue;
      const at = find(larger, high, low);
      larger[at] = high;
      larger[at + 1] = low;
    }
    this.slots = larger;
  }
}

/** Two words of 32 bits; both 0 would mean an empty slot. */
function wordsOf(hash: string): [high: number, low: number] {
  const high = parseInt(hash.slice(0, 8), 16);
  const low = parseInt(hash.slice(8, 16), 16);
  if (!(hash.length >= 16 && high >= 0 && low >= 0))
    throw new RangeError(`expected a hash of 16 hex digits or more, got "${hash}"`);
  return high === 0 && low === 0 ? [0, 1] : [high, low];
}

/** Index of the member's high word, or of the empty slot where it belongs (linear probing). */
function find(slots: Uint32Array, high: number, low: number): number {
  const mask = slots.length / 2 - 1;
  let slot = low & mask;
  for (;;) {
    const at = 2 * slot;
    if ((slots[at] === high && slots[at + 1] === low) || (slots[at] === 0 && slots[at + 1] === 0)) return at;
    slot = (slot + 1) & mask;
  }
}
