import { z } from 'zod';
import { refuseUnknownTypes } from '../generation/mixture/aims';
import { FAMILIES } from '../records/sample';
import type { CoreKind } from '../trm/config';
import type { Mixture } from './feed/feed';
import type { Depth } from './task';

const mixtureSchema = z.strictObject({
  /** Weights of bug families; those not named have 1. */
  families: z.partialRecord(z.enum(FAMILIES), z.number().nonnegative()).optional(),
  /** Weights of bug types by taxonomy id. */
  types: z.record(z.string(), z.number().nonnegative()).superRefine(refuseUnknownTypes).optional(),
  /** Weights of the difficulties 1..5. */
  difficulties: z.array(z.number().nonnegative()).length(5).optional(),
  /** Share of rows without a bug. Default: that of the run. */
  cleanShare: z.number().min(0).max(1).optional(),
});

/** One stage of the curriculum: until when, and what is other than in the rest of the config. */
export const curriculumStageSchema = z.strictObject({
  /** For the log. */
  name: z.string().min(1),
  /** Ends when this share of the budget is used. */
  untilShare: z.number().min(0).max(1).default(1),
  /** Ends at this optimizer step, if that comes first. */
  untilStep: z.int().positive().nullable().default(null),
  /** Promotion: ends when an evaluation reaches this score, if that comes first. */
  untilScore: z.number().nullable().default(null),
  /** T, n and supervision steps of the stage. Default: the model's. */
  recursions: z.int().positive().optional(),
  latentUpdates: z.int().positive().optional(),
  supervisionSteps: z.int().positive().optional(),
  /** Program tokens of a batch in this stage. Default: `batchTokens` of the run. */
  batchTokens: z.int().positive().optional(),
  /** Weights of the data in this stage. */
  mixture: mixtureSchema.prefault({}),
});
/** A value of {@link curriculumStageSchema}. */
export type CurriculumStage = z.output<typeof curriculumStageSchema>;

/** The stages of a run, in order. */
export const curriculumSchema = z
  .array(curriculumStageSchema)
  .refine(
    (stages) =>
      stages
        .slice(0, -1)
        .every(
          ({ untilShare, untilStep, untilScore }) =>
            untilShare < 1 || untilStep !== null || untilScore !== null,
        ),
    'expected untilShare, untilStep or untilScore in every stage but the last: later ones would never begin',
  )
  .superRefine((stages, context) => {
    refuseDescending('untilShare', stages, context);
    refuseDescending('untilStep', stages, context);
  });

/** Refuses the first stage that is over when one in front of it ends: it would be skipped without a word. */
function refuseDescending(
  key: 'untilShare' | 'untilStep',
  stages: readonly CurriculumStage[],
  context: z.RefinementCtx,
): void {
  // A share of 1 is the end of the run, as a missing step: no end of the stage's own.
  const ends = stages.map(({ untilShare, untilStep }) => ({
    untilShare: untilShare < 1 ? untilShare : null,
    untilStep,
  }));
  const outlasts = (earlier: number, later: number): boolean => {
    const [end, other] = [ends[earlier][key] ?? 0, ends[later][key] ?? Infinity];
    const { untilShare, untilStep } = ends[earlier];
    // Where the earlier one may end otherwise, the same end leaves the later one what is left until then.
    const mayEndSooner = stages[earlier].untilScore !== null || (untilShare !== null && untilStep !== null);
    return end > other || (end === other && !mayEndSooner);
  };
  for (const later of stages.keys())
    for (let earlier = 0; earlier < later; earlier++) {
      if (!outlasts(earlier, later)) continue;
      const message = `expected ascending ${key}: stage "${stages[earlier].name}" in front of it lasts until ${ends[earlier][key]}`;
      context.addIssue({ code: 'custom', path: [later, key], message });
      return;
    }
}

/**
 * Refinement of a schema: a plain core has no depth in any stage.
 * @param path of the stages. Default `stages`
 */
export function refuseDeepStages(
  { core, stages }: { core: CoreKind | undefined; stages: readonly CurriculumStage[] },
  context: z.RefinementCtx,
  path: readonly string[] = ['stages'],
): void {
  if (core !== 'plain') return;
  const at = stages.findIndex(
    ({ recursions = 1, latentUpdates = 1, supervisionSteps = 1 }) =>
      recursions * latentUpdates * supervisionSteps > 1,
  );
  const message = 'expected stages without a depth for a plain core, which does not recurse';
  if (at >= 0) context.addIssue({ code: 'custom', path: [...path, at], message });
}

/** What holds in a stage, everything filled in. */
export interface StageSettings {
  name: string;
  depth: Depth;
  batchTokens: number;
  mixture: Mixture;
}

/** What stages are resolved against. */
export interface StageDefaults {
  depth: Depth;
  batchTokens: number;
  cleanShare: number;
}

/** The settings of stage `index`; without stages, the run's own. */
export function stageSettings(
  stages: readonly CurriculumStage[],
  index: number,
  { depth, batchTokens, cleanShare }: StageDefaults,
): StageSettings {
  const stage = stages[index] as CurriculumStage | undefined;
  return {
    name: stage?.name ?? 'all',
    depth: {
      recursions: stage?.recursions ?? depth.recursions,
      latentUpdates: stage?.latentUpdates ?? depth.latentUpdates,
      supervisionSteps: stage?.supervisionSteps ?? depth.supervisionSteps,
    },
    batchTokens: stage?.batchTokens ?? batchTokens,
    mixture: { ...stage?.mixture, cleanShare: stage?.mixture.cleanShare ?? cleanShare },
  };
}

/** How far a run is, for {@link stageIndex}. */
export interface StageProgress {
  /** Share of the budget used. */
  used: number;
  /** Optimizer steps done. */
  step: number;
  /** Score of the last evaluation in this stage; null before it. */
  score: number | null;
}

/** The stage that holds now: `current` or a later one, never back. The last stage has no end. */
export function stageIndex(
  stages: readonly CurriculumStage[],
  current: number,
  { used, step, score }: StageProgress,
): number {
  let index = current;
  while (index < stages.length - 1) {
    const { untilShare, untilStep, untilScore } = stages[index];
    // A score belongs to the stage it was measured in.
    const promoted = index === current && untilScore !== null && score !== null && score >= untilScore;
    if (used < untilShare && (untilStep === null || step < untilStep) && !promoted) break;
    index++;
  }
  return index;
}
