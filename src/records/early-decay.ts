import { z } from 'zod';

/** `journal/early-decay-request.json`: somebody wants a training to end soon. The trainer settles it between two steps. */
export const decayRequestSchema = z.strictObject({
  /** Optimizer steps of the decay; null: a share of those that are done by then. */
  steps: z.int().positive().nullable(),
});
/** A value of {@link decayRequestSchema}. */
export type DecayRequest = z.infer<typeof decayRequestSchema>;

/**
 * `journal/early-decay.json`: the decay that ends a training before its budget does. It stands in steps, and is written
 * once: from whatever checkpoint the training goes on, the same steps have the same rates.
 */
export const earlyDecaySchema = z.strictObject({
  /** Optimizer steps done when it begins. */
  from: z.int().positive(),
  /** Optimizer steps until the end. */
  steps: z.int().positive(),
  /** Learning rate that it begins at. */
  rate: z.number().nonnegative(),
});
/** A value of {@link earlyDecaySchema}. */
export type EarlyDecay = z.infer<typeof earlyDecaySchema>;
