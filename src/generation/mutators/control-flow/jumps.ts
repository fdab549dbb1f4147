import type { MutationSite, Mutator } from '../../mutation/mutator';
import { blockOf, headerOf } from '../../mutation/structure';
import type { LogicalLine } from '../../../python/structure/logical-lines';
import { type MutationTarget, textAt } from '../../mutation/target';
import { removeLine, removeTokens, replaceToken } from '../../mutation/text-edit';
import { swapMutator } from '../tools/factories';
import { lineSites } from '../tools/sites';

/** Deletes `return` before a value. */
export const missingReturn: Mutator = {
  bugType: 'missing-return',
  why: 'The value is thrown away and the caller gets None, or the function goes on. Calls that may be there for what they do are left out.',
  sites: (target) =>
    lineSites(target, (first, end) => {
      if (textAt(target, first) !== 'return' || end === first + 1) return false;
      // A lone constant would be no statement that anybody leaves, a lone string a docstring.
      const { kind, text } = target.tokens[first + 1];
      if (end === first + 2 && (kind !== 'name' || text === '')) return false;
      return !isWholeCall(target, first + 1, end) || givesValue(target, first);
    }),
  apply: (target, { token }) => removeTokens(target, token, token),
};

/** True when tokens [first, end) are a call and nothing more, awaited or not: as a statement it is nothing unusual. */
function isWholeCall(target: MutationTarget, first: number, end: number): boolean {
  let i = textAt(target, first) === 'await' ? first + 1 : first;
  if (target.tokens[i].kind !== 'name' || textAt(target, end - 1) !== ')') return false;
  for (i += 1; i < end; i++) {
    if (target.partner[i] > i) i = target.partner[i];
    else if (textAt(target, i) === '.') i += 1;
    else return false;
  }
  return true;
}

const ANSWERS =
  /^_*(get|is|has|can|find|make|create|build|to|from|as|parse|load|read|compute|calculate|format|convert|encode|decode|count)(_|$)/;

/** True when the function is known to give a value: by another `return`, its annotation or its name. */
function givesValue(target: MutationTarget, own: number): boolean {
  const { tokens, lines } = target;
  const others = lines.some(
    ({ first, end }) =>
      first !== own &&
      textAt(target, first) === 'return' &&
      end > first + 1 &&
      textAt(target, first + 1) !== 'None',
  );
  const def = tokens.findIndex(({ text, kind }) => kind === 'keyword' && text === 'def');
  if (others || def < 0) return others;
  const arrow = target.partner[def + 2] + 1;
  const annotated = textAt(target, arrow) === '->' && textAt(target, arrow + 1) !== 'None';
  return annotated || ANSWERS.test(textAt(target, def + 1));
}

/** `break` for `continue` and back. */
export const swappedBreakContinue = swapMutator({
  bugType: 'swapped-break-continue',
  why: 'The loop ends where it should go on, or goes on where it should end.',
  kind: 'keyword',
  swaps: { break: ['continue'], continue: ['break'] },
});

const BRANCHES = new Set(['elif', 'else', 'except', 'finally']);

/** Deletes a `break`, `continue` or bare `return` that ends a block. */
export const missingJump: Mutator = {
  bugType: 'missing-jump',
  why: 'The loop or function goes on with the lines that the jump went past.',
  sites: (target) =>
    target.lines.flatMap((line, i): MutationSite[] => {
      if (line.end !== line.first + 1 || !removeLine(target, line)) return [];
      const word = textAt(target, line.first);
      const jumps =
        word === 'break' || ((word === 'continue' || word === 'return') && skipsLines(target, i, word));
      return jumps ? [{ token: line.first }] : [];
    }),
  apply: (target, { token }) => removeLine(target, target.lines[target.lineOf[token]]),
};

/** True when lines of the loop (for `continue`) or the function (for `return`) follow that would run without the jump. */
function skipsLines(target: MutationTarget, index: number, word: string): boolean {
  const outer = word === 'continue' ? loopOf(target, index) : 0;
  const next = outer < 0 ? undefined : nextLine(target, index + 1, target.lines[index].level, outer);
  return next !== undefined && !isSameJump(target, next, word);
}

/**
 * The first line from `from` on that runs after a block of level `level` has ended: not the other branches of an `if`
 * or `try`. Undefined where the block of line `outer` ends before.
 */
function nextLine(
  target: MutationTarget,
  from: number,
  level: number,
  outer: number,
): LogicalLine | undefined {
  const { lines } = target;
  let highest = level;
  for (let i = from; i < lines.length && lines[i].level > lines[outer].level; i++) {
    if (lines[i].level > highest) continue;
    if (!BRANCHES.has(textAt(target, lines[i].first))) return lines[i];
    highest = lines[i].level;
  }
  return undefined;
}

function isSameJump(target: MutationTarget, { first, end }: LogicalLine, word: string): boolean {
  return end === first + 1 && textAt(target, first) === word;
}

/** Index of the header of the innermost loop around a line, -1 outside loops. */
function loopOf(target: MutationTarget, index: number): number {
  let header = headerOf(target, index);
  while (header >= 0) {
    const word = textAt(target, target.lines[header].first);
    if (word === 'for' || word === 'while') return header;
    if (word === 'async' && textAt(target, target.lines[header].first + 1) === 'for') return header;
    if (word === 'def' || word === 'class') return -1;
    header = headerOf(target, header);
  }
  return -1;
}

/** Bare `return` for `continue` or `break`, and back. */
export const wrongLoopExit: Mutator = {
  bugType: 'wrong-loop-exit',
  why: 'The function ends with the first such item, or the loop goes on or is merely left where the function should end.',
  sites: (target) =>
    target.lines.flatMap((line, i): MutationSite[] => {
      const word = textAt(target, line.first);
      if (line.end !== line.first + 1 || !['return', 'continue', 'break'].includes(word)) return [];
      const loop = loopOf(target, i);
      if (loop < 0) return [];
      // At the end of the function it is the same to leave the loop or all of it.
      if (word === 'break' && !isFollowed(target, loop)) return [];
      return [{ token: line.first, form: word === 'return' && isFollowed(target, loop) ? 'any' : 'return' }];
    }),
  apply(target, { token, form }, rng) {
    if (textAt(target, token) !== 'return') return replaceToken(target, token, 'return');
    return replaceToken(target, token, form === 'any' ? rng.pick(['continue', 'break']) : 'continue');
  },
};

/** True when more of the function runs after the loop below `header`: lines after it, or the loop around it. */
function isFollowed(target: MutationTarget, header: number): boolean {
  const [, end] = blockOf(target, header);
  return loopOf(target, header) >= 0 || nextLine(target, end, target.lines[header].level, 0) !== undefined;
}
