import { canonicalName } from '../../python/names/canonical-name';
import { HOST_NAMES } from '../../python/names/runtime-names';
import type { TokenEdit } from '../../processing/encoding/encode';
import type { Edit } from '../../records/sample';
import { forcedKind } from './forced-syntax';
import { isOnlyNearName } from './near-names';
import type { Change } from '../changes';
import type { Program } from '../program';
import type { Candidate } from '../proposals';
import type { Unit } from './units';

/**
 * True when an edit of a program that parses follows from it: one undefined name becomes the only name near it that is
 * bound there, and no use comes before its definition because of that. That the fault is gone is no proof: any name, and
 * no name at all, would do that.
 * @param unit the part of the program that the edit stays in; null: the whole
 */
export function isVouchedName(program: Program, edit: Edit, change: Change, unit: Unit | null): boolean {
  const [start, end] = edit.tokenSpan;
  const [wrong, right] = [program.tokens[start], edit.replacement[0]];
  if (end - start !== 1 || edit.replacement.length !== 1) return false;
  if (wrong.kind !== 'name' || right.kind !== 'name') return false;
  const [from, to] = [canonicalName(wrong.text), canonicalName(right.text)];
  if (!program.undefinedNames.counts.has(from) || program.undefinedNames.open || HOST_NAMES.has(from))
    return false;
  return (
    isOnlyNearName(program.names.scopes, start, from, to) && program.names.keepsValues(edit, change, unit)
  );
}

/**
 * Kinds whose place is not forced: a bracket may close earlier, a comma may split elsewhere, `=` may be meant as `:=`.
 * For these the model must be surer than not. On planted syntax bugs that is where its confidence tells right from wrong.
 */
const UNSURE_PLACES: ReadonlySet<string> = new Set(['mark-inserted', 'slip']);
const SURER_THAN_NOT = 0.5;

/**
 * What CPython says of a line that stands between two open blocks, or on another one by each width of a tab. Each of the
 * blocks would do, and which one is meant decides what runs: the nearest is a guess.
 */
const ANY_BLOCK = /^(unindent does not match any outer|inconsistent use of tabs)/;

/** Where the parser stopped, and what it said. */
export interface ParserStop {
  /** Index of the token; undefined where the parser gives no place. */
  token: number | undefined;
  /** CPython's message. */
  message: string;
}

/**
 * True when an edit of a broken program follows from it, see {@link forcedKind}: of the kinds whose place is not forced,
 * when the parser itself asks for that mark at that place, or when the model is surer than not.
 */
export function isVouchedSyntax(
  { tokens }: Program,
  { edit, confidence }: Pick<Candidate, 'edit' | 'confidence'>,
  stop: ParserStop,
): boolean {
  const kind = forcedKind(tokens, edit);
  if (kind === null || ANY_BLOCK.test(stop.message)) return false;
  return !UNSURE_PLACES.has(kind) || isAskedFor(edit, stop) || confidence > SURER_THAN_NOT;
}

/** True for what CPython asks for: it says `expected ':'` of one place, and nothing else goes there. */
export function isAskedFor(
  { tokenSpan: [start, end], replacement }: TokenEdit,
  { token, message }: ParserStop,
): boolean {
  const [only] = replacement;
  return (
    start === end && start === token && replacement.length === 1 && message === `expected '${only.text}'`
  );
}
