import { breathe } from '../../core/processes/breathe';
import type { WitnessFinding } from '../../records/witness';
import type { Tier } from '../../records/finding';
import { candidatesAt, type CandidateOptions, type PlacedCandidate } from '../candidates/candidates';
import { changeOf } from '../changes';
import type { RepairModel } from '../model-folder';
import { analyse, type Program } from '../program';
import { editSize } from '../proposals';
import type { Witness } from '../witnesses/witness';
import { effectOfEdit } from './edit-effect';
import { isVouched, type MendingEdit } from './vouching';

/** An edit that makes a finding go away and brings no new one. */
export interface WitnessedFix extends MendingEdit {
  /** `verified`: what is written follows from the code, too. `plausible`: only the model vouches for it. */
  tier: Extract<Tier, 'verified' | 'plausible'>;
}

/** What can be done about one finding. */
export interface WitnessedRepair {
  finding: WitnessFinding;
  /** Verified ones first, then those of fewest tokens, then the most probable; empty where nothing helps. */
  fixes: WitnessedFix[];
  /** Edits that were judged. */
  tried: number;
}

/** Settings of {@link repairAtWitnesses}. */
export interface AtWitnessOptions extends Pick<CandidateOptions, 'topK' | 'sources' | 'signal'> {
  parts: RepairModel;
  /** Who judges: all of them, each edit. They stay open. */
  witnesses: readonly Witness[];
  /** Of the file, for the witnesses. */
  path: string;
  /** Which findings are mended. Default: all but those of severity `info`. */
  wants?: (finding: WitnessFinding) => boolean;
  /** Most edits that are judged for one finding. Default 64. */
  most?: number;
}

/**
 * For each finding of a file: edits at its place that make it go away and bring no new finding by any witness, see
 * {@link WitnessedFix}. Each edit is judged alone, on the file as it stands.
 * @throws InterruptedError when the signal is aborted
 */
export async function repairAtWitnesses(
  source: string,
  options: AtWitnessOptions,
): Promise<WitnessedRepair[]> {
  const { parts, witnesses, path, signal, wants = ({ severity }) => severity !== 'info' } = options;
  const program = analyse(source, { maxTokens: parts.model.config.maxTokens });
  const before: WitnessFinding[][] = [];
  for (const witness of witnesses) before.push((await witness.find([{ path, source }], signal))[0]);
  const found = before.flat();
  const stop = found.find(({ witness }) => witness === 'parser');
  const stoppedAt = stop ? tokenAt(program, stop.span[0]) : null;
  const findings = found.filter(wants);
  const places = findings.map(({ span, bugType, suggestion }) => ({ span, bugType, suggestion }));
  const { topK, sources, most } = options;
  const settings = { topK, sources, most, signal, parses: !stop, stoppedAt };
  const candidates = await candidatesAt(parts, program, places, settings);
  const repairs: WitnessedRepair[] = [];
  for (const [i, finding] of findings.entries()) {
    const mending = await mendingEdits(program, finding, candidates[i], before, options);
    const fixes = mending.map((edit): WitnessedFix => ({
      ...edit,
      tier: isVouched(program, finding, edit, mending, stoppedAt) ? 'verified' : 'plausible',
    }));
    repairs.push({ finding, fixes: fixes.sort(byWorth), tried: candidates[i].length });
  }
  return repairs;
}

/** Index of the token at an offset, or of the first one behind it. */
function tokenAt({ tokens }: Program, offset: number): number {
  const found = tokens.findIndex(({ end }) => end > offset);
  return found < 0 ? tokens.length - 1 : found;
}

/** Edits that remove the finding and add none. One witness after the other judges what the ones before it let pass. */
async function mendingEdits(
  program: Program,
  finding: WitnessFinding,
  candidates: readonly PlacedCandidate[],
  before: readonly (readonly WitnessFinding[])[],
  { witnesses, path, signal }: AtWitnessOptions,
): Promise<MendingEdit[]> {
  let left: { edit: MendingEdit; after: WitnessFinding[] }[] = [];
  for (const candidate of candidates) {
    // Each writes the whole file anew, which takes a while for a long one.
    await breathe(signal, 'the repair');
    const change = changeOf(program, candidate);
    if (change) left.push({ edit: { candidate, change }, after: [] });
  }
  const wasBroken = before.flat().some(({ witness }) => witness === 'parser');
  const seen: WitnessFinding[] = [];
  for (const [i, witness] of witnesses.entries()) {
    if (left.length === 0) break;
    const files = left.map(({ edit }) => ({ path, source: edit.change.result }));
    const answers = await witness.find(files, signal);
    seen.push(...before[i]);
    const isIts = finding.witness === witness.name;
    left = left
      .map(({ edit, after }, k) => ({ edit, after: [...after, ...answers[k]] }))
      .filter(({ edit, after }) => {
        const { gone, added } = effectOfEdit(finding, seen, after, {
          change: edit.change,
          wasBroken,
        });
        return added.length === 0 && (gone || !isIts);
      });
  }
  return left.map(({ edit }) => edit);
}

/** Verified first, then fewest tokens, then the most probable. */
function byWorth(a: WitnessedFix, b: WitnessedFix): number {
  const isSure = ({ tier }: WitnessedFix): number => Number(tier === 'verified');
  return (
    isSure(b) - isSure(a) ||
    editSize(a.candidate.edit) - editSize(b.candidate.edit) ||
    b.candidate.probability - a.candidate.probability
  );
}
