import { chainEnd } from './frameworks';
import { isCall, textAt, type LogicalLine, type MutationTarget } from '../target';
import { spanText } from './sites';

/** The parenthesis of a line that is nothing but a call of a dotted name: `a.b.c(...)`. Undefined for other lines. */
export function statementCall(target: MutationTarget, { first, end }: Pick<LogicalLine, 'first' | 'end'>): number | undefined {
  const open = chainEnd(target, first) + 1;
  return target.tokens[first].kind === 'name' && isCall(target, open) && target.partner[open] === end - 1
    ? open
    : undefined;
}

/** True when the line starts with `x = ` and tokens [first, last] are the same `x`, be it a name or any other target. */
export function isAssignedTo(
  target: MutationTarget,
  line: LogicalLine,
  first: number,
  last: number,
): boolean {
  const equals = line.first + last - first + 1;
  return (
    textAt(target, equals) === '=' &&
    spanText(target, line.first, equals - 1) === spanText(target, first, last)
  );
}
