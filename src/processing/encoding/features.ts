import { DISTANCE_BUCKETS } from '../../records/example';
import { TOKEN_KINDS, type TokenKind, type TokenText } from '../../records/sample';
import { codesOf, LEVELS, ROLES } from '../../records/token-features';
import { tokenKey } from '../vocabulary/closed-vocabulary';

/** Highest indentation level and bracket depth told apart. */
export const MAX_LEVEL = LEVELS - 1;

const KIND_CODES = new Map(TOKEN_KINDS.map((kind, code) => [kind, code]));

/** Index of a kind in `TOKEN_KINDS`. */
export function kindCode(kind: TokenKind): number {
  return KIND_CODES.get(kind) ?? 0;
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
  return mapCodes(levels.length, (i) => Math.min(MAX_LEVEL, Math.max(0, levels[i] - base)));
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

/** Bucket of each distance up to where the last bucket starts: a table, since every token asks several times. */
const BUCKET_OF = Uint8Array.from(
  { length: BUCKET_STARTS[BUCKET_STARTS.length - 1] + 1 },
  (_, distance) => BUCKET_STARTS.filter((start) => distance >= start).length,
);

/** Bucket of a distance in tokens: 0 for none (`distance` 0), else 1..DISTANCE_BUCKETS - 1, log-spaced. */
export function distanceBucket(distance: number): number {
  return distance < BUCKET_OF.length ? BUCKET_OF[distance] : DISTANCE_BUCKETS - 1;
}

/** `[count]` codes, one an index. `Uint8Array.from` with a function goes through an iterator and is several times slower. */
export function mapCodes(count: number, codeAt: (index: number) => number): Uint8Array {
  const codes = new Uint8Array(count);
  for (let i = 0; i < count; i++) codes[i] = codeAt(i);
  return codes;
}

/** Bucket of how often a name occurs: 0 for never, then 1, 2, 3, 4, 5-6, 7-9, 10 and more. */
export function occurrenceBucket(count: number): number {
  if (count <= 4) return count;
  if (count <= 6) return 5;
  return count <= 9 ? 6 : 7;
}

const ROLE = codesOf(ROLES);
/** Names of other things than variables. */
const MEMBERS = new Set([
  ROLE.attribute,
  ROLE['attribute-called'],
  ROLE['attribute-receiver'],
  ROLE['attribute-subscripted'],
  ROLE['attribute-written'],
  ROLE['keyword-argument'],
  ROLE['module-path'],
]);

/**
 * Buckets of the number of places that name the same, `[tokens.length]`. Where `known` has a number (a function's
 * variables) it counts; other names are counted in the window, members (attributes, keyword arguments) apart from
 * variables: `.x` is not `x`.
 * @param known buckets of the variables of functions, else 0
 * @param roles codes in ROLES
 */
export function occurrenceBuckets(
  tokens: readonly TokenText[],
  known: Uint8Array,
  roles: Uint8Array,
): Uint8Array {
  const counts = [new Map<string, number>(), new Map<string, number>()];
  const counted = (i: number): boolean => known[i] === 0 && roles[i] !== ROLE.none;
  const mapOf = (i: number): Map<string, number> => counts[MEMBERS.has(roles[i]) ? 1 : 0];
  tokens.forEach(({ text }, i) => {
    if (counted(i)) mapOf(i).set(text, (mapOf(i).get(text) ?? 0) + 1);
  });
  return mapCodes(tokens.length, (i) =>
    counted(i) ? occurrenceBucket(mapOf(i).get(tokens[i].text) ?? 0) : known[i],
  );
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
  const groups = mapCodes(tokens.length, (i) => {
    const key = tokenKey(tokens[i]);
    const known = groupOf.get(key);
    if (known !== undefined) return known;
    groupOf.set(key, groupOf.size);
    return groupOf.size - 1;
  });
  return { groups, groupOf };
}
