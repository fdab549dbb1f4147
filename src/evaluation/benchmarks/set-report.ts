import { z } from 'zod';
import { atThresholdSchema, baselineSchema, rateSchema } from '../report-parts';

/** Version of a set's `report.json`. */
export const SET_REPORT_VERSION = 3;

/** One row of a table: shares of the buggy functions of its key. */
export const setRowSchema = z.strictObject({
  /** Kind, family, bug type or label. */
  key: z.string(),
  /** Right place and right content, the model's plain answer: no threshold. */
  joint: rateSchema,
  /** The edit starts at the right token. */
  location: rateSchema,
  /** Exactly right when told the true place. */
  contentGivenPlace: rateSchema,
});
/** A value of {@link setRowSchema}. */
export type SetRow = z.infer<typeof setRowSchema>;

/** What one model does after some supervision steps. */
export const setStepSchema = z.strictObject({
  supervisionSteps: z.int().positive(),
  overall: setRowSchema,
  /** Clean functions that the plain answer leaves alone. */
  cleanKept: rateSchema,
  byKind: z.array(setRowSchema),
  /** Mean milliseconds a function in batches, the place not told. */
  millisecondsPerFunction: z.number().nonnegative(),
});
/** A value of {@link setStepSchema}. */
export type SetStep = z.infer<typeof setStepSchema>;

/** The model with a threshold instead of its plain answer. */
export const operatingPointSchema = z.strictObject({
  /** Share of clean validation functions that the threshold leaves alone. */
  cleanTarget: z.number().min(0).max(1),
  /** It answers with an edit where the log-odds of the best one against "no bug" exceed this; nats. */
  threshold: z.number(),
  joint: rateSchema,
  /** Of the set's clean functions. */
  cleanKept: rateSchema,
});
/** A value of {@link operatingPointSchema}. */
export type OperatingPoint = z.infer<typeof operatingPointSchema>;

/** One model on one set. */
export const setModelSchema = z.strictObject({
  name: z.string(),
  /** Trained weights. */
  parameters: z.int().positive(),
  /** Bugs of the set whose fix the model has no token for; they count as missed. */
  unrenderable: z.int().nonnegative(),
  /** Samples that do not fit the model's window, by reason; they count nowhere. */
  dropped: z.record(z.string(), z.int().nonnegative()),
  /** Steps that all tables but `steps` use. */
  mainSteps: z.int().positive(),
  steps: z.array(setStepSchema).min(1),
  /** False: raw probabilities, shown above one half, for want of a calibration and of validation functions. */
  calibrated: z.boolean(),
  /** What a user sees, at the main steps. */
  atThreshold: atThresholdSchema,
  /** At the main steps, the most generous first; none when there is no validation split at hand. */
  operatingPoints: z.array(operatingPointSchema),
  byFamily: z.array(setRowSchema),
  byBugType: z.array(setRowSchema),
  /** By the set's own labels, for sets that have some. */
  byLabel: z.array(setRowSchema),
});
/** A value of {@link setModelSchema}. */
export type SetModel = z.infer<typeof setModelSchema>;

/** `report.json` of a model (and perhaps a second one) on a set. */
export const setReportSchema = z.strictObject({
  version: z.literal(SET_REPORT_VERSION),
  set: z.strictObject({
    name: z.string(),
    /** SHA-256 over the rows, see `hashRows`; of the rows taken, where there is a limit. */
    rowsHash: z.string(),
    /** Samples in the set, and those taken. */
    samples: z.int().nonnegative(),
    buggy: z.int().nonnegative(),
    clean: z.int().nonnegative(),
    /** Repositories, packages or modules of the samples taken, and the most rows of one; null: no limit. */
    groups: z.int().nonnegative(),
    maxRowsPerGroup: z.int().positive().nullable(),
    /** Left out because the function stands in the model's training data; null when that is not at hand. */
    seenInTraining: z.int().nonnegative().nullable(),
  }),
  /** The model first, then the one it is compared with. */
  models: z.array(setModelSchema).min(1),
  /** First model less the second, on the same bugs; null without a second. Ends of the paired 95 % interval. */
  difference: z
    .strictObject({
      joint: z.number(),
      low: z.number(),
      high: z.number(),
      onlyFirst: z.int(),
      onlySecond: z.int(),
      total: z.int(),
      clusters: z.int(),
    })
    .nullable(),
  /** Counting instead of learning; none when there is no training data at hand. */
  baselines: z.array(baselineSchema),
});
/** A value of {@link setReportSchema}. */
export type SetReport = z.infer<typeof setReportSchema>;
