/**
 * The baseline for syntax errors: counting, told what the model is told. It knows where CPython's parser stops, and which
 * edits mended training functions at which distance from there; what it proposes must compile.
 */
import { tokenKey } from '../processing/vocabulary/closed-vocabulary';
import type { TokenEdit } from '../processing/encoding/encode';
import { MAX_SPAN } from '../records/example';
import type { TokenText } from '../records/sample';
import type { RankedEdit } from './frequency-ranker';

/** One training function that does not parse. */
export interface GuidedSample {
  tokens: readonly TokenText[];
  /** Token at which the parser stops. */
  stoppedAt: number;
  edit: TokenEdit;
}

/** What the model card says about the baseline. */
export const GUIDED_DESCRIPTION =
  "parser-guided ranker: told where CPython's parser stops, as the model is, it tries the training split's edits there, likeliest first, " +
  'and takes the first one that compiles; "no bug" where the code parses';

/** Added to the number of places at which an edit could have been right: an edit seen once is not certain. */
const SMOOTHING = 5;
/** Edits further from the stop, in tokens, are not counted: they are few, and what stands around every stop is kept until all are counted. */
const REACH = 24;
/** Added to the share of each neighbour, so that one never seen beside an edit does not forbid it. */
const NEIGHBOUR_SMOOTHING = 0.02;

/** See {@link guidedCounter}. */
export interface GuidedRanker {
  /** Edits that may mend the code, likeliest first; of equals the leftmost, then the shortest. */
  candidates(code: Pick<GuidedSample, 'tokens' | 'stoppedAt'>): RankedEdit[];
}

/** What stood at a distance from the stop and was replaced. */
interface Place {
  offset: number;
  length: number;
  /** Training functions in which these tokens stand there, wrong or not. */
  occurrences: number;
  written: Map<string, Written>;
}

interface Written {
  tokens: readonly TokenText[];
  count: number;
  /** Tokens that stood before and behind the edit, with their counts. */
  before: Map<string, number>;
  behind: Map<string, number>;
}

/**
 * Counts edits by their distance from the parser's stop, what they remove and what they write, with their neighbours. An edit's score is a naive Bayes estimate:
 * count / (functions with the removed tokens at that distance + 5), times (share of these edits with this token before them + 0.02), times the same for
 * the token behind. The constants, and neighbours at all, were chosen on the quickstart's validation split (`experiments/LOG.md`).
 */
export function guidedCounter(): { add(sample: GuidedSample): void; ranker(): GuidedRanker } {
  const samples: { keys: readonly string[]; stoppedAt: number }[] = [];
  const known = new Map<string, string>();
  const places = new Map<string, Place>();
  return {
    add({ tokens, stoppedAt, edit }) {
      const keys = tokens.map(tokenKey);
      if (Math.abs(edit.tokenSpan[0] - stoppedAt) <= REACH) countEdit(places, keys, stoppedAt, edit);
      const from = Math.max(0, stoppedAt - REACH);
      const around = keys.slice(from, stoppedAt + REACH + MAX_SPAN + 1);
      samples.push({ keys: around.map((key) => shared(known, key)), stoppedAt: stoppedAt - from });
    },
    ranker() {
      const lengths = lengthsByOffset(places.values());
      for (const place of places.values()) place.occurrences = 0;
      for (const { keys, stoppedAt } of samples)
        for (const { place } of placesIn(places, lengths, keys, stoppedAt)) place.occurrences++;
      return {
        candidates: ({ tokens, stoppedAt }) => {
          const keys = tokens.map(tokenKey);
          return placesIn(places, lengths, keys, stoppedAt)
            .flatMap(({ place, start }) => editsAt(place, start, keys))
            .sort(likeliestFirst);
        },
      };
    },
  };
}

function countEdit(
  places: Map<string, Place>,
  keys: readonly string[],
  stoppedAt: number,
  { tokenSpan: [start, end], replacement }: TokenEdit,
): void {
  const offset = start - stoppedAt;
  const name = nameOf(offset, keys.slice(start, end));
  const place = places.get(name) ?? {
    offset,
    length: end - start,
    occurrences: 0,
    written: new Map<string, Written>(),
  };
  places.set(name, place);
  const text = JSON.stringify(replacement.map(tokenKey));
  const written = place.written.get(text) ?? {
    tokens: replacement,
    count: 0,
    before: new Map<string, number>(),
    behind: new Map<string, number>(),
  };
  place.written.set(text, written);
  written.count++;
  increase(written.before, keys[start - 1] ?? '');
  increase(written.behind, keys[end] ?? '');
}

/** The first of equal strings: a token's text is kept once. */
function shared(known: Map<string, string>, text: string): string {
  const first = known.get(text);
  if (first === undefined) known.set(text, text);
  return first ?? text;
}

const nameOf = (offset: number, removed: readonly string[]): string => JSON.stringify([offset, removed]);

function increase(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

/** Lengths of what was removed at each distance: all that has to be looked up in a function. */
function lengthsByOffset(places: Iterable<Place>): Map<number, Set<number>> {
  const lengths = new Map<number, Set<number>>();
  for (const { offset, length } of places)
    lengths.set(offset, (lengths.get(offset) ?? new Set<number>()).add(length));
  return lengths;
}

/** Places of the table that a function has. Its last token, the end, cannot be removed. */
function placesIn(
  places: ReadonlyMap<string, Place>,
  lengths: ReadonlyMap<number, ReadonlySet<number>>,
  keys: readonly string[],
  stoppedAt: number,
): { place: Place; start: number }[] {
  const found: { place: Place; start: number }[] = [];
  for (const [offset, ofOffset] of lengths) {
    const start = stoppedAt + offset;
    if (start < 0 || start >= keys.length) continue;
    for (const length of ofOffset) {
      if (start + length >= keys.length) continue;
      const place = places.get(nameOf(offset, keys.slice(start, start + length)));
      if (place) found.push({ place, start });
    }
  }
  return found;
}

function editsAt(
  { length, occurrences, written }: Place,
  start: number,
  keys: readonly string[],
): RankedEdit[] {
  const [before, behind] = [keys[start - 1] ?? '', keys[start + length] ?? ''];
  return [...written.values()].map((each) => {
    const share = (counts: ReadonlyMap<string, number>, key: string): number =>
      NEIGHBOUR_SMOOTHING + (counts.get(key) ?? 0) / each.count;
    return {
      tokenSpan: [start, start + length],
      replacement: [...each.tokens],
      score:
        (each.count / (occurrences + SMOOTHING)) * share(each.before, before) * share(each.behind, behind),
    };
  });
}

function likeliestFirst(a: RankedEdit, b: RankedEdit): number {
  return b.score - a.score || a.tokenSpan[0] - b.tokenSpan[0] || a.tokenSpan[1] - b.tokenSpan[1];
}
