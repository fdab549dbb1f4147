import type { Rng } from '../../core/rng';
import type { Family } from '../../records/sample';
import { DEFAULT_BUGS_PER_MUTANT, type GenerateConfig } from '../config';
import { deadLines, isInDeadCode } from './dead-code';
import { makeMutant, type Mutant, type MutationDrop } from '../mutation/mutant';
import { Offer, type Place } from './offer';
import { plantOne, plantSeveral, type CombinationDrop, type PlantedBugs } from './several-bugs';
import { type MixturePart } from './mixture-part';
import type { MutationTarget } from '../mutation/target';

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
 * Draws up to `count` different mutants of a function: a type by weight among those that have a place in it, a site
 * uniformly; then, by weight, more bugs of the same kind beside it. Depends on
 * `rng` and its arguments alone, so functions can be worked on in any order.
 */
export function drawMutants(
  target: MutationTarget,
  mixture: readonly MixturePart[],
  { count, bugsPerMutant = DEFAULT_BUGS_PER_MUTANT }: DrawOptions,
  rng: Rng,
): Draws {
  const dropped: DroppedDraw[] = [];
  const dead = deadLines(target);
  const offer = new Offer(target, mixture, ({ bugType }, error) => dropped.push(failure(bugType, error)));
  const draw: DrawState = { target, rng, dead, offer, dropped };
  const mutants: PlantedBugs[] = [];
  const seen = new Set<string>();
  for (let attempt = 0; attempt < count * ATTEMPTS && mutants.length < count; attempt++) {
    const found = drawOne(draw, () => true);
    if (!found) break;
    const { place, mutant } = found;
    if (!mutant) continue;
    const kind = isSyntax(place.family) ? 'syntax' : 'other';
    const wanted = 1 + rng.weighted(bugsPerMutant[kind]);
    const planted = wanted === 1 ? plantOne(mutant) : addBugs(draw, mutant, kind, wanted);
    if (!seen.has(planted.before)) {
      seen.add(planted.before);
      mutants.push(planted);
    } else {
      draw.dropped.push({ reason: 'same_mutant', bugType: planted.bugType, before: planted.before });
      offer.forget(place);
    }
  }
  return { mutants, dropped };
}

interface DrawState {
  target: MutationTarget;
  rng: Rng;
  /** Lines that never run. */
  dead: ReadonlySet<number>;
  offer: Offer;
  dropped: DroppedDraw[];
}

/** Draws one bug from the families that `may` takes; undefined when they have no place left. */
function drawOne(
  draw: DrawState,
  may: (family: Family) => boolean,
): { place: Place; mutant?: Mutant } | undefined {
  const place = draw.offer.draw(draw.rng, may);
  if (!place) return undefined;
  const result = tryMutant(draw, place);
  if (!('reason' in result)) return { place, mutant: result };
  draw.dropped.push(result);
  draw.offer.forget(place);
  return { place };
}

function tryMutant({ target, dead, rng }: DrawState, { family, mutator, site }: Place): Mutant | DroppedDraw {
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

/** A mutator's own mistake costs its mutants, not the run: it is counted, and `drops.jsonl` shows where. */
function failure(bugType: string, error: unknown): DroppedDraw {
  return { reason: 'mutator_failed', bugType, detail: String(error) };
}

/** Plants further bugs of the same kind beside a first one, as many as there is room for. */
function addBugs(draw: DrawState, first: Mutant, kind: 'syntax' | 'other', wanted: number): PlantedBugs {
  const may = (family: Family): boolean => isSyntax(family) === (kind === 'syntax');
  let bugs = [first];
  let planted = plantOne(first);
  for (let attempt = 0; attempt < wanted * ATTEMPTS && bugs.length < wanted; attempt++) {
    const found = drawOne(draw, may);
    if (!found) break;
    const { mutant } = found;
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
