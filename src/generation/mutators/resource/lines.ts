import { SLOTS } from '../../../records/example';
import type { LogicalLine } from '../../../python/structure/logical-lines';
import type { MutationTarget } from '../../mutation/target';
import { removeLine } from '../../mutation/text-edit';

/** The numbers from `from` up to, and without, `to`. */
export function range(from: number, to: number): number[] {
  return Array.from({ length: Math.max(0, to - from) }, (_, i) => from + i);
}

/** True when a line, which ends at token `end`, may go: the code stays whole, and the model can write it again. */
export function isRemovable(target: MutationTarget, line: LogicalLine, end: number): boolean {
  return end - line.first + 1 <= SLOTS && removeLine(target, line) !== null;
}
