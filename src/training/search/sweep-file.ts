import { z } from 'zod';
import { loadConfig } from '../../core/config';
import { parameterSchema, type Parameter } from './distribution';

/** How far trials are trained before the worse ones are stopped. */
const earlyTerminateSchema = z
  .strictObject({
    type: z.literal('hyperband'),
    /** Budget of the first rung; the next ones have `eta` times as much, up to `max_iter`. */
    min_iter: z.int().positive().optional(),
    /** Budget of the last rung. Default: the experiment's own. */
    max_iter: z.int().positive().optional(),
    /** Rungs before the last one, counted down from `max_iter`; instead of `min_iter`. */
    s: z.int().positive().optional(),
    /** One trial of `eta` goes on to the next rung. */
    eta: z.int().min(2).default(3),
    /** W&B's name for stopping every trial that is not among the best: always so here. */
    strict: z.literal(true).optional(),
  })
  .refine(
    ({ min_iter, max_iter, s }) => (min_iter === undefined) !== (s === undefined || max_iter === undefined),
    {
      message: 'expected min_iter (with max_iter or without), or max_iter and s',
      path: ['min_iter'],
    },
  )
  .refine(({ min_iter, s }) => min_iter === undefined || s === undefined, {
    message: 'expected min_iter or s, got both',
    path: ['s'],
  })
  .refine(({ min_iter = 0, max_iter = Infinity }) => min_iter < max_iter, {
    message: 'expected min_iter < max_iter',
    path: ['min_iter'],
  });
/** A value of {@link earlyTerminateSchema}. */
export type EarlyTerminate = z.output<typeof earlyTerminateSchema>;

/** A parameter, or a group of them (`train: {parameters: {...}}`), as W&B nests them. */
const parametersSchema = z.record(z.string().min(1), z.unknown()).transform((given, context) => {
  const out: Record<string, Parameter> = {};
  const visit = (tree: Record<string, unknown>, prefix: string): void => {
    for (const [key, value] of Object.entries(tree)) {
      const nested = nestedParameters(value);
      if (nested) {
        visit(nested, `${prefix}${key}.`);
        continue;
      }
      const result = parameterSchema.safeParse(value);
      if (result.success) out[prefix + key] = result.data;
      else
        for (const { path, message } of result.error.issues)
          context.addIssue({ code: 'custom', message, path: [prefix + key, ...path], input: value });
    }
  };
  visit(given, '');
  if (Object.keys(given).length === 0)
    context.addIssue({ code: 'custom', message: 'expected at least one parameter', input: given });
  return out;
});

function nestedParameters(value: unknown): Record<string, unknown> | undefined {
  const keys = value !== null && typeof value === 'object' ? Object.keys(value) : [];
  if (keys.length !== 1 || keys[0] !== 'parameters') return undefined;
  const { parameters } = value as { parameters: unknown };
  return parameters !== null && typeof parameters === 'object' && !Array.isArray(parameters)
    ? (parameters as Record<string, unknown>)
    : undefined;
}

/** Keys that W&B does not have. */
const ownSchema = z.strictObject({
  /** Seed of the search; the trainings have the experiment's. Default 1. */
  seed: z.int().nonnegative().default(1),
  /** What `min_iter` and `max_iter` count: optimizer steps, or seconds of training. Default steps. */
  budget: z.enum(['steps', 'seconds']).default('steps'),
});

/**
 * A sweep file, in the words of W&B's sweeps (https://docs.wandb.ai/guides/sweeps/sweep-config-keys); what is not
 * understood is refused. Our own keys stand under `trm`.
 */
export const sweepSchema = z
  .strictObject({
    name: z.string().optional(),
    description: z.string().optional(),
    /** The experiment to vary: a name from `experiments/` or a path. `program` is W&B's word for it. */
    experiment: z.string().optional(),
    program: z.string().optional(),
    method: z.enum(['random', 'grid', 'bayes']),
    /** A value of the evaluation lines in `metrics.jsonl`, and whether more of it is better. */
    metric: z.strictObject({
      name: z.string().min(1),
      goal: z.enum(['minimize', 'maximize']).default('minimize'),
    }),
    /** Experiment keys, as in `--set a.b=value`, and where their values come from. */
    parameters: parametersSchema,
    /** Default: every trial is trained with the experiment's own budget. */
    early_terminate: earlyTerminateSchema.optional(),
    /** Trials in all. Default: every cell of a grid; otherwise it must be given here or with `--trials`. */
    run_cap: z.int().positive().optional(),
    trm: ownSchema.prefault({}),
  })
  .refine(({ experiment, program }) => (experiment === undefined) !== (program === undefined), {
    message: 'expected experiment or program (not both): the experiment to vary',
    path: ['experiment'],
  })
  .transform(({ experiment, program, ...rest }) => ({ ...rest, experiment: experiment ?? program ?? '' }));
/** A validated sweep file. */
export type SweepFile = z.output<typeof sweepSchema>;

/**
 * Reads a sweep file.
 * @returns its name (without folder and `.yaml`) and content
 * @throws ConfigError naming file, key, what was expected and what came
 */
export function loadSweepFile(path: string): { name: string; sweep: SweepFile } {
  const { name, config } = loadConfig(path, sweepSchema);
  return { name, sweep: config };
}
