import { seedStream, type Rng } from '../../core/rng';
import { cutStretch } from '../../python/structure/windows';
import { lex } from '../../python/tokens/lexer';
import type { Token } from '../../python/tokens/token';
import { MAX_WINDOW_TOKENS, type Example } from '../../records/example';
import { NO_SURROUNDINGS, type Surroundings } from '../../records/file-context';
import type { Sample } from '../../records/sample';
import { bugType } from '../../taxonomy/table';
import type { ClosedVocabulary } from '../vocabulary/closed-vocabulary';
import { encodeWindow, type Dropped, type TokenEdit, type WindowSpan } from './encode';
import { targetEdit } from './target-edit';
import { tokenFacts } from './token-facts';
import type { Tokenizer } from '../tokenizer/tokenizer';

/** Settings of {@link encodeSample}. */
export interface EncodeSampleOptions {
  tokenizer: Tokenizer;
  vocabulary: ClosedVocabulary;
  /** What the file says around the function. Default: nothing. */
  surroundings?: Surroundings;
  /** Most tokens of the window, END included. Default {@link MAX_WINDOW_TOKENS}. */
  maxTokens?: number;
  /** Give the window the names around it that slots may write. Default: where there is an edit to write. */
  withNames?: boolean;
  /** Stream that picks the window of a long function. Default: one seeded with the sample's id. */
  rng?: Rng;
  /** Place in `ROW_ORIGINS`. Default 0 = code as it stands somewhere. */
  origin?: number;
  /** Index of the token of `before` at which the parser stopped. Default null. */
  stoppedAt?: number | null;
}

/** The fields of a Sample that encoding reads. */
export type EncodableSample = Pick<Sample, 'id' | 'before' | 'after' | 'edits' | 'bugType' | 'difficulty'>;

/**
 * Encodes a sample's `before`, with the smallest single edit to `after` as the target, or the leftmost edit of several
 * bugs (see {@link targetEdit}). Of a function that is too long one window is taken, see {@link pickWindow}.
 * @returns the Example, or the reason why there is none
 * @throws UserError when the bug type is not in the taxonomy
 */
export function encodeSample(sample: EncodableSample, options: EncodeSampleOptions): Example | Dropped {
  const { tokenizer, vocabulary, surroundings = NO_SURROUNDINGS } = options;
  const { maxTokens = MAX_WINDOW_TOKENS, stoppedAt = null } = options;
  const tokens = lex(sample.before);
  const edit = sample.before === sample.after ? null : targetEdit(sample.edits, tokens, lex(sample.after));
  const window = pickWindow(tokens, edit, maxTokens, options.rng ?? seedStream(0, 'window', sample.id));
  const { withNames = edit !== null } = options;
  return encodeWindow({
    tokens,
    window,
    names: withNames ? { surroundings, functionTokens: tokens } : null,
    facts: tokenFacts(tokens, surroundings),
    edit,
    bugType: edit && sample.bugType !== null ? bugType(sample.bugType).code : 0,
    difficulty: edit ? sample.difficulty : 0,
    origin: options.origin,
    stoppedAt,
    sampleId: sample.id,
    tokenizer,
    vocabulary,
  });
}

/**
 * The whole function where it fits, else one of the windows that repair cuts it into, at random; of a function with a
 * bug one that holds the edit. Cut anywhere else, a model would learn from windows that it is never asked about:
 * repair's begin with the function or share a quarter with the one before, and the last is short.
 * @param maxTokens END included
 */
export function pickWindow(
  tokens: readonly Token[],
  edit: TokenEdit | null,
  maxTokens: number,
  rng: Rng,
): WindowSpan {
  if (tokens.length <= maxTokens) return { firstToken: 0, endToken: tokens.length };
  const last = tokens.length - 1;
  const windows = cutStretch(tokens, [0, last], { maxTokens: maxTokens - 1 });
  const [start, end] = edit?.tokenSpan ?? [0, 0];
  // What is inserted at a cut belongs to the window behind it, which has more of the code around.
  const holds = ([from, to]: readonly [number, number]): boolean =>
    from <= start && end <= to && (start < to || to === last);
  const holding = edit ? windows.filter(holds) : windows;
  // An edit that no window holds is the encoder's to refuse.
  const [firstToken, endToken] = rng.pick(holding.length > 0 ? holding : windows);
  return { firstToken, endToken };
}
