import { tokenKey } from '../processing/vocabulary/closed-vocabulary';
import { charSpanOf, sameTokens } from '../python/edits/edits';
import type { Edit } from '../records/sample';
import { bugTypeByCode } from '../taxonomy/table';
import type { Prediction } from '../trm/predict';
import { confidenceOf, type Calibration } from './calibration';
import type { Program } from './program';
import type { WindowPrediction, WindowPredictor, WindowRequest } from './window-predictor';

/** An edit of a file that the model proposes. */
export interface Candidate {
  /** In the file's token and character coordinates. */
  edit: Edit;
  /** Taxonomy code; 0 = none named. */
  bugType: number;
  /** Raw probability by the model. */
  probability: number;
  /** Calibrated probability. */
  confidence: number;
  /** Index of the window it came from. */
  window: number;
  /** Supervision steps the model used. */
  steps: number;
}

/** Settings of {@link createProposer}. */
export interface ProposerOptions extends Pick<WindowRequest, 'topK' | 'supervisionSteps' | 'signal'> {
  calibration: Calibration;
}

/** Where to look in a program. */
export type ProposeRequest = Pick<WindowRequest, 'program' | 'windows' | 'stoppedAt'>;

/** Asks the model for edits. */
export type Proposer = (request: ProposeRequest) => Promise<Candidate[]>;

/** Asks the model about windows of a file, and makes edits of the file of its answers: see {@link mergeProposals}. */
export function createProposer(
  predictWindows: WindowPredictor,
  { calibration, ...settings }: ProposerOptions,
): Proposer {
  return async (request) => {
    const predictions = await predictWindows({ ...request, ...settings });
    return mergeProposals(request.program, predictions, calibration);
  };
}

/** An edit that the model proposes, as {@link WantsEdit} is asked about it. */
export interface ProposedEdit {
  /** Taxonomy id; null when the model names none. */
  bugType: string | null;
  /** UTF-16 offsets [start, end) in the text as it is when the edit is proposed. */
  span: readonly [number, number];
}

/** Says of an edit, and of the text as it is then, whether it may be made. */
export type WantsEdit = (edit: ProposedEdit, source: string) => boolean;

/** A proposer without the edits that nobody wants. */
export function onlyWanted(propose: Proposer, wants: WantsEdit | undefined): Proposer {
  if (wants === undefined) return propose;
  return async (request) => {
    const candidates = await propose(request);
    return candidates.filter(({ bugType, edit }) =>
      wants({ bugType: bugTypeByCode(bugType)?.id ?? null, span: edit.charSpan }, request.program.source),
    );
  };
}

/**
 * Makes edits of the file of what the model says of its windows, the most confident first; equal edits of overlapping
 * windows come once, with the higher probability.
 */
export function mergeProposals(
  program: Program,
  predictions: readonly WindowPrediction[],
  calibration: Calibration,
): Candidate[] {
  const candidates = predictions.flatMap(({ window, prediction }) =>
    toCandidates(program, window, prediction, calibration),
  );
  return mergeEqual(candidates).sort(byConfidence);
}

/** Most confident first; then by place, so that the order never depends on chance. */
export function byConfidence(a: Candidate, b: Candidate): number {
  return b.probability - a.probability || a.edit.tokenSpan[0] - b.edit.tokenSpan[0];
}

/** Tokens removed and written: what "the fewest edited tokens" counts. */
export function editSize({
  tokenSpan: [start, end],
  replacement,
}: Pick<Edit, 'tokenSpan' | 'replacement'>): number {
  return Math.max(end - start, replacement.length);
}

function toCandidates(
  program: Program,
  index: number,
  prediction: Prediction,
  calibration: Calibration,
): Candidate[] {
  const { firstToken } = program.windows[index];
  return prediction.proposals.flatMap(({ location, spanLength, replacement, bugType, probability }) => {
    const [start, end] = [firstToken + location, firstToken + location + spanLength];
    if (end > program.tokens.length - 1 || sameTokens(program.tokens.slice(start, end), replacement))
      return [];
    const tokenSpan: [number, number] = [start, end];
    const edit: Edit = { tokenSpan, charSpan: charSpanOf(program.tokens, start, end), replacement };
    const confidence = confidenceOf({ probability, noBug: prediction.noBug }, calibration);
    return [{ edit, bugType, probability, confidence, window: index, steps: prediction.steps }];
  });
}

function mergeEqual(candidates: readonly Candidate[]): Candidate[] {
  const best = new Map<string, Candidate>();
  for (const candidate of candidates) {
    const { tokenSpan, replacement } = candidate.edit;
    const key = JSON.stringify([tokenSpan, replacement.map(tokenKey)]);
    const known = best.get(key);
    if (!known || candidate.probability > known.probability) best.set(key, candidate);
  }
  return [...best.values()];
}
