import { BANDS } from './min-hash';
import { jaccard } from './shingles';
import type { ShingleFile } from './shingle-file';

/**
 * Finds, of the sets that were put into it, those that are near another one: locality-sensitive hashing by the bands of
 * `bandKeys` names candidates, and their Jaccard index is computed. Memory: 64 bytes a set for the keys, and 128 to 192
 * for the tables.
 */
export class NearIndex {
  /** First set of each bucket of each band, one up; 0 when there is none. */
  private readonly heads: Int32Array;
  /** Next set of the same bucket, one up; [set x band]. */
  private readonly next: Int32Array;
  private readonly mask: number;
  /** The query, one up, that last looked at a set. */
  private readonly seenBy: Int32Array;
  private queries = 0;

  /**
   * @param keys of all sets, in or not: [set x band]
   * @param sets the shingles of all of them
   * @param threshold least Jaccard index of sets that are near each other
   */
  constructor(
    private readonly keys: Uint32Array,
    private readonly sets: ShingleFile,
    private readonly threshold: number,
  ) {
    const buckets = 2 ** Math.ceil(Math.log2(Math.max(2, sets.size)));
    this.mask = buckets - 1;
    this.heads = new Int32Array(BANDS * buckets);
    this.next = new Int32Array(BANDS * sets.size);
    this.seenBy = new Int32Array(sets.size);
  }

  /** Puts a set in. */
  insert(set: number): void {
    for (let band = 0; band < BANDS; band++) {
      const bucket = this.bucketOf(set, band);
      this.next[BANDS * set + band] = this.heads[bucket];
      this.heads[bucket] = set + 1;
    }
  }

  /**
   * The first set that is in and near another one; undefined when there is none.
   * @param own its shingles
   * @param counts says which of them count; asked before they are compared
   */
  findNear(set: number, own: Uint32Array, counts: (other: number) => boolean): number | undefined {
    const query = ++this.queries;
    for (let band = 0; band < BANDS; band++) {
      const key = this.keys[BANDS * set + band];
      for (let at = this.heads[this.bucketOf(set, band)]; at > 0; at = this.next[BANDS * (at - 1) + band]) {
        const other = at - 1;
        if (this.keys[BANDS * other + band] !== key || this.seenBy[other] === query) continue;
        this.seenBy[other] = query;
        if (counts(other) && this.isNear(own, other)) return other;
      }
    }
    return undefined;
  }

  private isNear(own: Uint32Array, other: number): boolean {
    const length = this.sets.lengthOf(other);
    const [shorter, longer] = own.length < length ? [own.length, length] : [length, own.length];
    // The index is at most the shorter set over the longer one.
    return shorter >= this.threshold * longer && jaccard(own, this.sets.read(other)) >= this.threshold;
  }

  private bucketOf(set: number, band: number): number {
    return band * (this.mask + 1) + (this.keys[BANDS * set + band] & this.mask);
  }
}
