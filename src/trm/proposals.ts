import { EMPTY_ENTRY, tokenKey, type ClosedVocabulary } from '../processing/vocabulary/closed-vocabulary';
import type { Tokenizer } from '../processing/tokenizer/tokenizer';
import type { TokenText } from '../records/sample';

/** An edit that the model proposes. */
export interface Proposal {
  /** Token of the window at which the edit starts. */
  location: number;
  /** Tokens replaced, 0 = insertion before `location`. */
  spanLength: number;
  /** Tokens to write. */
  replacement: TokenText[];
  /** Taxonomy code; 0 = none named. */
  bugType: number;
  /** Joint probability of location, span and contents. */
  probability: number;
}

/** A place and span to be filled. `probability` = P(location) P(span | location). */
export interface Place {
  row: number;
  start: number;
  spanLength: number;
  bugType: number;
  probability: number;
}

/** Normalised probabilities of one slot's choices. */
export interface SlotChoices {
  /** By token of the window. */
  copy: ArrayLike<number>;
  /** By entry of the closed vocabulary. */
  vocabulary: ArrayLike<number>;
  /** By name of the file. */
  names: ArrayLike<number>;
  /** Of the likeliest pieces, and their ids. */
  pieces: ArrayLike<number>;
  pieceIds: ArrayLike<number>;
}

/** Tokens written so far at one place. */
export interface Contents {
  tokens: TokenText[];
  probability: number;
  /** EMPTY was chosen: nothing follows. */
  closed: boolean;
}

/** Contents kept at one place. */
const BEAM = 4;

/** Nothing written yet. */
export const startContents = (): Contents[] => [{ tokens: [], probability: 1, closed: false }];

/** What slots choose from. */
export interface Renderer {
  tokenizer: Tokenizer;
  vocabulary: ClosedVocabulary;
}

/** A text that slots may write other than by the vocabularies. */
interface OfferedText {
  token: TokenText;
  /** Its entry of the closed vocabulary, -1 when it has none. */
  entry: number;
  /** Where it stands: tokens of the window; none for a name of the file. */
  positions: number[];
}

/** What a window offers to be written. */
export interface OfferedTexts {
  /** Texts of the window, each once, in their order. */
  copied: readonly OfferedText[];
  /** Names of the file, in the order of the example; none of them stands in the window. */
  names: readonly OfferedText[];
  /** Place of each name among `copied`, then `names`, by its text. */
  nameAt: ReadonlyMap<string, number>;
}

/** The texts of a window and the names of its file: the same for all its places and slots. */
export function offeredTexts(
  tokens: readonly TokenText[],
  names: readonly string[],
  vocabulary: ClosedVocabulary,
): OfferedTexts {
  const byKey = new Map<string, OfferedText>();
  const offer = ({ kind, text }: TokenText, positions: number[]): OfferedText => {
    const token = { kind, text };
    return { token, entry: vocabulary.indexOf(token), positions };
  };
  tokens.forEach((token, position) => {
    // END is no token that can be written.
    if (token.kind === 'end') return;
    const known = byKey.get(tokenKey(token));
    if (known) known.positions.push(position);
    else byKey.set(tokenKey(token), offer(token, [position]));
  });
  const copied = [...byKey.values()];
  const others = names.map((text) => offer({ kind: 'name', text }, []));
  const nameAt = new Map<string, number>();
  [...copied, ...others].forEach(({ token: { kind, text } }, i) => {
    if (kind === 'name') nameAt.set(text, i);
  });
  return { copied, names: others, nameAt };
}

/** Contents less probable than this share of the best of their place or row are given up: they would be in no list. */
const LEAST_SHARE = 1e-3;

/**
 * Extends every open content by its likeliest tokens; the most probable {@link BEAM} contents stay. A content's
 * probability is the product of its slots'.
 * @param optionsOf ways to fill the next slot; asked once for each open content, in their order
 */
export function extendContents(
  contents: readonly Contents[],
  optionsOf: (content: Contents) => readonly SlotOption[],
): Contents[] {
  const extended = contents
    .flatMap((content): Contents[] =>
      content.closed
        ? [content]
        : optionsOf(content).map(({ token, probability }) => ({
            tokens: token === null ? content.tokens : [...content.tokens, token],
            probability: content.probability * probability,
            closed: token === null,
          })),
    )
    .sort((a, b) => b.probability - a.probability)
    .slice(0, BEAM);
  return extended.filter(({ probability }) => probability >= LEAST_SHARE * extended[0].probability);
}

/**
 * Gives up contents that have no chance to be among the `topK` proposals of their row: as many others that have reached
 * their EMPTY are more probable (what follows only makes a content less so), or one is by {@link LEAST_SHARE}.
 * @param contents of each place
 * @returns those that are left, in their order
 */
export function dropHopeless(
  places: readonly Place[],
  contents: readonly (readonly Contents[])[],
  topK: number,
): Contents[][] {
  const jointOf = (place: number, { probability }: Contents): number =>
    places[place].probability * probability;
  const closedOf = new Map<number, number[]>(places.map(({ row }) => [row, []]));
  const bestOf = new Map<number, number>();
  contents.forEach((list, place) => {
    const { row, spanLength } = places[place];
    for (const content of list) {
      if (content.closed && !isEdit(spanLength, content.tokens)) continue;
      const joint = jointOf(place, content);
      bestOf.set(row, Math.max(joint, bestOf.get(row) ?? 0));
      if (content.closed) closedOf.get(row)?.push(joint);
    }
  });
  const least = new Map(
    [...closedOf].map(([row, closed]) => {
      const last = closed.sort((a, b) => b - a)[topK - 1] ?? 0;
      return [row, Math.max(last, LEAST_SHARE * (bestOf.get(row) ?? 0))];
    }),
  );
  return contents.map((list, place) =>
    list.filter((content) => jointOf(place, content) >= (least.get(places[place].row) ?? 0)),
  );
}

/** An edit that removes nothing and writes nothing is none. */
const isEdit = (spanLength: number, replacement: readonly TokenText[]): boolean =>
  spanLength > 0 || replacement.length > 0;

/** One way to fill a slot; `token` null is EMPTY. */
export interface SlotOption {
  token: TokenText | null;
  probability: number;
}

/**
 * The {@link BEAM} most probable ways to fill a slot; choices that render the same text count together. Of the closed
 * vocabulary only the likeliest entries are rendered: it has a thousand, and this runs for each slot of each place.
 */
export function renderChoices(
  choices: SlotChoices,
  { copied, names, nameAt }: OfferedTexts,
  { tokenizer, vocabulary }: Renderer,
): SlotOption[] {
  const joined = new Set([EMPTY_ENTRY]);
  const entryShare = (entry: number): number => {
    if (entry < 0) return 0;
    joined.add(entry);
    return choices.vocabulary[entry];
  };
  const offered = [...copied, ...names];
  const shares = offered.map(({ entry, positions }, i) => {
    const own = i < copied.length ? sumAt(choices.copy, positions) : choices.names[i - copied.length];
    return own + entryShare(entry);
  });
  const others: SlotOption[] = [];
  for (let i = 0; i < choices.pieces.length; i++) {
    const text = tokenizer.nameOf(choices.pieceIds[i]);
    if (text === null) continue;
    const token: TokenText = { kind: 'name', text };
    const known = nameAt.get(text);
    if (known !== undefined) shares[known] += choices.pieces[i];
    else others.push({ token, probability: entryShare(vocabulary.indexOf(token)) + choices.pieces[i] });
  }
  for (const i of likeliest(shares)) others.push({ token: offered[i].token, probability: shares[i] });
  for (const entry of likeliest(choices.vocabulary, joined))
    others.push({ token: vocabulary.entries[entry], probability: choices.vocabulary[entry] });
  others.push({ token: null, probability: choices.vocabulary[EMPTY_ENTRY] });
  return others.sort((a, b) => b.probability - a.probability).slice(0, BEAM);
}

function sumAt(values: ArrayLike<number>, places: readonly number[]): number {
  let sum = 0;
  for (const place of places) sum += values[place];
  return sum;
}

/** Places of the {@link BEAM} greatest values that are not left out, greatest first; of equals the first. */
function likeliest(values: ArrayLike<number>, leftOut?: ReadonlySet<number>): number[] {
  const best: number[] = [];
  for (let i = 0; i < values.length; i++) {
    if (best.length === BEAM && values[i] <= values[best[BEAM - 1]]) continue;
    if (leftOut?.has(i)) continue;
    let at = best.length;
    while (at > 0 && values[best[at - 1]] < values[i]) at--;
    best.splice(at, 0, i);
    if (best.length > BEAM) best.pop();
  }
  return best;
}

/** All contents of all places of one row as proposals, best first. */
export function rankProposals(
  places: readonly Place[],
  contents: readonly (readonly Contents[])[],
  row: number,
  topK: number,
): Proposal[] {
  return places
    .flatMap((place, i) =>
      place.row !== row
        ? []
        : contents[i].map(({ tokens, probability }) => ({
            location: place.start,
            spanLength: place.spanLength,
            replacement: tokens,
            bugType: place.bugType,
            probability: place.probability * probability,
          })),
    )
    .filter(({ spanLength, replacement }) => isEdit(spanLength, replacement))
    .sort((a, b) => b.probability - a.probability || a.location - b.location || a.spanLength - b.spanLength)
    .slice(0, topK);
}
