import { isCall, textAt, type LogicalLine, type MutationTarget } from '../target';

/** The parenthesis of a line that is nothing but a call of a dotted name: `a.b.c(...)`. Undefined for other lines. */
export function statementCall(target: MutationTarget, { first, end }: LogicalLine): number | undefined {
  let open = first + 1;
  while (textAt(target, open) === '.' && target.tokens[open + 1]?.kind === 'name') open += 2;
  return target.tokens[first].kind === 'name' && isCall(target, open) && target.partner[open] === end - 1
    ? open
    : undefined;
}
