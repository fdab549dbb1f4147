import { z } from 'zod';
import { DataError } from '../../core/errors';
import { hashJson } from '../../core/hash';
import { parseJson } from '../../core/files';
import { KEYWORDS } from '../../python/tokens/lexer';
import { MAX_PIECES } from '../../records/example';
import type { TokenKind, TokenText } from '../../records/sample';
import { BYTE_TO_CHARACTER, SORTED_ALPHABET, decodeByteLevel } from './byte-alphabet';
import { learnMerges } from './learn-merges';
import { pairKey } from './pair-queue';

/** Version of the special entries and of how token texts become pieces; written to `metadata.json`. */
export const TOKENIZER_VERSION = 1;

/**
 * Entries that no text encodes to, in id order: the brackets are outside the byte alphabet, so that a string
 * in a program can never be taken for one. They carry the tokens that have no text.
 */
export const SPECIAL_PIECES = [
  '⟨pad⟩',
  '⟨newline⟩',
  '⟨indent⟩',
  '⟨dedent⟩',
  '⟨end⟩',
  '⟨empty⟩',
  '⟨error⟩',
] as const;

/** Id of padding: the value of unused places in an Example's `pieces`. */
export const PAD_PIECE = 0;

/** Id that stands for an EMPTY slot (entry 0 of the closed vocabulary). */
export const EMPTY_PIECE = 5;

const LAYOUT_PIECES: Readonly<Partial<Record<TokenKind, readonly number[]>>> = {
  newline: [1],
  indent: [2],
  dedent: [3],
  end: [4],
  'error-indent': [6],
};

/** Characters of a token that are encoded for the model; {@link MAX_PIECES} pieces rarely reach farther. */
export const MAX_TOKEN_CHARACTERS = 64;

/** Least size of a vocabulary: the special entries and the bytes. */
export const MIN_VOCABULARY_SIZE = SPECIAL_PIECES.length + 256;

/** Most ids a Uint16 holds. */
export const MAX_VOCABULARY_SIZE = 65536;

/** Byte-level BPE over program tokens. Pure but for its memo of pieces. */
export interface Tokenizer {
  /** Number of ids, special ones included. */
  readonly size: number;
  /** SHA-256 of {@link Tokenizer.toJSON} in canonical form. */
  readonly hash: string;
  /** All BPE ids of a text, taken as one word: exactly what Hugging Face tokenizers give for it. */
  encodeToken(text: string): readonly number[];
  /**
   * Ids of a program token as the model reads it: the special id of layout tokens, else the first
   * {@link MAX_PIECES} of its first {@link MAX_TOKEN_CHARACTERS} characters. 1..MAX_PIECES ids.
   */
  encode(token: TokenText): readonly number[];
  /** The name (no keyword) that a piece spells and that encodes to this piece alone; null for every other piece. */
  nameOf(id: number): string | null;
  /** The content of Hugging Face's `tokenizer.json`. */
  toJSON(): TokenizerJson;
}

const tokenizerJsonSchema = z.looseObject({
  version: z.literal('1.0'),
  pre_tokenizer: z.looseObject({ type: z.literal('ByteLevel'), use_regex: z.literal(false) }),
  model: z.looseObject({
    type: z.literal('BPE'),
    // No z.record: it would lose the entry "__proto__", which Python code can well hold.
    vocab: z.custom<Record<string, number>>(isVocabulary, 'expected a map of entry to id'),
    merges: z.array(z.tuple([z.string(), z.string()])),
  }),
});

/** Hugging Face's tokenizer file, as far as this project writes it. */
export type TokenizerJson = z.infer<typeof tokenizerJsonSchema>;

/** Settings of {@link trainTokenizer}. */
export interface TrainTokenizerOptions {
  /** Most ids, {@link MIN_VOCABULARY_SIZE}..65,536; fewer come out of a small corpus. Default 32,768. */
  vocabularySize?: number;
  /** Pairs seen less often are not merged. Default 2. */
  minCount?: number;
  /** Called now and then with the merges learnt; may throw to stop. */
  onProgress?: (done: number) => void;
}

/**
 * Trains on token texts with their counts. Texts are cut to {@link MAX_TOKEN_CHARACTERS} first: pieces of what the
 * model never reads would be wasted. The result depends on the counts only, not on the order of `words`.
 * @throws RangeError when `vocabularySize` is out of range
 */
export function trainTokenizer(
  words: Iterable<readonly [text: string, count: number]>,
  { vocabularySize = 32768, minCount, onProgress }: TrainTokenizerOptions = {},
): Tokenizer {
  if (!(vocabularySize >= MIN_VOCABULARY_SIZE && vocabularySize <= MAX_VOCABULARY_SIZE))
    throw new RangeError(
      `vocabularySize: expected ${MIN_VOCABULARY_SIZE}..${MAX_VOCABULARY_SIZE}, got ${vocabularySize}`,
    );
  const counts = new Map<string, number>();
  for (const [text, count] of words) {
    const cut = cutText(text);
    if (cut !== '') counts.set(cut, (counts.get(cut) ?? 0) + count);
  }
  const byteIds = baseIds();
  const corpus = Array.from(counts, ([text, count]) => [toByteIds(text, byteIds), count] as const);
  const pairs = learnMerges(corpus, {
    merges: vocabularySize - MIN_VOCABULARY_SIZE,
    firstId: MIN_VOCABULARY_SIZE,
    minCount,
    onProgress,
  });
  const entries: string[] = [...SPECIAL_PIECES, ...SORTED_ALPHABET];
  for (const [left, right] of pairs) entries.push(entries[left] + entries[right]);
  return new BpeTokenizer(entries, pairs);
}

/**
 * Reads `tokenizer.json` text that {@link Tokenizer.toJSON} made.
 * @throws DataError when it is another kind of tokenizer or damaged
 */
export function loadTokenizer(json: string, label = 'tokenizer.json'): Tokenizer {
  const { model } = parseJson(json, tokenizerJsonSchema, label);
  const ids = new Map(Object.entries(model.vocab));
  const expected = [
    ...SPECIAL_PIECES,
    ...SORTED_ALPHABET,
    ...model.merges.map(([left, right]) => left + right),
  ];
  const foreign = expected.findIndex((entry, id) => ids.get(entry) !== id);
  if (foreign >= 0 || ids.size !== expected.length)
    throw new DataError(
      `${label}: expected ${expected.length} entries (special ones, bytes, merges in order), ` +
        (foreign >= 0
          ? `got id ${ids.get(expected[foreign]) ?? 'none'} for "${expected[foreign]}" instead of ${foreign}`
          : `got ${ids.size}`),
      'use the tokenizer.json that the process stage wrote',
    );
  const idOf = (entry: string): number => {
    const id = ids.get(entry);
    if (id === undefined) throw new DataError(`${label}: a merge uses "${entry}", which is no entry`);
    return id;
  };
  return new BpeTokenizer(
    expected,
    model.merges.map(([left, right]) => [idOf(left), idOf(right)]),
  );
}

function isVocabulary(value: unknown): boolean {
  return (
    typeof value === 'object' && value !== null && Object.values(value).every((id) => Number.isInteger(id))
  );
}

/** The start of a text that the model reads; never half of a surrogate pair. */
function cutText(text: string): string {
  if (text.length <= MAX_TOKEN_CHARACTERS) return text;
  const last = text.charCodeAt(MAX_TOKEN_CHARACTERS - 1);
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? MAX_TOKEN_CHARACTERS - 1 : MAX_TOKEN_CHARACTERS);
}

/** Byte -> id of its one-byte piece. */
function baseIds(): Uint16Array {
  const rank = new Map(SORTED_ALPHABET.map((character, index) => [character, index]));
  return Uint16Array.from(
    BYTE_TO_CHARACTER,
    (character) => SPECIAL_PIECES.length + (rank.get(character) ?? 0),
  );
}

function toByteIds(text: string, byteIds: Uint16Array): number[] {
  return Array.from(Buffer.from(text, 'utf8'), (byte) => byteIds[byte]);
}

const IDENTIFIER = /^[\p{XID_Start}_][\p{XID_Continue}]*$/u;

/** Distinct texts remembered; beyond that the memo starts afresh, which bounds memory. */
const MEMO_SIZE = 262144;

class BpeTokenizer implements Tokenizer {
  readonly size: number;
  readonly hash: string;
  private readonly byteIds = baseIds();
  /** Pair -> rank; the piece it makes is `MIN_VOCABULARY_SIZE + rank`. */
  private readonly ranks: ReadonlyMap<number, number>;
  private readonly memo = new Map<string, readonly number[]>();
  /** What {@link nameOf} said before: predicting asks for the same pieces again and again. */
  private readonly names = new Map<number, string | null>();

  constructor(
    private readonly entries: readonly string[],
    private readonly pairs: readonly (readonly [number, number])[],
  ) {
    this.size = entries.length;
    this.ranks = new Map(pairs.map(([left, right], rank) => [pairKey(left, right), rank]));
    this.hash = hashJson(this.toJSON());
  }

  encodeToken(text: string): readonly number[] {
    return mergePieces(toByteIds(text, this.byteIds), this.ranks);
  }

  encode({ kind, text }: TokenText): readonly number[] {
    // The layout tokens' text is a line break or nothing; only their kind counts.
    const layout = LAYOUT_PIECES[kind];
    if (layout !== undefined) return layout;
    const known = this.memo.get(text);
    if (known !== undefined) return known;
    const pieces = this.encodeToken(cutText(text)).slice(0, MAX_PIECES);
    if (this.memo.size >= MEMO_SIZE) this.memo.clear();
    this.memo.set(text, pieces);
    return pieces;
  }

  nameOf(id: number): string | null {
    if (id < SPECIAL_PIECES.length || id >= this.size) return null;
    let name = this.names.get(id);
    if (name === undefined) this.names.set(id, (name = this.findName(id)));
    return name;
  }

  private findName(id: number): string | null {
    const text = decodeByteLevel(this.entries[id]);
    if (!IDENTIFIER.test(text) || KEYWORDS.has(text)) return null;
    const pieces = this.encodeToken(text);
    return pieces.length === 1 && pieces[0] === id ? text : null;
  }

  toJSON(): TokenizerJson {
    const byteLevel = { type: 'ByteLevel' as const, add_prefix_space: false, trim_offsets: true };
    return {
      version: '1.0',
      truncation: null,
      padding: null,
      added_tokens: [],
      normalizer: null,
      pre_tokenizer: { ...byteLevel, use_regex: false },
      post_processor: null,
      decoder: { ...byteLevel, use_regex: false },
      model: {
        type: 'BPE',
        dropout: null,
        unk_token: null,
        continuing_subword_prefix: null,
        end_of_word_suffix: null,
        fuse_unk: false,
        byte_fallback: false,
        ignore_merges: false,
        vocab: Object.fromEntries(this.entries.map((entry, id) => [entry, id])),
        merges: this.pairs.map(([left, right]) => [this.entries[left], this.entries[right]]),
      },
    };
  }
}

/**
 * Merges in place: always the pair learnt first, the leftmost of equals. Quadratic in the bytes of one token, which
 * beats a heap at the lengths that programs have.
 */
function mergePieces(pieces: number[], ranks: ReadonlyMap<number, number>): number[] {
  const rankAt = (i: number): number =>
    i + 1 < pieces.length ? (ranks.get(pairKey(pieces[i], pieces[i + 1])) ?? Infinity) : Infinity;
  const waiting = pieces.map((_, i) => rankAt(i));
  for (;;) {
    let best = 0;
    for (let i = 1; i < waiting.length; i++) if (waiting[i] < waiting[best]) best = i;
    const rank = waiting[best];
    if (rank === undefined || rank === Infinity) return pieces;
    pieces[best] = MIN_VOCABULARY_SIZE + rank;
    pieces.splice(best + 1, 1);
    waiting.splice(best + 1, 1);
    waiting[best] = rankAt(best);
    if (best > 0) waiting[best - 1] = rankAt(best - 1);
  }
}
