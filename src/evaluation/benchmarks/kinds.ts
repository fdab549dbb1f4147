/**
 * The nine kinds of one-token bugs that `synthetic-9` is made of. A kind is read from the edit alone, so that mutants,
 * mined fixes and other people's benchmarks are told apart in the same way.
 */
import { lex } from '../../python/tokens/lexer';
import type { TokenEdit } from '../../processing/encoding/encode';
import { rightEdits } from '../../processing/encoding/target-edit';
import type { Sample, TokenText } from '../../records/sample';

/** The kinds, in the order of tables; each names what is wrong with the buggy code. */
export const BUG_KINDS = [
  'operator',
  'wrong-name',
  'missing-not',
  'added-not',
  'deleted-punctuation',
  'added-punctuation',
  'wrong-punctuation',
  'deleted-keyword',
  'wrong-keyword',
] as const;
/** One of {@link BUG_KINDS}. */
export type BugKind = (typeof BUG_KINDS)[number];

/** Marks that stand between things; all other `op` tokens work on values. */
const PUNCTUATION = new Set(['(', ')', '[', ']', '{', '}', ',', ':', '.', ';', '@', '->', '...']);
/** Keywords that are operators: where one stands for another operator, that is what is wrong. */
const WORD_OPERATORS = new Set(['and', 'or', 'in', 'is']);
/** Keywords that are values; a wrong one is a wrong literal. */
const LITERALS = new Set(['True', 'False', 'None']);

/**
 * The kind of a bug whose fix is `edit`; null when the fix touches more than one token (it may delete one, insert one,
 * or replace one by one) or when it is none of the nine, as wrong literals, strings and layout are.
 * @param tokens tokens of the buggy code that `edit` counts
 */
export function kindOfEdit(tokens: readonly TokenText[], edit: TokenEdit): BugKind | null {
  const [start, end] = edit.tokenSpan;
  const { replacement } = edit;
  if (end - start > 1 || replacement.length > 1) return null;
  const wrong = end > start ? tokens[start] : undefined;
  const right = replacement.at(0);
  if (wrong && right) return kindOfReplacement(wrong, right);
  if (right) return kindOfMissing(right);
  return wrong ? kindOfAdded(wrong) : null;
}

/** {@link kindOfEdit} of a sample with one bug; null for clean code and several bugs. */
export function kindOfSample({
  before,
  after,
  edits,
}: Pick<Sample, 'before' | 'after' | 'edits'>): BugKind | null {
  if (before === after) return null;
  const tokens = lex(before);
  const right = rightEdits(edits, tokens, lex(after));
  return right.length === 1 ? kindOfEdit(tokens, right[0]) : null;
}

function kindOfReplacement(wrong: TokenText, right: TokenText): BugKind | null {
  if (isOperator(wrong) && isOperator(right)) return 'operator';
  if (wrong.kind === 'name' && right.kind === 'name') return 'wrong-name';
  if (wrong.kind === 'op' && right.kind === 'op') return 'wrong-punctuation';
  if (isKeyword(right)) return 'wrong-keyword';
  return null;
}

function kindOfMissing(right: TokenText): BugKind | null {
  if (isNot(right)) return 'missing-not';
  if (right.kind === 'op') return 'deleted-punctuation';
  return isKeyword(right) ? 'deleted-keyword' : null;
}

function kindOfAdded(wrong: TokenText): BugKind | null {
  if (isNot(wrong)) return 'added-not';
  if (wrong.kind === 'op') return 'added-punctuation';
  return isKeyword(wrong) ? 'wrong-keyword' : null;
}

function isNot({ kind, text }: TokenText): boolean {
  return kind === 'keyword' && text === 'not';
}

function isOperator({ kind, text }: TokenText): boolean {
  return kind === 'op' ? !PUNCTUATION.has(text) : kind === 'keyword' && WORD_OPERATORS.has(text);
}

/** A keyword that builds statements or expressions. */
function isKeyword({ kind, text }: TokenText): boolean {
  return kind === 'keyword' && text !== 'not' && !LITERALS.has(text);
}
