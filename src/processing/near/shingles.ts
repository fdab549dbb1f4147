import type { TokenKind, TokenText } from '../../records/sample';

/**
 * Tokens of a shingle. Seven tell functions apart whose names are hidden: of the pairs of the standard library with a
 * Jaccard index of 0.5 and more, shingles of five find twice as many, and the further ones are idioms.
 */
export const SHINGLE_TOKENS = 7;

/** Codes of numbers and strings, and of the first name in a shingle; names that follow count upwards from there. */
const NUMBER = 1;
const STRING = 2;
const FIRST_NAME = 3;

/** Tokens whose kind says all: their text is a line break, white space or nothing. */
const LAYOUT: ReadonlySet<TokenKind> = new Set(['newline', 'indent', 'dedent', 'end']);

/**
 * What a function is compared by: hashes (32 bits, ascending, each once) of its shingles, the runs of
 * {@link SHINGLE_TOKENS} program tokens. What numbers and strings say is left out, and names are numbered within each
 * run as they come: `a = b + a` and `x = y + x` are the same, `x = y + y` is another. Renaming changes nothing, and a
 * token more changes at most {@link SHINGLE_TOKENS} shingles.
 */
export function shinglesOf(tokens: readonly TokenText[]): Uint32Array {
  const codes = Int32Array.from(tokens, codeOf);
  const names = nameNumbers(tokens);
  const count = Math.max(1, tokens.length - SHINGLE_TOKENS + 1);
  const hashes = new Uint32Array(count);
  const seen = new Int32Array(SHINGLE_TOKENS);
  for (let start = 0; start < count; start++) {
    let [hash, distinct] = [0, 0];
    const end = Math.min(start + SHINGLE_TOKENS, tokens.length);
    for (let i = start; i < end; i++) {
      if (names[i] < 0) hash = stir(hash, codes[i]);
      else {
        let number = 0;
        while (number < distinct && seen[number] !== names[i]) number++;
        if (number === distinct) seen[distinct++] = names[i];
        hash = stir(hash, FIRST_NAME + number);
      }
    }
    hashes[start] = finish(hash);
  }
  hashes.sort();
  let kept = 0;
  for (let i = 0; i < count; i++) if (i === 0 || hashes[i] !== hashes[i - 1]) hashes[kept++] = hashes[i];
  return hashes.slice(0, kept);
}

/** A number for each name of a function, -1 where there is none. */
function nameNumbers(tokens: readonly TokenText[]): Int32Array {
  const numbers = new Map<string, number>();
  return Int32Array.from(tokens, ({ kind, text }) => {
    if (kind !== 'name') return -1;
    const number = numbers.get(text) ?? numbers.size;
    numbers.set(text, number);
    return number;
  });
}

/** The Jaccard index of two sets of shingles: common ones over all of them, 0..1. */
export function jaccard(a: Uint32Array, b: Uint32Array): number {
  let common = 0;
  for (let i = 0, j = 0; i < a.length && j < b.length;) {
    const [left, right] = [a[i], b[j]];
    if (left === right) common++;
    if (left <= right) i++;
    if (right <= left) j++;
  }
  return common / Math.max(1, a.length + b.length - common);
}

/** A number for what a token is; names get theirs in each shingle. */
function codeOf({ kind, text }: TokenText): number {
  if (kind === 'name') return FIRST_NAME;
  if (kind === 'number') return NUMBER;
  if (kind === 'string') return STRING;
  const said = LAYOUT.has(kind) ? kind : `${kind} ${text}`;
  let hash = 0;
  for (let i = 0; i < said.length; i++) hash = stir(hash, said.charCodeAt(i));
  return finish(hash);
}

/** One step of MurmurHash3 (32 bits, Austin Appleby, public domain). */
function stir(hash: number, value: number): number {
  let part = Math.imul(value, 0xcc9e2d51);
  part = Math.imul((part << 15) | (part >>> 17), 0x1b873593);
  const mixed = hash ^ part;
  return (Math.imul((mixed << 13) | (mixed >>> 19), 5) + 0xe6546b64) | 0;
}

/** MurmurHash3's last step: every bit of the state changes every bit of the hash. 0..2^32 - 1. */
export function finish(hash: number): number {
  let mixed = hash ^ (hash >>> 16);
  mixed = Math.imul(mixed, 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
