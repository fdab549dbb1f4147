import type { LogicalLine } from '../../../python/structure/logical-lines';
import { type MutationTarget, isCall, textAt } from '../../mutation/target';
import { chainEnd } from './operands';

/** True for `name(...)` after a dot, with the name at `index`. */
export function isMethodCall(target: MutationTarget, index: number): boolean {
  return (
    target.tokens[index]?.kind === 'name' && textAt(target, index - 1) === '.' && isCall(target, index + 1)
  );
}

/** True when the parenthesised call at `open` is the whole rest of its logical line. */
export function endsLine(target: MutationTarget, open: number): boolean {
  return target.tokens[target.partner[open] + 1]?.kind === 'newline';
}

/** Tokens of a call from its name to its closing parenthesis, the dot before the name included. */
export function methodLength(target: MutationTarget, name: number): number {
  return target.partner[name + 1] - name + 2;
}

/** The parenthesis of a line that is nothing but a call of a dotted name: `a.b.c(...)`. Undefined for other lines. */
export function statementCall(
  target: MutationTarget,
  { first, end }: Pick<LogicalLine, 'first' | 'end'>,
): number | undefined {
  const open = chainEnd(target, first) + 1;
  return target.tokens[first].kind === 'name' && isCall(target, open) && target.partner[open] === end - 1
    ? open
    : undefined;
}

/** The whole index of a subscript, or the first argument of `get` or `pop`. */
export function isKey(target: MutationTarget, index: number): boolean {
  const open = index - 1;
  if (textAt(target, open) === '[') {
    const base = target.tokens[open - 1];
    const subscript = base?.kind === 'name' || [')', ']'].includes(base?.text ?? '');
    return subscript && textAt(target, index + 1) === ']';
  }
  const lookup = ['get', 'pop'].includes(textAt(target, open - 1)) && textAt(target, open - 2) === '.';
  return lookup && isCall(target, open) && [',', ')'].includes(textAt(target, index + 1));
}
