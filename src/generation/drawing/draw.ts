import { sha256 } from '../../core/hash';
import { seedStream } from '../../core/rng';
import { normalText, sampleIdOf } from '../../python/edits/edits';
import type { ModuleContext } from '../../records/file-context';
import type { GenerateConfig } from '../config';
import { drawMutants, type DroppedDraw } from './sampling';
import type { MixturePart } from './mixture-part';
import type { PlantedBugs } from './several-bugs';
import { createTarget } from '../mutation/target';
import { settleLearned, type LearnedBugs } from './learned-bugs';

/** The part of the config that drawing reads. */
export type DrawSettings = Pick<GenerateConfig, 'mutantsPerFunction' | 'bugsPerMutant' | 'maxTokens'>;

/** A clean function to draw mutants from. */
export interface DrawRequest {
  /** `after` of the clean sample, and what its module binds. */
  source: string;
  context: ModuleContext;
  /** Seed of the function's own random stream. */
  seed: number;
  /** Buggy versions that a breaker proposes. Default: none was asked. */
  proposed?: readonly string[];
}

/** A mutant on its way to the critic. */
export interface DrawnMutant extends Omit<PlantedBugs, 'tokens'> {
  /** Id of the sample it would become. */
  id: string;
  /** Hash of the buggy program without layout: equal for the same mutant of two functions. */
  key: string;
}

/** What a function gave: mutants and failed draws, or the reason why none were drawn. */
export type Drawn =
  | { key: string; mutants: DrawnMutant[]; dropped: DroppedDraw[]; learned?: LearnedBugs }
  | { reason: 'function_too_long' };

/** Draws the mutants of one clean function, and settles what a breaker proposes for it. Pure: settings, mixture and request decide everything. */
export function drawFunction(
  { source, context, seed, proposed }: DrawRequest,
  mixture: readonly MixturePart[],
  { mutantsPerFunction: count, bugsPerMutant, maxTokens }: DrawSettings,
): Drawn {
  const target = createTarget(source, context);
  if (target.tokens.length > maxTokens) return { reason: 'function_too_long' };
  const rng = seedStream(seed, 'draw');
  const { mutants, dropped } = drawMutants(target, mixture, { count, bugsPerMutant }, rng);
  const clean = normalText(target.tokens);
  return {
    key: sha256(clean),
    dropped,
    ...(proposed && { learned: settleLearned(target, proposed) }),
    mutants: mutants.map(({ tokens, ...planted }) => {
      const before = normalText(tokens);
      return { ...planted, id: sampleIdOf(before, clean), key: sha256(before) };
    }),
  };
}
