import type { Mutator } from '../../mutation/mutator';
import { calleeOf } from '../../mutation/structure';
import type { LogicalLine } from '../../../python/structure/logical-lines';
import { type MutationTarget, isCall, lineAt, textAt } from '../../mutation/target';
import { removeLine } from '../../mutation/text-edit';
import { statementCall } from '../tools/calls';
import { isPath } from '../tools/operands';
import { lineSites } from '../tools/sites';
import { isRemovable, range } from './lines';

/** Makers of what must be given back by a function (`os.close(fd)`, `shutil.rmtree(folder)`), by qualified name. */
const MAKERS = new Set([
  'os.open',
  'os.dup',
  'os.pipe',
  'os.openpty',
  'tempfile.mkstemp',
  'tempfile.mkdtemp',
  'tempfile.NamedTemporaryFile',
]);
/** Things with a `close` that holds nothing back. */
const IN_MEMORY = /^(StringIO|BytesIO|figure|subplots)$/;
const CLOSERS = new Set(['close', 'shutdown', 'cleanup', 'quit', 'disconnect']);
/** Functions that give back what their argument names. */
const CLOSING_FUNCTIONS = new Set(['os.close', 'os.unlink', 'os.remove', 'shutil.rmtree']);

/** Deletes the line that closes what the function opened. */
export const missingClose: Mutator = {
  bugType: 'missing-close',
  why: 'The file, socket or temporary file stays open or behind until the garbage collector comes, or for ever.',
  sites: (target) =>
    lineSites(target, (first, end) => {
      const line = lineAt(target, first);
      const name = closedName(target, line);
      if (name === undefined || !isRemovable(target, line, end)) return false;
      return isOpenedBefore(target, first, name) && !isHandedOut(target, textAt(target, name));
    }),
  apply: (target, { token }) => removeLine(target, lineAt(target, token)),
};

/** Index of `x` in the statements `x.close()` and `os.close(x)`. */
function closedName(target: MutationTarget, line: LogicalLine): number | undefined {
  const open = statementCall(target, line);
  if (open === undefined) return undefined;
  const callee = calleeOf(target, open);
  if (callee !== undefined && CLOSING_FUNCTIONS.has(callee)) {
    const isOneName = target.partner[open] === open + 2 && isPath(target, open + 1, open + 1);
    return isOneName ? open + 1 : undefined;
  }
  return open === line.first + 3 && CLOSERS.has(textAt(target, open - 1)) ? line.first : undefined;
}

/** True when a line before binds the name, alone or in a tuple, to the result of a call that opens something. */
function isOpenedBefore(target: MutationTarget, close: number, name: number): boolean {
  return target.lines.some(({ first, end }) => {
    if (first >= close) return false;
    let equals = first;
    while (equals < end && textAt(target, equals) !== '=') equals += 1;
    const binds = (i: number): boolean =>
      textAt(target, i) === textAt(target, name) &&
      target.bindings[i] === 'local' &&
      textAt(target, i + 1) !== '.';
    if (!range(first, equals).some(binds)) return false;
    return range(equals + 1, end).some((i) => isCall(target, i) && opens(target, i, name > close));
  });
}

/** What a method `close` ends may come from any call; what a function takes back, from few. */
function opens(target: MutationTarget, open: number, isTakenBack: boolean): boolean {
  if (isTakenBack) return MAKERS.has(calleeOf(target, open) ?? '');
  return !IN_MEMORY.test(textAt(target, open - 1));
}

/** True when the function returns, yields or keeps the thing, or manages it with `with`: then others may close it. */
function isHandedOut(target: MutationTarget, name: string): boolean {
  return target.tokens.some(({ text }, i) => {
    if (text !== name || textAt(target, i - 1) === '.' || textAt(target, i + 1) === '.') return false;
    const before = textAt(target, i - 1);
    return (
      ['return', 'yield', 'with', 'from'].includes(before) || (before === '=' && target.enclosing[i] < 0)
    );
  });
}
