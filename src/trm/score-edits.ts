import * as tf from '@tensorflow/tfjs-core';
import { breathe } from '../core/processes/breathe';
import { slotTarget } from '../processing/encoding/encode';
import { copyGroups } from '../processing/encoding/features';
import { tokenKey } from '../processing/vocabulary/closed-vocabulary';
import { fitsModel, isRenderable, SLOTS, type SlotTarget } from '../records/example';
import type { TokenShape } from './batch';
import { headStates, locationLogits, SPANS, spanLogits, type Answer } from './heads';
import { MASKED } from './layers/attention';
import { gatherRows } from './layers/gather-rows';
import { logSumExp } from './log-sum-exp';
import type { Model } from './model';
import {
  checkLengths,
  checkVocabularies,
  readAll,
  runCore,
  type PredictOptions,
  type PredictWindow,
} from './predict';
import type { Proposal } from './proposals';
import { nameKeys } from './slots/name-logits';
import { slotLogits, type SlotLogits, type SlotQueries } from './slots/slot-logits';

/** An edit of a window whose probability is asked for, in the form of the model's own proposals. */
export type WindowEdit = Pick<Proposal, 'location' | 'spanLength' | 'replacement'>;

/** Settings of {@link scoreEdits}; as those of `predict`. */
export interface ScoreOptions extends Pick<
  PredictOptions,
  'tokenizer' | 'vocabulary' | 'supervisionSteps' | 'signal'
> {
  /** How many of the edits are wanted, likeliest first. Default: all. */
  most?: number;
  /** Indices of edits that are wanted however unlikely they are. Default: none. */
  always?: ReadonlySet<number>;
}

/** What the model says of given edits of a window. */
export interface EditScores {
  /** Probability that the window has no bug. */
  noBug: number;
  /** P(an edit starts at one of the allowed tokens): times this, a probability is that without being told the place. */
  placed: number;
  /** One an edit, in their order; null for those that are not among the `most` likeliest. */
  probabilities: (number | null)[];
}

/** Queries of slots that are asked at once: each holds a logit for every piece of the tokenizer. */
const QUERIES_AT_ONCE = 128;

/**
 * The model's probability of exactly each edit: P(location) P(span | location) and, slot by slot with the right tokens
 * before it, the summed probability of all choices that write the token, EMPTY after the last one included. With
 * `allowedStarts` the location's probability is that among them, as `predict` states it. An edit that the model cannot write
 * (too long, a token that no slot renders, a start that is not allowed, the END within its span) has 0.
 * @param edits smallest and leftmost, as `diffTokens` gives them: others are not what the model was taught to write
 * @throws DataError when the vocabularies are not the model's, or the window is longer than it reads
 */
export async function scoreEdits(
  model: Model,
  window: PredictWindow,
  edits: readonly WindowEdit[],
  options: ScoreOptions,
): Promise<EditScores> {
  checkVocabularies(model, options);
  checkLengths(model, [window]);
  const asked = new AskedSlots();
  const { groupOf } = copyGroups(window.tokens);
  const context = { ...options, groupOf, nameTexts: window.example.names.texts };
  const written = edits.map((edit) => {
    const slots = slotsOf(window, edit, context);
    return slots && asked.add(edit, slots);
  });
  const answer = runCore(model, [window.example], options.supervisionSteps ?? model.config.supervisionSteps);
  try {
    const reading = { model, answer, window, starts: [...asked.places.keys()] };
    const { noBug, placed, places } = await readPlaces(reading);
    const slots = new SlotReader(reading, asked.wants, options.signal);
    const bounds = written.map((edit) =>
      edit ? places[edit.place].location * places[edit.place].spans[edit.spanLength] : 0,
    );
    return { noBug, placed, probabilities: await likeliest(written, bounds, slots, options) };
  } finally {
    answer.y.dispose();
  }
}

/**
 * Probabilities of the `most` likeliest edits. What an edit's first slot leaves of it is a bound that the others only lower: an
 * edit whose bound is below as many whole probabilities is asked no further.
 * @param bounds P(location) P(span | location) of each edit
 */
async function likeliest(
  edits: readonly (AskedEdit | null)[],
  bounds: readonly number[],
  slots: SlotReader,
  { most = edits.length, always = new Set() }: Pick<ScoreOptions, 'most' | 'always'>,
): Promise<(number | null)[]> {
  const out: (number | null)[] = edits.map((edit) => (edit ? null : 0));
  const firsts = await slots.ask(edits.flatMap((edit) => edit?.wants[0] ?? []));
  const bound = edits.map((edit, i) => (edit ? bounds[i] * (firsts[edit.wants[0]] ?? 0) : 0));
  const order = edits
    .flatMap((edit, i) => (edit ? [{ edit, i }] : []))
    .sort((a, b) => bound[b.i] - bound[a.i] || a.i - b.i);
  const found: number[] = [];
  for (let at = 0; at < order.length; at += Math.max(1, most)) {
    const least = found.sort((a, b) => b - a)[most - 1] ?? 0;
    const some = order
      .slice(at, at + Math.max(1, most))
      .filter(({ i }) => bound[i] >= least || always.has(i));
    const wanted = await slots.ask(some.flatMap(({ edit }) => edit.wants));
    for (const { edit, i } of some) {
      const probability = edit.wants.reduce((product, want) => product * (wanted[want] ?? 0), bounds[i]);
      out[i] = probability;
      found.push(probability);
    }
  }
  const least = found.sort((a, b) => b - a)[most - 1] ?? 0;
  return out.map((probability, i) => {
    const isLeft = probability !== null && probability > 0 && probability < least && !always.has(i);
    return isLeft ? null : probability;
  });
}

/** A slot that is asked: many edits share their first ones. */
interface Query {
  place: number;
  span: number;
  number: number;
  previous: TokenShape | null;
}

/** What some edit writes in a slot. */
interface Want {
  query: Query;
  target: SlotTarget;
}

/** An edit as what is asked for it: its probability is the product of all. */
interface AskedEdit {
  place: number;
  spanLength: number;
  /** Indices of its wants, slot by slot. */
  wants: number[];
}

const WRITES_NOTHING: SlotTarget = { copyGroup: -1, vocabulary: 0, piece: -1, name: -1, kind: 0, pieces: [] };

/** The edits of a window as slots to be asked, each once. */
class AskedSlots {
  /** Places by their start token. */
  readonly places = new Map<number, number>();
  readonly wants: Want[] = [];
  private readonly queries = new Map<string, Query>();
  private readonly wantAt = new Map<string, number>();

  /** @param slots how each token of the replacement can be written */
  add({ location, spanLength, replacement }: WindowEdit, slots: readonly SlotTarget[]): AskedEdit {
    const place = this.places.get(location) ?? this.places.size;
    this.places.set(location, place);
    // The EMPTY after the last token is part of the answer; a full row of slots has none.
    const wants = Array.from({ length: Math.min(slots.length + 1, SLOTS) }, (_, number) => {
      const before = number > 0 ? replacement[number - 1] : undefined;
      const slot = [place, spanLength, number, before ? tokenKey(before) : ''].join(' ');
      const known = this.queries.get(slot);
      const query = known ?? {
        place,
        span: spanLength,
        number,
        previous: number > 0 ? slots[number - 1] : null,
      };
      this.queries.set(slot, query);
      const key = `${slot} > ${number < slots.length ? tokenKey(replacement[number]) : ''}`;
      const index = this.wantAt.get(key) ?? this.wants.length;
      if (index === this.wants.length) this.wants.push({ query, target: slots[number] ?? WRITES_NOTHING });
      this.wantAt.set(key, index);
      return index;
    });
    return { place, spanLength, wants };
  }
}

/** How each token of an edit can be written; null where the model cannot write the edit. */
function slotsOf(
  { example, allowedStarts }: PredictWindow,
  { location, spanLength, replacement }: WindowEdit,
  context: Parameters<typeof slotTarget>[1],
): SlotTarget[] | null {
  const tokenSpan = [location, location + spanLength] as const;
  // The END is a place to insert before, never a token to replace.
  if (!fitsModel({ tokenSpan, replacement }) || location < 0 || tokenSpan[1] >= example.length) return null;
  if (allowedStarts && !allowedStarts.includes(location)) return null;
  if (spanLength === 0 && replacement.length === 0) return null;
  const slots = replacement.map((token) => slotTarget(token, context));
  return slots.every(isRenderable) ? slots : null;
}

/** What is read of a window. */
interface Reading {
  model: Model;
  answer: Answer;
  window: PredictWindow;
  /** Start tokens of the places. */
  starts: readonly number[];
}

/** P(no bug), and P(location) and P(span | location) of each place. */
async function readPlaces({
  model,
  answer,
  window,
  starts,
}: Reading): Promise<
  Pick<EditScores, 'noBug' | 'placed'> & { places: { location: number; spans: ArrayLike<number> }[] }
> {
  const { weights, config } = model;
  const { allowedStarts } = window;
  const [location, spans] = await readAll(() => {
    const states = headStates(answer, config, { rows: starts.map(() => 0), starts });
    return [
      tf.softmax(locationLogits(weights, answer, states, config)),
      ...(starts.length > 0 ? [tf.softmax(spanLogits(weights, states, config))] : []),
    ];
  });
  // Class 0 is "no bug".
  const placed = allowedStarts ? allowedStarts.reduce((sum, start) => sum + location[1 + start], 0) : 1;
  const places = starts.map((start, i) => ({
    location: placed > 0 ? location[1 + start] / placed : 1 / (allowedStarts?.length ?? 1),
    spans: spans.subarray(i * SPANS, (i + 1) * SPANS),
  }));
  return { noBug: location[0], placed, places };
}

/** Asks slots, each once. */
class SlotReader {
  private readonly known: (number | undefined)[] = [];

  constructor(
    private readonly reading: Reading,
    private readonly wants: readonly Want[],
    private readonly signal: AbortSignal | undefined,
  ) {}

  /** Probabilities of some wants, by their index. */
  async ask(indices: readonly number[]): Promise<readonly (number | undefined)[]> {
    const open = new Map<Query, number[]>();
    for (const index of new Set(indices)) {
      if (this.known[index] !== undefined) continue;
      const { query } = this.wants[index];
      open.set(query, [...(open.get(query) ?? []), index]);
    }
    const queries = [...open.keys()];
    for (let at = 0; at < queries.length; at += QUERIES_AT_ONCE) {
      if (this.signal) await breathe(this.signal, 'the repair');
      const some = queries.slice(at, at + QUERIES_AT_ONCE);
      const asked = some.flatMap((query, row) => (open.get(query) ?? []).map((index) => ({ row, index })));
      const values = await this.read(some, asked);
      asked.forEach(({ index }, i) => (this.known[index] = values[i]));
    }
    return this.known;
  }

  private async read(
    queries: readonly Query[],
    asked: readonly { row: number; index: number }[],
  ): Promise<ArrayLike<number>> {
    const { model, answer, window, starts } = this.reading;
    const slots: SlotQueries = {
      places: queries.map(({ place }) => place),
      spans: queries.map(({ span }) => span),
      numbers: queries.map(({ number }) => number),
      previous: queries.map(({ previous }) => previous),
    };
    const wants = asked.map(({ row, index }) => ({ row, target: this.wants[index].target }));
    const rows = starts.map(() => 0);
    const [values] = await readAll(() => {
      const states = headStates(answer, model.config, { rows, starts });
      const keys = nameKeys(model.weights, answer.names, rows);
      const logits = slotLogits(model.weights, answer, states, slots, keys, model.parts);
      return [tf.exp(wantedLogs(logits, wants, window.example.copyGroups))];
    });
    return values;
  }
}

/** log of the summed probability of all choices that write what is wanted, `[W]`. */
function wantedLogs(
  { copy, vocabulary, piece, name }: SlotLogits,
  wants: readonly { row: number; target: SlotTarget }[],
  groups: ArrayLike<number>,
): tf.Tensor1D {
  const rows = Int32Array.from(wants, ({ row }) => row);
  const together = (parts: tf.Tensor1D[]): tf.Tensor1D => logSumExp(tf.stack(parts, 1) as tf.Tensor2D);
  const pick = (logits: tf.Tensor2D, choice: (target: SlotTarget) => number): tf.Tensor1D => {
    const choices = wants.map(({ target }) => choice(target));
    const index = Int32Array.from(choices, (one, w) => rows[w] * logits.shape[1] + Math.max(0, one));
    const picked = tf.gather(tf.reshape<tf.Rank.R1>(logits, [-1]), tf.tensor1d(index, 'int32'));
    return tf.add(picked, tf.tensor1d(Float32Array.from(choices, (one) => (one < 0 ? MASKED : 0))));
  };
  const width = copy.shape[1];
  const wrong = new Float32Array(wants.length * width).fill(MASKED);
  wants.forEach(({ target }, w) => {
    for (let token = 0; token < groups.length; token++)
      if (groups[token] === target.copyGroup) wrong[w * width + token] = 0;
  });
  const all = together([copy, vocabulary, piece, name].map(logSumExp));
  const allOfWants = tf.gather(all, tf.tensor1d(rows, 'int32'));
  const right = together([
    logSumExp(tf.add(gatherRows(copy, rows), tf.tensor2d(wrong, [wants.length, width]))),
    pick(vocabulary, ({ vocabulary: entry }) => entry),
    pick(piece, ({ piece: id }) => id),
    pick(name, ({ name: index }) => index),
  ]);
  return tf.sub(right, allOfWants);
}
