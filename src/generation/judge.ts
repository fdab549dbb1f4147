import type { Judge, Digest } from '../python/critic/critic';
import { compilesWithBug } from '../taxonomy/bug-type';
import { bugType } from '../taxonomy/table';
import type { Drawn, DrawnMutant } from './drawing/draw';

/** What the critic says of a source. */
export interface Judgement {
  /** Digest of its bytecode; null when it does not compile, undefined when nobody could tell. */
  fingerprint: Digest;
  /** What CPython says of a source that should compile and does not. */
  complaint: string | null;
  /** The source has the clean function's syntax tree; looked up for equal bytecode only. */
  sameTree: boolean;
}

/**
 * A clean function, its mutants and what the critic says: of the clean source, then of each source of each mutant, then of
 * each bug that a breaker proposed.
 */
export interface JudgedFunction {
  /** The clean source. */
  source: string;
  /** Null when nothing was drawn. */
  drawn: Drawn | null;
  judgements: Judgement[];
}

/** Asks the critic about all sources of a batch in one go. */
export async function judge(
  items: readonly JudgedFunction[],
  critic: Omit<Judge, 'pythonVersion'>,
): Promise<void> {
  const asked = items.flatMap((item) => sourcesOf(item).map((source) => ({ item, ...source })));
  const fingerprints = await critic.fingerprint(asked.map(({ source }) => source));
  asked.forEach(({ item }, i) => {
    item.judgements.push({ fingerprint: fingerprints[i], complaint: null, sameTree: false });
  });
  const judgements = items.flatMap((item) => item.judgements);
  const broken = asked.map((_, i) => i).filter((i) => asked[i].compiles && fingerprints[i] === null);
  const verdicts = await critic.check(broken.map((i) => asked[i].source));
  broken.forEach((at, i) => {
    const { error } = verdicts[i];
    judgements[at].complaint = error && `${error.type}: ${error.message}`;
  });
  const equal = asked
    .map((_, i) => i)
    .filter((i) => {
      const [clean] = asked[i].item.judgements;
      return (
        judgements[i] !== clean &&
        typeof fingerprints[i] === 'string' &&
        fingerprints[i] === clean.fingerprint
      );
    });
  const trees = await critic.tree(equal.flatMap((i) => [asked[i].source, asked[i].item.source]));
  equal.forEach((at, i) => {
    judgements[at].sameTree = typeof trees[2 * i] === 'string' && trees[2 * i] === trees[2 * i + 1];
  });
}

/** The sources in the order of the judgements, and whether each should compile: of a breaker's bugs either may be. */
function sourcesOf({ source, drawn }: JudgedFunction): { source: string; compiles: boolean }[] {
  if (!drawn || 'reason' in drawn) return [];
  return [
    { source, compiles: true },
    ...drawn.mutants.flatMap((mutant) =>
      [mutant, ...mutant.alone].map((bug) => ({
        source: bug.before,
        compiles: compilesWithBug(bugType(bug.bugType)),
      })),
    ),
    ...(drawn.learned?.bugs ?? []).map(({ before }) => ({ source: before, compiles: false })),
  ];
}

/** Why the critic's judgement drops a mutant. */
export type JudgementDrop =
  | 'not_judged'
  | 'mutant_compiles'
  | 'mutant_does_not_compile'
  | 'same_tree'
  | 'same_bytecode'
  | 'bugs_interact';

/** Why a mutant is dropped by the critic's judgements of it and of its single bugs. */
export function judgementDrop(
  { bugType, alone }: DrawnMutant,
  [whole, ...parts]: readonly Judgement[],
  clean: Judgement,
): JudgementDrop | undefined {
  if ([clean, whole, ...parts].some(({ fingerprint }) => fingerprint === undefined)) return 'not_judged';
  if (alone.length === 0) return dropOfOne(bugType, whole, clean);
  for (const [i, bug] of alone.entries()) {
    const reason = dropOfOne(bug.bugType, parts[i], clean);
    if (reason) return reason;
  }
  const compile = parts.every(({ fingerprint }) => fingerprint !== null);
  if ((whole.fingerprint !== null) !== compile) return 'bugs_interact';
  // Equal to one of its bugs alone: the others make no difference beside it.
  const same = [clean, ...parts].some(({ fingerprint }) => fingerprint === whole.fingerprint);
  return compile && same ? 'same_bytecode' : undefined;
}

function dropOfOne(id: string, judgement: Judgement, clean: Judgement): JudgementDrop | undefined {
  const compiles = judgement.fingerprint !== null;
  if (compilesWithBug(bugType(id)) !== compiles)
    return compiles ? 'mutant_compiles' : 'mutant_does_not_compile';
  return equivalentDrop(judgement, clean);
}

/** Why the critic's judgement drops a bug that a breaker proposed: it may compile, or be a fault of syntax. */
export function learnedDrop(own: Judgement, clean: Judgement): JudgementDrop | undefined {
  if ([clean, own].some(({ fingerprint }) => fingerprint === undefined)) return 'not_judged';
  return equivalentDrop(own, clean);
}

function equivalentDrop({ fingerprint, sameTree }: Judgement, clean: Judgement): JudgementDrop | undefined {
  if (fingerprint === null || fingerprint !== clean.fingerprint) return undefined;
  return sameTree ? 'same_tree' : 'same_bytecode';
}
