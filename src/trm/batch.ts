import {
  EXAMPLE_VERSION,
  MAX_PIECES,
  MAX_SPAN,
  NOT_ASKED,
  isRenderable,
  SLOTS,
  type Example,
  type SlotTarget,
} from '../records/example';
import { TOKEN_KINDS } from '../records/sample';
import { DataError } from '../core/errors';
import type { TokenFeatureName } from '../records/token-features';
import { FEATURE_GROUPS, FEATURES, type ModelConfig } from './config';

/** Names of the files around the rows of a batch: one row's after the other's, N in all. */
export interface NameBatch {
  /** [B + 1] first name of each row, and N. */
  offsets: Int32Array;
  /** [N + 1] first entry of each name in `pieceIds`, and their number. */
  pieceStarts: Int32Array;
  /** BPE ids of all names, without padding. */
  pieceIds: Int32Array;
  /** [N] and [N], see `ExampleNames`. */
  traits: Uint16Array;
  near: Uint16Array;
  /** S, and [B * S] copy groups of the rows' tokens, which `near` speaks of. */
  length: number;
  groups: Uint8Array;
}

/** What one token of an edit is, for the slot after it. */
export type TokenShape = Pick<SlotTarget, 'kind' | 'pieces'>;

/** The part of a batch that the core and the location head read. Plain arrays: no engine is needed to make one. */
export interface InputBatch {
  /** B. */
  rows: number;
  /** S: tokens a row after padding. */
  length: number;
  /** [B] true token counts. */
  lengths: Int32Array;
  /** [M] BPE ids of all tokens in order, without padding pieces. */
  pieceIds: Int32Array;
  /** [M] position `row * S + token` that each piece belongs to. */
  pieceTokens: Int32Array;
  /** [M] 1 / number of pieces of the token: the sum over a token's pieces is their mean. */
  pieceWeights: Float32Array;
  /** [B * S, FEATURES] several-hot rows; all zero for padding. */
  features: Float32Array;
  /** What slots read beside the core's answer. */
  names: NameBatch;
}

/**
 * Teacher's answers of a batch. Its places are those of the edits of the rows that have a bug (R of them), then those of
 * all hidden and replaced tokens that slots can write.
 */
export interface TargetBatch {
  /** [B] location class, 0 = no bug; NOT_ASKED for rows of hidden tokens. */
  location: Int32Array;
  /** R: rows with an edit. */
  buggy: number;
  /** [places] row of the batch. */
  placeRows: Int32Array;
  /** [places] first token. */
  starts: Int32Array;
  /** [B * S] 1 where a row asks whether a token was replaced, and where it was; both empty when no row asks. */
  asksReplaced: Float32Array;
  isReplaced: Float32Array;
  /** [places] span length; 1 for a hidden or replaced token. */
  spans: Int32Array;
  /** [R] taxonomy code. */
  bugTypes: Int32Array;
  /** Q: slots with a target: an edit's tokens and the EMPTY that ends them; one for a hidden or replaced token. */
  slots: number;
  /** Slots of edits: those after them are of hidden and replaced tokens. */
  editSlots: number;
  /** [Q] place that a slot belongs to. */
  slotPlaces: Int32Array;
  /** [Q] k, number of the slot in its row. */
  slotNumbers: Int32Array;
  /** [Q, S] 1 where copying this token is right. */
  slotCopies: Float32Array;
  /** [Q] right entry of the closed vocabulary, -1 for none; EMPTY is 0. */
  slotVocabulary: Int32Array;
  /** [Q] right BPE piece, -1 for none. */
  slotPieces: Int32Array;
  /** [Q] right name of the row's file, -1 for none. */
  slotNames: Int32Array;
  /** [Q] what the slot before writes; null for the first. */
  slotPrevious: (TokenShape | null)[];
}

/** A batch ready for the engine. */
export interface Batch extends InputBatch {
  targets: TargetBatch;
}

/**
 * Pads examples to one length and lays out their targets.
 * @param options.length S; default: the longest example
 * @throws DataError when an example is longer than `length` or its target does not fit it
 */
export function collate(examples: readonly Example[], options: { length?: number } = {}): Batch {
  if (examples.length === 0) throw new DataError('expected at least one example to make a batch, got none');
  const length = options.length ?? Math.max(...examples.map((example) => example.length));
  for (const example of examples) checkExample(example, length);
  return { ...collateInputs(examples, length), targets: collateTargets(examples, length) };
}

function checkExample(example: Example, length: number): void {
  const { target, sampleId } = example;
  const fail = (what: string): never => {
    throw new DataError(
      `example of sample ${sampleId.slice(0, 12)}: ${what}`,
      `encode it again (example version ${EXAMPLE_VERSION})`,
    );
  };
  if (example.length > length) fail(`expected at most ${length} tokens, got ${example.length}`);
  const least = example.fills.length > 0 ? NOT_ASKED : 0;
  if (target.location < least || target.location > example.length)
    fail(`expected a location in ${least}..${example.length}, got ${target.location}`);
  if (target.location <= 0) return;
  const end = target.location - 1 + target.spanLength;
  if (target.spanLength < 0 || target.spanLength > MAX_SPAN || end > example.length - 1)
    fail(`span of ${target.spanLength} tokens at ${target.location - 1} leaves the window`);
  if (target.slots.length > SLOTS) fail(`expected at most ${SLOTS} slots, got ${target.slots.length}`);
}

function collateInputs(examples: readonly Example[], length: number): InputBatch {
  const rows = examples.length;
  const features = new Float32Array(rows * length * FEATURES);
  const most = examples.reduce((sum, example) => sum + example.length, 0) * MAX_PIECES;
  const pieceIds = new Int32Array(most);
  const pieceTokens = new Int32Array(most);
  const pieceWeights = new Float32Array(most);
  let pieces = 0;
  examples.forEach((example, row) => {
    setFeatures(features, row * length, example);
    for (let token = 0; token < example.length; token++) {
      const at = row * length + token;
      const first = token * MAX_PIECES;
      let count = 0;
      while (count < MAX_PIECES && example.pieces[first + count] !== 0) count++;
      for (let k = 0; k < count; k++, pieces++) {
        pieceIds[pieces] = example.pieces[first + k];
        pieceTokens[pieces] = at;
        pieceWeights[pieces] = 1 / count;
      }
    }
  });
  return {
    rows,
    length,
    lengths: Int32Array.from(examples, (example) => example.length),
    pieceIds: pieceIds.subarray(0, pieces),
    pieceTokens: pieceTokens.subarray(0, pieces),
    pieceWeights: pieceWeights.subarray(0, pieces),
    features,
    names: collateNames(examples, length),
  };
}

function collateNames(examples: readonly Example[], length: number): NameBatch {
  const count = examples.reduce((sum, { names }) => sum + names.texts.length, 0);
  const offsets = new Int32Array(examples.length + 1);
  const pieceStarts = new Int32Array(count + 1);
  const pieceIds = new Int32Array(count * MAX_PIECES);
  const [traits, near] = [new Uint16Array(count), new Uint16Array(count)];
  const groups = new Uint8Array(examples.length * length);
  let [name, piece] = [0, 0];
  examples.forEach(({ names, copyGroups }, row) => {
    groups.set(copyGroups, row * length);
    traits.set(names.traits, name);
    near.set(names.near, name);
    for (let at = 0; at < names.pieces.length; at += MAX_PIECES) {
      for (let k = 0; k < MAX_PIECES && names.pieces[at + k] !== 0; k++)
        pieceIds[piece++] = names.pieces[at + k];
      pieceStarts[++name] = piece;
    }
    offsets[row + 1] = name;
  });
  return { offsets, pieceStarts, pieceIds: pieceIds.subarray(0, piece), traits, near, length, groups };
}

/** Writes the several-hot row of each token: one group after the other, since each is an array of its own. */
function setFeatures(out: Float32Array, firstRow: number, example: Example): void {
  for (const { name, size, offset } of FEATURE_GROUPS) {
    const values = example[name];
    for (let token = 0, at = firstRow * FEATURES + offset; token < example.length; token++, at += FEATURES)
      if (size > 1) out[at + values[token]] = 1;
      else out[at] = values[token];
  }
}

/** The same batch without some features: their columns are 0. */
export function withoutFeatures(batch: InputBatch, omitted: readonly TokenFeatureName[]): InputBatch {
  if (omitted.length === 0) return batch;
  const features = batch.features.slice();
  for (const { name, size, offset } of FEATURE_GROUPS)
    if (omitted.includes(name))
      for (let at = offset; at < features.length; at += FEATURES) features.fill(0, at, at + size);
  return { ...batch, features };
}

/** EMPTY, the end of an edit's tokens. */
const WRITES_NOTHING: SlotTarget = { copyGroup: -1, vocabulary: 0, piece: -1, name: -1, kind: 0, pieces: [] };

/** A slot with its target. */
interface WantedSlot {
  place: number;
  row: number;
  number: number;
  want: SlotTarget;
  previous: TokenShape | null;
}

function collateTargets(examples: readonly Example[], length: number): TargetBatch {
  const edits = examples.flatMap(({ target }, row) => (target.location > 0 ? [{ row, target }] : []));
  const fills = examples.flatMap(({ fills }, row) =>
    fills.filter(({ slot }) => isRenderable(slot)).map((fill) => ({ row, ...fill })),
  );
  const editSlots = edits.flatMap(({ row, target }, place): WantedSlot[] =>
    // The EMPTY after the last token is part of the answer; a full row of slots has none.
    Array.from({ length: Math.min(target.slots.length + 1, SLOTS) }, (_, number) => ({
      place,
      row,
      number,
      want: target.slots[number] ?? WRITES_NOTHING,
      previous: number > 0 ? target.slots[number - 1] : null,
    })),
  );
  const fillSlots = fills.map(({ row, slot }, i): WantedSlot => ({
    place: edits.length + i,
    row,
    number: 0,
    want: slot,
    previous: null,
  }));
  const slots = [...editSlots, ...fillSlots];
  return {
    location: Int32Array.from(examples, ({ target }) => target.location),
    ...replacedTargets(examples, length),
    buggy: edits.length,
    placeRows: Int32Array.from([...edits, ...fills], ({ row }) => row),
    starts: Int32Array.from([
      ...edits.map(({ target }) => target.location - 1),
      ...fills.map(({ token }) => token),
    ]),
    spans: Int32Array.from([...edits.map(({ target }) => target.spanLength), ...fills.map(() => 1)]),
    bugTypes: Int32Array.from(edits, ({ target }) => target.bugType),
    slots: slots.length,
    editSlots: editSlots.length,
    slotPlaces: Int32Array.from(slots, ({ place }) => place),
    slotNumbers: Int32Array.from(slots, ({ number }) => number),
    slotCopies: copyTargets(slots, examples, length),
    slotVocabulary: Int32Array.from(slots, ({ want }) => want.vocabulary),
    slotPieces: Int32Array.from(slots, ({ want }) => want.piece),
    slotNames: Int32Array.from(slots, ({ want }) => want.name),
    slotPrevious: slots.map(({ previous }) => previous),
  };
}

function replacedTargets(
  examples: readonly Example[],
  length: number,
): Pick<TargetBatch, 'asksReplaced' | 'isReplaced'> {
  const asking = examples.flatMap(({ fills, length: own }, row) =>
    fills.some(({ replaced }) => replaced) ? [{ fills, own, first: row * length }] : [],
  );
  const size = asking.length > 0 ? examples.length * length : 0;
  const [asksReplaced, isReplaced] = [new Float32Array(size), new Float32Array(size)];
  for (const { fills, own, first } of asking) {
    asksReplaced.fill(1, first, first + own);
    // Nothing of a hidden token says what it was.
    for (const { token, replaced } of fills)
      (replaced ? isReplaced : asksReplaced)[first + token] = Number(replaced);
  }
  return { asksReplaced, isReplaced };
}

function copyTargets(
  slots: readonly WantedSlot[],
  examples: readonly Example[],
  length: number,
): Float32Array {
  const copies = new Float32Array(slots.length * length);
  slots.forEach(({ row, want }, q) => {
    if (want.copyGroup < 0) return;
    const { copyGroups, length: own } = examples[row];
    for (let token = 0; token < own; token++)
      if (copyGroups[token] === want.copyGroup) copies[q * length + token] = 1;
  });
  return copies;
}

/**
 * The closed vocabulary and the pieces as the slots heads need them; saved with the weights, so that a model
 * folder is complete.
 */
export interface VocabularyTables {
  /** [V * MAX_PIECES] BPE ids of each entry's text, 0 = padding; entry 0 (EMPTY) has none. */
  entryPieces: Uint16Array;
  /** [V] token kind of each entry, an index in TOKEN_KINDS; entry 0 is not read. */
  entryKinds: Uint8Array;
  /** [tokenizer size] 1 where a piece alone is a Python name, which the piece choice may write. */
  namePieces: Uint8Array;
}

/** Kind row of the EMPTY entry in the feature table. */
export const EMPTY_KIND = TOKEN_KINDS.length;

/** Checks that tables fit a model. @throws DataError */
export function checkTables(tables: VocabularyTables, config: ModelConfig): void {
  const sizes: [string, number, number][] = [
    ['closed vocabulary', config.vocabularySize, tables.entryKinds.length],
    ['closed vocabulary pieces', config.vocabularySize * MAX_PIECES, tables.entryPieces.length],
    ['tokenizer', config.tokenizerSize, tables.namePieces.length],
  ];
  for (const [what, expected, got] of sizes)
    if (expected !== got)
      throw new DataError(
        `${what}: expected ${expected} entries as in the model's config, got ${got}`,
        'use the vocabulary the model was trained with',
      );
}
