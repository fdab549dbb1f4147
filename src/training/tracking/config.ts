import { z } from 'zod';

const wandbConfigSchema = z.strictObject({
  /** True: mirror the run to a Weights & Biases server. Default false. */
  enabled: z.boolean().default(false),
  /** Project on the server. */
  project: z.string().min(1).default('trm-code-repair'),
  /** User or team that owns the project; null = the one that the key belongs to. */
  entity: z.string().min(1).nullable().default(null),
  /** The server; one of your own is an `http://host:port`. */
  baseUrl: z.url({ protocol: /^https?$/ }).default('https://api.wandb.ai'),
  /** Name shown for the run; null = the name of the stage's folder. */
  name: z.string().min(1).nullable().default(null),
  /** Labels of the run. */
  tags: z.array(z.string().min(1)).default([]),
  /** Seconds that one request may take before it is given up and tried again. */
  requestSeconds: z.number().positive().default(30),
  /** Seconds that the end of a run waits for the last lines to arrive; what is late goes by `trm runs sync`. */
  closeSeconds: z.number().nonnegative().default(15),
});
/** A value of the `wandb` part of {@link trackingConfigSchema}. */
export type WandbConfig = z.output<typeof wandbConfigSchema>;

/**
 * Where the lines of metrics.jsonl are shown beside the file itself; `{}` is valid. Nothing here changes what is
 * trained, so it is no part of the stage's key. The key of the W&B server is the secret `WANDB_API_KEY`.
 */
export const trackingConfigSchema = z.strictObject({
  /** Write TensorBoard event files to `live/tensorboard` of the stage's folder. Default true. */
  tensorboard: z.boolean().default(true),
  wandb: wandbConfigSchema.prefault({}),
});
/** A value of {@link trackingConfigSchema}. */
export type TrackingConfig = z.output<typeof trackingConfigSchema>;
