import { isCall, textAt, type Argument, type LogicalLine, type MutationTarget } from '../target';
import type { TextEdit } from '../text-edit';

/** The parenthesis of a line that is nothing but a call of a dotted name: `a.b.c(...)`. Undefined for other lines. */
export function statementCall(target: MutationTarget, { first, end }: LogicalLine): number | undefined {
  let open = first + 1;
  while (textAt(target, open) === '.' && target.tokens[open + 1]?.kind === 'name') open += 2;
  return target.tokens[first].kind === 'name' && isCall(target, open) && target.partner[open] === end - 1
    ? open
    : undefined;
}

/** Removes an argument of a call and the comma that goes with it. */
export function removeArgument(target: MutationTarget, { first, last }: Argument): TextEdit {
  const { tokens } = target;
  if (textAt(target, first - 1) === ',')
    return { start: tokens[first - 1].start, end: tokens[last].end, text: '' };
  const end = textAt(target, last + 1) === ',' ? tokens[last + 2].start : tokens[last].end;
  return { start: tokens[first].start, end, text: '' };
}

/** True when tokens [first, last] are a name or a dotted path of names. */
export function isPath(target: MutationTarget, first: number, last: number): boolean {
  if (last < first || (last - first) % 2 !== 0) return false;
  for (let i = first; i <= last; i++)
    if ((i - first) % 2 === 0 ? target.tokens[i].kind !== 'name' : textAt(target, i) !== '.') return false;
  return true;
}
