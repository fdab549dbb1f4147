import { breathe } from '../core/processes/breathe';
import { applyEdit, charSpanOf } from '../python/edits/edits';
import type { Judge } from '../python/critic/critic';
import { tokenOfError } from '../python/tokens/positions';
import type { RankedEdit } from './frequency-ranker';
import type { Case } from './outcome';
import { INTERRUPTED } from './measure';
import type { GuidedRanker } from './parser-guided-ranker';

/** Candidates compiled for a function at most: behind these, nothing is found any more. */
const MOST_CANDIDATES = 64;
/** Candidates of a function that are compiled at once. */
const ROUND = 8;

type Judged = Pick<Case, 'before'> & { sample: Pick<Case['sample'], 'before'> };

/** A function that does not parse, on its way to an edit that compiles. */
interface OpenCase<C> {
  item: C;
  candidates: readonly RankedEdit[];
}

/**
 * What the parser-guided ranker does with functions: for each that does not parse, the first of its 64 likeliest edits after which it compiles.
 * @returns edits by case; functions that parse, and those that no edit mends, have none
 */
export async function mendGuided<C extends Judged>(
  cases: readonly C[],
  ranker: GuidedRanker,
  critic: Pick<Judge, 'check'>,
  signal?: AbortSignal,
): Promise<Map<C, RankedEdit>> {
  const verdicts = await critic.check(cases.map(({ sample }) => sample.before));
  let open: OpenCase<C>[] = [];
  for (const [i, item] of cases.entries()) {
    const stoppedAt = tokenOfError(item.sample.before, item.before, verdicts[i].error);
    if (stoppedAt === null) continue;
    await breathe(signal, INTERRUPTED);
    const candidates = ranker.candidates({ tokens: item.before, stoppedAt }).slice(0, MOST_CANDIDATES);
    open.push({ item, candidates });
  }
  const mended = new Map<C, RankedEdit>();
  for (let at = 0; open.length > 0; at += ROUND) {
    await breathe(signal, INTERRUPTED);
    const tried = open.flatMap(({ item, candidates }) =>
      candidates.slice(at, at + ROUND).map((edit) => ({ item, edit })),
    );
    const compiled = await critic.check(tried.map(({ item, edit }) => textAfter(item, edit)));
    tried.forEach(({ item, edit }, i) => {
      if (compiled[i].valid && !mended.has(item)) mended.set(item, edit);
    });
    open = open.filter(({ item, candidates }) => !mended.has(item) && candidates.length > at + ROUND);
  }
  return mended;
}

function textAfter({ sample, before }: Judged, { tokenSpan, replacement }: RankedEdit): string {
  const charSpan = charSpanOf(before, tokenSpan[0], tokenSpan[1]);
  return applyEdit(sample.before, before, { tokenSpan, charSpan, replacement: [...replacement] });
}
