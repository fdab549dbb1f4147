import { z } from 'zod';
import type { Rng } from '../../core/rng';

/** A value of an experiment key: what YAML can hold without maps. */
const settingSchema = z.union([
  z.number(),
  z.string(),
  z.boolean(),
  z.null(),
  z.array(z.union([z.number(), z.string(), z.boolean(), z.null()])),
]);
/** A value of {@link settingSchema}. */
export type Setting = z.output<typeof settingSchema>;

/** W&B's names of distributions that are understood here; `inv_` and quantised normal ones are not. */
export const DISTRIBUTIONS = [
  'constant',
  'categorical',
  'int_uniform',
  'uniform',
  'q_uniform',
  'log_uniform',
  'log_uniform_values',
  'q_log_uniform_values',
  'normal',
  'log_normal',
] as const;
/** One of {@link DISTRIBUTIONS}. */
export type DistributionName = (typeof DISTRIBUTIONS)[number];

/** What each distribution needs, and what it may have beside. */
const KEYS: Readonly<Record<DistributionName, { needs: readonly string[]; may?: readonly string[] }>> = {
  constant: { needs: ['value'] },
  categorical: { needs: ['values'], may: ['probabilities'] },
  int_uniform: { needs: ['min', 'max'] },
  uniform: { needs: ['min', 'max'] },
  q_uniform: { needs: ['min', 'max', 'q'] },
  log_uniform: { needs: ['min', 'max'] },
  log_uniform_values: { needs: ['min', 'max'] },
  q_log_uniform_values: { needs: ['min', 'max', 'q'] },
  normal: { needs: ['mu', 'sigma'] },
  log_normal: { needs: ['mu', 'sigma'] },
};

/**
 * One parameter of a sweep in W&B's words. `value` alone means `constant`, `values` alone `categorical`. Bounds without
 * a distribution are refused: W&B tells `1` from `1.0` there, which YAML in JavaScript cannot.
 */
export const parameterSchema = z
  .strictObject({
    distribution: z.enum(DISTRIBUTIONS).optional(),
    value: settingSchema.optional(),
    values: z.array(settingSchema).min(1).optional(),
    /** Weights of `values`, in their order; default: all alike. */
    probabilities: z.array(z.number().nonnegative()).optional(),
    /** Bounds, both included; exponents of e for `log_uniform`. */
    min: z.number().optional(),
    max: z.number().optional(),
    /** Step of the quantised distributions. */
    q: z.number().positive().optional(),
    /** Mean and standard deviation; of the logarithm for `log_normal`. */
    mu: z.number().optional(),
    sigma: z.number().positive().optional(),
  })
  .transform((given, context) => {
    const { distribution, ...rest } = given;
    const name = distribution ?? impliedDistribution(rest);
    const keys = Object.keys(rest).filter((key) => rest[key as keyof typeof rest] !== undefined);
    const problem = name === undefined ? NO_DISTRIBUTION : misfit(name, keys, rest);
    if (problem === undefined && name !== undefined) return { ...rest, distribution: name };
    context.addIssue({ code: 'custom', message: problem ?? NO_DISTRIBUTION, input: given });
    return z.NEVER;
  });
/** A parameter whose distribution is settled and complete. */
export type Parameter = z.output<typeof parameterSchema>;

const NO_DISTRIBUTION = `expected value, values or a distribution (${DISTRIBUTIONS.join(', ')})`;

function impliedDistribution(rest: { value?: unknown; values?: unknown }): DistributionName | undefined {
  if (rest.value !== undefined) return 'constant';
  return rest.values === undefined ? undefined : 'categorical';
}

function misfit(
  name: DistributionName,
  keys: readonly string[],
  { min, max, values, probabilities }: Partial<Parameter>,
): string | undefined {
  const { needs, may = [] } = KEYS[name];
  const missing = needs.filter((key) => !keys.includes(key));
  const surplus = keys.filter((key) => !needs.includes(key) && !may.includes(key));
  if (missing.length > 0 || surplus.length > 0)
    return `distribution ${name} expects ${needs.join(', ')}, got ${keys.join(', ') || 'nothing'}`;
  if (min !== undefined && max !== undefined) {
    if (!(min < max)) return `expected min < max, got ${min} and ${max}`;
    if (name === 'int_uniform' && !(Number.isInteger(min) && Number.isInteger(max)))
      return `int_uniform expects whole bounds, got ${min} and ${max}`;
    if (name.endsWith('log_uniform_values') && min <= 0) return `${name} expects bounds above 0, got ${min}`;
  }
  if (probabilities && probabilities.length !== values?.length)
    return `expected a probability for each of ${values?.length} values, got ${probabilities.length}`;
  if (probabilities && !(probabilities.reduce((sum, each) => sum + each, 0) > 0))
    return 'expected probabilities with a positive sum';
  return undefined;
}

/** Draws one value. Drawn numbers are rounded to six digits, within the bounds: a table can show them as they are. */
export function sampleParameter(parameter: Parameter, rng: Rng): Setting {
  const { distribution, value = null, values = [], probabilities } = parameter;
  // The schema has seen to it that what the distribution needs is there.
  const { min = 0, max = 0, q = 1, mu = 0, sigma = 1 } = parameter;
  const between = (low: number, high: number): number => low + (high - low) * rng.next();
  const within = (drawn: number): number => Math.min(max, Math.max(min, drawn));
  const quantised = (drawn: number): number => within(sixDigits(Math.round(drawn / q) * q));
  switch (distribution) {
    case 'constant':
      return value;
    case 'categorical':
      return probabilities ? values[rng.weighted(probabilities)] : rng.pick(values);
    case 'int_uniform':
      return min + rng.int(max - min + 1);
    case 'uniform':
      return within(sixDigits(between(min, max)));
    case 'q_uniform':
      return quantised(between(min, max));
    case 'log_uniform':
      return sixDigits(Math.exp(between(min, max)));
    case 'log_uniform_values':
      return within(sixDigits(Math.exp(between(Math.log(min), Math.log(max)))));
    case 'q_log_uniform_values':
      return quantised(Math.exp(between(Math.log(min), Math.log(max))));
    case 'normal':
      return sixDigits(mu + sigma * rng.normal());
    case 'log_normal':
      return sixDigits(Math.exp(mu + sigma * rng.normal()));
  }
}

const sixDigits = (value: number): number => Number(value.toPrecision(6));

/** All values of a parameter for a grid; undefined when there is no end of them. */
export function gridValues(parameter: Parameter): Setting[] | undefined {
  const { distribution, value = null, values, min = 0, max = 0, q = 1 } = parameter;
  const steps = (from: number, step: number): number[] =>
    Array.from({ length: Math.floor((max - from) / step + 1e-9) + 1 }, (_, i) => sixDigits(from + i * step));
  switch (distribution) {
    case 'constant':
      return [value];
    case 'categorical':
      return values;
    case 'int_uniform':
      return steps(min, 1);
    case 'q_uniform':
      return steps(Math.ceil(min / q - 1e-9) * q, q);
    default:
      return undefined;
  }
}
