import type { Rng } from '../core/rng';
import type { Family } from '../records/sample';
import { bugType } from '../taxonomy/table';
import { DEFAULT_FAMILY_WEIGHTS, DEFAULT_TYPE_WEIGHTS, type GenerateConfig } from './config';
import { makeMutant, type Mutant, type MutationDrop } from './mutant';
import type { MutationSite, Mutator } from './mutator';
import { MUTATORS } from './mutators';
import type { MutationTarget } from './target';

/** Mutators of one family with their weights; families and types of weight 0 are left out. */
export interface FamilyMixture {
  family: Family;
  weight: number;
  mutators: readonly { mutator: Mutator; weight: number }[];
}

/** The mixture that a config asks for. */
export function createMixture({
  families,
  types,
}: Pick<GenerateConfig, 'families' | 'types'>): FamilyMixture[] {
  const byFamily = new Map<Family, { mutator: Mutator; weight: number }[]>();
  for (const mutator of MUTATORS) {
    const { family } = bugType(mutator.bugType);
    const weight = types[mutator.bugType] ?? DEFAULT_TYPE_WEIGHTS[mutator.bugType] ?? 1;
    if (weight > 0) byFamily.set(family, [...(byFamily.get(family) ?? []), { mutator, weight }]);
  }
  return [...byFamily]
    .map(([family, mutators]) => ({
      family,
      weight: families[family] ?? DEFAULT_FAMILY_WEIGHTS[family],
      mutators,
    }))
    .filter(({ weight }) => weight > 0);
}

/** A draw that gave no mutant. */
export interface DroppedDraw {
  reason: MutationDrop | 'same_mutant';
  bugType: string;
  /** The mutated text, where there is one. */
  before?: string;
}

/** What {@link drawMutants} found. */
export interface Draws {
  mutants: Mutant[];
  dropped: DroppedDraw[];
}

/** Draws made for each mutant asked for, before giving up on a function. */
const ATTEMPTS = 4;

/**
 * Draws up to `count` different mutants of a function: a family by weight among those that have a place in it, a
 * type of the family by weight, a site uniformly. Depends on `rng` and its arguments alone, so functions can be
 * worked on in any order.
 */
export function drawMutants(
  target: MutationTarget,
  mixture: readonly FamilyMixture[],
  count: number,
  rng: Rng,
): Draws {
  let offered = offeredSites(target, mixture);
  const out: Draws = { mutants: [], dropped: [] };
  const seen = new Set<string>();
  for (let attempt = 0; attempt < count * ATTEMPTS && out.mutants.length < count; attempt++) {
    if (offered.length === 0) break;
    const { types } = offered[rng.weighted(offered.map(({ weight }) => weight))];
    const { mutator, sites } = types[rng.weighted(types.map(({ weight }) => weight))];
    const { bugType } = mutator;
    const at = rng.int(sites.length);
    const result = makeMutant(target, mutator, sites[at], rng);
    if (!('dropped' in result) && !seen.has(result.before)) {
      seen.add(result.before);
      out.mutants.push(result);
      continue;
    }
    const reason = 'dropped' in result ? result.dropped : 'same_mutant';
    out.dropped.push({ reason, bugType, before: result.before });
    // A site that gave nothing new will mostly give nothing new again.
    sites.splice(at, 1);
    offered = withSites(offered);
  }
  return out;
}

interface OfferedFamily {
  weight: number;
  types: { mutator: Mutator; weight: number; sites: MutationSite[] }[];
}

function offeredSites(target: MutationTarget, mixture: readonly FamilyMixture[]): OfferedFamily[] {
  const all = mixture.map(({ weight, mutators }) => ({
    weight,
    types: mutators.map((entry) => ({ ...entry, sites: entry.mutator.sites(target) })),
  }));
  return withSites(all);
}

/** Without types that have no site left, and families that have no type left. */
function withSites(offered: readonly OfferedFamily[]): OfferedFamily[] {
  return offered
    .map(({ weight, types }) => ({ weight, types: types.filter(({ sites }) => sites.length > 0) }))
    .filter(({ types }) => types.length > 0);
}
