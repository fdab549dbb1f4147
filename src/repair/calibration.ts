import { z } from 'zod';

/** Version of `calibration.json`. */
export const CALIBRATION_VERSION = 1;

/**
 * `calibration.json` of a release: how a model's raw probability becomes a confidence, and above which one a fix is
 * shown. Measured on the validation split, never on the test split.
 */
export const calibrationSchema = z.strictObject({
  version: z.literal(CALIBRATION_VERSION),
  /** Confidence = sigmoid(logit(probability) / temperature). 1 leaves probabilities as they are. */
  temperature: z.number().positive(),
  /** A fix is shown when its confidence is above this. */
  threshold: z.number().min(0).max(1),
  /** Supervision steps the figures were measured with; repair uses as many. */
  supervisionSteps: z.int().positive(),
  /** Share of clean functions that should stay untouched. */
  targetCleanKept: z.number().min(0).max(1),
  /** What the threshold gave on the validation split. */
  measured: z.strictObject({
    /** Clean functions, and those left alone. */
    clean: z.int().nonnegative(),
    cleanKept: z.int().nonnegative(),
    /** Buggy functions, those with a fix above the threshold, and those where it is exactly right. */
    buggy: z.int().nonnegative(),
    flagged: z.int().nonnegative(),
    right: z.int().nonnegative(),
    /** Mean negative log-likelihood (nats) of "this edit is exactly right", before and after the temperature. */
    lossBefore: z.number().nullable(),
    lossAfter: z.number().nullable(),
  }),
});
/** A value of {@link calibrationSchema}. */
export type Calibration = z.infer<typeof calibrationSchema>;

/** The best edit for one validation function. */
export interface CalibrationRow {
  /** Raw probability of the most probable edit. */
  probability: number;
  /** True when that edit is exactly right; always false for clean functions. */
  right: boolean;
  /** True when the function has no bug. */
  clean: boolean;
}

/** Settings of {@link fitCalibration}. */
export interface CalibrationOptions {
  /** Share of clean functions that must stay untouched. Default 0.9. */
  targetCleanKept?: number;
  /** The threshold is never below this: hints that are nearly always wrong help nobody. Default 0.1. */
  leastThreshold?: number;
  /** Recorded in the result. Default 1. */
  supervisionSteps?: number;
}

/** For a model without calibration: raw probabilities, shown from one half on. */
export const UNCALIBRATED: Calibration = {
  version: CALIBRATION_VERSION,
  temperature: 1,
  threshold: 0.5,
  supervisionSteps: 1,
  targetCleanKept: 0,
  measured: { clean: 0, cleanKept: 0, buggy: 0, flagged: 0, right: 0, lossBefore: null, lossAfter: null },
};

/** Keeps logits finite. */
const EPSILON = 1e-6;

/** Confidence for a raw probability: temperature scaling of Guo et al., "On Calibration of Modern Neural Networks" (2017). */
export function confidenceOf(probability: number, { temperature }: Pick<Calibration, 'temperature'>): number {
  const p = Math.min(1 - EPSILON, Math.max(EPSILON, probability));
  return 1 / (1 + Math.exp(-Math.log(p / (1 - p)) / temperature));
}

/**
 * Fits the temperature (least negative log-likelihood of "exactly right" over all rows) and then the smallest
 * threshold that leaves at least `targetCleanKept` of the clean rows alone. Without clean rows the threshold is one
 * half, without any row the temperature is 1.
 */
export function fitCalibration(
  rows: readonly CalibrationRow[],
  options: CalibrationOptions = {},
): Calibration {
  const { targetCleanKept = 0.9, leastThreshold = 0.1, supervisionSteps = 1 } = options;
  const loss = (temperature: number): number => meanLoss(rows, temperature);
  const temperature = rows.length > 0 ? Math.exp(minimize((t) => loss(Math.exp(t)), -3, 3)) : 1;
  const confident = rows.map((row) => ({
    ...row,
    confidence: confidenceOf(row.probability, { temperature }),
  }));
  const clean = confident.filter((row) => row.clean);
  const threshold = Math.max(leastThreshold, cleanThreshold(clean, targetCleanKept));
  const buggy = confident.filter((row) => !row.clean);
  const flagged = buggy.filter(({ confidence }) => confidence > threshold);
  return {
    version: CALIBRATION_VERSION,
    temperature,
    threshold,
    supervisionSteps,
    targetCleanKept,
    measured: {
      clean: clean.length,
      cleanKept: clean.filter(({ confidence }) => confidence <= threshold).length,
      buggy: buggy.length,
      flagged: flagged.length,
      right: flagged.filter(({ right }) => right).length,
      lossBefore: rows.length > 0 ? loss(1) : null,
      lossAfter: rows.length > 0 ? loss(temperature) : null,
    },
  };
}

/** The smallest confidence that at most a share 1 - target of the clean rows exceeds. */
function cleanThreshold(clean: readonly { confidence: number }[], target: number): number {
  if (clean.length === 0) return UNCALIBRATED.threshold;
  const falling = clean.map(({ confidence }) => confidence).sort((a, b) => b - a);
  // The small number undoes 1 - 0.9 = 0.09999999999999998.
  const allowed = Math.floor((1 - target) * clean.length + 1e-9);
  return allowed >= falling.length ? 0 : falling[allowed];
}

function meanLoss(rows: readonly CalibrationRow[], temperature: number): number {
  const sum = rows.reduce((total, { probability, right }) => {
    const p = confidenceOf(probability, { temperature });
    return total - Math.log(Math.max(EPSILON, right ? p : 1 - p));
  }, 0);
  return sum / rows.length;
}

/** Golden-section search for the minimum of a unimodal function on [low, high]. */
function minimize(f: (x: number) => number, low: number, high: number): number {
  const ratio = (Math.sqrt(5) - 1) / 2;
  let [a, b] = [low, high];
  for (let step = 0; step < 60; step++) {
    const [c, d] = [b - ratio * (b - a), a + ratio * (b - a)];
    if (f(c) <= f(d)) b = d;
    else a = c;
  }
  return (a + b) / 2;
}
