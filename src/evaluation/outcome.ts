import { sameTokens } from '../python/edits/edits';
import { lex } from '../python/tokens/lexer';
import type { Token } from '../python/tokens/token';
import { rightEdits } from '../processing/encoding/target-edit';
import type { TokenEdit } from '../processing/encoding/encode';
import type { Example } from '../records/example';
import type { Sample, TokenText } from '../records/sample';
import { bugTypeByCode } from '../taxonomy/table';
import type { PredictWindow, Prediction } from '../trm/predict';
import type { Proposal } from '../trm/proposals';

/** A sample of the test or validation split, ready to be judged. */
export interface Case {
  sample: Sample;
  example: Example;
  /** Tokens of `sample.before`. */
  before: readonly Token[];
  /** Right answers, the target first: one edit, or one of each bug where a sample has several. Empty for clean code. */
  right: readonly TokenEdit[];
}

/** What the model made of one case. Accuracies of clean functions are null: they have nothing to find. */
export interface Outcome {
  clean: boolean;
  /** The model's answer is "no bug". */
  quiet: boolean;
  /** The most probable edit, whether or not the answer is "no bug"; null when there is none. */
  proposal: Proposal | null;
  /** Exactly right, and the answer is not "no bug". */
  joint: boolean | null;
  /** The most probable edit is exactly right, whatever the answer is: what the calibration learns from. */
  exact: boolean;
  location: boolean | null;
  span: boolean | null;
  /** The right tokens are written, at whatever place. */
  contentAnywhere: boolean | null;
  /** Exactly right when told the location. */
  contentGivenPlace: boolean | null;
  bugType: boolean | null;
}

/** Pairs a sample with its example. */
export function createCase(sample: Sample, example: Example): Case {
  const before = lex(sample.before);
  return { sample, example, before, right: rightEdits(sample.edits, before, lex(sample.after)) };
}

/** True for functions without a bug. */
export function isClean({ example }: Case): boolean {
  return example.target.location === 0;
}

/** The window to predict. With `given`, the location of the right edit is told. */
export function predictWindow({ example, before }: Case, given = false): PredictWindow {
  const tokens = before.slice(example.firstToken, example.firstToken + example.length);
  return { example, tokens, ...(given && { allowedStarts: [example.target.location - 1] }) };
}

/**
 * Judges the most probable edit by its result: the edited function's tokens must be those of the fixed one, so an
 * edit at an equivalent place counts, and nothing else does. Of several bugs any one may be mended, as a repair in
 * rounds would; the rest of the function must stay as it is. `contentGivenPlace` and `bugType` speak of the leftmost one.
 */
export function judgeCase(item: Case, prediction: Prediction, given: Prediction | null): Outcome {
  const { sample } = item;
  const proposal = prediction.proposals.at(0) ?? null;
  const clean = isClean(item);
  const quiet = prediction.answersNoBug;
  const exact = !clean && proposal !== null && isExactEdit(item, editOf(item, proposal));
  if (clean || proposal === null) {
    const none = clean ? null : false;
    return {
      clean,
      quiet,
      proposal,
      exact,
      joint: none,
      location: none,
      span: none,
      contentAnywhere: none,
      contentGivenPlace: clean ? null : isGivenExact(item, given),
      bugType: sample.bugType === null ? null : none,
    };
  }
  const { tokenSpan, replacement } = editOf(item, proposal);
  const here = quiet ? [] : item.right.filter((edit) => edit.tokenSpan[0] === tokenSpan[0]);
  return {
    clean,
    quiet,
    proposal,
    exact,
    joint: !quiet && exact,
    location: here.length > 0,
    span: here.some((edit) => edit.tokenSpan[1] === tokenSpan[1]),
    contentAnywhere: !quiet && item.right.some((edit) => sameTokens(replacement, edit.replacement)),
    contentGivenPlace: isGivenExact(item, given),
    bugType:
      sample.bugType === null ? null : !quiet && bugTypeByCode(proposal.bugType)?.id === sample.bugType,
  };
}

/** The tokens that the target edit writes. */
export function expectedTokens({ right }: Case): readonly TokenText[] {
  return right.at(0)?.replacement ?? [];
}

/** Tokens as one line of text; layout in angle brackets. */
export function showTokens(tokens: readonly TokenText[]): string {
  return tokens.map(({ kind, text }) => text || `<${kind}>`).join(' ');
}

/** True when an edit of the function's tokens has exactly the result of one of the right ones. */
export function isExactEdit({ before, right }: Case, edit: TokenEdit): boolean {
  if (edit.tokenSpan[1] >= before.length) return false;
  const result = edited(before, edit);
  return right.some((answer) => sameTokens(result, edited(before, answer)));
}

function edited(tokens: readonly TokenText[], { tokenSpan, replacement }: TokenEdit): TokenText[] {
  return [...tokens.slice(0, tokenSpan[0]), ...replacement, ...tokens.slice(tokenSpan[1])];
}

/** A proposal as an edit of the function's tokens. */
export function editOf({ example }: Case, { location, spanLength, replacement }: Proposal): TokenEdit {
  const start = example.firstToken + location;
  return { tokenSpan: [start, start + spanLength], replacement };
}

function isGivenExact(item: Case, given: Prediction | null): boolean {
  const proposal = given?.proposals.at(0);
  return proposal !== undefined && isExactEdit(item, editOf(item, proposal));
}
