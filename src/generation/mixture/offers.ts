import { sha256 } from '../../core/hash';
import { seedStream } from '../../core/rng';
import type { ModuleContext } from '../../records/file-context';
import type { Sample } from '../../records/sample';
import { makeMutant } from '../mutation/mutant';
import type { MutationSite, Mutator } from '../mutation/mutator';
import { MUTATORS } from '../mutators';
import { createTarget, type MutationTarget } from '../mutation/target';

/** A clean function, as far as it must be known to plant bugs into it. */
export interface Plantable extends Pick<Sample, 'id' | 'after'> {
  context: ModuleContext;
}

/** What a sample of functions offers: where which bugs could be planted. */
export interface Offers {
  /** Bug types, in the order of the numbers below. */
  types: readonly string[];
  /** Of each function the types it offers and how many different mutants each can give, at least 1. */
  functions: readonly FunctionOffer[];
  /** Share of the tries at a site of each type that give a mutant, above 0. */
  accepted: readonly number[];
}

/** What one function offers. */
export interface FunctionOffer {
  types: Uint16Array;
  /** Different mutants of each of `types`: its sites times how many ways a site of the type has, on average. */
  mutants: Float64Array;
}

/** Functions in which a site of a type is tried out. */
const PROBES = 40;

/** Keeps the members with the lowest seeded hash of their id: a sample that does not depend on their order. */
export class SeededSample<T extends { id: string }> {
  private kept = new Map<string, { key: string; item: T }>();

  /**
   * @param size members wanted
   */
  constructor(
    private readonly size: number,
    private readonly seed: number,
  ) {}

  /** Takes an item into consideration; one with an id that came before is passed over. */
  add(item: T): void {
    if (this.kept.has(item.id)) return;
    this.kept.set(item.id, { key: sha256(`offers/${this.seed}/${item.id}`), item });
    if (this.kept.size >= 2 * this.size + 1) this.kept = new Map(this.lowest());
  }

  /** The sample, in the order of the hashes. */
  items(): T[] {
    return this.lowest().map(([, { item }]) => item);
  }

  private lowest(): [string, { key: string; item: T }][] {
    return [...this.kept].sort(([, a], [, b]) => (a.key < b.key ? -1 : 1)).slice(0, this.size);
  }
}

interface Probe {
  functions: number;
  tries: number;
  mutants: number;
  /** Pairs of mutants of the same site, and those of them that are equal. */
  pairs: number;
  same: number;
}

/**
 * Looks for the places of every bug type in functions and tries some of them out. A mutator that throws offers nothing,
 * as when it is drawn.
 * @param maxTokens longer functions are passed over
 * @param onFunction awaited after each function
 */
export async function surveyOffers(
  functions: readonly Plantable[],
  { maxTokens, onFunction }: { maxTokens: number; onFunction?: () => void | Promise<void> },
): Promise<Offers> {
  const probes = MUTATORS.map((): Probe => ({ functions: 0, tries: 0, mutants: 0, pairs: 0, same: 0 }));
  const found: [type: number, sites: number][][] = [];
  for (const { id, after, context } of functions) {
    const target = createTarget(after, context);
    await onFunction?.();
    if (target.tokens.length > maxTokens) continue;
    found.push(
      MUTATORS.flatMap((mutator, type) => {
        const sites = sitesOf(target, mutator);
        if (sites.length > 0) tryOut(target, mutator, sites, { probe: probes[type], id });
        return sites.length > 0 ? [[type, sites.length] as [number, number]] : [];
      }),
    );
  }
  // Laplace's rule keeps shares above 0 and ways finite where few were tried.
  const ways = probes.map(({ pairs, same }) => (pairs + 1) / (same + 1));
  return {
    types: MUTATORS.map(({ bugType }) => bugType),
    functions: found.map((offered) => ({
      types: Uint16Array.from(offered, ([type]) => type),
      mutants: Float64Array.from(offered, ([type, sites]) => sites * ways[type]),
    })),
    accepted: probes.map(({ tries, mutants }) => (mutants + 1) / (tries + 1)),
  };
}

function sitesOf(target: MutationTarget, mutator: Mutator): readonly MutationSite[] {
  try {
    return mutator.sites(target);
  } catch {
    return [];
  }
}

/** Mutates one site twice. */
function tryOut(
  target: MutationTarget,
  mutator: Mutator,
  sites: readonly MutationSite[],
  { probe, id }: { probe: Probe; id: string },
): void {
  if (probe.functions === PROBES) return;
  probe.functions += 1;
  const rng = seedStream(0, 'offers', id, mutator.bugType);
  const site = rng.pick(sites);
  const texts = [0, 1].flatMap(() => {
    try {
      const mutant = makeMutant(target, mutator, site, rng);
      return 'dropped' in mutant ? [] : [mutant.before];
    } catch {
      return [];
    }
  });
  probe.tries += 2;
  probe.mutants += texts.length;
  if (texts.length < 2) return;
  probe.pairs += 1;
  if (texts[0] === texts[1]) probe.same += 1;
}
