import { PRECISIONS } from '../trm/kernels';

/** `auto`: bf16 on processors with units for it, else float32; a run goes on in the precision that it began with. */
export const PRECISION_CHOICES = ['auto', ...PRECISIONS] as const;
/** One of {@link PRECISION_CHOICES}. */
export type PrecisionChoice = (typeof PRECISION_CHOICES)[number];
