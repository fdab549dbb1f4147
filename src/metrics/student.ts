/**
 * Two-sided quantile of Student's t for 95 %: |t| exceeds it with a chance of 5 % (Hill, "Algorithm 396: Student's t-quantiles",
 * Communications of the ACM 13, 1970): exact at one and two degrees, within 0.01 % above, up to 5 % too large between them.
 * @param degrees degrees of freedom, 1 or more, not necessarily whole; Infinity gives the normal quantile
 * @throws RangeError below 1
 */
export function studentQuantile95(degrees: number): number {
  if (!(degrees >= 1))
    throw new RangeError(`studentQuantile95: expected degrees of 1 or more, got ${degrees}`);
  if (degrees === Infinity) return NORMAL_95;
  if (degrees === 1) return Math.tan((Math.PI / 2) * 0.95);
  if (degrees === 2) return Math.sqrt(2 / (TAIL * (2 - TAIL)) - 2);
  const a = 1 / (degrees - 0.5);
  const b = (48 / a) * (1 / a);
  let c = (((20700 * a) / b - 98) * a - 16) * a + 96.36;
  const d = ((94.5 / (b + c) - 3) / b + 1) * Math.sqrt((a * Math.PI) / 2) * degrees;
  let y = (d * TAIL) ** (2 / degrees);
  if (y > 0.05 + a) {
    const x = -NORMAL_95;
    y = x * x;
    if (degrees < 5) c += 0.3 * (degrees - 4.5) * (x + 0.6);
    c = (((0.05 * d * x - 5) * x - 7) * x - 2) * x + b + c;
    y = (((((0.4 * y + 6.3) * y + 36) * y + 94.5) / c - y - 3) / b + 1) * x;
    y = Math.expm1(a * y * y);
  } else {
    const e = ((degrees + 6) / (degrees * y) - 0.089 * d - 0.822) * (degrees + 2) * 3;
    y = ((1 / e + 0.5 / (degrees + 4)) * y - 1) * ((degrees + 1) / (degrees + 2)) + 1 / y;
  }
  return Math.sqrt(degrees * y);
}

/** Chance of both tails together. */
const TAIL = 0.05;
/** Two-sided standard normal quantile for 95 %. */
const NORMAL_95 = 1.959963984540054;
