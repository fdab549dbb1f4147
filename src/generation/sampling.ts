import type { Rng } from '../core/rng';
import type { Family } from '../records/sample';
import { bugType } from '../taxonomy/table';
import { DEFAULT_BUGS_PER_MUTANT, type GenerateConfig } from './config';
import { deadLines, isInDeadCode } from './dead-code';
import { DEFAULT_FAMILY_WEIGHTS, DEFAULT_TYPE_WEIGHTS } from './default-weights';
import { makeMutant, type Mutant, type MutationDrop } from './mutant';
import type { MutationSite, Mutator } from './mutator';
import { MUTATORS } from './mutators';
import { plantOne, plantSeveral, type CombinationDrop, type PlantedBugs } from './several-bugs';
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
    const weight = types[mutator.bugType] ?? DEFAULT_TYPE_WEIGHTS[mutator.bugType];
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
  reason: MutationDrop | CombinationDrop | 'same_mutant' | 'dead_code' | 'mutator_failed';
  bugType: string;
  /** The mutated text, where there is one. */
  before?: string;
  /** What went wrong, for `mutator_failed`. */
  detail?: string;
}

/** What {@link drawMutants} found. */
export interface Draws {
  mutants: PlantedBugs[];
  dropped: DroppedDraw[];
}

/** Settings of {@link drawMutants}. */
export interface DrawOptions {
  /** Mutants wanted. */
  count: number;
  /** Weights of 1, 2 and 3 bugs. Default: one bug. */
  bugsPerMutant?: GenerateConfig['bugsPerMutant'];
}

/** Draws made for each mutant asked for, before giving up on a function. */
const ATTEMPTS = 4;

/**
 * Draws up to `count` different mutants of a function: a family by weight among those that have a place in it, a
 * type of the family by weight, a site uniformly; then, by weight, more bugs of the same kind beside it. Depends on
 * `rng` and its arguments alone, so functions can be worked on in any order.
 */
export function drawMutants(
  target: MutationTarget,
  mixture: readonly FamilyMixture[],
  { count, bugsPerMutant = DEFAULT_BUGS_PER_MUTANT }: DrawOptions,
  rng: Rng,
): Draws {
  const dropped: DroppedDraw[] = [];
  const dead = deadLines(target);
  const draw: DrawState = { target, rng, dead, offered: offeredSites(target, mixture, dropped), dropped };
  const mutants: PlantedBugs[] = [];
  const seen = new Set<string>();
  for (let attempt = 0; attempt < count * ATTEMPTS && mutants.length < count; attempt++) {
    if (draw.offered.length === 0) break;
    const { place, mutant } = drawOne(draw, () => true);
    if (!mutant) continue;
    const kind = isSyntax(place.family) ? 'syntax' : 'other';
    const wanted = 1 + rng.weighted(bugsPerMutant[kind]);
    const planted = wanted === 1 ? plantOne(mutant) : addBugs(draw, mutant, kind, wanted);
    if (!seen.has(planted.before)) {
      seen.add(planted.before);
      mutants.push(planted);
    } else {
      draw.dropped.push({ reason: 'same_mutant', bugType: planted.bugType, before: planted.before });
      forget(draw, place);
    }
  }
  return { mutants, dropped };
}

interface DrawState {
  target: MutationTarget;
  rng: Rng;
  /** Lines that never run. */
  dead: ReadonlySet<number>;
  offered: readonly OfferedFamily[];
  dropped: DroppedDraw[];
}

/** Where a draw fell. */
interface Place {
  family: Family;
  sites: MutationSite[];
  at: number;
}

/** Draws one bug from the families that `may` takes; there must be one. */
function drawOne(draw: DrawState, may: (family: Family) => boolean): { place: Place; mutant?: Mutant } {
  const { rng } = draw;
  const families = draw.offered.filter(({ family }) => may(family));
  const { family, types } = families[rng.weighted(families.map(({ weight }) => weight))];
  const { mutator, sites } = types[rng.weighted(types.map(({ weight }) => weight))];
  const at = rng.int(sites.length);
  const place = { family, sites, at };
  const result = tryMutant(draw, family, mutator, sites[at]);
  if (!('reason' in result)) return { place, mutant: result };
  draw.dropped.push(result);
  forget(draw, place);
  return { place };
}

function tryMutant(
  { target, dead, rng }: DrawState,
  family: Family,
  mutator: Mutator,
  site: MutationSite,
): Mutant | DroppedDraw {
  const { bugType } = mutator;
  try {
    const result = makeMutant(target, mutator, site, rng);
    if ('dropped' in result) return { reason: result.dropped, bugType, before: result.before };
    // What never runs may be wrong, but it must parse.
    if (isSyntax(family) || !isInDeadCode(target, dead, result)) return result;
    return { reason: 'dead_code', bugType, before: result.before };
  } catch (error) {
    return failure(bugType, error);
  }
}

/** A mutator's own mistake costs its mutants, not the run: it is counted, and `rejects.jsonl` shows where. */
function failure(bugType: string, error: unknown): DroppedDraw {
  return { reason: 'mutator_failed', bugType, detail: String(error) };
}

/** A site that gave nothing new will mostly give nothing new again. */
function forget(draw: DrawState, { sites, at }: Place): void {
  sites.splice(at, 1);
  draw.offered = withSites(draw.offered);
}

/** Plants further bugs of the same kind beside a first one, as many as there is room for. */
function addBugs(draw: DrawState, first: Mutant, kind: 'syntax' | 'other', wanted: number): PlantedBugs {
  const may = (family: Family): boolean => isSyntax(family) === (kind === 'syntax');
  let bugs = [first];
  let planted = plantOne(first);
  for (let attempt = 0; attempt < wanted * ATTEMPTS && bugs.length < wanted; attempt++) {
    if (!draw.offered.some(({ family }) => may(family))) break;
    const { mutant } = drawOne(draw, may);
    if (!mutant) continue;
    const result = plantSeveral(draw.target, [...bugs, mutant]);
    if ('dropped' in result) {
      draw.dropped.push({ reason: result.dropped, bugType: mutant.bugType, before: result.before });
      continue;
    }
    bugs = [...bugs, mutant];
    planted = result;
  }
  return planted;
}

function isSyntax(family: Family): boolean {
  return family === 'syntax';
}

interface OfferedFamily {
  family: Family;
  weight: number;
  types: { mutator: Mutator; weight: number; sites: MutationSite[] }[];
}

function offeredSites(
  target: MutationTarget,
  mixture: readonly FamilyMixture[],
  dropped: DroppedDraw[],
): OfferedFamily[] {
  const sitesOf = (mutator: Mutator): MutationSite[] => {
    try {
      return mutator.sites(target);
    } catch (error) {
      dropped.push(failure(mutator.bugType, error));
      return [];
    }
  };
  const all = mixture.map(({ family, weight, mutators }) => ({
    family,
    weight,
    types: mutators.map((entry) => ({ ...entry, sites: sitesOf(entry.mutator) })),
  }));
  return withSites(all);
}

/** Without types that have no site left, and families that have no type left. */
function withSites(offered: readonly OfferedFamily[]): OfferedFamily[] {
  return offered

    .map(({ family, weight, types }) => ({
      family,
      weight,
      types: types.filter(({ sites }) => sites.length > 0),
    }))
    .filter(({ types }) => types.length > 0);
}
