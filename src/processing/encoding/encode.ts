import {
  isRenderable,
  MAX_PIECES,
  MAX_SPAN,
  MAX_WINDOW_TOKENS,
  NO_NAMES,
  SLOTS,
  type Example,
  type ExampleTarget,
  type SlotTarget,
} from '../../records/example';
import { TOKEN_KINDS, type Edit, type TokenText } from '../../records/sample';
import { tokenKey, type ClosedVocabulary } from '../vocabulary/closed-vocabulary';
import {
  bracketDepths,
  copyGroups,
  indentLevels,
  kindCode,
  mapCodes,
  nameDistances,
  occurrenceBuckets,
} from './features';
import { encodeNames, namesForWindow, type NameSource } from './file-names';
import { FACT_NAMES, type TokenFacts } from './token-facts';
import type { Tokenizer } from '../tokenizer/tokenizer';

/** Why a window cannot become an Example. */
export const ENCODE_DROPS = [
  'too_long',
  'edit_outside_window',
  'span_too_long',
  'replacement_too_long',
  'unrenderable_token',
  'no_change',
] as const;
/** One of {@link ENCODE_DROPS}. */
export type EncodeDrop = (typeof ENCODE_DROPS)[number];

/** An answer of the encoder that is no Example. */
export interface Dropped<Reason extends string = EncodeDrop> {
  dropped: Reason;
}

/** True when the encoder gave a reason instead of an Example. */
export function isDropped<R extends string>(result: object | Dropped<R>): result is Dropped<R> {
  return 'dropped' in result;
}

/** A stretch of tokens, [firstToken, endToken). */
export interface WindowSpan {
  firstToken: number;
  endToken: number;
}

/** The part of an Edit that the encoder needs. */
export type TokenEdit = Pick<Edit, 'tokenSpan' | 'replacement'>;

/** What {@link encodeWindow} reads. */
export interface EncodeWindowOptions {
  /** All tokens of the function or file. */
  tokens: readonly TokenText[];
  /**
   * The window. When its last token is no `end`, an END is added, so at most {@link MAX_WINDOW_TOKENS} - 1 tokens
   * fit then.
   */
  window: WindowSpan;
  /** Of all `tokens`, made once and used for every window. */
  facts: TokenFacts;
  /** The fix, in indices of `tokens`; absent or null for code that is taken as clean, or at inference. */
  edit?: TokenEdit | null;
  /** Taxonomy code of the bug. Default 0 = none or not known. */
  bugType?: number;
  /** 1..5 of a bug, 0 for clean code and where it is not known. Default 0. */
  difficulty?: number;
  /** Place in `ROW_ORIGINS`. Default 0 = code as it stands somewhere. */
  origin?: number;
  /** Index in `tokens` of the token at which the parser stopped; absent or null when it did not. */
  stoppedAt?: number | null;
  /** Where names come from that stand outside the window. Default null: none are given. */
  names?: NameSource | null;
  /** Written into the Example. Default ''. */
  sampleId?: string;
  tokenizer: Tokenizer;
  vocabulary: ClosedVocabulary;
}

const END: TokenText = { kind: 'end', text: '' };

/**
 * Turns one window into what the model reads, and the edit into what it should answer. Used for training data and
 * for repair alike, so that both see the same features. Of several equal minimal edits the leftmost is the target.
 * @returns the Example, or the reason why there is none
 */
export function encodeWindow(options: EncodeWindowOptions): Example | Dropped {
  const { tokens, window, facts, edit = null, bugType = 0, stoppedAt = null } = options;
  const { firstToken, endToken } = window;
  const inside = tokens.slice(firstToken, endToken);
  if (inside.length === 0 || inside[inside.length - 1].kind !== 'end') inside.push(END);
  const length = inside.length;
  if (length > MAX_WINDOW_TOKENS) return { dropped: 'too_long' };

  const { groups, groupOf } = copyGroups(inside);
  const names = options.names
    ? encodeNames(namesForWindow(inside, options.names), inside, { ...options, groupOf })
    : NO_NAMES;
  const target = edit
    ? encodeTarget(leftmostEdit(tokens, edit, firstToken), {
        ...options,
        length,
        groupOf,
        nameTexts: names.texts,
        bugType,
      })
    : { location: 0, spanLength: 0, slots: [], bugType: 0 };
  if (isDropped(target)) return target;

  const pieces = new Uint16Array(length * MAX_PIECES);
  for (let i = 0; i < length; i++) {
    const ids = options.tokenizer.encode(inside[i]);
    for (let k = 0; k < ids.length; k++) pieces[i * MAX_PIECES + k] = ids[k];
  }
  const { previous, next } = nameDistances(inside);
  // The END that was added has no facts of its own.
  const own = inside[length - 1] === END ? length - 1 : length;
  const cutOf = (values: Uint8Array): Uint8Array => {
    // Whole functions are the rule: their arrays need no copy.
    if (own === length && values.length === length) return values;
    const part = new Uint8Array(length);
    part.set(values.subarray(firstToken, firstToken + own));
    return part;
  };
  const cut = Object.fromEntries(FACT_NAMES.map((name) => [name, cutOf(facts[name])])) as Pick<
    TokenFacts,
    (typeof FACT_NAMES)[number]
  >;
  const known = cutOf(facts.occurrences);
  const stopped = new Uint8Array(length);
  const stop = stoppedAt === null ? -1 : stoppedAt - firstToken;
  if (stop >= 0 && stop < length) stopped[stop] = 1;
  return {
    sampleId: options.sampleId ?? '',
    firstToken,
    length,
    difficulty: options.difficulty ?? 0,
    origin: options.origin ?? 0,
    pieces,
    ...cut,
    occurrences: occurrenceBuckets(inside, known, cut.roles),
    kinds: mapCodes(length, (i) => kindCode(inside[i].kind)),
    indents: indentLevels(inside),
    depths: bracketDepths(inside),
    previousSame: previous,
    nextSame: next,
    stopped,
    copyGroups: groups,
    names,
    fills: [],
    target,
  };
}

interface TargetContext {
  window: WindowSpan;
  length: number;
  groupOf: ReadonlyMap<string, number>;
  nameTexts: readonly string[];
  bugType: number;
  tokenizer: Tokenizer;
  vocabulary: ClosedVocabulary;
}

function encodeTarget(edit: TokenEdit, context: TargetContext): ExampleTarget | Dropped {
  const [start, end] = edit.tokenSpan;
  const { firstToken } = context.window;
  if (start === end && edit.replacement.length === 0) return { dropped: 'no_change' };
  if (end - start > MAX_SPAN) return { dropped: 'span_too_long' };
  // The END itself is a place to insert before, never a token to replace.
  if (start < firstToken || end > firstToken + context.length - 1) return { dropped: 'edit_outside_window' };
  if (edit.replacement.length > SLOTS) return { dropped: 'replacement_too_long' };
  const slots = edit.replacement.map((token) => slotTarget(token, context));
  if (!slots.every(isRenderable)) return { dropped: 'unrenderable_token' };
  return { location: 1 + start - firstToken, spanLength: end - start, slots, bugType: context.bugType };
}

/** The ways in which a slot can write `token`. */
export function slotTarget(
  token: TokenText,
  {
    groupOf,
    nameTexts,
    vocabulary,
    tokenizer,
  }: Pick<TargetContext, 'groupOf' | 'nameTexts' | 'vocabulary' | 'tokenizer'>,
): SlotTarget {
  const pieces = token.kind === 'name' ? tokenizer.encodeToken(token.text) : [];
  return {
    copyGroup: groupOf.get(tokenKey(token)) ?? -1,
    vocabulary: vocabulary.indexOf(token),
    piece: pieces.length === 1 ? pieces[0] : -1,
    name: token.kind === 'name' ? nameTexts.indexOf(token.text) : -1,
    kind: TOKEN_KINDS.indexOf(token.kind),
    pieces: [...tokenizer.encode(token)],
  };
}

/**
 * Slides a pure insertion or deletion as far left as the result stays the same: `a b b` -> `a b` deletes the
 * first `b`. An edit that does both is already unique once it is minimal.
 * @param least do not slide before this token. Default 0
 */
export function leftmostEdit(tokens: readonly TokenText[], edit: TokenEdit, least = 0): TokenEdit {
  let [start, end] = edit.tokenSpan;
  const replacement = [...edit.replacement];
  if (start !== end && replacement.length > 0) return edit;
  while (start > least) {
    const before = tokens[start - 1];
    const last = start === end ? replacement[replacement.length - 1] : tokens[end - 1];
    if (last === undefined || tokenKey(before) !== tokenKey(last)) break;
    if (start === end) {
      replacement.pop();
      replacement.unshift(before);
    }
    start--;
    end--;
  }
  return { tokenSpan: [start, end], replacement };
}
