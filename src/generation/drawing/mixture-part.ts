import type { Family } from '../../records/sample';
import { bugType } from '../../taxonomy/table';
import type { Mutator } from '../mutation/mutator';
import { MUTATORS } from '../mutators';

/** A mutator with the weight of its type among those that a function offers. */
export interface MixturePart {
  mutator: Mutator;
  family: Family;
  weight: number;
}

/** The mixture of some weights by taxonomy id; types of weight 0, or without one, are left out. */
export function createMixture(weights: Readonly<Record<string, number>>): MixturePart[] {
  return MUTATORS.map((mutator) => ({
    mutator,
    family: bugType(mutator.bugType).family,
    weight: weights[mutator.bugType] ?? 0,
  })).filter(({ weight }) => weight > 0);
}
