import type { Rng } from '../core/rng';
import type { Family } from '../records/sample';
import type { MutationSite, Mutator } from './mutator';
import type { FamilyMixture } from './sampling';
import type { MutationTarget } from './target';

/** Where a draw fell: a site of a mutator. */
export interface Place {
  family: Family;
  mutator: Mutator;
  site: MutationSite;
}

interface OfferedType {
  mutator: Mutator;
  weight: number;
  /** Sites that are left; undefined until the type is drawn for the first time. */
  sites?: MutationSite[];
}

interface OfferedFamily {
  family: Family;
  weight: number;
  types: OfferedType[];
}

/**
 * The places where a function can be broken. Of a hundred and more mutators a few are drawn for each function, so sites
 * are looked up when their type is drawn: an empty type is struck out and the draw repeated within its family, an empty
 * family likewise. That draws families and types exactly as if all sites had been known, at less than half the cost.
 */
export class Offer {
  private readonly families: OfferedFamily[];

  /** @param onFailure told of a mutator whose search for sites throws; it is left out */
  constructor(
    private readonly target: MutationTarget,
    mixture: readonly FamilyMixture[],
    private readonly onFailure: (mutator: Mutator, error: unknown) => void,
  ) {
    this.families = mixture.map(({ family, weight, mutators }) => ({
      family,
      weight,
      types: mutators.map((entry) => ({ ...entry })),
    }));
  }

  /**
   * A family by weight among those that have a place and that `may` takes, a type of it by weight, a site uniformly.
   * Undefined when there is none left.
   */
  draw(rng: Rng, may: (family: Family) => boolean): Place | undefined {
    for (;;) {
      const families = this.families.filter(({ family }) => may(family));
      if (families.length === 0) return undefined;
      const drawn = pickWeighted(families, rng);
      while (drawn.types.length > 0) {
        const type = pickWeighted(drawn.types, rng);
        type.sites ??= this.sitesOf(type.mutator);
        if (type.sites.length > 0)
          return { family: drawn.family, mutator: type.mutator, site: rng.pick(type.sites) };
        remove(drawn.types, type);
      }
      remove(this.families, drawn);
    }
  }

  /** Strikes out a site: what gave nothing new will mostly give nothing new again. */
  forget({ mutator, site }: Place): void {
    for (const { types } of this.families)
      for (const type of types) if (type.mutator === mutator && type.sites) remove(type.sites, site);
  }

  private sitesOf(mutator: Mutator): MutationSite[] {
    try {
      return [...mutator.sites(this.target)];
    } catch (error) {
      this.onFailure(mutator, error);
      return [];
    }
  }
}

function pickWeighted<T extends { weight: number }>(items: readonly T[], rng: Rng): T {
  return items[rng.weighted(items.map(({ weight }) => weight))];
}

function remove<T>(items: T[], item: T): void {
  const at = items.indexOf(item);
  if (at >= 0) items.splice(at, 1);
}
