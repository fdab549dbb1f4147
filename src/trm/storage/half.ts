/** Numbers of 16 bits (IEEE 754 binary16: 5 bits of exponent, 10 of mantissa), as files store them. */

const word = new DataView(new ArrayBuffer(4));

/** The bits of the nearest half: ties go to the even one, what is too large becomes infinity. */
export function toHalf(value: number): number {
  word.setFloat32(0, value);
  const bits = word.getUint32(0);
  const sign = (bits >>> 16) & 0x8000;
  const exponent = ((bits >>> 23) & 0xff) - 112;
  const mantissa = bits & 0x7fffff;
  if (exponent === 143) return sign | (mantissa ? 0x7e00 : 0x7c00);
  if (exponent >= 31) return sign | 0x7c00;
  // Below the smallest normal half the leading one is written out, and moves down with the exponent.
  const shift = exponent > 0 ? 13 : 14 - exponent;
  if (shift > 24) return sign;
  const whole = exponent > 0 ? (exponent << 23) | mantissa : 0x800000 | mantissa;
  const kept = whole >>> shift;
  const rest = whole & ((1 << shift) - 1);
  const tie = 1 << (shift - 1);
  // Rounding up may carry into the exponent, which is what it shall do.
  return sign | (kept + (rest > tie || (rest === tie && kept & 1) ? 1 : 0));
}

let values: Float32Array | null = null;

/** The values of many halves: by a table of all 65,536, since a model has millions. */
export function fromHalves(bits: ArrayLike<number>): Float32Array {
  values ??= Float32Array.from({ length: 1 << 16 }, (_, every) => fromHalf(every));
  const out = new Float32Array(bits.length);
  for (let i = 0; i < out.length; i++) out[i] = values[bits[i]];
  return out;
}

/** The value of a half. */
export function fromHalf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >>> 10) & 0x1f;
  const mantissa = bits & 0x3ff;
  if (exponent === 0) return sign * mantissa * 2 ** -24;
  if (exponent === 31) return mantissa ? NaN : sign * Infinity;
  return sign * (1 + mantissa / 1024) * 2 ** (exponent - 15);
}
