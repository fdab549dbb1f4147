/** A share with its uncertainty. */
export interface Proportion {
  /** Successes. */
  count: number;
  /** Trials. */
  total: number;
  /** count / total; NaN when total is 0. */
  rate: number;
  /** Ends of the Wilson interval; [0, 1] when total is 0. */
  low: number;
  high: number;
}

/** Two-sided standard normal quantile for 95 %. */
export const Z_95 = 1.959963984540054;

/**
 * Wilson score interval of a binomial proportion (Wilson 1927):
 * `(p + z²/2n ± z sqrt(p(1-p)/n + z²/4n²)) / (1 + z²/n)`. Unlike the normal approximation it stays inside [0, 1]
 * and is honest for few trials and for 0 or all successes.
 * @param z normal quantile of the level. Default {@link Z_95}
 * @throws RangeError unless 0 <= count <= total, both integers
 */
export function wilsonInterval(count: number, total: number, z = Z_95): Proportion {
  if (!Number.isInteger(count) || !Number.isInteger(total) || count < 0 || count > total)
    throw new RangeError(`wilsonInterval: expected integers 0 <= count <= total, got ${count} of ${total}`);
  if (total === 0) return { count, total, rate: NaN, low: 0, high: 1 };
  const p = count / total;
  const z2 = (z * z) / total;
  const centre = p + z2 / 2;
  const half = z * Math.sqrt((p * (1 - p)) / total + z2 / (4 * total));
  const clamp = (value: number): number => Math.min(1, Math.max(0, value));
  return {
    count,
    total,
    rate: p,
    // At 0 and at all successes the bound is exact; rounding would leave 1e-17.
    low: count === 0 ? 0 : clamp((centre - half) / (1 + z2)),
    high: count === total ? 1 : clamp((centre + half) / (1 + z2)),
  };
}
