import { encodeWindow, isDropped } from '../processing/encoding/encode';
import { tokenKey } from '../processing/vocabulary/closed-vocabulary';
import type { Edit, TokenText } from '../records/sample';
import { TOKEN_FEATURE_NAMES } from '../records/token-features';
import type { Token } from '../python/tokens/token';
import type { TokenWindow } from '../python/structure/windows';
import { predict, type PredictWindow, type Prediction } from '../trm/predict';
import { confidenceOf, type Calibration } from './calibration';
import type { RepairModel } from './model-folder';
import type { Program } from './program';

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
export interface ProposerOptions {
  /** Proposals a window. */
  topK: number;
  /** Supervision steps; default: what the calibration was measured with. */
  supervisionSteps?: number;
  signal?: AbortSignal;
}

/** Where to look in a program. */
export interface ProposeRequest {
  program: Program;
  /** Indices in `program.windows`. Default: all. */
  windows?: readonly number[];
  /** Token of the file at which the parser stopped; null when the file parses. Default null. */
  stoppedAt?: number | null;
}

/** Asks the model for edits. */
export type Proposer = (request: ProposeRequest) => Promise<Candidate[]>;

/**
 * A proposer that remembers what it was asked: in later rounds only windows that changed are predicted again.
 * Candidates come most confident first; equal edits of overlapping windows once, with the higher probability.
 */
export function createProposer(
  parts: RepairModel,
  { topK, supervisionSteps, signal }: ProposerOptions,
): Proposer {
  const { model, tokenizer, vocabulary, calibration } = parts;
  const steps = supervisionSteps ?? calibration.supervisionSteps;
  const known = new Map<string, Prediction>();
  return async ({ program, windows = program.windows.map((_, i) => i), stoppedAt = null }) => {
    const asked = windows.flatMap((index) => {
      const window = encodeFor(parts, program, program.windows[index], stoppedAt);
      return window ? [{ index, window, key: windowKey(window) }] : [];
    });
    const fresh = new Map(asked.filter(({ key }) => !known.has(key)).map(({ key, window }) => [key, window]));
    const predictions = await predict(model, [...fresh.values()], {
      tokenizer,
      vocabulary,
      supervisionSteps: steps,
      topK,
      signal,
    });
    [...fresh.keys()].forEach((key, i) => known.set(key, predictions[i]));
    const candidates = asked.flatMap(({ index, key }) =>
      toCandidates(program, index, known.get(key) as Prediction, calibration),
    );
    return mergeEqual(candidates).sort(byConfidence);
  };
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

function encodeFor(
  { tokenizer, vocabulary }: RepairModel,
  { tokens, facts }: Program,
  window: TokenWindow,
  stoppedAt: number | null,
): PredictWindow | undefined {
  const example = encodeWindow({ tokens, window, facts, stoppedAt, tokenizer, vocabulary });
  // A window longer than the model's is what `windowsOf` never makes; any other reason concerns edits only.
  if (isDropped(example)) return undefined;
  return { example, tokens: tokens.slice(window.firstToken, window.endToken) };
}

/** Everything of a window that the prediction depends on. */
function windowKey({ example, tokens }: PredictWindow): string {
  return JSON.stringify([
    tokens.map(tokenKey),
    TOKEN_FEATURE_NAMES.map((name) => Buffer.from(example[name]).toString('latin1')),
  ]);
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
    if (end > program.tokens.length - 1 || isNoChange(program.tokens.slice(start, end), replacement))
      return [];
    const tokenSpan: [number, number] = [start, end];
    const edit: Edit = { tokenSpan, charSpan: charSpan(program.tokens, start, end), replacement };
    const confidence = confidenceOf({ probability, noBug: prediction.noBug }, calibration);
    return [{ edit, bugType, probability, confidence, window: index, steps: prediction.steps }];
  });
}

function charSpan(tokens: readonly Token[], start: number, end: number): [number, number] {
  return end > start
    ? [tokens[start].start, tokens[end - 1].end]
    : [tokens[start].start, tokens[start].start];
}

function isNoChange(removed: readonly TokenText[], written: readonly TokenText[]): boolean {
  return (
    removed.length === written.length && removed.every((token, i) => tokenKey(token) === tokenKey(written[i]))
  );
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
