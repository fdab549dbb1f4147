import { z } from 'zod';
import { rangeSchema } from './finding';

/** Who may see a fault in code. */
export const WITNESSES = ['parser', 'names', 'ruff', 'ty', 'bandit', 'mypy', 'pylint'] as const;

/** One of {@link WITNESSES}. */
export type WitnessName = (typeof WITNESSES)[number];

/** A fault that a witness sees. */
export const witnessFindingSchema = z.strictObject({
  witness: z.enum(WITNESSES),
  /** The witness's own name for what it looks for. */
  rule: z.string(),
  severity: z.enum(['error', 'warning', 'info']),
  message: z.string(),
  range: rangeSchema,
  /** The same as UTF-16 offsets [start, end) in the text. */
  span: z.tuple([z.int().nonnegative(), z.int().nonnegative()]),
  /** Taxonomy id; null where none fits. */
  bugType: z.string().nullable(),
  /** As `CWE-89`; null where none fits. */
  cwe: z.string().nullable(),
  /** What the witness itself would write, where it says so. */
  suggestion: z.string().optional(),
});
/** A value of {@link witnessFindingSchema}. */
export type WitnessFinding = z.infer<typeof witnessFindingSchema>;
