import { breathe } from '../../core/processes/breathe';
import type { Critic } from '../../python/critic/critic';
import { findFunctions } from '../../python/structure/functions';
import { lex } from '../../python/tokens/lexer';
import type { Tier } from '../../records/finding';
import { changeOf, type Change } from '../changes';
import type { Program } from '../program';
import type { Candidate } from '../proposals';
import { unitText, type Unit } from './units';
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

/** An edit on its way to a judgement. */
interface Judged {
  candidate: Candidate;
  change: Change;
  /** The part of the program that it stays in; null: it may concern the whole. */
  unit: Unit | null;
}

/**
 * Judges each edit of a program alone. In a file that parses, the edited file must parse; in one that does not, the
 * function around the edit must (module code of a broken file cannot be judged: it counts as not parsing).
 *
 * A file that parses does so after an edit inside a function exactly when the function does, which is what is compiled:
 * whoever applies the edit compiles the file once more.
 */
export async function judge(
  program: Program,
  candidates: readonly Candidate[],
  critic: Checker,
  fileParses: boolean,
  signal?: AbortSignal,
): Promise<Judgement[]> {
  const edits: Judged[] = [];
  for (const candidate of candidates) {
    // Each writes the whole file anew, which takes a while for a long one.
    await breathe(signal, 'the repair');
    const change = changeOf(program, candidate);
    if (change) edits.push({ candidate, change, unit: program.names.unitOf(candidate.edit, change) });
  }
  const parsing = fileParses
    ? await parsingFiles(program, edits, critic, signal)
    : await parsingFunctions(program, edits, critic, signal);
  const judged: Judgement[] = [];
  for (const [i, { candidate, change, unit }] of edits.entries()) {
    await breathe(signal, 'the repair');
    const parses = parsing[i];
    // An edit that does not parse is dropped for that, whatever its names are.
    const names = parses ? program.names.compare(change, unit) : { adds: false, mends: false };
    const vouched = names.mends && isVouchedName(program, candidate.edit, change, unit);
    judged.push({ candidate, change, checks: { parses, names: !names.adds }, mends: names.mends, vouched });
  }
  return judged;
}

/** Which edits leave a file that parses so. */
async function parsingFiles(
  { source }: Program,
  edits: readonly Judged[],
  critic: Checker,
  signal: AbortSignal | undefined,
): Promise<boolean[]> {
  const inFunction = edits.filter(({ unit }) => unit?.kind === 'function');
  const functions = new Map(inFunction.map(({ unit }) => [unit?.firstToken, unit as Unit]));
  const alone = [...functions.values()].map((unit) => unitText(source, unit));
  const changed = inFunction.map(({ unit, change }) => unitText(source, unit as Unit, change));
  const verdicts = await critic.check([...alone, ...changed], signal);
  // What CPython does not take on its own (an odd indentation) is judged with its file.
  const parsesAlone = new Set([...functions.keys()].filter((_, i) => verdicts[i].valid));
  const known = new Map(inFunction.map((edit, i) => [edit, verdicts[alone.length + i].valid]));
  const rest = edits.filter((edit) => !known.has(edit) || !parsesAlone.has(edit.unit?.firstToken));
  const whole = await critic.check(
    rest.map(({ change }) => change.result),
    signal,
  );
  rest.forEach((edit, i) => known.set(edit, whole[i].valid));
  return edits.map((edit) => known.get(edit) === true);
}

/** Which edits of a file that does not parse leave the innermost function around them parsing. */
async function parsingFunctions(
  { source }: Program,
  edits: readonly Judged[],
  critic: Checker,
  signal: AbortSignal | undefined,
): Promise<boolean[]> {
  const functions = edits.map(({ change, unit }) => {
    if (unit?.kind === 'line') return undefined;
    const text = unit ? unitText(source, unit, change) : change.result;
    const shift = unit ? unitText(source, unit).length - unit.end : 0;
    return functionAround(text, change.start + shift);
  });
  const verdicts = await critic.check(
    functions.map((one) => one ?? ''),
    signal,
  );
  return functions.map((one, i) => one !== undefined && verdicts[i].valid);
}

/** Source of the innermost function that covers an offset; undefined in module code. */
function functionAround(source: string, offset: number): string | undefined {
  return findFunctions(source, lex(source))
    .filter(({ start, end }) => start <= offset && offset < end)
    .sort((a, b) => b.start - a.start)[0]?.source;
}
