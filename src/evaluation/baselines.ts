import { breathe } from '../core/processes/breathe';
import { accuracyTable } from '../metrics/accuracy';
import type { Judge } from '../python/critic/critic';
import type { TokenEdit } from '../processing/encoding/encode';
import { RANKER_DESCRIPTION, type FrequencyRanker, type RankedEdit } from './frequency-ranker';
import { mendGuided } from './guided-mends';
import { clusterOf, INTERRUPTED, shareOf } from './measure';
import { isClean, isExactEdit, type Case } from './outcome';
import { GUIDED_DESCRIPTION } from './parser-guided-ranker';
import { toRate, type Baseline, type RankedRow } from './report-parts';
import type { TrainingFacts } from './training-facts';

/** A baseline's answer to one case: null is "no bug". */
export interface RankerAnswer {
  item: Case;
  proposal: TokenEdit | null;
  /** Exactly right; null for clean functions, as `location` is. */
  joint: boolean | null;
  location: boolean | null;
}

/** What the baselines know. */
export interface BaselineOptions {
  facts: Pick<TrainingFacts, 'ranker' | 'guided'>;
  /** Clean functions for the frequency ranker's threshold. */
  validation: readonly Pick<Case, 'before'>[];
  /** Share of them that it leaves alone. */
  targetCleanKept: number;
  critic: Pick<Judge, 'check'>;
  signal?: AbortSignal;
}

/** How cases are sorted in tables: one-token kind by sample id, and a set's own labels. */
export interface CaseKeys {
  kinds: ReadonlyMap<string, string | null>;
  labels?: ReadonlyMap<string, string>;
}

/**
 * The baselines on the cases of a set: the frequency ranker, which is told nothing; the parser-guided ranker, which is told where the parser stops; and
 * both, the second where the code does not parse and the first where it does.
 */
export async function measureBaselines(
  cases: readonly Case[],
  keys: CaseKeys,
  { facts, validation, targetCleanKept, critic, signal }: BaselineOptions,
): Promise<Baseline[]> {
  const frequent = await judgeRanker(facts.ranker, validation, cases, { targetCleanKept, signal });
  const verdicts = await critic.check(cases.map(({ sample }) => sample.before));
  const mended = await mendGuided(cases, facts.guided, critic, signal);
  const guided = cases.map((item) => judgeProposal(item, mended.get(item) ?? null));
  const both = cases.map((_, i) => (verdicts[i].valid ? frequent[i] : guided[i]));
  return [
    describe('frequency ranker', RANKER_DESCRIPTION, frequent, keys),
    describe('parser-guided ranker', GUIDED_DESCRIPTION, guided, keys),
    describe('both rankers', BOTH_DESCRIPTION, both, keys),
  ];
}

const BOTH_DESCRIPTION =
  'the parser-guided ranker where the code does not parse, the frequency ranker where it does';

/**
 * Judges the frequency ranker on cases. It answers "no bug" when its score is not above the threshold that leaves the
 * wanted share of the clean validation cases alone: the same rule that the model's edits are shown by.
 */
export async function judgeRanker(
  ranker: FrequencyRanker,
  validation: readonly Pick<Case, 'before'>[],
  cases: readonly Case[],
  { targetCleanKept, signal }: Pick<BaselineOptions, 'targetCleanKept' | 'signal'>,
): Promise<RankerAnswer[]> {
  const propose = async ({ before }: Pick<Case, 'before'>): Promise<RankedEdit | null> => {
    await breathe(signal, INTERRUPTED);
    return ranker.propose(before);
  };
  const scores: number[] = [];
  for (const item of validation) scores.push((await propose(item))?.score ?? 0);
  scores.sort((a, b) => b - a);
  const threshold = scores[Math.floor((1 - targetCleanKept) * scores.length + 1e-9)] ?? 0;
  const answers: RankerAnswer[] = [];
  for (const item of cases) {
    const best = await propose(item);
    answers.push(judgeProposal(item, best && best.score > threshold ? best : null));
  }
  return answers;
}

function judgeProposal(item: Case, proposal: TokenEdit | null): RankerAnswer {
  if (isClean(item)) return { item, proposal, joint: null, location: null };
  const starts = item.right.map(({ tokenSpan }) => tokenSpan[0]);
  return {
    item,
    proposal,
    joint: proposal !== null && isExactEdit(item, proposal),
    location: proposal !== null && starts.includes(proposal.tokenSpan[0]),
  };
}

function describe(
  name: Baseline['name'],
  description: string,
  answers: readonly RankerAnswer[],
  { kinds, labels }: CaseKeys,
): Baseline {
  const buggy = answers.filter(({ item }) => !isClean(item));
  const clean = answers.filter(({ item }) => isClean(item));
  return {
    name,
    description,
    joint: shareOf(buggy, ({ joint }) => joint === true),
    location: shareOf(buggy, ({ location }) => location === true),
    cleanKept: shareOf(clean, ({ proposal }) => proposal === null),
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
  return accuracyTable(keyed, { key: ({ key }) => key, cluster: clusterOf }, MEASURES).map(
    ({ key, measures }) => ({ key, joint: toRate(measures.joint), location: toRate(measures.location) }),
  );
}
