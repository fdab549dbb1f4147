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
export type ScoreOptions = Pick<PredictOptions, 'tokenizer' | 'vocabulary' | 'supervisionSteps' | 'signal'>;

/** Queries of slots that are asked at once: each holds a logit for every piece of the tokenizer. */
const QUERIES_AT_ONCE = 128;

/**
 * The model's probability of exactly each edit: P(location) P(span | location) and, slot by slot with the right tokens
 * before it, the summed probability of all choices that write the token, EMPTY after the last one included. With
 * `allowedStarts` the location's probability is that among them, as `predict` states it. An edit that the model cannot write
 * (too long, a token that no slot renders, a start that is not allowed, the END within its span) has 0.
 * @param edits smallest and leftmost, as `diffTokens` gives them: others are not what the model was taught to write
 * @returns one probability an edit, in their order
 * @throws DataError when the vocabularies are not the model's, or the window is longer than it reads
 */
export async function scoreEdits(
  model: Model,
  window: PredictWindow,
  edits: readonly WindowEdit[],
  options: ScoreOptions,
): Promise<number[]> {
  checkVocabularies(model, options);
  checkLengths(model, [window]);
  const asked = new AskedSlots();
  const { groupOf } = copyGroups(window.tokens);
  const context = { ...options, groupOf, nameTexts: window.example.names.texts };
  const written = edits.map((edit) => {
    const slots = slotsOf(window, edit, context);
    return slots && asked.add(edit, slots);
  });
  if (asked.places.size === 0) return edits.map(() => 0);
  const { supervisionSteps = model.config.supervisionSteps, signal } = options;
  const answer = runCore(model, [window.example], supervisionSteps);
  try {
    const starts = [...asked.places.keys()];
    const places = await placeProbabilities(model, answer, window, starts);
    const wanted: number[] = [];
    const { queries } = asked;
    for (let at = 0; at < queries.length; at += QUERIES_AT_ONCE) {
      if (signal) await breathe(signal, 'the repair');
      const some = queries.slice(at, at + QUERIES_AT_ONCE);
      const values = await wantedProbabilities(model, answer, window, starts, some);
      some.flatMap(({ wants }) => wants).forEach(({ index }, i) => (wanted[index] = values[i]));
    }
    return written.map((edit) => {
      if (!edit) return 0;
      const { location, spans } = places[edit.place];
      return edit.wants.reduce((product, want) => product * wanted[want], location * spans[edit.spanLength]);
    });
  } finally {
    answer.y.dispose();
  }
}

/** A slot that is asked: many edits share their first ones. */
interface Query {
  place: number;
  span: number;
  number: number;
  previous: TokenShape | null;
  /** What some edit writes there, and where the answer's probability goes. */
  wants: { target: SlotTarget; index: number }[];
}

/** An edit as what is asked for it: its probability is the product of all. */
interface AskedEdit {
  place: number;
  spanLength: number;
  wants: number[];
}

const WRITES_NOTHING: SlotTarget = { copyGroup: -1, vocabulary: 0, piece: -1, name: -1, kind: 0, pieces: [] };

/** The edits of a window as slots to be asked, each once. */
class AskedSlots {
  /** Places by their start token. */
  readonly places = new Map<number, number>();
  private readonly byKey = new Map<string, Query>();
  private readonly wantAt = new Map<string, number>();

  /** Slots that are asked, in order. */
  get queries(): Query[] {
    return [...this.byKey.values()];
  }

  /** @param slots how each token of the replacement can be written */
  add({ location, spanLength, replacement }: WindowEdit, slots: readonly SlotTarget[]): AskedEdit {
    const place = this.places.get(location) ?? this.places.size;
    this.places.set(location, place);
    // The EMPTY after the last token is part of the answer; a full row of slots has none.
    const wants = Array.from({ length: Math.min(slots.length + 1, SLOTS) }, (_, number) => {
      const [before, token] = [replacement.at(number - 1), replacement.at(number)];
      const slot = [place, spanLength, number, number > 0 && before ? tokenKey(before) : ''].join(' ');
      const query = this.byKey.get(slot) ?? {
        place,
        span: spanLength,
        number,
        previous: number > 0 ? slots[number - 1] : null,
        wants: [],
      };
      this.byKey.set(slot, query);
      const key = `${slot} > ${token ? tokenKey(token) : ''}`;
      const known = this.wantAt.get(key);
      if (known !== undefined) return known;
      const index = this.wantAt.size;
      this.wantAt.set(key, index);
      query.wants.push({ target: slots[number] ?? WRITES_NOTHING, index });
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

/** P(location) and P(span | location) of each start. */
async function placeProbabilities(
  model: Model,
  answer: Answer,
  { allowedStarts }: PredictWindow,
  starts: readonly number[],
): Promise<{ location: number; spans: ArrayLike<number> }[]> {
  const { weights, config } = model;
  const [location, spans] = await readAll(() => {
    const states = headStates(answer, config, { rows: starts.map(() => 0), starts });
    return [
      tf.softmax(locationLogits(weights, answer, states, config)),
      tf.softmax(spanLogits(weights, states, config)),
    ];
  });
  // Class 0 is "no bug".
  const total = allowedStarts ? allowedStarts.reduce((sum, start) => sum + location[1 + start], 0) : 1;
  return starts.map((start, i) => ({
    location: total > 0 ? location[1 + start] / total : 1 / (allowedStarts?.length ?? 1),
    spans: spans.subarray(i * SPANS, (i + 1) * SPANS),
  }));
}

/** Probabilities of what is wanted of some queries, in the order of their wants. */
async function wantedProbabilities(
  model: Model,
  answer: Answer,
  { example }: PredictWindow,
  starts: readonly number[],
  queries: readonly Query[],
): Promise<ArrayLike<number>> {
  const slots: SlotQueries = {
    places: queries.map(({ place }) => place),
    spans: queries.map(({ span }) => span),
    numbers: queries.map(({ number }) => number),
    previous: queries.map(({ previous }) => previous),
  };
  const wants = queries.flatMap((query, row) => query.wants.map((want) => ({ ...want, row })));
  const rows = starts.map(() => 0);
  const [values] = await readAll(() => {
    const states = headStates(answer, model.config, { rows, starts });
    const keys = nameKeys(model.weights, answer.names, rows);
    const logits = slotLogits(model.weights, answer, states, slots, keys, model.parts);
    return [tf.exp(wantedLogs(logits, wants, example.copyGroups))];
  });
  return values;
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
