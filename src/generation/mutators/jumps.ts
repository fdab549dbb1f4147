import type { MutationSite, Mutator } from '../mutator';
import { blockOf, headerOf } from '../structure';
import { textAt, type LogicalLine, type MutationTarget } from '../target';
import { removeLine, replaceToken } from '../text-edit';

const LEAVES = new Set(['return', 'raise', 'continue', 'break']);
const BRANCHES = new Set(['elif', 'else', 'except', 'finally']);

/** `elif` becomes `if`, and the `if` after another one's block becomes `elif`. */
export const confusedIfElif: Mutator = {
  bugType: 'confused-if-elif',
  why: 'Both branches may run where one should, or the second no longer runs where both should.',
  sites: (target) =>
    target.lines.flatMap(({ first }, i): MutationSite[] => {
      const word = textAt(target, first);
      if (word !== 'if' && word !== 'elif') return [];
      const before = branchBefore(target, i);
      if (before === undefined || leaves(target, i) || excludes(target, before, i)) return [];
      return [{ token: first }];
    }),
  apply: (target, { token }) => replaceToken(target, token, textAt(target, token) === 'if' ? 'elif' : 'if'),
};

/** Index of the `if` or `elif` line whose block ends where line `index` starts; undefined where another line does. */
function branchBefore(target: MutationTarget, index: number): number | undefined {
  const { lines } = target;
  if (index === 0 || lines[index - 1].level <= lines[index].level) return undefined;
  let header = index - 1;
  while (header >= 0 && lines[header].level > lines[index].level) header -= 1;
  return ['if', 'elif'].includes(textAt(target, lines[header].first)) ? header : undefined;
}

/** True when the line before line `index` goes elsewhere: then `if` and `elif` mean the same. */
function leaves(target: MutationTarget, index: number): boolean {
  return LEAVES.has(textAt(target, target.lines[index - 1].first));
}

const TESTS = new Set(['==', 'is', 'in', 'isinstance']);

/** True when both conditions test the same value, so that at most one holds, and no `else` follows to tell. */
function excludes(target: MutationTarget, a: number, b: number): boolean {
  const [, end] = blockOf(target, b);
  const next = target.lines[end];
  const followed =
    next && next.level === target.lines[b].level && ['elif', 'else'].includes(textAt(target, next.first));
  if (followed && textAt(target, target.lines[b].first) === 'elif') return false;
  const [left, right] = [a, b].map((i) => subjectOf(target, target.lines[i]));
  return left !== undefined && left === right;
}

/** What the condition of a header asks about: `x.y` of `x.y == 1`, of `x.y.startswith(...)` and of `isinstance(x.y, ...)`. */
function subjectOf(target: MutationTarget, { first, end }: LogicalLine): string | undefined {
  let i = first + 1;
  while (['not', '(', 'isinstance', 'len'].includes(textAt(target, i))) i += 1;
  let subject = '';
  for (; i < end; i++) {
    const { kind, text } = target.tokens[i];
    if (kind !== 'name' && text !== '.') return subject || undefined;
    subject += text;
    if (TESTS.has(textAt(target, i + 1))) return subject;
  }
  return subject || undefined;
}

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
