import { MAX_SPAN } from '../../../records/example';
import type { MutationSite, Mutator } from '../../mutation/mutator';
import { blockOf, headerOf } from '../../mutation/structure';
import type { LogicalLine } from '../../../python/structure/logical-lines';
import { type MutationTarget, textAt } from '../../mutation/target';
import { replaceToken } from '../../mutation/text-edit';
import { reindent, textBefore } from '../tools/lines';

const FLOW_HEADERS = new Set(['if', 'elif', 'for', 'while']);
const CONTINUATIONS = new Set(['else', 'elif', 'except', 'finally']);

/** Moves the statement after a block into it, or the last statement of a block out of it. */
export const wrongBlockIndentation: Mutator = {
  bugType: 'wrong-block-indentation',
  why: 'The statement now runs once a turn, only under the condition, or no longer so.',
  sites: (target) =>
    target.lines.flatMap((line, i): MutationSite[] => {
      if (!isMovable(target, line)) return [];
      const into = canMoveInto(target, i);
      const out = canMoveOut(target, i);
      return [
        ...(into ? [{ token: line.first, form: 'into' }] : []),
        ...(out ? [{ token: line.first, form: 'out' }] : []),
      ];
    }),
  apply(target, { token, form }) {
    const i = target.lineOf[token];
    const model = form === 'into' ? target.lines[i - 1] : target.lines[headerOf(target, i)];
    return reindent(target, target.lines[i], textBefore(target, model));
  },
};

/** True for a simple statement, short enough that an edit can move it, that does something. */
function isMovable(target: MutationTarget, line: LogicalLine): boolean {
  return (
    line.level > 0 &&
    line.end - line.first + 2 <= MAX_SPAN &&
    textAt(target, line.end - 1) !== ':' &&
    textAt(target, line.first) !== 'pass' &&
    !isFinalReturn(target, line) &&
    !CONTINUATIONS.has(textAt(target, line.first))
  );
}

/** True for a bare `return` or `return None` at the function's end, which does nothing wherever it stands there. */
function isFinalReturn(target: MutationTarget, { first, end }: LogicalLine): boolean {
  if (textAt(target, first) !== 'return' || end !== target.lines[target.lines.length - 1].end) return false;
  return end === first + 1 || (end === first + 2 && textAt(target, first + 1) === 'None');
}

/** True when the line follows a loop or condition of its own level, one level deep, that does not leave by itself. */
function canMoveInto(target: MutationTarget, index: number): boolean {
  const line = target.lines[index];
  const before = target.lines[index - 1];
  if (!before || before.level !== line.level + 1) return false;
  const header = target.lines[headerOf(target, index - 1)];
  if (!FLOW_HEADERS.has(textAt(target, header.first))) return false;
  return !['return', 'raise', 'continue', 'break'].includes(textAt(target, before.first));
}

/** True when the line is the last, but not the only one, of a loop or condition that no `else` follows. */
function canMoveOut(target: MutationTarget, index: number): boolean {
  const line = target.lines[index];
  const header = headerOf(target, index);
  if (header < 0 || header === index - 1) return false;
  const headerText = textAt(target, target.lines[header].first);
  if (!FLOW_HEADERS.has(headerText)) return false;
  // Out of its loop a jump would have none.
  const jumps = ['break', 'continue'].includes(textAt(target, line.first));
  if (jumps && (headerText === 'for' || headerText === 'while')) return false;
  const after = target.lines[index + 1];
  if (!after) return true;
  return after.level < line.level && !CONTINUATIONS.has(textAt(target, after.first));
}

const LEAVES = new Set(['return', 'raise', 'continue', 'break']);

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
