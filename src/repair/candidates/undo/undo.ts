import { leftmostEdit, type TokenEdit } from '../../../processing/encoding/encode';
import { tokenKey } from '../../../processing/vocabulary/closed-vocabulary';
import { commonEnds } from '../../../core/text/common-ends';
import { sameToken } from '../../../python/edits/edits';
import { fitsModel } from '../../../records/example';
import type { TokenText } from '../../../records/sample';
import { compilesWithBug } from '../../../taxonomy/bug-type';
import { BUG_TYPES } from '../../../taxonomy/table';
import type { UndoPlace } from './place';
import { UNDO } from './table';

/** An edit that would undo a bug, were there one. */
export interface UndoEdit extends TokenEdit {
  /** Taxonomy ids of the bugs that it would undo. */
  bugTypes: readonly string[];
}

/** Types that more than forty edits of a usual statement could undo: they are tried where somebody names them. */
const WIDE = new Set(
  [
    'missing-synchronization cross-site-scripting path-traversal missing-escaping missing-sql-quoting missing-close',
    'missing-attribute-access missing-method-call missing-initialisation missing-rewind missing-condition wrong-unit',
    'cleartext-transmission uncommitted-session missing-frame-option wrong-format-arguments unsaved-model-change',
    'unchecked-http-status missing-keyword-argument wrong-logging-arguments missing-argument missing-normalisation',
    'incorrect-authorization lost-http-status missing-text-encoding missing-subscript lost-dimension missing-dtype',
    'filter-by-confusion queryset-or-object lost-query-clause parameter-not-passed-on array-truth-value',
    'changed-while-iterating missing-copy missing-resource-limit missing-conversion missing-fallback-value',
    'missing-module-prefix wrong-name missing-keyword missing-operator missing-operand malformed-arguments',
    'incomplete-block wrong-punctuation',
  ].flatMap((line) => line.split(' ')),
);

/**
 * Types whose undoing is tried of code that parses, or of code that does not.
 * @param named types that somebody suspects; those that many edits could undo are tried for these alone
 */
export function plausibleTypes(parses: boolean, named: readonly string[] = []): readonly string[] {
  return BUG_TYPES.filter((type) => compilesWithBug(type) === parses)
    .map(({ id }) => id)
    .filter((id) => !WIDE.has(id) || named.includes(id));
}

/**
 * Edits that could undo a bug of some types at a place, each once, in the form of the model's answers: smallest, leftmost, at
 * most as long as the model writes. Nothing says that there is a bug.
 */
export function undoAt(place: UndoPlace, bugTypes: readonly string[]): UndoEdit[] {
  const found = new Map<string, UndoEdit & { bugTypes: string[] }>();
  // Many types share what undoes them.
  const byUndo = new Map<(typeof UNDO)[string], string[]>();
  for (const id of bugTypes)
    if (Object.hasOwn(UNDO, id)) byUndo.set(UNDO[id], [...(byUndo.get(UNDO[id]) ?? []), id]);
  for (const [undo, ids] of byUndo)
    for (const edit of undo(place)) {
      const smallest = smallestEdit(place.tokens, edit);
      if (!smallest || !fitsModel(smallest)) continue;
      const key = editKey(smallest);
      const known = found.get(key);
      if (known) known.bugTypes.push(...ids.filter((id) => !known.bugTypes.includes(id)));
      else found.set(key, { ...smallest, bugTypes: [...ids] });
    }
  return [...found.values()];
}

/** An edit without the tokens that stay, as far left as it goes; null where nothing changes. */
export function smallestEdit(tokens: readonly TokenText[], edit: TokenEdit): TokenEdit | null {
  const [start, end] = edit.tokenSpan;
  // The END, and what lies behind it, stays.
  if (start < 0 || end > tokens.length - 1) return null;
  const removed = tokens.slice(start, end);
  const { start: head, end: tail } = commonEnds<TokenText>(removed, edit.replacement, sameToken, true);
  const replacement = edit.replacement.slice(head, edit.replacement.length - tail);
  const tokenSpan: [number, number] = [start + head, end - tail];
  if (tokenSpan[0] === tokenSpan[1] && replacement.length === 0) return null;
  return leftmostEdit(tokens, { tokenSpan, replacement });
}

/** The same for edits that do the same to the same tokens. */
export function editKey({ tokenSpan, replacement }: TokenEdit): string {
  return `${tokenSpan.join(' ')} ${replacement.map(tokenKey).join('\n')}`;
}
