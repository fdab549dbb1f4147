import { headerOf } from '../structure';
import type { Rng } from '../../core/rng';
import type { MutationSite, Mutator } from '../mutator';
import { followsDocstring, textAt, type LogicalLine, type MutationTarget } from '../target';
import type { TextEdit } from '../text-edit';
import { MAX_SPAN } from '../../records/example';

/** Un-indents the first line of a block to the level of its header. */
export const missingIndent: Mutator = {
  bugType: 'missing-indent',
  why: 'A block header must be followed by a line that is indented further.',
  sites: (target) =>
    lineNumbers(
      target,
      (line, i) =>
        i > 0 &&
        line.level > target.lines[i - 1].level &&
        isShort(line) &&
        target.tokens[line.first].kind !== 'string' &&
        !followsDocstring(target, i),
    ),
  apply: (target, { token }) => {
    const i = target.lineOf[token];
    return reindent(target, target.lines[i], textBefore(target, target.lines[i - 1]));
  },
};

/** Indents a line by a level, or by a blank too many or too few. */
export const unexpectedIndent: Mutator = {
  bugType: 'unexpected-indent',
  why: 'A line may be indented further only after a block header, and back only to an open level.',
  sites: (target) =>
    lineNumbers(
      target,
      (line, i) =>
        line.level > 0 &&
        (i > 1 || followsDocstring(target, i)) &&
        (line.level <= target.lines[i - 1].level || followsDocstring(target, i)),
    ),
  apply(target, { token }, rng) {
    const line = target.lines[target.lineOf[token]];
    const indent = textBefore(target, line);
    if (indent.includes('\t')) return reindent(target, line, `${indent}\t`);
    const [before, next] = [target.lines[target.lineOf[token] - 1], target.lines[target.lineOf[token] + 1]];
    // After a deeper block a whole unit more would be the block's own level, which is legal. A header so deep would
    // stand beside its own block.
    const onlySlips = before.level > line.level || (next?.level ?? 0) > line.level;
    return reindent(target, line, wrongIndent(indent, unitOf(target), onlySlips, rng));
  },
};

function wrongIndent(indent: string, unit: string, onlySlips: boolean, rng: Rng): string {
  const form = rng.weighted([onlySlips ? 0 : 2, 1, 1]);
  if (form === 0) return indent + unit;
  return form === 1 || indent.length < 2 ? `${indent} ` : indent.slice(1);
}

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

function lineNumbers(
  target: MutationTarget,
  fits: (line: LogicalLine, index: number) => boolean,
): MutationSite[] {
  return target.lines.filter(fits).map(({ first }) => ({ token: first }));
}

/** Indentation tokens come and go on both sides of the line, and all between them belongs to the edit. */
function isShort({ first, end }: LogicalLine): boolean {
  return end - first + 3 <= MAX_SPAN;
}

/** What stands before a line in its physical line: its indentation, where it is the first there. */
export function textBefore({ source, tokens }: MutationTarget, { first }: LogicalLine): string {
  const { start } = tokens[first];
  return source.slice(source.lastIndexOf('\n', start - 1) + 1, start);
}

/** Indentation of the physical line that a logical line starts in. */
export function indentOf(target: MutationTarget, line: LogicalLine): string {
  return /^[ \t]*/.exec(textBefore(target, line))?.[0] ?? '';
}

/** The function's own indentation unit: what its first indented line starts with. */
function unitOf(target: MutationTarget): string {
  const inner = target.lines.find(({ level }) => level === 1);
  return (inner && textBefore(target, inner)) || '    ';
}

/** Gives a line another indentation; null when it does not start its physical line (`if x: y`). */
function reindent(target: MutationTarget, line: LogicalLine, indent: string): TextEdit | null {
  const old = textBefore(target, line);
  const { start } = target.tokens[line.first];
  if (!/^[ \t]*$/.test(old) || old === indent) return null;
  return { start: start - old.length, end: start, text: indent };
}
