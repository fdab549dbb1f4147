/** What `report.json` and the reports of sets have in common: shares with intervals, baselines, what a user sees. */
import { z } from 'zod';
import type { ClusterProportion } from '../metrics/clusters';

/** A share with its 95 % interval by cluster: `ClusterProportion` of src/metrics as JSON can say it (no NaN). */
export const rateSchema = z.strictObject({
  count: z.int().nonnegative(),
  total: z.int().nonnegative(),
  /** count / total; null when total is 0. */
  rate: z.number().nullable(),
  low: z.number(),
  high: z.number(),
  /** Groups (repositories, packages, modules) that the rows come from; below ten the interval says little. */
  clusters: z.int().nonnegative(),
});
/** A value of {@link rateSchema}. */
export type Rate = z.infer<typeof rateSchema>;

/** A proportion ready for JSON: no share of nothing. */
export function toRate(proportion: ClusterProportion): Rate {
  return { ...proportion, rate: proportion.total > 0 ? proportion.rate : null };
}

/** What a baseline does with the bugs of one key. */
export const rankedRowSchema = z.strictObject({ key: z.string(), joint: rateSchema, location: rateSchema });
/** A value of {@link rankedRowSchema}. */
export type RankedRow = z.infer<typeof rankedRowSchema>;

/** Baselines by name, in the order of the tables. */
export const BASELINES = ['frequency ranker', 'parser-guided ranker', 'both rankers'] as const;

/** A baseline on the same functions as the model. */
export const baselineSchema = z.strictObject({
  name: z.enum(BASELINES),
  description: z.string(),
  joint: rateSchema,
  location: rateSchema,
  cleanKept: rateSchema,
  /** By one-token kind, see `kinds.ts`. */
  byKind: z.array(rankedRowSchema),
  /** By the set's own labels, for sets that have some. */
  byLabel: z.array(rankedRowSchema),
  byFamily: z.array(rankedRowSchema),
  byBugType: z.array(rankedRowSchema),
});
/** A value of {@link baselineSchema}. */
export type Baseline = z.infer<typeof baselineSchema>;

/** What a user sees: only edits whose calibrated confidence is above the threshold count. */
export const atThresholdSchema = z.strictObject({
  threshold: z.number(),
  /** Buggy functions with exactly the right edit shown. */
  found: rateSchema,
  /** Shown edits that are exactly right, at this set's share of buggy functions; see `precisionAt` for others. */
  precisionOfSet: rateSchema,
  /** Clean functions with nothing shown. */
  cleanKept: rateSchema,
  /** Share of shown edits that are right where this share of functions has a bug; value null where nothing is shown. */
  precisionAt: z.array(
    z.strictObject({
      baseRate: z.number(),
      value: z.number().nullable(),
      low: z.number(),
      high: z.number(),
      clusters: z.int().nonnegative(),
    }),
  ),
  /** Edits shown in 1,000 lines of the clean functions; null without clean functions. */
  findingsPer1000Lines: z
    .strictObject({
      value: z.number(),
      low: z.number(),
      high: z.number(),
      clusters: z.int().nonnegative(),
      findings: z.int().nonnegative(),
      lines: z.int().positive(),
    })
    .nullable(),
});
/** A value of {@link atThresholdSchema}. */
export type AtThreshold = z.infer<typeof atThresholdSchema>;
