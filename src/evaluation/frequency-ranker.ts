/**
 * The baseline that every table is compared with: no learning but counting. It knows which tokens were most often
 * wrong in the training split and what was most often written instead.
 */
import { tokenKey } from '../processing/vocabulary/closed-vocabulary';
import type { TokenEdit } from '../processing/encoding/encode';
import type { TokenText } from '../records/sample';

/** One training function: its tokens and, when it is buggy, its fix. */
export interface RankerSample {
  tokens: readonly TokenText[];
  edit: TokenEdit | null;
}

/** An edit with its score: the share of such places that were buggy and mended just so in training. */
export interface RankedEdit extends TokenEdit {
  score: number;
}

/** See {@link frequencyCounter}. */
export interface FrequencyRanker {
  /** The edit with the highest score, the leftmost of equals; null when nothing in the code was ever wrong. */
  propose(tokens: readonly TokenText[]): RankedEdit | null;
  /** The edits with the highest scores, of equals the leftmost first; at most `most`, which start where `mayStart` says. */
  rank(tokens: readonly TokenText[], most: number, mayStart?: (token: number) => boolean): RankedEdit[];
}

/** What the model card says about the baseline. */
export const RANKER_DESCRIPTION =
  'frequency ranker: the edit of the training split that was most often right at a token like this';

/** What was replaced: the removed tokens, or nothing before the token that stands there. */
interface Pattern {
  removed: readonly string[];
  /** Replacement with its count. */
  replacements: Map<string, CountedTokens>;
}

interface CountedTokens {
  tokens: readonly TokenText[];
  count: number;
}

/** Counts training functions one by one; see {@link frequencyCounter}. */
export interface FrequencyCounter {
  add(sample: RankerSample): void;
  /** The ranker of what was added so far. */
  ranker(): FrequencyRanker;
}

/**
 * Counts the edits of the training split. The score of writing w for the tokens p at a place that starts with token t
 * is count(p -> w) / count(t), the second over all tokens of all training functions. Memory grows with the number of different
 * tokens and edits, not with that of functions.
 */
export function frequencyCounter(): FrequencyCounter {
  const occurrences = new Map<string, number>();
  const patterns = new Map<string, Map<string, Pattern>>();
  return {
    add({ tokens, edit }) {
      const keys = tokens.map(tokenKey);
      for (const key of keys) occurrences.set(key, (occurrences.get(key) ?? 0) + 1);
      if (edit) countEdit(patterns, keys, edit);
    },
    ranker() {
      const best = new Map(
        [...patterns].map(([first, group]) => [first, rankPatterns(group, occurrences.get(first) ?? 1)]),
      );
      return {
        propose: (tokens) => propose(best, tokens),
        rank: (tokens, most, mayStart) => rank(best, tokens, most, mayStart),
      };
    },
  };
}

function countEdit(
  patterns: Map<string, Map<string, Pattern>>,
  keys: readonly string[],
  { tokenSpan: [start, end], replacement }: TokenEdit,
): void {
  const first = keys[start] ?? '';
  const group = patterns.get(first) ?? new Map<string, Pattern>();
  patterns.set(first, group);
  const removed = keys.slice(start, end);
  const name = JSON.stringify(removed);
  const pattern = group.get(name) ?? { removed, replacements: new Map<string, CountedTokens>() };
  group.set(name, pattern);
  const written = JSON.stringify(replacement.map(tokenKey));
  const counted = pattern.replacements.get(written) ?? { tokens: replacement, count: 0 };
  pattern.replacements.set(written, { ...counted, count: counted.count + 1 });
}

/** An edit that may apply where its first token stands, with its score. */
interface Candidate {
  removed: readonly string[];
  replacement: readonly TokenText[];
  score: number;
}

function rankPatterns(group: ReadonlyMap<string, Pattern>, occurrences: number): Candidate[] {
  return [...group.values()]
    .flatMap(({ removed, replacements }) =>
      [...replacements.values()].map(({ tokens, count }) => ({
        removed,
        replacement: tokens,
        score: count / occurrences,
      })),
    )
    .sort((a, b) => b.score - a.score);
}

function rank(
  candidates: ReadonlyMap<string, readonly Candidate[]>,
  tokens: readonly TokenText[],
  most: number,
  mayStart: (token: number) => boolean = () => true,
): RankedEdit[] {
  const keys = tokens.map(tokenKey);
  return keys
    .flatMap((key, start) =>
      (mayStart(start) ? (candidates.get(key) ?? []) : [])
        .filter(({ removed }) => removed.every((part, i) => keys[start + i] === part))
        .slice(0, most)
        .map(({ removed, replacement, score }): RankedEdit => ({
          tokenSpan: [start, start + removed.length],
          replacement: [...replacement],
          score,
        })),
    )
    .sort((a, b) => b.score - a.score)
    .slice(0, most);
}

function propose(
  candidates: ReadonlyMap<string, readonly Candidate[]>,
  tokens: readonly TokenText[],
): RankedEdit | null {
  const keys = tokens.map(tokenKey);
  let best: RankedEdit | null = null;
  keys.forEach((key, start) => {
    const fitting = candidates
      .get(key)
      ?.find(({ removed }) => removed.every((part, i) => keys[start + i] === part));
    if (!fitting || (best && fitting.score <= best.score)) return;
    best = {
      tokenSpan: [start, start + fitting.removed.length],
      replacement: [...fitting.replacement],
      score: fitting.score,
    };
  });
  return best;
}
