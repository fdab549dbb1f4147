import { nearness } from '../../core/text/near-spelling';
import type { WitnessFinding } from '../../records/witness';
import { BUG_TYPES } from '../../taxonomy/table';
import type { PlacedCandidate } from '../candidates/candidates';
import type { Change } from '../changes';
import { isAskedFor, isVouchedName, isVouchedSyntax, type ParserStop } from '../evidence/vouched';
import type { Program } from '../program';
import { editSize } from '../proposals';

/** An edit that removes a finding and adds none. */
export interface MendingEdit {
  candidate: PlacedCandidate;
  change: Change;
}

const SURER_THAN_NOT = 0.5;

/** What CPython says of a header without its block. */
const EMPTY_BLOCK = /^expected an indented block/;

/** Types of bugs that have one way out: what is meant is no question once a witness sees them. */
const ONE_WAY_OUT = new Set(['literal-identity-comparison', 'raise-not-implemented', 'foreign-literal']);

/**
 * True when what an edit writes follows from the code and from what the witness says, see `evidence/vouched.ts`: forced
 * syntax, the only name near an undefined one, the only name near the marked one of all that make the finding go away, or the
 * one way out of its type of bug. How likely the model finds it never decides.
 * @param mending all edits that remove the finding and add none, this one among them
 */
export function isVouched(
  program: Program,
  finding: WitnessFinding,
  { candidate, change }: MendingEdit,
  mending: readonly MendingEdit[],
  stoppedAt: number | null,
): boolean {
  if (finding.witness === 'parser') {
    const stop = { token: stoppedAt ?? undefined, message: finding.message };
    // Which lines belong to an empty block, or whether what it held is lost, layout does not tell.
    if (EMPTY_BLOCK.test(finding.message) && candidate.confidence <= SURER_THAN_NOT) return false;
    return isVouchedSyntax(program, candidate, stop) && isOnlyWayOut(candidate, mending, stop);
  }
  if (isVouchedName(program, candidate.edit, change, program.names.unitOf(candidate.edit, change)))
    return true;
  return isOnlyNearMend(program, finding, candidate, mending) || isOneWayOut(finding, candidate, mending);
}

/**
 * Candidates are many, and many a broken line parses with a line break anywhere: an edit is forced where the parser asks for
 * it, where the model is surer than not, or where nothing as small makes the line parse.
 */
function isOnlyWayOut(
  candidate: PlacedCandidate,
  mending: readonly MendingEdit[],
  stop: ParserStop,
): boolean {
  if (candidate.confidence > SURER_THAN_NOT || isAskedFor(candidate.edit, stop)) return true;
  const size = editSize(candidate.edit);
  return mending.every(({ candidate: other }) => other === candidate || editSize(other.edit) > size);
}

/** Slips between the marked name and the one written for it; null for edits that do anything else. */
function slipOf(program: Program, { span }: WitnessFinding, { edit }: PlacedCandidate): number | null {
  const [start, end] = edit.tokenSpan;
  const [wrong, right] = [program.tokens[start], edit.replacement[0]];
  if (end - start !== 1 || edit.replacement.length !== 1) return null;
  if (wrong.kind !== 'name' || right.kind !== 'name') return null;
  return wrong.end > span[0] && wrong.start < span[1] ? nearness(wrong.text, right.text) : null;
}

/**
 * The names of an undefined-name finding are held to all that can be read there (`isVouchedName`); members, keywords and what
 * a module gives are known to the witness alone, which took every other near name that was tried for wrong.
 */
function isOnlyNearMend(
  program: Program,
  finding: WitnessFinding,
  candidate: PlacedCandidate,
  mending: readonly MendingEdit[],
): boolean {
  const own = slipOf(program, finding, candidate);
  const { text } = program.tokens[candidate.edit.tokenSpan[0]];
  if (own === null || program.undefinedNames.counts.has(text)) return false;
  return mending.every(({ candidate: other }) => {
    if (other === candidate) return true;
    const slip = slipOf(program, finding, other);
    return slip === null || slip > own;
  });
}

function isOneWayOut(
  { bugType }: WitnessFinding,
  candidate: PlacedCandidate,
  mending: readonly MendingEdit[],
): boolean {
  if (bugType === null || !ONE_WAY_OUT.has(bugType)) return false;
  const code = BUG_TYPES.find(({ id }) => id === bugType)?.code;
  const undoes = ({ sources, bugType: own }: PlacedCandidate): boolean =>
    sources.includes('undo') && own === code;
  return undoes(candidate) && mending.filter(({ candidate: other }) => undoes(other)).length === 1;
}
