import type { Rng } from '../../../core/rng';
import { MAX_SPAN } from '../../../records/example';
import type { MutationSite, Mutator } from '../../mutation/mutator';
import type { LogicalLine } from '../../../python/structure/logical-lines';
import { type MutationTarget, followsDocstring } from '../../mutation/target';
import { reindent, textBefore } from '../tools/lines';

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

/** The function's own indentation unit: what its first indented line starts with. */
function unitOf(target: MutationTarget): string {
  const inner = target.lines.find(({ level }) => level === 1);
  return (inner && textBefore(target, inner)) || '    ';
}
