import { KeySet } from '../core/key-set';
import { sha256 } from '../core/hash';
import { targetEdit } from '../processing/target-edit';
import { normalText } from '../python/edits';
import { lex } from '../python/lexer';
import { readSamples } from '../shards/sample-shard';
import type { ObjectStore } from '../storage/stage';
import {
  frequencyCounter,
  RANKER_DESCRIPTION,
  type FrequencyRanker,
  type RankedEdit,
} from './frequency-ranker';
import { rate } from './measure';
import { isClean, isExactEdit, type Case } from './outcome';
import type { Report } from './report';

/** What the training split of a processed dataset tells, beside the model. */
export interface TrainingFacts {
  ranker: FrequencyRanker;
  /** Hashes of all fixed functions, as `programKey` makes them: what training has seen. */
  programs: KeySet;
}

/** Reads the training split once, as a stream: counts its edits and notes its functions. */
export async function readTrainingFacts(store: ObjectStore): Promise<TrainingFacts> {
  const counter = frequencyCounter();
  const programs = new KeySet();
  const parents = new KeySet();
  for await (const { id, parentId, before, after, edits } of readSamples(store, 'samples/train')) {
    const tokens = lex(before);
    const fixed = before === after ? tokens : lex(after);
    counter.add({ tokens, edit: before === after ? null : targetEdit(edits, tokens, fixed) });
    // All mutants of a function have the same fixed form.
    if (parents.add(parentId ?? id)) programs.add(sha256(normalText(fixed)));
  }
  return { ranker: counter.ranker(), programs };
}

/** The ranker's answer to one case: null is "no bug". */
export interface RankerAnswer {
  item: Case;
  proposal: RankedEdit | null;
  /** Exactly right; null for clean functions, as `location` is. */
  joint: boolean | null;
  location: boolean | null;
}

/**
 * Judges the ranker on cases. It answers "no bug" when its score is not above the threshold that leaves the
 * wanted share of the clean validation cases alone: the same rule that the model's edits are shown by.
 */
export function judgeRanker(
  ranker: FrequencyRanker,
  validation: readonly Pick<Case, 'before'>[],
  cases: readonly Case[],
  targetCleanKept: number,
): RankerAnswer[] {
  const scores = validation.map(({ before }) => ranker.propose(before)?.score ?? 0).sort((a, b) => b - a);
  const threshold = scores[Math.floor((1 - targetCleanKept) * scores.length + 1e-9)] ?? 0;
  return cases.map((item) => {
    const best = ranker.propose(item.before);
    const proposal = best && best.score > threshold ? best : null;
    if (isClean(item)) return { item, proposal, joint: null, location: null };
    return {
      item,
      proposal,
      joint: proposal !== null && isExactEdit(item, proposal),
      location:
        proposal !== null && item.right.some(({ tokenSpan }) => tokenSpan[0] === proposal.tokenSpan[0]),
    };
  });
}

/** {@link judgeRanker} on the test split, as the report shows it. */
export function measureBaseline(
  ranker: FrequencyRanker,
  validation: readonly Case[],
  test: readonly Case[],
  targetCleanKept: number,
): Report['baseline'] {
  return rankerFigures(judgeRanker(ranker, validation.filter(isClean), test, targetCleanKept));
}

/** Shares of right answers over all bugs, and of clean functions left alone. */
export function rankerFigures(answers: readonly RankerAnswer[]): NonNullable<Report['baseline']> {
  const buggy = answers.filter(({ joint }) => joint !== null);
  const clean = answers.filter(({ joint }) => joint === null);
  return {
    description: RANKER_DESCRIPTION,
    joint: rate(buggy.filter(({ joint }) => joint).length, buggy.length),
    location: rate(buggy.filter(({ location }) => location).length, buggy.length),
    cleanKept: rate(clean.filter(({ proposal }) => !proposal).length, clean.length),
  };
}
