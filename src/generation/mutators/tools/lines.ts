import type { LogicalLine } from '../../../python/structure/logical-lines';
import { type MutationTarget, lineAt, textAt } from '../../mutation/target';
import { type TextEdit, applyTextEdit } from '../../mutation/text-edit';
import { spanText } from './texts';

/** True inside the line of a `def`, `class` or decorator, whose operators are types and defaults. */
export function inSignature(target: MutationTarget, index: number): boolean {
  const { first } = lineAt(target, index);
  const start = textAt(target, first);
  return ['def', 'class', '@'].includes(start) || (start === 'async' && textAt(target, first + 1) === 'def');
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

/** The edit, or null where it would leave a line `x = x`, which nobody would have written. */
export function unlessIdle(target: MutationTarget, edit: TextEdit): TextEdit | null {
  const { first, end } = lineAt(target, tokenAt(target, edit.start));
  const from = target.tokens[first].start;
  const line = target.source.slice(from, target.tokens[end].start);
  const changed = applyTextEdit(line, { start: edit.start - from, end: edit.end - from, text: edit.text });
  return /^(.+) = \1$/s.test(changed.trim()) ? null : edit;
}

/** Index of the last token that starts at or before an offset. */
function tokenAt({ tokens }: MutationTarget, offset: number): number {
  let i = 0;
  while (i + 1 < tokens.length && tokens[i + 1].start <= offset) i += 1;
  return i;
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

/** Gives a line another indentation; null when it does not start its physical line (`if x: y`). */
export function reindent(target: MutationTarget, line: LogicalLine, indent: string): TextEdit | null {
  const old = textBefore(target, line);
  const { start } = target.tokens[line.first];
  if (!/^[ \t]*$/.test(old) || old === indent) return null;
  return { start: start - old.length, end: start, text: indent };
}
