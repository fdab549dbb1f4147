import { BINDINGS, DISTANCE_BUCKETS, type Binding } from '../records/example';
import { TOKEN_KINDS, type TokenKind, type TokenText } from '../records/sample';
import { tokenKey } from './closed-vocabulary';

/** Highest indentation level and bracket depth told apart. */
export const MAX_LEVEL = 15;

const KIND_CODES = new Map(TOKEN_KINDS.map((kind, code) => [kind, code]));
const BINDING_CODES = new Map(BINDINGS.map((binding, code) => [binding, code]));

/** Index of a kind in `TOKEN_KINDS`. */
export function kindCode(kind: TokenKind): number {
  return KIND_CODES.get(kind) ?? 0;
}

/** Index of a binding in `BINDINGS`. */
export function bindingCode(binding: Binding): number {
  return BINDING_CODES.get(binding) ?? 0;
}

/**
 * Indentation level of each token, relative to the shallowest code of the window: a method's `def` and a module's
 * first statement are both at 0. An `indent` token has the level it opens, a `dedent` the one it returns to.
 * @returns `[tokens.length]`, capped at {@link MAX_LEVEL}
 */
export function indentLevels(tokens: readonly TokenText[]): Uint8Array {
  const levels = new Int32Array(tokens.length);
  let level = 0;
  let base = Infinity;
  tokens.forEach(({ kind }, i) => {
    if (kind === 'indent') level++;
    else if (kind === 'dedent') level--;
    else if (kind !== 'newline' && kind !== 'end') base = Math.min(base, level);
    levels[i] = level;
  });
  if (base === Infinity) base = 0;
  return Uint8Array.from(levels, (value) => Math.min(MAX_LEVEL, Math.max(0, value - base)));
}

/**
 * Bracket depth of each token: brackets have the depth outside of them. A closing bracket too many, or one closed
 * by the wrong kind, changes the depth all the same: broken code has depths too.
 * @returns `[tokens.length]`, capped at {@link MAX_LEVEL}
 */
export function bracketDepths(tokens: readonly TokenText[]): Uint8Array {
  const depths = new Uint8Array(tokens.length);
  let depth = 0;
  tokens.forEach(({ kind, text }, i) => {
    const op = kind === 'op' ? text : '';
    if (op === ')' || op === ']' || op === '}') depth = Math.max(0, depth - 1);
    depths[i] = Math.min(MAX_LEVEL, depth);
    if (op === '(' || op === '[' || op === '{') depth++;
  });
  return depths;
}

/** Smallest distance of each bucket from 1 up: exact to 4, then steps of about a third. */
const BUCKET_STARTS = [1, 2, 3, 4, 5, 7, 9, 12, 16, 21, 28, 37, 49, 65, 91];

/** Bucket of a distance in tokens: 0 for none (`distance` 0), else 1..DISTANCE_BUCKETS - 1, log-spaced. */
export function distanceBucket(distance: number): number {
  let bucket = 0;
  while (bucket < DISTANCE_BUCKETS - 1 && distance >= BUCKET_STARTS[bucket]) bucket++;
  return bucket;
}

/** Buckets of the distance to the previous and to the next `name` token of the same text, both `[tokens.length]`. */
export function nameDistances(tokens: readonly TokenText[]): { previous: Uint8Array; next: Uint8Array } {
  const previous = new Uint8Array(tokens.length);
  const next = new Uint8Array(tokens.length);
  const last = new Map<string, number>();
  tokens.forEach(({ kind, text }, i) => {
    if (kind !== 'name') return;
    const before = last.get(text);
    if (before !== undefined) previous[i] = next[before] = distanceBucket(i - before);
    last.set(text, i);
  });
  return { previous, next };
}

/**
 * Numbers tokens by kind and text, 0-based by first occurrence.
 * @returns one number a token, and the number of each `tokenKey`
 */
export function copyGroups(tokens: readonly TokenText[]): {
  groups: Uint8Array;
  groupOf: ReadonlyMap<string, number>;
} {
  const groupOf = new Map<string, number>();
  const groups = Uint8Array.from(tokens, (token) => {
    const key = tokenKey(token);
    const known = groupOf.get(key);
    if (known !== undefined) return known;
    groupOf.set(key, groupOf.size);
    return groupOf.size - 1;
  });
  return { groups, groupOf };
}
