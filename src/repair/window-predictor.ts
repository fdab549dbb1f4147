import { LRUCache } from 'lru-cache';
import { breathe } from '../core/processes/breathe';
import { sha256 } from '../core/hash';
import { encodeWindow, isDropped } from '../processing/encoding/encode';
import { tokenKey } from '../processing/vocabulary/closed-vocabulary';
import { TOKEN_FEATURE_NAMES } from '../records/token-features';
import type { TokenWindow } from '../python/structure/windows';
import { isIndentation } from '../python/tokens/indentation';
import { predict, type PredictWindow, type Prediction } from '../trm/predict';
import type { RepairModel } from './model-folder';
import type { Program } from './program';

/** What to predict of a program. */
export interface WindowRequest {
  program: Program;
  /** Indices in `program.windows`; see {@link windowsTouching}. Default: all. */
  windows?: readonly number[];
  /** Token of the file at which the parser stopped; null when the file parses. Default null. */
  stoppedAt?: number | null;
  /** Proposals a window. */
  topK: number;
  /** Default: what the model's calibration was measured with. */
  supervisionSteps?: number;
  signal?: AbortSignal;
}

/** What the model says of one window. */
export interface WindowPrediction {
  /** Index in `program.windows`. */
  window: number;
  prediction: Prediction;
}

/** Asks the model about windows of a program, in their order. @throws InterruptedError when the signal is aborted */
export type WindowPredictor = (request: WindowRequest) => Promise<WindowPrediction[]>;

/** Windows whose predictions are remembered: some twenty files of 2,500 lines, about 20 MB. */
const REMEMBERED = 4096;

/** Windows encoded between two looks at the signal: a few milliseconds. */
const ENCODED_AT_ONCE = 32;

/**
 * A predictor that remembers what it was asked, of whatever text: in later rounds, and when an edited file comes again,
 * only windows that changed are predicted, or whose names mean something else now.
 */
export function createWindowPredictor(parts: RepairModel): WindowPredictor {
  const { model, tokenizer, vocabulary, calibration } = parts;
  const known = new LRUCache<string, Prediction>({ max: REMEMBERED });
  return async ({ program, windows = program.windows.map((_, i) => i), stoppedAt = null, ...settings }) => {
    const { topK, supervisionSteps = calibration.supervisionSteps, signal } = settings;
    const asked: { index: number; window: PredictWindow; key: string }[] = [];
    for (const [n, index] of windows.entries()) {
      if (n % ENCODED_AT_ONCE === 0) await breathe(signal, 'the repair');
      const window = encodeFor(parts, program, program.windows[index], stoppedAt);
      if (window) asked.push({ index, window, key: windowKey(window, topK, supervisionSteps) });
    }
    const answers = new Map(asked.map(({ key }) => [key, known.get(key)]));
    const fresh = new Map(
      asked.filter(({ key }) => !answers.get(key)).map(({ key, window }) => [key, window]),
    );
    const predictions = await predict(model, [...fresh.values()], {
      tokenizer,
      vocabulary,
      supervisionSteps,
      topK,
      signal,
    });
    [...fresh.keys()].forEach((key, i) => {
      answers.set(key, predictions[i]);
      known.set(key, predictions[i]);
    });
    return asked.map(({ index, key }) => ({ window: index, prediction: answers.get(key) as Prediction }));
  };
}

/**
 * Indices of the windows that hold characters of [start, end) of a program's text: those of the functions that an editor
 * changed, for example. An empty range is in the windows that it touches.
 */
export function windowsTouching(
  { tokens, windows }: Program,
  [start, end]: readonly [number, number],
): number[] {
  return windows.flatMap(({ firstToken, endToken }, i) => {
    // The end of a block stands where the next line begins.
    const last = tokens.slice(firstToken, endToken).findLast((token) => !isIndentation(token));
    const [from, to] = [tokens[firstToken].start, (last ?? tokens[firstToken]).end];
    return from <= end && start <= to ? [i] : [];
  });
}

/** What the model reads of a window of a program; undefined for one that it cannot read. @param stoppedAt token at which the parser stopped */
export function encodeFor(
  { tokenizer, vocabulary }: RepairModel,
  { tokens, facts, windowNames }: Program,
  window: TokenWindow,
  stoppedAt: number | null,
): PredictWindow | undefined {
  const names = windowNames(window);
  const example = encodeWindow({ tokens, window, facts, names, stoppedAt, tokenizer, vocabulary });
  // A window longer than the model's is what `windowsOf` never makes; any other reason concerns edits only.
  if (isDropped(example)) return undefined;
  return { example, tokens: tokens.slice(window.firstToken, window.endToken) };
}

/** A digest of everything that the prediction depends on. */
function windowKey({ example, tokens }: PredictWindow, topK: number, supervisionSteps: number): string {
  return sha256(
    JSON.stringify([
      topK,
      supervisionSteps,
      tokens.map(tokenKey),
      TOKEN_FEATURE_NAMES.map((name) => Buffer.from(example[name]).toString('latin1')),
      example.names.texts,
      [...example.names.traits],
    ]),
  );
}
