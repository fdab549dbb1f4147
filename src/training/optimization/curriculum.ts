import { z } from 'zod';
import { refuseUnknownTypes } from '../../generation/mixture/aims';
import { FAMILIES } from '../../records/sample';
import type { CoreKind } from '../../trm/config';
import { DEFAULT_TIER_WEIGHTS, type Mixture } from '../feed/feed';
import type { Depth } from '../task';

/** Weights by tier, see `DEFAULT_TIER_WEIGHTS`. */
export const tierWeightsSchema = z.strictObject({
  A: z.number().nonnegative().default(DEFAULT_TIER_WEIGHTS.A),
  B: z.number().nonnegative().default(DEFAULT_TIER_WEIGHTS.B),
  C: z.number().nonnegative().default(DEFAULT_TIER_WEIGHTS.C),
});

const mixtureSchema = z.strictObject({
  /** Weights of bug families; those not named have 1. */
  families: z.partialRecord(z.enum(FAMILIES), z.number().nonnegative()).optional(),
  /** Weights of bug types by taxonomy id. */
  types: z.record(z.string(), z.number().nonnegative()).superRefine(refuseUnknownTypes).optional(),
  /** Weights of the difficulties 1..5. */
  difficulties: z.array(z.number().nonnegative()).length(5).optional(),
  /** Share of rows without a bug. Default: that of the run. */
  cleanShare: z.number().min(0).max(1).optional(),
  /** Share of mined fixes among the bugs, and of their mended forms among the clean rows. Default: that of the run. */
  realShare: z.number().min(0).max(1).optional(),
  /** Weights of the tiers of mined fixes. Default: those of the run. */
  tiers: tierWeightsSchema.optional(),
});

/** One phase of the curriculum: until when, and what is other than in the rest of the config. */
export const curriculumPhaseSchema = z.strictObject({
  /** For the log. */
  name: z.string().min(1),
  /** Ends when this share of the budget is used. */
  untilShare: z.number().min(0).max(1).default(1),
  /** Ends at this optimizer step, if that comes first. */
  untilStep: z.int().positive().nullable().default(null),
  /** Promotion: ends when an evaluation reaches this score, if that comes first. */
  untilScore: z.number().nullable().default(null),
  /** T, n and supervision steps of the phase. Default: the model's. */
  recursions: z.int().positive().optional(),
  latentUpdates: z.int().positive().optional(),
  supervisionSteps: z.int().positive().optional(),
  /** Program tokens of a batch in this phase. Default: `batchTokens` of the run. */
  batchTokens: z.int().positive().optional(),
  /** Weights of the data in this phase. */
  mixture: mixtureSchema.prefault({}),
});
/** A value of {@link curriculumPhaseSchema}. */
export type CurriculumPhase = z.output<typeof curriculumPhaseSchema>;

/** The phases of a run, in order. */
export const curriculumSchema = z
  .array(curriculumPhaseSchema)
  .refine(
    (phases) =>
      phases
        .slice(0, -1)
        .every(
          ({ untilShare, untilStep, untilScore }) =>
            untilShare < 1 || untilStep !== null || untilScore !== null,
        ),
    'expected untilShare, untilStep or untilScore in every phase but the last: later ones would never begin',
  )
  .superRefine((phases, context) => {
    refuseDescending('untilShare', phases, context);
    refuseDescending('untilStep', phases, context);
  });

/** Refuses the first phase that is over when one in front of it ends: it would be skipped without a word. */
function refuseDescending(
  key: 'untilShare' | 'untilStep',
  phases: readonly CurriculumPhase[],
  context: z.RefinementCtx,
): void {
  // A share of 1 is the end of the run, as a missing step: no end of the phase's own.
  const ends = phases.map(({ untilShare, untilStep }) => ({
    untilShare: untilShare < 1 ? untilShare : null,
    untilStep,
  }));
  const outlasts = (earlier: number, later: number): boolean => {
    const [end, other] = [ends[earlier][key] ?? 0, ends[later][key] ?? Infinity];
    const { untilShare, untilStep } = ends[earlier];
    // Where the earlier one may end otherwise, the same end leaves the later one what is left until then.
    const mayEndSooner = phases[earlier].untilScore !== null || (untilShare !== null && untilStep !== null);
    return end > other || (end === other && !mayEndSooner);
  };
  for (const later of phases.keys())
    for (let earlier = 0; earlier < later; earlier++) {
      if (!outlasts(earlier, later)) continue;
      const message = `expected ascending ${key}: phase "${phases[earlier].name}" in front of it lasts until ${ends[earlier][key]}`;
      context.addIssue({ code: 'custom', path: [later, key], message });
      return;
    }
}

/**
 * Refinement of a schema: a plain core has no depth in any phase.
 * @param path of the phases. Default `phases`
 */
export function refuseDeepPhases(
  { core, phases }: { core: CoreKind | undefined; phases: readonly CurriculumPhase[] },
  context: z.RefinementCtx,
  path: readonly string[] = ['phases'],
): void {
  if (core !== 'plain') return;
  const at = phases.findIndex(
    ({ recursions = 1, latentUpdates = 1, supervisionSteps = 1 }) =>
      recursions * latentUpdates * supervisionSteps > 1,
  );
  const message = 'expected phases without a depth for a plain core, which does not recurse';
  if (at >= 0) context.addIssue({ code: 'custom', path: [...path, at], message });
}

/** What holds in a phase, everything filled in. */
export interface PhaseSettings {
  name: string;
  depth: Depth;
  batchTokens: number;
  mixture: Mixture;
}

/** What phases are resolved against. */
export interface PhaseDefaults {
  depth: Depth;
  batchTokens: number;
  mixture: Mixture;
}

/** The settings of phase `index`; without phases, the run's own. */
export function phaseSettings(
  phases: readonly CurriculumPhase[],
  index: number,
  { depth, batchTokens, mixture }: PhaseDefaults,
): PhaseSettings {
  const phase = phases[index] as CurriculumPhase | undefined;
  return {
    name: phase?.name ?? 'all',
    depth: {
      recursions: phase?.recursions ?? depth.recursions,
      latentUpdates: phase?.latentUpdates ?? depth.latentUpdates,
      supervisionSteps: phase?.supervisionSteps ?? depth.supervisionSteps,
    },
    batchTokens: phase?.batchTokens ?? batchTokens,
    mixture: { ...mixture, ...phase?.mixture, cleanShare: phase?.mixture.cleanShare ?? mixture.cleanShare },
  };
}

/** How far a run is, for {@link phaseIndex}. */
export interface PhaseProgress {
  /** Share of the budget used. */
  used: number;
  /** Optimizer steps done. */
  step: number;
  /** Score of the last evaluation in this phase; null before it. */
  score: number | null;
}

/** The phase that holds now: `current` or a later one, never back. The last phase has no end. */
export function phaseIndex(
  phases: readonly CurriculumPhase[],
  current: number,
  { used, step, score }: PhaseProgress,
): number {
  let index = current;
  while (index < phases.length - 1) {
    const { untilShare, untilStep, untilScore } = phases[index];
    // A score belongs to the phase it was measured in.
    const promoted = index === current && untilScore !== null && score !== null && score >= untilScore;
    if (used < untilShare && (untilStep === null || step < untilStep) && !promoted) break;
    index++;
  }
  return index;
}
