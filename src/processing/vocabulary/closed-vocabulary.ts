import { z } from 'zod';
import { DataError } from '../../core/errors';
import { parseJson } from '../../core/files';
import { hashJson } from '../../core/hash';
import { MAX_PIECES } from '../../records/example';
import { TOKEN_KINDS, tokenTextSchema, type TokenText } from '../../records/sample';
import { BASE_VOCABULARY } from './base-vocabulary';
import { EMPTY_PIECE, PAD_PIECE, type Tokenizer } from '../tokenizer/tokenizer';

/** Version of the file layout and of how entries are matched. */
export const CLOSED_VOCABULARY_VERSION = 1;

/** Entry of a slot that writes nothing. */
export const EMPTY_ENTRY = 0;

/** The tokens a slot can write by number. Immutable; grown by {@link buildClosedVocabulary} from an older one. */
export interface ClosedVocabulary {
  /** Entry 0 is EMPTY, written as `{kind: 'end', text: ''}`. */
  readonly entries: readonly TokenText[];
  readonly size: number;
  /** SHA-256 of version and entries. */
  readonly hash: string;
  /** Index of a token to write, -1 when it is not in the list (an `end` token never is). */
  indexOf(token: TokenText): number;
  /** The content of `closed.json`. */
  toJSON(): ClosedVocabularyJson;
}

const closedVocabularySchema = z.strictObject({
  version: z.literal(CLOSED_VOCABULARY_VERSION),
  entries: z.array(tokenTextSchema).min(1),
});

/** The file `vocabulary/closed.json`. */
export type ClosedVocabularyJson = z.infer<typeof closedVocabularySchema>;

/** Settings of {@link buildClosedVocabulary}. */
export interface BuildClosedVocabularyOptions {
  /** Entries wanted; fewer come out when `frequent` is short, never fewer than the older list has. Default 1024. */
  size?: number;
  /** List to grow; its entries keep their numbers. Default {@link BASE_VOCABULARY}. */
  base?: readonly TokenText[];
}

/**
 * The base list, then the most frequent other tokens of the training code.
 * @param frequent names, numbers and strings with counts, in any order; ties go by kind, then text
 */
export function buildClosedVocabulary(
  frequent: Iterable<readonly [token: TokenText, count: number]>,
  { size = 1024, base = BASE_VOCABULARY }: BuildClosedVocabularyOptions = {},
): ClosedVocabulary {
  const known = new Set(base.map(tokenKey));
  const candidates = Array.from(frequent, ([token, count]) => ({ token, count, key: tokenKey(token) }))
    .filter(({ key }) => !known.has(key))
    .sort((a, b) => b.count - a.count || (a.key < b.key ? -1 : 1));
  return createClosedVocabulary([
    ...base,
    ...candidates.slice(0, Math.max(0, size - base.length)).map(({ token }) => token),
  ]);
}

/**
 * Reads `closed.json` text.
 * @throws DataError when it is of another version, damaged, or has repeated entries
 */
export function loadClosedVocabulary(json: string, label = 'closed.json'): ClosedVocabulary {
  const { entries } = parseJson(json, closedVocabularySchema, label);
  if (entries[EMPTY_ENTRY].kind !== 'end')
    throw new DataError(`${label}: expected EMPTY (kind "end") as entry 0, got "${entries[0].kind}"`);
  if (new Set(entries.map(tokenKey)).size !== entries.length)
    throw new DataError(`${label}: expected distinct entries, got repeated ones`);
  return createClosedVocabulary(entries);
}

/**
 * BPE ids of every entry, for embeddings tied to the tokenizer's.
 * @returns `[size * MAX_PIECES]`, row by row, padded with {@link PAD_PIECE}
 */
export function vocabularyPieces(vocabulary: ClosedVocabulary, tokenizer: Tokenizer): Uint16Array {
  const rows = new Uint16Array(vocabulary.size * MAX_PIECES).fill(PAD_PIECE);
  vocabulary.entries.forEach((entry, index) => {
    rows.set(index === EMPTY_ENTRY ? [EMPTY_PIECE] : tokenizer.encode(entry), index * MAX_PIECES);
  });
  return rows;
}

function createClosedVocabulary(entries: readonly TokenText[]): ClosedVocabulary {
  const json: ClosedVocabularyJson = {
    version: CLOSED_VOCABULARY_VERSION,
    entries: entries.map(({ kind, text }) => ({ kind, text })),
  };
  const indices = new Map(entries.map((entry, index) => [tokenKey(entry), index]));
  indices.delete(tokenKey(entries[EMPTY_ENTRY]));
  return {
    entries: json.entries,
    size: entries.length,
    hash: hashJson(json),
    indexOf: (token) => indices.get(tokenKey(token)) ?? -1,
    toJSON: () => json,
  };
}

const KIND_CODE = new Map(TOKEN_KINDS.map((kind, code) => [kind, String.fromCharCode(code)]));

/** One string for kind and text. Layout tokens are equal whatever line break they were written with. */
export function tokenKey({ kind, text }: TokenText): string {
  const layout = kind === 'newline' || kind === 'indent' || kind === 'dedent' || kind === 'end';
  return `${KIND_CODE.get(kind)}${layout ? '' : text}`;
}
