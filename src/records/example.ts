/**
 * The Example record: what the model eats. Plain arrays of fixed meaning, one entry a program token of a window;
 * batches pad them (src/training). Stored in processed shards as little-endian binary columns.
 */
import type { TokenFeatureArrays } from './token-features';

export { BINDINGS, DISTANCE_BUCKETS, type Binding } from './token-features';

/** Version of the layout below; part of shard metadata and checkpoints. */
export const EXAMPLE_VERSION = 4;

/** Most program tokens of any model's window, the closing END included: a byte numbers the distinct ones. */
export const MAX_WINDOW_TOKENS = 256;

/** Most BPE pieces kept of one program token; longer tokens are cut. */
export const MAX_PIECES = 6;

/** Replacement slots K: an edit writes at most this many tokens. */
export const SLOTS = 8;

/** Most program tokens an edit may replace (j - i). */
export const MAX_SPAN = 8;

/** True for an edit that the model can write: it replaces at most MAX_SPAN tokens by at most SLOTS. */
export function fitsModel({
  tokenSpan: [start, end],
  replacement,
}: {
  tokenSpan: readonly [number, number];
  replacement: readonly unknown[];
}): boolean {
  return end - start <= MAX_SPAN && replacement.length <= SLOTS;
}

/** One token an edit should write, seen four ways; -1 where that way cannot render it. */
export interface SlotTarget {
  /** Value of `copyGroup` shared by every window token that renders this text. */
  copyGroup: number;
  /** Index in the closed vocabulary. */
  vocabulary: number;
  /** BPE id when the token is a name of one piece. */
  piece: number;
  /** Index in the window's {@link ExampleNames}. */
  name: number;
  /** Index in TOKEN_KINDS; with `pieces` what the next slot is told of this one. */
  kind: number;
  /** BPE ids, at most MAX_PIECES. */
  pieces: readonly number[];
}

/** True for a token that slots can write. */
export function isRenderable({ copyGroup, vocabulary, piece, name }: SlotTarget): boolean {
  return Math.max(copyGroup, vocabulary, piece, name) >= 0;
}

/** Names of the file that slots may write: M of them, at most MAX_FILE_NAMES. None of them stands in the window. */
export interface ExampleNames {
  /** [M] */
  texts: readonly string[];
  /** [M * MAX_PIECES] BPE ids, 0 = padding. */
  pieces: Uint16Array;
  /** [M] bit i: `NAME_TRAITS[i]` is true of it. */
  traits: Uint16Array;
  /** [M] 1 + the copy group of the window's name that it is a slip of the hand away from; 0 = none. */
  near: Uint16Array;
}

/** No names: rows without a bug are not asked for any. */
export const NO_NAMES: ExampleNames = Object.freeze({
  texts: [],
  pieces: new Uint16Array(0),
  traits: new Uint16Array(0),
  near: new Uint16Array(0),
});

/** Location of rows that are not asked where a bug is. */
export const NOT_ASKED = -1;

/** A token that is hidden, or another in its place: what a slot should write there when it is told the place. */
export interface Fill {
  /** Index of the token in the window. */
  token: number;
  /** True where another token stands in its place, which the model is asked to find; false where nothing is shown. */
  replaced: boolean;
  /** Of a replaced token that cannot be written all ways are -1: it is asked for its place alone. */
  slot: SlotTarget;
}

/** What the model should answer. */
export interface ExampleTarget {
  /** 0 = no bug; 1 + i = the edit starts at token i; {@link NOT_ASKED} = the row asks for its fills alone. */
  location: number;
  /** Length of the replaced span, 0..MAX_SPAN (0 = insertion). Meaningless when location is 0. */
  spanLength: number;
  /** Tokens to write, 0..SLOTS of them; the remaining slots are EMPTY. */
  slots: SlotTarget[];
  /** Taxonomy code (append-only integer); 0 = none. */
  bugType: number;
}

/**
 * One window, encoded. S is its number of program tokens, the closing END included. Beside the fields below it has one
 * `[S]` array for each of TOKEN_FEATURES (kinds, indents, bindings, roles, ...).
 */
export interface Example extends TokenFeatureArrays {
  /** Sample this window was cut from. */
  sampleId: string;
  /** Index of the window's first token in the sample's token list. */
  firstToken: number;
  /** S. */
  length: number;
  /** The sample's difficulty, 1..5; 0 for clean code and where it is not known. */
  difficulty: number;
  /** Where the row comes from, a place in `ROW_ORIGINS`; the model is not told. */
  origin: number;
  /** [S * MAX_PIECES] BPE ids, 0 = padding. */
  pieces: Uint16Array;
  /** [S] tokens of equal kind and text share a number (0-based, by first occurrence). */
  copyGroups: Uint8Array;
  names: ExampleNames;
  /** Tokens that are hidden or replaced in this row; none in rows that ask for an edit. */
  fills: readonly Fill[];
  target: ExampleTarget;
}
