import { z } from 'zod';
import { rangeSchema } from './finding';

/** What can see a fault in a file: CPython's parser, the project's reader of names, and tools that may be installed. */
export const WITNESSES = ['parser', 'names', 'ruff', 'ty', 'bandit', 'mypy', 'pylint'] as const;
/** One of {@link WITNESSES}. */
export type WitnessName = (typeof WITNESSES)[number];

/** How bad a witness takes its finding to be: `error` is wrong, `warning` probably does harm, `info` is worth a look. */
export const WITNESS_SEVERITIES = ['error', 'warning', 'info'] as const;
/** One of {@link WITNESS_SEVERITIES}. */
export type WitnessSeverity = (typeof WITNESS_SEVERITIES)[number];

/** A fault that a witness sees in one file. */
export const witnessFindingSchema = z.strictObject({
  witness: z.enum(WITNESSES),
  /** The witness's own name of the rule, as `F821` or `missing-attribute`. */
  rule: z.string().min(1),
  severity: z.enum(WITNESS_SEVERITIES),
  /** What the witness says, one paragraph. */
  message: z.string(),
  range: rangeSchema,
  /** The same as UTF-16 offsets [start, end) in the text. */
  span: z.tuple([z.int().nonnegative(), z.int().nonnegative()]),
  /** Taxonomy id of the bug type; null where the rule has none. */
  bugType: z.string().nullable(),
  /** For example `CWE-89`; null where none fits. */
  cwe: z
    .string()
    .regex(/^CWE-\d+$/)
    .nullable(),
  /** What the witness thinks was meant, where it says so: the text to write, not a sentence. */
  suggestion: z.string().min(1).optional(),
});
/** A value of {@link witnessFindingSchema}. */
export type WitnessFinding = z.infer<typeof witnessFindingSchema>;
