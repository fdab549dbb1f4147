/**
 * Precision of matrix products. `bf16`: factors are rounded to 8 bits of precision, sums stay float32. Processors with
 * AMX or AVX512-BF16 multiply such factors directly; on others they are rounded first, at float32's speed.
 */
export const PRECISIONS = ['float32', 'bf16'] as const;
/** One of {@link PRECISIONS}. */
export type Precision = (typeof PRECISIONS)[number];

/** What a user may ask for; `auto`: bf16 on processors with units for it, else float32. */
export const PRECISION_CHOICES = ['auto', ...PRECISIONS] as const;
/** One of {@link PRECISION_CHOICES}. */
export type PrecisionChoice = (typeof PRECISION_CHOICES)[number];
