import type { Rng } from '../../core/rng';
import { lex } from '../../python/tokens/lexer';
import {
  isRenderable,
  MAX_PIECES,
  MAX_WINDOW_TOKENS,
  NOT_ASKED,
  type Example,
  type Fill,
} from '../../records/example';
import { NO_SURROUNDINGS, type Surroundings } from '../../records/file-context';
import { TOKEN_KINDS, type TokenText } from '../../records/sample';
import { encodeWindow, isDropped, slotTarget, type Dropped } from './encode';
import { pickWindow, type EncodeSampleOptions } from './encode-sample';
import { copyGroups } from './features';
import { maskOf, namesAround } from './file-names';
import { replacementFor, type ReplacementSource } from './replacement';
import { tokenFacts } from './token-facts';

/** Share of a window's tokens that is hidden or replaced, and most of them. */
const FILLED_SHARE = 0.12;
const MOST_FILLED = 10;

/** Operators and keywords that another could stand for; brackets and what opens a statement give the code its shape. */
const CHANGEABLE = new Set(
  '== != < > <= >= + - * / // % ** & | ^ << >> += -= *= /= and or not in is True False None break continue'.split(
    ' ',
  ),
);

/** Kind of a hidden token in the feature table: the row of EMPTY, which no token of code has. */
const HIDDEN_KIND = TOKEN_KINDS.length;

/** Encoding settings that filling has in common with samples. */
export type EncodeFillOptions = Pick<
  EncodeSampleOptions,
  'tokenizer' | 'vocabulary' | 'surroundings' | 'maxTokens' | 'origin'
> & {
  /** Share of the chosen tokens that are replaced by others; the rest is hidden. Default 0. */
  replacedShare?: number;
  /** Draws the window and what is hidden or replaced. */
  rng: Rng;
};

/** `nothing_hidden`: no token of the window can be hidden and written, or replaced. */
export type FillDrop = 'nothing_hidden';

/**
 * A window of clean code in which some tokens are hidden, each to be written by a slot that is told its place. A hidden
 * name is, to everything that is known of tokens, a name that occurs nowhere else: so nothing says which it was, and what
 * is known of the others is what it would be beside a wrong name. Of others another one stands in their place, in sight:
 * several wrong tokens in one window teach where to look sooner than one bug does.
 */
export function encodeFill(
  sample: { id: string; after: string },
  options: EncodeFillOptions,
): Example | Dropped<FillDrop> {
  const { tokenizer, vocabulary, surroundings = NO_SURROUNDINGS, rng } = options;
  const { maxTokens = MAX_WINDOW_TOKENS, replacedShare = 0 } = options;
  const tokens = lex(sample.after);
  const window = pickWindow(tokens, null, maxTokens, rng);
  const { firstToken, endToken } = window;
  const chosen = choose(tokens, firstToken, endToken, rng);
  const source = { tokens, fileNames: membersAndOthers(surroundings), rng };
  const replaced = replacements(source, chosen, replacedShare);
  const hidden = new Set(chosen.filter((index) => !replaced.has(index)));
  const shown = tokens.map((token, i): TokenText =>
    hidden.has(i) ? stranger(token, i) : (replaced.get(i) ?? token),
  );
  const known = tokens.map((token, i): TokenText =>
    hidden.has(i) && token.kind !== 'name' ? token : shown[i],
  );
  const names = { surroundings, functionTokens: shown };
  const facts = tokenFacts(known, surroundings);
  const example = encodeWindow({
    tokens: shown,
    window,
    facts,
    names,
    origin: options.origin,
    sampleId: sample.id,
    tokenizer,
    vocabulary,
  });
  // A window that fits is dropped for its edit only, and there is none.
  if (isDropped(example)) return { dropped: 'nothing_hidden' };
  const { groupOf } = copyGroups(shown.slice(firstToken, endToken));
  const fills = chosen.flatMap((index): Fill[] => {
    const slot = slotTarget(tokens[index], {
      groupOf,
      nameTexts: example.names.texts,
      vocabulary,
      tokenizer,
    });
    const wasReplaced = replaced.has(index);
    return wasReplaced || isRenderable(slot)
      ? [{ token: index - firstToken, replaced: wasReplaced, slot }]
      : [];
  });
  if (fills.length === 0) return { dropped: 'nothing_hidden' };
  for (const index of hidden) hide(example, index - firstToken);
  return { ...example, fills, target: { ...example.target, location: NOT_ASKED } };
}

/** Indices of tokens to hide or to replace, in order. */
function choose(tokens: readonly TokenText[], from: number, to: number, rng: Rng): number[] {
  const places: number[] = [];
  for (let i = from; i < to; i++) if (canBeHidden(tokens, i)) places.push(i);
  const count = Math.min(MOST_FILLED, Math.ceil(FILLED_SHARE * (to - from)), places.length);
  return rng
    .shuffle(places)
    .slice(0, count)
    .sort((a, b) => a - b);
}

/** Other tokens for a share of some places, by place. */
function replacements(
  source: ReplacementSource,
  places: readonly number[],
  share: number,
): Map<number, TokenText> {
  const found = new Map<number, TokenText>();
  for (const index of share > 0 ? places : []) {
    const other = source.rng.next() < share ? replacementFor(source, index) : null;
    if (other) found.set(index, other);
  }
  return found;
}

/** Traits of names that stand after a dot. */
const MEMBER = maskOf(['own-attribute', 'own-method', 'inherited', 'member', 'attribute', 'method']);
/** Traits of names that stand alone. */
const ALONE = maskOf(['module-function', 'class', 'module-name', 'import', 'variable', 'called']);

function membersAndOthers(surroundings: Surroundings): ReplacementSource['fileNames'] {
  const textsOf = (mask: number): string[] =>
    namesAround(surroundings).flatMap(({ text, traits }) => ((traits & mask) !== 0 ? [text] : []));
  return { members: textsOf(MEMBER), others: textsOf(ALONE) };
}

function canBeHidden(tokens: readonly TokenText[], index: number): boolean {
  const { kind, text } = tokens[index];
  if (kind === 'number' || kind === 'string') return true;
  if (kind === 'name') return !['def', 'class'].includes(tokens[index - 1]?.text ?? '');
  return CHANGEABLE.has(text);
}

/** A token of the same kind that is like no other. */
function stranger({ kind }: TokenText, index: number): TokenText {
  return { kind, text: `\0${index}` };
}

function hide(example: Example, token: number): void {
  example.pieces.fill(0, token * MAX_PIECES, (token + 1) * MAX_PIECES);
  example.kinds[token] = HIDDEN_KIND;
}
