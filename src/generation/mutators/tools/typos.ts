import type { Rng } from '../../../core/rng';

/**
 * A misspelling of a word as hands make it: two letters swapped, one left out, one doubled, or a neighbour on the
 * keyboard hit instead. Never the word itself; words of one letter come back doubled.
 */
export function misspell(word: string, rng: Rng): string {
  for (let attempt = 0; attempt < 20; attempt++) {
    const out = FORMS[rng.weighted(WEIGHTS)](word, rng);
    if (out !== word && /^[\p{L}_][\p{L}\p{N}_]*$/u.test(out)) return out;
  }
  return word + word[word.length - 1];
}

/** Swaps, omissions, doublings, neighbouring keys: rounded shares of typing slips. */
const WEIGHTS = [4, 3, 2, 1];

const FORMS: readonly ((word: string, rng: Rng) => string)[] = [
  (word, rng) => {
    if (word.length < 2) return word;
    const i = rng.int(word.length - 1);
    return word.slice(0, i) + word[i + 1] + word[i] + word.slice(i + 2);
  },
  (word, rng) => {
    if (word.length < 3) return word;
    const i = rng.int(word.length);
    return word.slice(0, i) + word.slice(i + 1);
  },
  (word, rng) => {
    const i = rng.int(word.length);
    return word.slice(0, i) + word[i] + word.slice(i);
  },
  (word, rng) => {
    const i = rng.int(word.length);
    const near = NEIGHBOURS[word[i].toLowerCase()];
    return near === undefined ? word : word.slice(0, i) + rng.pick([...near]) + word.slice(i + 1);
  },
];

/** Letters beside a letter on a QWERTY keyboard. */
const NEIGHBOURS: Readonly<Record<string, string>> = {
  q: 'wa', w: 'qes', e: 'wrd', r: 'etf', t: 'ryg', y: 'tuh', u: 'yij', i: 'uok', o: 'ipl', p: 'ol',
  a: 'qsz', s: 'awdx', d: 'sefc', f: 'drgv', g: 'fthb', h: 'gyjn', j: 'hukm', k: 'jil', l: 'kop',
  z: 'asx', x: 'zsdc', c: 'xdfv', v: 'cfgb', b: 'vghn', n: 'bhjm', m: 'njk',
}; // prettier-ignore
