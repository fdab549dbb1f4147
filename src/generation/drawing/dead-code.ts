import type { TokenText } from '../../records/sample';
import type { Mutant } from '../mutation/mutant';
import { matchesAt, textAt, type MutationTarget } from '../mutation/target';

/** Statements after which the rest of their block never runs. */
const LEAVES = new Set(['return', 'raise', 'continue', 'break']);

/** Conditions of blocks that never run. `TYPE_CHECKING` holds for type checkers alone. */
const NEVER: readonly (readonly string[])[] = [
  ['if', 'False', ':'],
  ['if', '0', ':'],
  ['if', 'None', ':'],
  ['while', 'False', ':'],
  ['while', '0', ':'],
  ['if', 'TYPE_CHECKING', ':'],
  ['if', 'typing', '.', 'TYPE_CHECKING', ':'],
];

/**
 * Lines (indices in `target.lines`) that never run: what follows a `return`, `raise`, `continue` or `break` in its
 * block, and blocks whose condition is constantly false. Lines with `yield` are left out: they make the function a generator even
 * where they are never reached.
 */
export function deadLines(target: MutationTarget): ReadonlySet<number> {
  const dead = new Set<number>();
  /** By level: the rest of the block at this level does not run. */
  const over: boolean[] = [false];
  target.lines.forEach(({ first, end, level }, i) => {
    over.length = Math.min(over.length, level + 1);
    while (over.length <= level) over.push(entersDead(target, i - 1, over));
    if (over[level] && !hasYield(target.tokens.slice(first, end))) dead.add(i);
    if (LEAVES.has(textAt(target, first))) over[level] = true;
  });
  return dead;
}

/** Whether the block below line `header` never runs. */
function entersDead(target: MutationTarget, header: number, over: readonly boolean[]): boolean {
  if (header < 0) return false;
  const { first, level } = target.lines[header];
  return (over[level] ?? false) || NEVER.some((words) => matchesAt(target, first, ...words));
}

function hasYield(tokens: readonly TokenText[]): boolean {
  return tokens.some(({ kind, text }) => kind === 'keyword' && text === 'yield');
}

/** True when a bug changes nothing but code that never runs. Changes of blocks are never taken for such. */
export function isInDeadCode(
  target: MutationTarget,
  dead: ReadonlySet<number>,
  { tokens, fix: { tokenSpan, replacement } }: Pick<Mutant, 'tokens' | 'fix'>,
): boolean {
  if (dead.size === 0) return false;
  const written = [...tokens.slice(...tokenSpan), ...replacement];
  if (hasYield(written) || written.some(({ kind }) => ['newline', 'indent', 'dedent'].includes(kind)))
    return false;
  const [first, last] = [tokenSpan[0], tokenSpan[0] + Math.max(0, replacement.length - 1)];
  for (let i = first; i <= last; i++) if (!dead.has(target.lineOf[i])) return false;
  return true;
}
