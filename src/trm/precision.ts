/**
 * Precision of matrix products. `bf16`: factors are rounded to 8 bits of precision, sums stay float32. Processors with
 * AMX or AVX512-BF16 multiply such factors directly; on others they are rounded first, at float32's speed.
 */
export const PRECISIONS = ['float32', 'bf16'] as const;
/** One of {@link PRECISIONS}. */
export type Precision = (typeof PRECISIONS)[number];

/** What training may be asked for; `auto`: bf16 on processors with units for it, else float32. */
export const PRECISION_CHOICES = ['auto', ...PRECISIONS] as const;
/** One of {@link PRECISION_CHOICES}. */
export type PrecisionChoice = (typeof PRECISION_CHOICES)[number];

/**
 * Precision of a model that only answers. `int16`: factors are whole numbers, scaled by their largest value, a column of 256
 * weights (11 bits and a sign) and a row of 256 activations (12 bits and a sign); processors add two such products at once.
 * For weights that are packed once. Gradients, which may be small beside their largest, would be lost.
 */
export const INFERENCE_PRECISIONS = [...PRECISIONS, 'int16'] as const;
/** One of {@link INFERENCE_PRECISIONS}. */
export type InferencePrecision = (typeof INFERENCE_PRECISIONS)[number];

/** What a user may ask of a model that only answers; `auto` as in {@link PRECISION_CHOICES}. */
export const INFERENCE_CHOICES = ['auto', ...INFERENCE_PRECISIONS] as const;
/** One of {@link INFERENCE_CHOICES}. */
export type InferenceChoice = (typeof INFERENCE_CHOICES)[number];

/** The precision of products whose weights are not packed: float32 in an int16 model. */
export function unpackedPrecision(precision: InferencePrecision): Precision {
  return precision === 'int16' ? 'float32' : precision;
}
