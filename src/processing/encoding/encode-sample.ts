import { seedStream, type Rng } from '../../core/rng';
import { lex } from '../../python/tokens/lexer';
import type { Token } from '../../python/tokens/token';
import type { Example } from '../../records/example';
import { NO_SURROUNDINGS, type Surroundings } from '../../records/file-context';
import type { Sample } from '../../records/sample';
import { bugType } from '../../taxonomy/table';
import type { ClosedVocabulary } from '../vocabulary/closed-vocabulary';
import { MAX_WINDOW_TOKENS, encodeWindow, type Dropped, type TokenEdit, type WindowSpan } from './encode';
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
  /** Stream that places the window of a long function. Default: one seeded with the sample's id. */
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
 * bugs (see {@link targetEdit}). Functions that are too long
 * are cut to a window that holds the edit, at a random place; clean ones likewise.
 * @returns the Example, or the reason why there is none
 * @throws UserError when the bug type is not in the taxonomy
 */
export function encodeSample(sample: EncodableSample, options: EncodeSampleOptions): Example | Dropped {
  const { tokenizer, vocabulary, surroundings = NO_SURROUNDINGS } = options;
  const { maxTokens = MAX_WINDOW_TOKENS, stoppedAt = null } = options;
  const tokens = lex(sample.before);
  const edit = sample.before === sample.after ? null : targetEdit(sample.edits, tokens, lex(sample.after));
  const window =
    tokens.length <= maxTokens
      ? { firstToken: 0, endToken: tokens.length }
      : cutWindow(tokens, edit, maxTokens, options.rng ?? seedStream(0, 'window', sample.id));
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
 * A window of at most `maxTokens` (with the END that the encoder adds) that holds the whole edit, cut at line
 * starts as windows of a file are. It starts at a random line, or so that it ends with the function's own END;
 * a single line that is too long is cut anywhere.
 */
export function cutWindow(
  tokens: readonly Token[],
  edit: TokenEdit | null,
  maxTokens: number,
  rng: Rng,
): WindowSpan {
  const size = maxTokens - 1;
  // The last token is `end`: a window that reaches it needs no END of its own.
  const last = tokens.length - 1 - size;
  const [start, end] = edit?.tokenSpan ?? [last, 0];
  const first = Math.max(0, Math.min(end, tokens.length - 1) - size);
  const latest = Math.max(first, Math.min(start, last));
  const places: number[] = [];
  for (let i = first; i <= latest; i++) if (startsLine(tokens, i) || i === last) places.push(i);
  const firstToken = places.length > 0 ? rng.pick(places) : first + rng.int(latest - first + 1);
  if (firstToken === last) return { firstToken, endToken: tokens.length };
  let endToken = firstToken + size;
  while (endToken > Math.max(end, firstToken + 1) && !startsLine(tokens, endToken)) endToken--;
  return { firstToken, endToken: startsLine(tokens, endToken) ? endToken : firstToken + size };
}

function startsLine(tokens: readonly Token[], index: number): boolean {
  return index === 0 || tokens[index - 1].kind === 'newline';
}
