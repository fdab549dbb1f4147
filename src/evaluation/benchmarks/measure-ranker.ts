import { lex } from '../../python/lexer';
import { accuracyTable } from '../../metrics/accuracy';
import type { Sample } from '../../records/sample';
import { judgeRanker, rankerFigures, type RankerAnswer, type TrainingFacts } from '../baseline';
import { toRate } from '../measure';
import { isClean, type Case } from '../outcome';
import type { RankedRow, SetReport } from './set-report';

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
  return {
    ...rankerFigures(answers),
    byKind: rankedBy(buggy, ({ item }) => kinds.get(item.sample.id)),
    byLabel: rankedBy(buggy, ({ item }) => labels?.get(item.sample.id)),
    byFamily: rankedBy(buggy, ({ item }) => item.sample.family),
    byBugType: rankedBy(buggy, ({ item }) => item.sample.bugType),
  };
}

const MEASURES = {
  joint: ({ joint }: RankerAnswer) => joint,
  location: ({ location }: RankerAnswer) => location,
};

/** Answers without a key are left out. */
function rankedBy(
  answers: readonly RankerAnswer[],
  keyOf: (answer: RankerAnswer) => string | null | undefined,
): RankedRow[] {
  const keyed = answers.flatMap((answer) => {
    const key = keyOf(answer);
    return key ? [{ key, ...answer }] : [];
  });
  return accuracyTable(keyed, ({ key }) => key, MEASURES).map(({ key, measures }) => ({
    key,
    joint: toRate(measures.joint),
    location: toRate(measures.location),
  }));
}
