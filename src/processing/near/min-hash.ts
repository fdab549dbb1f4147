import { finish } from './shingles';

/**
 * Bands of a signature. Two sets with the Jaccard index s agree in a minimum with probability s, so that they share a band,
 * and are compared, with probability 1 - (1 - s^5)^16 (Leskovec, Rajaraman, Ullman, "Mining of Massive Datasets", 3.4):
 * 0.947 at s = 0.7, 0.998 at 0.8, 1.000 at 0.9; 0.15 at 0.4.
 */
export const BANDS = 16;
/** Minima of a band. */
export const ROWS = 5;

/** What makes each minimum another random order of the shingles. */
const SEEDS = Uint32Array.from({ length: BANDS * ROWS }, (_, i) => finish(0x9e3779b9 * (i + 1)));

/**
 * The keys of a set's bands: MinHash signatures (Broder 1997) of {@link BANDS} x {@link ROWS} minima, each band hashed to 32 bits.
 * @param shingles see `shinglesOf`; one at least
 */
export function bandKeys(shingles: Uint32Array): Uint32Array {
  const keys = new Uint32Array(BANDS);
  for (let band = 0; band < BANDS; band++) {
    let key = band;
    for (let row = 0; row < ROWS; row++) key = finish(key ^ minimum(shingles, SEEDS[band * ROWS + row]));
    keys[band] = key;
  }
  return keys;
}

function minimum(shingles: Uint32Array, seed: number): number {
  let least = 0xffffffff;
  for (const shingle of shingles) {
    let hash = Math.imul(shingle ^ seed, 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35) >>> 0;
    if (hash < least) least = hash;
  }
  return least;
}
