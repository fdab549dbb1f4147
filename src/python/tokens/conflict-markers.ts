import type { TokenText } from '../../records/sample';
import { Char, isBlank, lineEnd } from './characters';

/** Signs of which git writes seven at a conflict's start, base, middle and end. */
const SIGNS: ReadonlySet<number> = new Set([Char.Less, Char.Bar, Char.Equals, Char.Greater]);
const LENGTH = 7;

/**
 * End of the merge-conflict marker on the physical line that starts at `at` (blanks at its end left out); -1 when the
 * line is none. `<<<<<<< ours`, `||||||| base`, `=======`, `>>>>>>> theirs`, always from column 0.
 */
export function conflictMarkerEnd(source: string, at: number): number {
  const sign = source.charCodeAt(at);
  // Most lines are told by their second character.
  if (source.charCodeAt(at + 1) !== sign || !SIGNS.has(sign)) return -1;
  for (let i = 1; i < LENGTH; i++) if (source.charCodeAt(at + i) !== sign) return -1;
  let end = lineEnd(source, at);
  // The middle one has no label; Python has no operator of seven signs, so that a label proves the others.
  if (end > at + LENGTH && !isBlank(source.charCodeAt(at + LENGTH))) return -1;
  while (isBlank(source.charCodeAt(end - 1))) end--;
  return sign === Char.Equals && end > at + LENGTH ? -1 : end;
}

/** Is this the token of a merge-conflict marker? Its line stands outside the layout of the code around it. */
export function isConflictMarker({ kind, text }: TokenText): boolean {
  return kind === 'error-char' && text.length >= LENGTH;
}
