import { EMPTY_ENTRY, tokenKey, type ClosedVocabulary } from '../processing/closed-vocabulary';
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

/**
 * Extends every open content by the slot's likeliest tokens; the most probable {@link BEAM} contents stay.
 * Slots are independent given the place, so a content's probability is the product of its slots'.
 */
export function extendContents(
  contents: readonly Contents[],
  choices: SlotChoices,
  window: { tokens: readonly TokenText[] },
  renderer: Renderer,
): Contents[] {
  const options = renderChoices(choices, window.tokens, renderer);
  return contents
    .flatMap((content): Contents[] =>
      content.closed
        ? [content]
        : options.map(({ token, probability }) => ({
            tokens: token === null ? content.tokens : [...content.tokens, token],
            probability: content.probability * probability,
            closed: token === null,
          })),
    )
    .sort((a, b) => b.probability - a.probability)
    .slice(0, BEAM);
}

/** Choices of equal rendering joined, most probable first; `token` null is EMPTY. */
function renderChoices(
  choices: SlotChoices,
  tokens: readonly TokenText[],
  { tokenizer, vocabulary }: Renderer,
): { token: TokenText | null; probability: number }[] {
  const byText = new Map<string, { token: TokenText | null; probability: number }>();
  const add = (token: TokenText, probability: number): void => {
    const key = tokenKey(token);
    const known = byText.get(key);
    if (known) known.probability += probability;
    else byText.set(key, { token: { kind: token.kind, text: token.text }, probability });
  };
  tokens.forEach((token, i) => {
    // END is no token that can be written.
    if (token.kind !== 'end') add(token, choices.copy[i]);
  });
  for (let entry = 0; entry < choices.vocabulary.length; entry++)
    if (entry !== EMPTY_ENTRY) add(vocabulary.entries[entry], choices.vocabulary[entry]);
  for (let i = 0; i < choices.pieces.length; i++) {
    const text = tokenizer.nameOf(choices.pieceIds[i]);
    if (text !== null) add({ kind: 'name', text }, choices.pieces[i]);
  }
  const empty = { token: null, probability: choices.vocabulary[EMPTY_ENTRY] };
  return [...byText.values(), empty].sort((a, b) => b.probability - a.probability).slice(0, BEAM);
}

/** All contents of all places of one row as proposals, best first. */
export function rankProposals(
  places: readonly Place[],
  contents: readonly (readonly Contents[])[],
  row: number,
  topK: number,
): Proposal[] {
  return (
    places
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
      // An edit that removes nothing and writes nothing is no edit.
      .filter(({ spanLength, replacement }) => spanLength > 0 || replacement.length > 0)
      .sort((a, b) => b.probability - a.probability || a.location - b.location || a.spanLength - b.spanLength)
      .slice(0, topK)
  );
}
