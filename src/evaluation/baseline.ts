import { targetEdit } from '../processing/target-edit';
import { lex } from '../python/lexer';
import { readSamples } from '../shards/sample-shard';
import type { ObjectStore } from '../storage/stage';
import {
  RANKER_DESCRIPTION,
  trainFrequencyRanker,
  type FrequencyRanker,
  type RankerSample,
} from './frequency-ranker';
import { rate } from './measure';
import { isClean, isExactEdit, type Case } from './outcome';
import type { Report } from './report';

/** Counts the edits of the training split of a processed dataset. */
export async function trainBaseline(store: ObjectStore): Promise<FrequencyRanker> {
  const samples: RankerSample[] = [];
  for await (const { before, after, edits } of readSamples(store, 'samples/train')) {
    const tokens = lex(before);
    samples.push({ tokens, edit: before === after ? null : targetEdit(edits, tokens, lex(after)) });
  }
  return trainFrequencyRanker(samples);
}

/**
 * Judges the ranker on the test cases. It answers "no bug" when its score is not above the threshold that leaves the
 * wanted share of the clean validation cases alone: the same rule that the model's edits are shown by.
 */
export function measureBaseline(
  ranker: FrequencyRanker,
  validation: readonly Case[],
  test: readonly Case[],
  targetCleanKept: number,
): Report['baseline'] {
  const scores = validation
    .filter(isClean)
    .map(({ before }) => ranker.propose(before)?.score ?? 0)
    .sort((a, b) => b - a);
  const threshold = scores[Math.floor((1 - targetCleanKept) * scores.length + 1e-9)] ?? 0;
  const answers = test.map((item) => {
    const proposal = ranker.propose(item.before);
    return { item, proposal: proposal && proposal.score > threshold ? proposal : null };
  });
  const buggy = answers.filter(({ item }) => !isClean(item));
  const clean = answers.filter(({ item }) => isClean(item));
  const found = buggy.filter(({ item, proposal }) => proposal && isExactEdit(item, proposal));
  const placed = buggy.filter(({ item: { example }, proposal }) => {
    const start = example.firstToken + example.target.location - 1;
    return proposal?.tokenSpan[0] === start;
  });
  return {
    description: RANKER_DESCRIPTION,
    joint: rate(found.length, buggy.length),
    location: rate(placed.length, buggy.length),
    cleanKept: rate(clean.filter(({ proposal }) => !proposal).length, clean.length),
  };
}
