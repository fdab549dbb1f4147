import type { Rng } from '../../core/rng';
import type { Family } from '../../records/sample';
import type { MutationSite, Mutator } from '../mutation/mutator';
import type { MixturePart } from './mixture-part';
import type { MutationTarget } from '../mutation/target';

/** Where a draw fell: a site of a mutator. */
export interface Place {
  family: Family;
  mutator: Mutator;
  site: MutationSite;
}

interface OfferedType extends MixturePart {
  /** Sites that are left; undefined until the type is drawn for the first time. */
  sites?: MutationSite[];
}

/**
 * The places where a function can be broken. Of a hundred and more mutators some are drawn for each function, so sites
 * are looked up when their type is drawn: an empty type is struck out and the draw repeated. That draws types exactly as
 * if all sites had been known, at less cost.
 */
export class Offer {
  private readonly types: OfferedType[];

  /** @param onFailure told of a mutator whose search for sites throws; it is left out */
  constructor(
    private readonly target: MutationTarget,
    mixture: readonly MixturePart[],
    private readonly onFailure: (mutator: Mutator, error: unknown) => void,
  ) {
    this.types = mixture.map((part) => ({ ...part }));
  }

  /**
   * A type by weight among those that have a place and whose family `may` takes, a site of it uniformly. Undefined when
   * there is none left.
   */
  draw(rng: Rng, may: (family: Family) => boolean): Place | undefined {
    const types = this.types.filter(({ family }) => may(family));
    while (types.length > 0) {
      const type = types[rng.weighted(types.map(({ weight }) => weight))];
      type.sites ??= this.sitesOf(type.mutator);
      const { family, mutator, sites } = type;
      if (sites.length > 0) return { family, mutator, site: rng.pick(sites) };
      remove(types, type);
      remove(this.types, type);
    }
    return undefined;
  }

  /** Strikes out a site: what gave nothing new will mostly give nothing new again. */
  forget({ mutator, site }: Place): void {
    for (const type of this.types) if (type.mutator === mutator && type.sites) remove(type.sites, site);
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

function remove<T>(items: T[], item: T): void {
  const at = items.indexOf(item);
  if (at >= 0) items.splice(at, 1);
}
