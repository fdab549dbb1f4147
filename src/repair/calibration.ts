import { z } from 'zod';

/** Version of `calibration.json`. */
export const CALIBRATION_VERSION = 2;

/**
 * `calibration.json` of a release: how a model's raw probability becomes a confidence, and above which one a fix is
 * shown. Measured on the validation split, never on the test split.
 */
export const calibrationSchema = z.strictObject({
  version: z.literal(CALIBRATION_VERSION),
  /** Confidence = sigmoid(logit(shifted probability) / temperature + bias), see `confidenceOf`. 1 and 0 leave probabilities as they are. */
  temperature: z.number().positive(),
  bias: z.number(),
  /** Share of functions with a bug that confidences are stated for, and the share that the model was trained with. */
  baseRate: z.number().gt(0).lt(1),
  trainedBugShare: z.number().gt(0).lt(1),
  /** A fix is shown when its confidence is above this. */
  threshold: z.number().min(0).max(1),
  /** Supervision steps the figures were measured with; repair uses as many. */
  supervisionSteps: z.int().positive(),
  /** Share of clean functions that should stay untouched. */
  targetCleanKept: z.number().min(0).max(1),
  /** Findings allowed in 1,000 lines of clean code. */
  targetFindingsPer1000Lines: z.number().nonnegative(),
  /** What the threshold gave on the validation split. */
  measured: z.strictObject({
    /** Clean functions, and those left alone. */
    clean: z.int().nonnegative(),
    cleanKept: z.int().nonnegative(),
    /** Lines of the clean functions, and findings in them. */
    cleanLines: z.int().nonnegative(),
    cleanFindings: z.int().nonnegative(),
    /** Buggy functions, those with a fix above the threshold, and those where it is exactly right. */
    buggy: z.int().nonnegative(),
    flagged: z.int().nonnegative(),
    right: z.int().nonnegative(),
    /** Mean negative log-likelihood (nats) of "this edit is exactly right" at the base rate, of the shifted probability and of the confidence. */
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
  /** Raw probability of "no bug". */
  noBug: number;
  /** True when that edit is exactly right; always false for clean functions. */
  right: boolean;
  /** True when the function has no bug. */
  clean: boolean;
  /** Lines of the function's source. */
  lines: number;
}

/** Settings of {@link fitCalibration}. */
export interface CalibrationOptions {
  /** Share of clean functions that must stay untouched. Default 0.95. */
  targetCleanKept?: number;
  /** Findings allowed in 1,000 lines of clean code. Default 2. */
  targetFindingsPer1000Lines?: number;
  /** The threshold is never below this: hints that are nearly always wrong help nobody. Default 0.1. */
  leastThreshold?: number;
  /** Share of functions with a bug that confidences are stated for. Default 0.05. */
  baseRate?: number;
  /** Share of buggy rows in training, which shifts every stated probability. Default {@link TRAINED_BUG_SHARE}. */
  trainedBugShare?: number;
  /** Recorded in the result. Default 1. */
  supervisionSteps?: number;
}

/** Batches are half clean (`train.cleanShare`): so the model learns that half of all functions have a bug. */
export const TRAINED_BUG_SHARE = 0.5;

/** For a model without calibration: raw probabilities, shown from one half on. */
export const UNCALIBRATED: Calibration = {
  version: CALIBRATION_VERSION,
  temperature: 1,
  bias: 0,
  baseRate: TRAINED_BUG_SHARE,
  trainedBugShare: TRAINED_BUG_SHARE,
  threshold: 0.5,
  supervisionSteps: 1,
  targetCleanKept: 0,
  targetFindingsPer1000Lines: 0,
  measured: {
    clean: 0,
    cleanKept: 0,
    cleanLines: 0,
    cleanFindings: 0,
    buggy: 0,
    flagged: 0,
    right: 0,
    lossBefore: null,
    lossAfter: null,
  },
};

/** Keeps logits finite. */
const EPSILON = 1e-6;

/** What the model says of a function. */
type Stated = Pick<CalibrationRow, 'probability' | 'noBug'>;

/**
 * Probability of an edit where a share `baseRate` of functions has a bug, for a model trained where `trainedBugShare` had one: by Bayes' rule the
 * odds of any edit against "no bug" change by the factor r = [base / (1 - base)] / [trained / (1 - trained)], so p' = r p / (noBug + r (1 - noBug))
 * (Saerens, Latinne & Decaestecker, "Adjusting the outputs of a classifier to new a priori probabilities", 2002). Where the parser has stopped, the
 * model gives "no bug" no chance, and nothing shifts.
 */
function shiftedProbability(
  { probability, noBug }: Stated,
  { baseRate, trainedBugShare }: Pick<Calibration, 'baseRate' | 'trainedBugShare'>,
): number {
  const ratio = baseRate / (1 - baseRate) / (trainedBugShare / (1 - trainedBugShare));
  return (ratio * probability) / (noBug + ratio * (1 - noBug));
}

function logit(probability: number): number {
  const p = Math.min(1 - EPSILON, Math.max(EPSILON, probability));
  return Math.log(p / (1 - p));
}

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

/**
 * Confidence for what the model states: the probability at the base rate ({@link shiftedProbability}), corrected by a line in log-odds
 * (Platt, "Probabilistic outputs for support vector machines", 1999; with bias 0 it is the temperature scaling of Guo et al. 2017).
 */
export function confidenceOf(
  stated: Stated,
  calibration: Pick<Calibration, 'temperature' | 'bias' | 'baseRate' | 'trainedBugShare'>,
): number {
  return sigmoid(logit(shiftedProbability(stated, calibration)) / calibration.temperature + calibration.bias);
}

/**
 * Fits temperature and bias (least negative log-likelihood of "exactly right", rows weighted to the base rate) and then the smallest
 * threshold that leaves at least `targetCleanKept` of the clean rows alone and shows at most `targetFindingsPer1000Lines`. Without clean rows the
 * threshold is one half, without any row temperature and bias are 1 and 0. Which edits are likelier than others depends on neither.
 */
export function fitCalibration(
  rows: readonly CalibrationRow[],
  options: CalibrationOptions = {},
): Calibration {
  const { targetCleanKept = 0.95, targetFindingsPer1000Lines = 2, leastThreshold = 0.1 } = options;
  const { baseRate = 0.05, trainedBugShare = TRAINED_BUG_SHARE, supervisionSteps = 1 } = options;
  const prior = { baseRate, trainedBugShare };
  const weighted = weightRows(rows, prior);
  const line = rows.length > 0 ? fitLine(weighted) : { temperature: 1, bias: 0 };
  const confident = rows.map((row) => ({ ...row, confidence: confidenceOf(row, { ...line, ...prior }) }));
  const clean = confident.filter((row) => row.clean);
  const targets = { targetCleanKept, targetFindingsPer1000Lines };
  const threshold = Math.max(leastThreshold, cleanThreshold(clean, targets));
  const buggy = confident.filter((row) => !row.clean);
  const flagged = buggy.filter(({ confidence }) => confidence > threshold);
  const kept = clean.filter(({ confidence }) => confidence <= threshold);
  return {
    version: CALIBRATION_VERSION,
    ...line,
    ...prior,
    threshold,
    supervisionSteps,
    ...targets,
    measured: {
      clean: clean.length,
      cleanKept: kept.length,
      cleanLines: linesOf(clean),
      cleanFindings: clean.length - kept.length,
      buggy: buggy.length,
      flagged: flagged.length,
      right: flagged.filter(({ right }) => right).length,
      lossBefore: rows.length > 0 ? meanLoss(weighted, { temperature: 1, bias: 0 }) : null,
      lossAfter: rows.length > 0 ? meanLoss(weighted, line) : null,
    },
  };
}

const linesOf = (rows: readonly Pick<CalibrationRow, 'lines'>[]): number =>
  rows.reduce((sum, { lines }) => sum + lines, 0);

/** The smallest confidence that no more of the clean rows exceed than both targets allow. */
function cleanThreshold(
  clean: readonly { confidence: number; lines: number }[],
  targets: Pick<Calibration, 'targetCleanKept' | 'targetFindingsPer1000Lines'>,
): number {
  if (clean.length === 0) return UNCALIBRATED.threshold;
  const falling = clean.map(({ confidence }) => confidence).sort((a, b) => b - a);
  // The small number undoes 1 - 0.9 = 0.09999999999999998.
  const allowed = Math.min(
    Math.floor((1 - targets.targetCleanKept) * clean.length + 1e-9),
    Math.floor((targets.targetFindingsPer1000Lines * linesOf(clean)) / 1000 + 1e-9),
  );
  return allowed >= falling.length ? 0 : falling[allowed];
}

/** A row as the fit sees it: shifted log-odds, outcome, and how much it counts at the base rate. */
interface WeightedRow {
  logit: number;
  right: boolean;
  weight: number;
}

/** Rows of one kind alone count alike. */
function weightRows(
  rows: readonly CalibrationRow[],
  prior: Pick<Calibration, 'baseRate' | 'trainedBugShare'>,
): WeightedRow[] {
  const clean = rows.filter((row) => row.clean).length;
  const mixed = clean > 0 && clean < rows.length;
  return rows.map((row) => ({
    logit: logit(shiftedProbability(row, prior)),
    right: row.right,
    weight: !mixed
      ? 1 / rows.length
      : row.clean
        ? (1 - prior.baseRate) / clean
        : prior.baseRate / (rows.length - clean),
  }));
}

type Line = Pick<Calibration, 'temperature' | 'bias'>;

function meanLoss(rows: readonly WeightedRow[], { temperature, bias }: Line): number {
  return rows.reduce((total, row) => {
    const p = sigmoid(row.logit / temperature + bias);
    return total - row.weight * Math.log(Math.max(EPSILON, row.right ? p : 1 - p));
  }, 0);
}

/** Bounds of 1 / temperature: the order of edits must stay, and hardly any log-odds are worth this much more or less. */
const SLOPES = [Math.exp(-3), Math.exp(3)] as const;
const NEWTON_STEPS = 30;

/** Least mean loss, which is convex in slope = 1 / temperature and bias: Newton's method. At a bound of the slope, the best bias for it. */
function fitLine(rows: readonly WeightedRow[]): Line {
  let [slope, bias] = [1, 0];
  for (let step = 0; step < NEWTON_STEPS; step++) {
    const [bySlope, byBias] = newtonStep(rows, slope, bias);
    slope -= bySlope;
    bias -= byBias;
    if (Math.abs(bySlope) + Math.abs(byBias) < 1e-9) break;
    // Far outside: separable rows, whose loss has no minimum.
    if (!(Math.abs(slope) < 100 && Math.abs(bias) < 100)) break;
  }
  if (slope >= SLOPES[0] && slope <= SLOPES[1] && Math.abs(bias) <= MOST_BIAS)
    return { temperature: 1 / slope, bias };
  const bound = Number.isFinite(slope) ? Math.min(SLOPES[1], Math.max(SLOPES[0], slope)) : 1;
  const temperature = 1 / bound;
  return {
    temperature,
    bias: minimize((b) => meanLoss(rows, { temperature, bias: b }), -MOST_BIAS, MOST_BIAS),
  };
}

/** Largest bias: the odds of a base rate of 0.25 %. */
const MOST_BIAS = 6;
/** Added to the curvature: keeps a step finite where all rows are sure. */
const RIDGE = 1e-9;

/** Gradient times inverse Hessian of the mean loss, in slope and bias. */
function newtonStep(
  rows: readonly WeightedRow[],
  slope: number,
  bias: number,
): [bySlope: number, byBias: number] {
  let [g1, g0, h11, h10, h00] = [0, 0, RIDGE, 0, RIDGE];
  for (const { logit: x, right, weight } of rows) {
    const p = sigmoid(slope * x + bias);
    const error = weight * (p - Number(right));
    const curvature = weight * p * (1 - p);
    g1 += error * x;
    g0 += error;
    h11 += curvature * x * x;
    h10 += curvature * x;
    h00 += curvature;
  }
  const determinant = h11 * h00 - h10 * h10;
  return [(h00 * g1 - h10 * g0) / determinant, (h11 * g0 - h10 * g1) / determinant];
}

/** Golden-section search for the minimum of a unimodal function on [low, high], to a 10^-6 of its length. */
function minimize(f: (x: number) => number, low: number, high: number): number {
  const ratio = (Math.sqrt(5) - 1) / 2;
  let [a, b] = [low, high];
  let [c, d] = [b - ratio * (b - a), a + ratio * (b - a)];
  let [atC, atD] = [f(c), f(d)];
  for (let step = 0; step < 29; step++) {
    if (atC <= atD) {
      [b, d, atD] = [d, c, atC];
      c = b - ratio * (b - a);
      atC = f(c);
    } else {
      [a, c, atC] = [c, d, atD];
      d = a + ratio * (b - a);
      atD = f(d);
    }
  }
  return (a + b) / 2;
}
