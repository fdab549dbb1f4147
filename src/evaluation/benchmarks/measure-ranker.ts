import { lex } from '../../python/lexer';
import type { Sample } from '../../records/sample';
import { judgeRanker, type RankerAnswer, type TrainingFacts } from '../baseline';
import { RANKER_DESCRIPTION } from '../frequency-ranker';
import { rate } from '../measure';
import { isClean, type Case } from '../outcome';
import type { RankedRow, SetReport, SetRow } from './set-report';

/** What the ranker knows. */
export interface RankerOptions {
  facts: TrainingFacts;
  /** Clean functions for its threshold. */
  validation: readonly Pick<Sample, 'before'>[];
  /** Share of them that it leaves alone. */
  targetCleanKept: number;
}

/** The frequency ranker on the cases of a set, its threshold set on clean validation functions. */
export function measureRanker(
  cases: readonly Case[],
  { kinds, labels }: { kinds: ReadonlyMap<string, string | null>; labels?: ReadonlyMap<string, string> },
  { facts, validation, targetCleanKept }: RankerOptions,
): NonNullable<SetReport['baseline']> {
  const clean = validation.map(({ before }) => ({ before: lex(before) }));
  const answers = judgeRanker(facts.ranker, clean, cases, targetCleanKept);
  const buggy = answers.filter(({ item }) => !isClean(item));
  const quiet = answers.filter(({ item, proposal }) => isClean(item) && proposal === null);
  return {
    description: RANKER_DESCRIPTION,
    joint: rankedRate(buggy, 'joint'),
    location: rankedRate(buggy, 'location'),
    cleanKept: rate(quiet.length, answers.length - buggy.length),
    byKind: rankedBy(buggy, ({ item }) => kinds.get(item.sample.id)),
    byLabel: rankedBy(buggy, ({ item }) => labels?.get(item.sample.id)),
    byFamily: rankedBy(buggy, ({ item }) => item.sample.family),
    byBugType: rankedBy(buggy, ({ item }) => item.sample.bugType),
  };
}

const rankedRate = (of: readonly RankerAnswer[], key: 'joint' | 'location'): SetRow['joint'] =>
  rate(of.filter((answer) => answer[key]).length, of.length);

function rankedBy(
  answers: readonly RankerAnswer[],
  keyOf: (answer: RankerAnswer) => string | null | undefined,
): RankedRow[] {
  const groups = new Map<string, RankerAnswer[]>();
  for (const answer of answers) {
    const key = keyOf(answer);
    if (key) groups.set(key, [...(groups.get(key) ?? []), answer]);
  }
  return [...groups].map(([key, of]) => ({
    key,
    joint: rankedRate(of, 'joint'),
    location: rankedRate(of, 'location'),
  }));
}
