/** A prediction with its stated probability. */
export interface Stated {
  /** Probability in [0, 1] that it is right. */
  confidence: number;
  correct: boolean;
  /** How much it counts, for rows that are rarer elsewhere than in the set. Default 1. */
  weight?: number;
}

/** One bar of a reliability diagram. */
export interface ReliabilityBin {
  /** Bounds of the confidences, [low, high); the last bin includes 1. */
  low: number;
  high: number;
  count: number;
  /** Sum of the weights. */
  weight: number;
  /** Mean confidence and share of right ones; both NaN in an empty bin. */
  confidence: number;
  accuracy: number;
}

/**
 * Sorts predictions into bins of equal width.
 * @param bins default 10
 * @throws RangeError on a confidence outside [0, 1]
 */
export function reliabilityBins(predictions: Iterable<Stated>, bins = 10): ReliabilityBin[] {
  const sums = Array.from({ length: bins }, () => ({ count: 0, weight: 0, confidence: 0, correct: 0 }));
  for (const { confidence, correct, weight = 1 } of predictions) {
    if (!(confidence >= 0 && confidence <= 1))
      throw new RangeError(`reliabilityBins: expected a confidence in [0, 1], got ${confidence}`);
    const bin = sums[Math.min(bins - 1, Math.floor(confidence * bins))];
    bin.count++;
    bin.weight += weight;
    bin.confidence += weight * confidence;
    bin.correct += correct ? weight : 0;
  }
  return sums.map(({ count, weight, confidence, correct }, i) => ({
    low: i / bins,
    high: (i + 1) / bins,
    count,
    weight,
    confidence: confidence / weight,
    accuracy: correct / weight,
  }));
}

/**
 * Expected calibration error (Naeini et al. 2015): mean over bins of |accuracy - confidence|, weighted by the bins' weights.
 * @returns 0..1; NaN without predictions
 */
export function expectedCalibrationError(predictions: Iterable<Stated>, bins = 10): number {
  const bars = reliabilityBins(predictions, bins).filter(({ count }) => count > 0);
  const total = bars.reduce((sum, { weight }) => sum + weight, 0);
  if (total === 0) return NaN;
  return bars.reduce((sum, bar) => sum + (bar.weight / total) * Math.abs(bar.accuracy - bar.confidence), 0);
}

/**
 * Brier score: mean squared difference of confidence and outcome.
 * @returns 0..1, lower is better; NaN without predictions
 */
export function brierScore(predictions: Iterable<Stated>): number {
  let sum = 0;
  let total = 0;
  for (const { confidence, correct, weight = 1 } of predictions) {
    sum += weight * (confidence - (correct ? 1 : 0)) ** 2;
    total += weight;
  }
  return sum / total;
}
