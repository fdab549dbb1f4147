import type { Mutator } from '../../mutation/mutator';
import { type MutationTarget, lineAt, matchesAt, textAt } from '../../mutation/target';
import { removeLine } from '../../mutation/text-edit';
import { statementCall } from '../tools/calls';
import { inSignature } from '../tools/lines';
import { lineSites } from '../tools/sites';
import { textsOf } from '../tools/texts';
import { isRemovable, range } from './lines';

/** Deletes `x.seek(0)` or `x.flush()` between two uses of x. */
export const missingRewind: Mutator = {
  bugType: 'missing-rewind',
  why: 'The next reader starts at the end of what was written, or does not see what is still in the buffer.',
  sites: (target) =>
    lineSites(target, (first, end) => {
      const line = lineAt(target, first);
      const open = statementCall(target, line);
      if (open === undefined || !isRemovable(target, line, end)) return false;
      const receiver = textsOf(target, first, open - 3);
      const uses = target.tokens.flatMap((_, i) =>
        matchesAt(target, i, ...receiver) ? [i + receiver.length] : [],
      );
      if (matchesAt(target, open - 1, 'seek', '(', '0', ')'))
        return (
          uses.some((next) => next >= end) &&
          (isForeign(target, first) || uses.some((i) => moves(target, first, i)))
        );
      if (!matchesAt(target, open - 1, 'flush', '(', ')') || isClosedNext(target, receiver, end))
        return false;
      return uses.some((next) => next < first && isWrite(target, next));
    }),
  apply: (target, { token }) => removeLine(target, lineAt(target, token)),
};

/** True for a stream that comes from outside the function, read or written to who knows where. */
function isForeign(target: MutationTarget, first: number): boolean {
  return target.bindings[first] !== 'local';
}

/** True when the receiver that ends before token `next` is called or passed on before `first`: its position moved. */
function moves(target: MutationTarget, first: number, next: number): boolean {
  return next < first && textAt(target, next) !== '=' && textAt(target, next) !== ':';
}

/** True when the receiver that ends before token `next` writes, or is an argument of a call that may. */
function isWrite(target: MutationTarget, next: number): boolean {
  const writes = textAt(target, next) === '.' && /^(write\w*|print|dump)$/.test(textAt(target, next + 1));
  return writes || (target.enclosing[next - 1] >= 0 && !inSignature(target, next - 1));
}

/** Closing a stream flushes it, and so does going back in it. */
function isClosedNext(target: MutationTarget, receiver: readonly string[], end: number): boolean {
  return range(end, end + 4).some((i) =>
    ['close', 'seek'].some((method) => matchesAt(target, i, ...receiver, '.', method)),
  );
}
