import { findingsPerThousandLines, precisionAtBaseRate, type ShownRow } from '../metrics/base-rate';
import { confidenceOf, type Calibration, type CalibrationRow } from '../repair/calibration';
import { clusterOf, shareOf, type Measured } from './measure';
import type { AtThreshold } from './report-parts';

/** Shares of buggy functions that precision is stated at: in a code base, and in code that somebody works on. */
export const BASE_RATES = [0.01, 0.05] as const;

/** Calibrated confidence of the most probable edit; 0 without one. */
export function confidenceOfRow({ prediction, outcome }: Measured, calibration: Calibration): number {
  const { proposal } = outcome;
  if (!proposal) return 0;
  return confidenceOf({ probability: proposal.probability, noBug: prediction.noBug }, calibration);
}

/** A judged validation function as the calibration reads it. */
export function calibrationRow({ item, prediction, outcome }: Measured): CalibrationRow {
  return {
    probability: outcome.proposal?.probability ?? 0,
    noBug: prediction.noBug,
    right: outcome.exact,
    clean: outcome.clean,
    lines: linesOf(item.sample.before),
  };
}

/** What a user sees of these rows. */
export function describeThreshold(rows: readonly Measured[], calibration: Calibration): AtThreshold {
  const { threshold } = calibration;
  const shown = new Set(rows.filter((row) => confidenceOfRow(row, calibration) > threshold));
  const clean = rows.filter(({ outcome }) => outcome.clean);
  const buggy = rows.filter(({ outcome }) => !outcome.clean);
  const judged = rows.map((row): ShownRow => ({
    cluster: clusterOf(row),
    clean: row.outcome.clean,
    shown: shown.has(row),
    right: row.outcome.exact,
  }));
  const lines = findingsPerThousandLines(
    clean.map((row) => ({
      cluster: clusterOf(row),
      lines: linesOf(row.item.sample.before),
      shown: shown.has(row),
    })),
  );
  return {
    threshold,
    found: shareOf(buggy, (row) => shown.has(row) && row.outcome.exact),
    precisionOfSet: shareOf([...shown], ({ outcome }) => outcome.exact),
    cleanKept: shareOf(clean, (row) => !shown.has(row)),
    precisionAt: BASE_RATES.map((baseRate) => {
      const { value, ...ends } = precisionAtBaseRate(judged, baseRate);
      return { baseRate, value: Number.isNaN(value) ? null : value, ...ends };
    }),
    findingsPer1000Lines: lines.lines === 0 ? null : lines,
  };
}

/** Lines of a function's source, its closing line break not counted as one more. */
function linesOf(source: string): number {
  return source.trimEnd().split('\n').length;
}
