import * as tf from '@tensorflow/tfjs-core';
import type { ClosedVocabulary } from '../processing/vocabulary/closed-vocabulary';
import type { Tokenizer } from '../processing/tokenizer/tokenizer';
import { breathe } from '../core/processes/breathe';
import { DataError } from '../core/errors';
import { MAX_SPAN, SLOTS, type Example } from '../records/example';
import { TOKEN_KINDS, type TokenText } from '../records/sample';
import { collate } from './batch';
import { bugTypeLogits, haltLogits, headStates, locationLogits, spanLogits, type Answer } from './heads';
import { logSumExp } from './log-sum-exp';
import { prepareBatch, runSteps, type Model } from './model';
import { nameKeys, type NameKeys } from './slots/name-logits';
import { slotChoices as topChoices } from './slots/slot-logits';
import { unpackedPrecision } from './precision';
import {
  dropHopeless,
  extendContents,
  offeredTexts,
  rankProposals,
  renderChoices,
  startContents,
  type Contents,
  type OfferedTexts,
  type Place,
  type Proposal,
  type Renderer,
  type SlotChoices,
} from './proposals';

/** A window to be repaired: what the model reads, and the tokens it may copy. */
export interface PredictWindow {
  example: Example;
  /** The window's tokens, `example.length` of them (a closing END that is missing is understood). */
  tokens: readonly TokenText[];
  /**
   * "Repair given the place": only edits that start at one of these tokens of the window are proposed, whose probabilities
   * are made to sum to one. Default: every token.
   */
  allowedStarts?: readonly number[];
  /**
   * Chooses the tokens at which edits are tried, of all at which one may start, likeliest first; each counts with the
   * probability that it is given back with. Default: the topK likeliest.
   */
  chooseStarts?: (starts: readonly LikelyStart[]) => readonly LikelyStart[];
}

/** Settings of {@link predict}. */
export interface PredictOptions {
  /** The vocabularies the model was trained with: they render what slots choose. */
  tokenizer: Tokenizer;
  vocabulary: ClosedVocabulary;
  /** Supervision steps. Default: the model's. */
  supervisionSteps?: number;
  /** Proposals a window. Default 5. */
  topK?: number;
  /** Spans tried at each place. Default 2. */
  spansPerPlace?: number;
  /** Most tokens of one batch, padding included; bounds memory. Default 2048. */
  batchTokens?: number;
  /** Looked at between batches, with a turn of the event loop so that it can be aborted. */
  signal?: AbortSignal;
  /** What is said to be interrupted then. Default "the repair". */
  task?: string;
}

/** What the model says of one window. */
export interface Prediction {
  /** Probability that the window has no bug. */
  noBug: number;
  /** "No bug" is the most probable class of the location head: the model's plain answer, without a threshold. */
  answersNoBug: boolean;
  /** Probability, by the model's own halting head, that its answer is exactly right. */
  halt: number;
  /** Supervision steps run. */
  steps: number;
  /** Edits, most probable first. */
  proposals: Proposal[];
  /** Tokens of the window at which an edit may start, likeliest first, whatever it is: at most {@link STARTS_TOLD}. */
  starts: LikelyStart[];
}

/** A token at which an edit may start. */
export interface LikelyStart {
  /** Token of the window. */
  start: number;
  /** P(location); among `allowedStarts` where they are given. */
  probability: number;
}

/** Start tokens that a {@link Prediction} tells. */
const STARTS_TOLD = 16;

/** Spans tried at each place by default. */
const SPANS_PER_PLACE = 2;

/**
 * Proposes edits for windows: probability = P(location) P(span | location) P(contents | location, span), the
 * contents' summed over all choices that render the same tokens. Deterministic: the same windows, model and
 * settings give the same answer.
 * @throws DataError when the vocabularies are not the model's, or a window is longer than it reads
 */
export async function predict(
  model: Model,
  windows: readonly PredictWindow[],
  options: PredictOptions,
): Promise<Prediction[]> {
  checkVocabularies(model, options);
  checkLengths(model, windows);
  const { batchTokens = 2048 } = options;
  // Longest first: windows of like length share a batch, so little is padding.
  const order = windows.map((_, i) => i).sort((a, b) => lengthOf(windows[b]) - lengthOf(windows[a]) || a - b);
  const out = new Array<Prediction>(windows.length);
  for (let at = 0; at < order.length;) {
    if (options.signal) await breathe(options.signal, options.task ?? 'the repair');
    const rows = Math.max(1, Math.floor(batchTokens / lengthOf(windows[order[at]])));
    const batch = order.slice(at, at + rows);
    const predictions = await predictBatch(
      model,
      batch.map((i) => windows[i]),
      options,
    );
    batch.forEach((i, row) => (out[i] = predictions[row]));
    at += rows;
  }
  return out;
}

const lengthOf = ({ example }: PredictWindow): number => example.length;

/** Holds what renders the slots to what the model was trained with. @throws DataError */
export function checkVocabularies({ config, file }: Model, { tokenizer, vocabulary }: Renderer): void {
  const checks: [what: string, expected: string | number | undefined, got: string | number][] = [
    ['tokenizer', file?.hashes.tokenizer, tokenizer.hash],
    ['closed vocabulary', file?.hashes.vocabulary, vocabulary.hash],
    ['tokenizer size', config.tokenizerSize, tokenizer.size],
    ['closed vocabulary size', config.vocabularySize, vocabulary.size],
  ];
  for (const [what, expected, got] of checks)
    if (expected !== undefined && expected !== got)
      throw new DataError(
        `${what}: the model was trained with ${expected}, got ${got}`,
        'use the tokenizer.json and closed.json of the model folder',
      );
}

/** @throws DataError when a window is longer than the model reads */
export function checkLengths({ config: { maxTokens } }: Model, windows: readonly PredictWindow[]): void {
  const longest = windows.reduce((most, window) => Math.max(most, lengthOf(window)), 0);
  if (longest > maxTokens)
    throw new DataError(
      `expected windows of at most ${maxTokens} tokens, as the model was trained on, got one of ${longest}`,
      'process the data with that process.maxTokens, or take a model of longer windows',
    );
}

async function predictBatch(
  model: Model,
  windows: readonly PredictWindow[],
  options: PredictOptions,
): Promise<Prediction[]> {
  const {
    topK = 5,
    spansPerPlace = SPANS_PER_PLACE,
    supervisionSteps = model.config.supervisionSteps,
  } = options;
  const answer = runCore(
    model,
    windows.map(({ example }) => example),
    supervisionSteps,
  );
  try {
    const [location, halt] = await readAll(() => {
      const states = headStates(answer, model.config);
      const places = locationLogits(model.weights, answer, states, model.config);
      return [tf.softmax(places), tf.sigmoid(haltLogits(model.weights, states))];
    });
    const classes = answer.positions - model.config.registers + 1;
    const starts = windows.map((window, row) =>
      likelyStarts(window, location.subarray(row * classes + 1, (row + 1) * classes)),
    );
    const tried = windows.map(
      ({ chooseStarts }, row) => chooseStarts?.(starts[row]) ?? starts[row].slice(0, topK),
    );
    const places = await placeEdits(model, answer, tried, spansPerPlace);
    const contents = await fillSlots(model, answer, windows, places, { ...options, topK });
    return windows.map((_, row) => ({
      noBug: location[row * classes],
      answersNoBug: location
        .subarray(row * classes, (row + 1) * classes)
        .every((p) => p <= location[row * classes]),
      halt: halt[row],
      steps: supervisionSteps,
      proposals: rankProposals(places, contents, row, topK),
      starts: starts[row].slice(0, STARTS_TOLD),
    }));
  } finally {
    answer.y.dispose();
  }
}

/** The answer after some supervision steps. The caller disposes of its `y`. */
export function runCore(model: Model, examples: readonly Example[], steps: number): Answer {
  const { config, precision } = model;
  const batch = collate(examples);
  const y = tf.tidy(() => runSteps(model, prepareBatch(batch, config, precision), steps).y);
  const positions = config.registers + batch.length;
  const { rows, lengths, names } = batch;
  return { y, batch: rows, positions, lengths, names, precision: unpackedPrecision(precision) };
}

/** Values of the tensors that a computation ends with; all that it makes are freed. */
export async function readAll(compute: () => tf.Tensor[]): Promise<(Float32Array | Int32Array)[]> {
  const tensors = tf.tidy(compute);
  const values = await Promise.all(tensors.map((tensor) => tensor.data()));
  tf.dispose(tensors);
  return values as (Float32Array | Int32Array)[];
}

/** The tokens at which an edit of a window may start, likeliest first. @param location probability by token, padding included */
function likelyStarts(
  { example, allowedStarts }: PredictWindow,
  location: Float32Array | Int32Array,
): LikelyStart[] {
  const starts = allowedStarts ?? Array.from({ length: example.length }, (_, start) => start);
  const total = allowedStarts ? allowedStarts.reduce((sum, start) => sum + location[start], 0) : 1;
  return starts
    .map((start) => ({ start, probability: total > 0 ? location[start] / total : 1 / starts.length }))
    .sort((a, b) => b.probability - a.probability || a.start - b.start);
}

/** The starts of each row that are tried, each with its likeliest spans. */
async function placeEdits(
  model: Model,
  answer: Answer,
  tried: readonly (readonly LikelyStart[])[],
  spansPerPlace: number,
): Promise<Place[]> {
  const chosen = tried.flatMap((starts, row) => starts.map((start) => ({ row, ...start })));
  const places = { rows: chosen.map(({ row }) => row), starts: chosen.map(({ start }) => start) };
  const [spans, types] = await readAll(() => {
    const states = headStates(answer, model.config, places);
    const lengths = spanLogits(model.weights, states, model.config);
    return [tf.softmax(lengths), tf.argMax(bugTypeLogits(model.weights, states), 1)];
  });
  return chosen.flatMap(({ row, start, probability }, i) =>
    Array.from({ length: MAX_SPAN + 1 }, (_, length) => ({
      row,
      start,
      spanLength: length,
      bugType: types[i],
      probability: probability * spans[i * (MAX_SPAN + 1) + length],
    }))
      .sort((a, b) => b.probability - a.probability || a.spanLength - b.spanLength)
      .slice(0, spansPerPlace),
  );
}

/** Fills slots one by one for all places at once, until every content kept has reached its EMPTY. */
async function fillSlots(
  model: Model,
  answer: Answer,
  windows: readonly PredictWindow[],
  places: readonly Place[],
  options: PredictOptions & { topK: number },
): Promise<Contents[][]> {
  const { topK } = options;
  let contents = places.map(() => startContents());
  if (places.length === 0) return contents;
  const rows = places.map(({ row }) => row);
  const keys = tf.tidy(() => ({ ...nameKeys(model.weights, answer.names, rows) }));
  try {
    const offered = new Map(
      keys.rows.map((row) => {
        const { tokens, example } = windows[row];
        return [row, offeredTexts(tokens, example.names.texts, options.vocabulary)];
      }),
    );
    for (let number = 0; number < SLOTS; number++) {
      const open = contents.flatMap((list, place) =>
        list.flatMap(({ closed, tokens }) => (closed ? [] : [{ place, previous: tokens.at(-1) ?? null }])),
      );
      if (open.length === 0) break;
      const choices = await slotChoices(model, answer, { places, open, number, keys }, options);
      let next = 0;
      contents = contents.map((list, place) => {
        const texts = offered.get(places[place].row) as OfferedTexts;
        return extendContents(list, () => renderChoices(choices[next++], texts, options));
      });
      contents = dropHopeless(places, contents, topK);
    }
    return contents;
  } finally {
    keys.keys.dispose();
  }
}

/** Pieces that are looked at for one slot: the rest have no chance to be in a proposal. */
const TOP_PIECES = 8;

/** Contents to go on with: slot `number` of each. */
interface OpenSlots {
  places: readonly Place[];
  open: readonly { place: number; previous: TokenText | null }[];
  number: number;
  keys: NameKeys;
}

async function slotChoices(
  model: Model,
  answer: Answer,
  { places, open, number, keys }: OpenSlots,
  { tokenizer }: PredictOptions,
): Promise<SlotChoices[]> {
  const at = { rows: places.map(({ row }) => row), starts: places.map(({ start }) => start) };
  const queries = {
    places: open.map(({ place }) => place),
    spans: open.map(({ place }) => places[place].spanLength),
    numbers: open.map(() => number),
    previous: open.map(
      ({ previous }) =>
        previous && { kind: TOKEN_KINDS.indexOf(previous.kind), pieces: tokenizer.encode(previous) },
    ),
  };
  const [copy, vocabulary, pieces, ids, names] = await readAll(() => {
    const states = headStates(answer, model.config, at);
    const tops = topChoices(model.weights, answer, states, queries, keys, model.parts, TOP_PIECES);
    const { copy, vocabulary, name, pieces, pieceLogs } = tops;
    const logs = [...[copy, vocabulary, name].map(logSumExp), pieceLogs];
    const parts = tf.stack(logs, 1) as tf.Tensor2D;
    const divisor = tf.reshape(logSumExp(parts), [-1, 1]);
    const probability = (values: tf.Tensor): tf.Tensor => tf.exp(tf.sub(values, divisor));
    return [
      probability(copy),
      probability(vocabulary),
      probability(pieces.values),
      pieces.ids,
      probability(name),
    ];
  });
  const rows = (values: Float32Array | Int32Array, q: number): Float32Array | Int32Array => {
    const width = values.length / open.length;
    return values.subarray(q * width, (q + 1) * width);
  };
  return open.map((_, q) => ({
    copy: rows(copy, q),
    vocabulary: rows(vocabulary, q),
    pieces: rows(pieces, q),
    pieceIds: rows(ids, q),
    names: rows(names, q),
  }));
}
