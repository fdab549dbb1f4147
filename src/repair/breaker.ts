import { throwIfAborted } from '../core/errors';
import { seedStream, type Rng } from '../core/rng';
import { encodeWindow, isDropped } from '../processing/encoding/encode';
import { pickWindow } from '../processing/encoding/encode-sample';
import { tokenFacts } from '../processing/encoding/token-facts';
import { applyEdit, charSpanOf } from '../python/edits/edits';
import { lex } from '../python/tokens/lexer';
import type { Surroundings } from '../records/file-context';
import type { Edit } from '../records/sample';
import { predict, type LikelyStart } from '../trm/predict';
import type { Proposal } from '../trm/proposals';
import type { RepairModel } from './model-folder';

/** A clean function to be broken. */
export interface BreakRequest {
  source: string;
  /** What its file says around it. */
  surroundings: Surroundings;
  /** Seed of its own random stream. */
  seed: number;
}

/** Settings of {@link proposeBugs}. */
export interface BreakOptions {
  /** Bugs wanted, each at another place. */
  bugsPerFunction: number;
  /** Probabilities count to the power of 1 / temperature. */
  temperature: number;
  signal?: AbortSignal;
}

/** Edits that are looked at for each place: the model's likeliest. */
const EDITS_PER_PLACE = 8;

/**
 * Buggy versions of a clean function, by a model that was trained on real fixes turned around: its edits make the fixed
 * function the buggy one. "No bug" is ignored. Places are drawn by their probabilities, none twice; at each, one of its
 * likeliest edits by theirs. Of a function that is longer than the model's windows one window is broken, as in training.
 *
 * Each function is predicted by itself: what else is asked changes no digit, and so no draw.
 * @throws InterruptedError when the signal is aborted
 */
export async function proposeBugs(
  { model, tokenizer, vocabulary }: Omit<RepairModel, 'calibration'>,
  { source, surroundings, seed }: BreakRequest,
  { bugsPerFunction, temperature, signal }: BreakOptions,
): Promise<string[]> {
  throwIfAborted(signal, 'the breaker');
  const rng = seedStream(seed, 'breaker');
  const tokens = lex(source);
  const window = pickWindow(tokens, null, model.config.maxTokens, rng);
  const facts = tokenFacts(tokens, surroundings);
  const names = { surroundings, functionTokens: tokens };
  const example = encodeWindow({ tokens, window, facts, names, tokenizer, vocabulary });
  if (isDropped(example)) return [];
  const { firstToken, endToken } = window;
  const every = Array.from({ length: example.length }, (_, start) => start);
  const asked = {
    example,
    tokens: tokens.slice(firstToken, endToken),
    allowedStarts: every,
    chooseStarts: (starts: readonly LikelyStart[]) => drawStarts(starts, bugsPerFunction, temperature, rng),
  };
  const options = { tokenizer, vocabulary, topK: bugsPerFunction * EDITS_PER_PLACE, signal };
  const [{ proposals }] = await predict(model, [asked], options);
  return drawEdits(proposals, temperature, rng).flatMap(({ location, spanLength, replacement }) => {
    const [start, end] = [firstToken + location, firstToken + location + spanLength];
    // END cannot go.
    if (end > tokens.length - 1) return [];
    const edit: Edit = { tokenSpan: [start, end], charSpan: charSpanOf(tokens, start, end), replacement };
    return [applyEdit(source, tokens, edit)];
  });
}

/**
 * Some starts, drawn by their probabilities without putting back. From then on they count alike: an unlikely place that was
 * drawn is not to lose against the others.
 */
function drawStarts(
  starts: readonly LikelyStart[],
  count: number,
  temperature: number,
  rng: Rng,
): LikelyStart[] {
  const left = [...starts];
  const drawn: LikelyStart[] = [];
  while (drawn.length < count && left.length > 0) {
    const at = drawOne(left, temperature, rng);
    drawn.push(...left.splice(at, 1));
  }
  return drawn.map(({ start }) => ({ start, probability: 1 / drawn.length }));
}

/** One edit of each place, drawn by their probabilities; places in their order in the window. */
function drawEdits(proposals: readonly Proposal[], temperature: number, rng: Rng): Proposal[] {
  const places = [...new Set(proposals.map(({ location }) => location))].sort((a, b) => a - b);
  return places.map((place) => {
    const here = proposals.filter(({ location }) => location === place);
    return here[drawOne(here, temperature, rng)];
  });
}

/** Index of one item, by its probability to the power of 1 / temperature; the likeliest weighs 1, so none vanishes. */
function drawOne(items: readonly { probability: number }[], temperature: number, rng: Rng): number {
  const most = Math.max(...items.map(({ probability }) => probability));
  if (!(most > 0)) return rng.int(items.length);
  return rng.weighted(items.map(({ probability }) => (probability / most) ** (1 / temperature)));
}
