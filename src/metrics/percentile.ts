/**
 * Percentile with linear interpolation between the two nearest values (NumPy's default, "type 7").
 * @param values in any order, not changed
 * @param percent 0..100
 * @returns NaN for an empty list
 * @throws RangeError when `percent` is out of range
 */
export function percentile(values: readonly number[], percent: number): number {
  if (!(percent >= 0 && percent <= 100))
    throw new RangeError(`percentile: expected percent in 0..100, got ${percent}`);
  if (values.length === 0) return NaN;
  const sorted = Float64Array.from(values).sort();
  const at = ((sorted.length - 1) * percent) / 100;
  const below = Math.floor(at);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below] + (at - below) * (sorted[above] - sorted[below]);
}
