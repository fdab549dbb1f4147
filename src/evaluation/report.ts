import { z } from 'zod';
import { FAMILIES } from '../records/sample';
import { calibrationSchema } from '../repair/calibration';
import { atThresholdSchema, baselineSchema, rateSchema } from './report-parts';

/** Version of `report.json`. */
export const REPORT_VERSION = 2;

/** Shares over buggy functions; the model answers with its most probable class, "no bug" among them. */
export const accuracySchema = z.strictObject({
  /** Exactly right: the edited function's tokens are those of the fixed one. */
  joint: rateSchema,
  /** The edit starts at the right token. */
  location: rateSchema,
  /** Right start and right length of the replaced span. */
  span: rateSchema,
  /** The right tokens are written, at whatever place. */
  contentAnywhere: rateSchema,
  /** Exactly right when the model is told the location. */
  contentGivenPlace: rateSchema,
  /** The bug type is named right. */
  bugType: rateSchema,
});
/** A value of {@link accuracySchema}. */
export type Accuracy = z.infer<typeof accuracySchema>;

/** `report.json` of the evaluate stage: everything the tables and the model card show. */
export const reportSchema = z.strictObject({
  version: z.literal(REPORT_VERSION),
  /** Functions of the test split; none of their groups was seen in training. */
  test: z.strictObject({
    buggy: z.int().nonnegative(),
    clean: z.int().nonnegative(),
    groups: z.int().nonnegative(),
  }),
  /** Steps that all tables but `steps` use. */
  mainSteps: z.int().positive(),
  overall: accuracySchema,
  /** Clean functions that the model leaves alone when it answers with its most probable class. */
  cleanKept: rateSchema,
  /** The same at each number of supervision steps. */
  steps: z.array(
    z.strictObject({
      supervisionSteps: z.int().positive(),
      accuracy: accuracySchema,
      cleanKept: rateSchema,
      /** Mean milliseconds a function in batches. */
      millisecondsPerFunction: z.number().nonnegative(),
    }),
  ),
  byFamily: z.array(z.strictObject({ family: z.enum(FAMILIES), accuracy: accuracySchema })),
  byBugType: z.array(
    z.strictObject({ bugType: z.string(), family: z.enum(FAMILIES), accuracy: accuracySchema }),
  ),
  /** By where the samples come from: synthetic mutants, mined fixes. */
  bySource: z.array(z.strictObject({ source: z.string(), accuracy: accuracySchema })),
  atThreshold: atThresholdSchema,
  /** How well confidences fit the outcomes on the test split, clean functions included, at the calibration's base rate. */
  reliability: z.strictObject({
    expectedCalibrationError: z.number().nullable(),
    brierScore: z.number().nullable(),
    /** Ten bins of equal width; means are null in an empty bin. */
    bins: z.array(
      z.strictObject({
        low: z.number(),
        high: z.number(),
        count: z.int().nonnegative(),
        /** Functions, weighted to the calibration's base rate. */
        weight: z.number().nonnegative(),
        confidence: z.number().nullable(),
        accuracy: z.number().nullable(),
      }),
    ),
  }),
  /** Counting instead of learning, on the same functions; thresholds from the validation split. */
  baselines: z.array(baselineSchema),
  /** One function at a time, encoding included. */
  latency: z.strictObject({
    n: z.int().nonnegative(),
    p50Milliseconds: z.number().nullable(),
    p99Milliseconds: z.number().nullable(),
  }),
  calibration: calibrationSchema,
  model: z.strictObject({
    /** Trained weights. */
    parameters: z.int().positive(),
    /** tfjs backend the figures were measured on. */
    backend: z.string(),
  }),
});
/** A value of {@link reportSchema}. */
export type Report = z.infer<typeof reportSchema>;
