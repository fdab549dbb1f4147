import { breathe } from '../core/processes/breathe';
import type { Critic } from '../python/critic/critic';
import { findFunctions } from '../python/structure/functions';
import type { Tier } from '../records/finding';
import { changeOf, type Change } from './changes';
import { compareNames } from './names';
import { analyse, type Program } from './program';
import type { Candidate } from './proposals';
import { isVouchedName } from './vouched';

/** The part of the critic that repair needs: which sources CPython compiles. */
export type Checker = Pick<Critic, 'check'>;

/** What the verifiers say of one edit. */
export interface Judgement {
  candidate: Candidate;
  change: Change;
  /** By verifier: true = it has nothing against the edit. */
  checks: { parses: boolean; names: boolean };
  /** A verifier reported a fault before the edit and reports none there after it. */
  mends: boolean;
  /** What is written follows from the code, see `vouched.ts`. */
  vouched: boolean;
}

/** Why an edit is dropped. */
export type DropReason = 'does_not_parse' | 'undefined_name';

/** The first reason to drop an edit, the cheapest verifier's; null when no verifier is against it. */
export function dropReason({ checks }: Judgement): DropReason | null {
  if (!checks.parses) return 'does_not_parse';
  return checks.names ? null : 'undefined_name';
}

/**
 * `verified`: not dropped, the fault that a verifier saw is gone, and what is written follows from the code.
 * `plausible`: not dropped, but only the model vouches for the fault or for what is written. `speculative`: all else.
 */
export function tierOf(judgement: Judgement): Tier {
  if (dropReason(judgement) !== null) return 'speculative';
  return judgement.mends && judgement.vouched ? 'verified' : 'plausible';
}

/**
 * Judges each edit of a program alone. In a file that parses, the edited file must parse; in one that does not, the
 * function around the edit must (module code of a broken file cannot be judged: it counts as not parsing).
 */
export async function judge(
  program: Program,
  candidates: readonly Candidate[],
  critic: Checker,
  fileParses: boolean,
  signal?: AbortSignal,
): Promise<Judgement[]> {
  const edits: { candidate: Candidate; change: Change; after: Program }[] = [];
  for (const candidate of candidates) {
    // Each reads the whole file anew, which takes a while for a long one.
    await breathe(signal, 'the repair');
    const change = changeOf(program, candidate);
    if (change) edits.push({ candidate, change, after: analyse(change.result) });
  }
  const units = edits.map(({ change, after }) =>
    fileParses ? change.result : functionAround(after, change.start),
  );
  const verdicts = await critic.check(units.map((unit) => unit ?? ''));
  return edits.map(({ candidate, change, after }, i) => {
    const names = compareNames(program.undefinedNames, after.undefinedNames);
    const parses = units[i] !== undefined && verdicts[i].valid;
    const mends = parses && names.mends;
    const vouched = mends && isVouchedName(program, candidate.edit, after);
    return { candidate, change, checks: { parses, names: !names.adds }, mends, vouched };
  });
}

/** Source of the innermost function that covers an offset; undefined in module code. */
function functionAround({ source, tokens }: Program, offset: number): string | undefined {
  return findFunctions(source, tokens)
    .filter(({ start, end }) => start <= offset && offset < end)
    .sort((a, b) => b.start - a.start)[0]?.source;
}
