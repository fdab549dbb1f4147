import type { FunctionOffer, Offers } from './offers';
import { expected, reachableShares, type ReachOptions } from './reachable';

/** Weights of bug types that give the shares which a config aims at, with what they were fitted to. By taxonomy id. */
export interface FittedMixture {
  /** Functions whose offers were surveyed. */
  functions: number;
  /** Shares of all mutants that are aimed at. */
  aimed: Readonly<Record<string, number>>;
  /** The nearest shares that the functions can give, see `reachableShares`. */
  reachable: Readonly<Record<string, number>>;
  /** Shares that the weights are expected to give. */
  expected: Readonly<Record<string, number>>;
  /** Weights of the types among those that a function offers; types that are not wanted have 0. */
  weights: Readonly<Record<string, number>>;
}

/** Rounds of fitting at most, and the error of a share, beside 0.5 % of it, at which it ends. */
const ROUNDS = 200;
const TOLERANCE = 2e-5;

/** Digits of a weight: rounded, so that the last bit of a machine's arithmetic decides nothing. */
const DIGITS = 4;

/** Draws of a mutant that a function is given up after, as in `drawMutants`. */
const ATTEMPTS = 4;

/**
 * Finds weights such that drawing `mutants` different mutants of each function, each by weight among the types that the
 * function offers, gives the reachable shares in the end. This is iterative proportional fitting: functions have a
 * fixed number of mutants, types a fixed share of all, and a weight is multiplied by wanted over expected share until
 * they agree. The expectation knows that a type has only so many different mutants in a function, and that some of its
 * sites give none. Types that no surveyed function offers get the weight of half a function.
 */
export function fitMixture(offers: Offers, options: ReachOptions): FittedMixture {
  const { aims, mutants } = options;
  const reachable = reachableShares(offers, options);
  const wanted = Float64Array.from(offers.types, (id) => reachable[id] ?? 0);
  const weights = wanted.slice();
  const functions = offers.functions.map((offer) => new FunctionModel(offer, wanted, mutants));
  let shares = expectedShares(functions, weights, offers.accepted);
  for (let round = 0; round < ROUNDS && !agree(shares, wanted); round++) {
    for (const [type, share] of wanted.entries())
      if (share > 0 && shares[type] > 0) weights[type] *= share / shares[type];
    shares = expectedShares(functions, weights, offers.accepted);
  }
  const half = meanOf(functions.map((each) => each.weightSum(weights))) || 1;
  const byType = (values: (id: string, type: number) => number): Record<string, number> =>
    Object.fromEntries(offers.types.map((id, type) => [id, values(id, type)]));
  return {
    functions: offers.functions.length,
    aimed: byType((id) => aims[id] ?? 0),
    reachable: byType((_, type) => wanted[type]),
    expected: byType((_, type) => shares[type]),
    weights: byType((id, type) => {
      const weight = wanted[type] > 0 ? weights[type] / half : Number((aims[id] ?? 0) > 0);
      return Number(weight.toPrecision(DIGITS));
    }),
  };
}

/** What a function is expected to give, under changing weights. */
class FunctionModel {
  private readonly types: Uint16Array;
  /** Different outcomes of each type, failures included. */
  private readonly limits: Float64Array;
  /** Different mutants that come out. */
  private readonly total: number;
  /** Draws that it takes; kept from round to round, as it changes little. */
  private draws: number;

  constructor(
    { types, mutants: limits }: FunctionOffer,
    wanted: Float64Array,
    private readonly mutants: number,
  ) {
    const used = Array.from(types.keys()).filter((i) => wanted[types[i]] > 0);
    this.types = Uint16Array.from(used, (i) => types[i]);
    this.limits = Float64Array.from(used, (i) => limits[i]);
    this.total = Math.min(
      mutants,
      this.limits.reduce((sum, limit) => sum + limit, 0),
    );
    this.draws = mutants;
  }

  weightSum(weights: Float64Array): number {
    return this.types.reduce((sum, type) => sum + weights[type], 0);
  }

  /** Adds the mutants expected of each type to `sums`. */
  addTo(sums: Float64Array, weights: Float64Array, accepted: readonly number[]): void {
    const all = this.weightSum(weights);
    if (all === 0) return;
    const given = new Float64Array(this.types.length);
    // Newton's method for the number of draws that gives `total` different mutants; two steps a round are enough.
    for (let step = 0; step < 3; step++) {
      let found = 0;
      let slope = 0;
      for (const [i, type] of this.types.entries()) {
        const probability = weights[type] / all;
        const limit = this.limits[i];
        // Draws that repeat a type's own mutants are made up for by further ones, which are others': they do not count.
        const repeated = this.draws * probability - expected(limit, probability, this.draws);
        given[i] = accepted[type] * expected(limit, probability, this.draws - repeated);
        found += given[i];
        slope -= (limit - given[i]) * Math.log1p(-Math.min(probability / limit, 1 - 1e-12));
      }
      if (step === 2) break;
      const next = this.draws + (this.total - found) / Math.max(slope, 1e-9);
      this.draws = Math.min(Math.max(next, 1), ATTEMPTS * this.mutants);
    }
    for (const [i, type] of this.types.entries()) sums[type] += given[i];
  }
}

function expectedShares(
  functions: readonly FunctionModel[],
  weights: Float64Array,
  accepted: readonly number[],
): Float64Array {
  const sums = new Float64Array(weights.length);
  for (const each of functions) each.addTo(sums, weights, accepted);
  const all = sums.reduce((sum, value) => sum + value, 0);
  return sums.map((value) => (all > 0 ? value / all : 0));
}

function agree(shares: Float64Array, wanted: Float64Array): boolean {
  return wanted.every((share, type) => Math.abs(shares[type] - share) <= TOLERANCE + 0.005 * share);
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}
