import { z } from 'zod';
import { FAMILIES } from '../records/sample';

/** How bad the consequence usually is, from an oddity to data loss or a break-in. */
export const SEVERITIES = ['low', 'medium', 'high', 'critical'] as const;
/** One of {@link SEVERITIES}. */
export type Severity = (typeof SEVERITIES)[number];

/** One kind of bug: a row of the taxonomy. */
export const bugTypeSchema = z.strictObject({
  /** What models and shards store. Append only: a code is never reused or renumbered; 0 means "no bug". */
  code: z.int().positive(),
  /** Stable name in kebab-case, for people and configs. */
  id: z.string().regex(/^[a-z0-9]+(-[a-z0-9]+)*$/),
  family: z.enum(FAMILIES),
  /** A few words for tables. */
  title: z.string().min(1),
  /** What is wrong and what happens at run time, one or two sentences. */
  description: z.string().min(1),
  /** Common Weakness Enumeration id, for example `CWE-89`; null where none fits. */
  cwe: z
    .string()
    .regex(/^CWE-\d+$/)
    .nullable(),
  severity: z.enum(SEVERITIES),
  /** 1 (the parser points at it) .. 5 (needs knowledge from outside the function), as in Sample. */
  difficulty: z.int().min(1).max(5),
  /**
   * A whole function with the bug and the same function without it; function source as in Sample. Imports that the
   * bug type is recognised by, and that its linter rule needs, stand above it.
   */
  example: z.strictObject({ before: z.string(), after: z.string() }),
  /** The linter rule that sees most instances, as `ruff B006` or `pylint W0133`; null when none does. */
  rule: z.string().nullable(),
  /** Why real code offers fewer than 1,000 places for it, where that is so. */
  rare: z.string().min(1).optional(),
});
/** A value of {@link bugTypeSchema}. */
export type BugType = z.infer<typeof bugTypeSchema>;

/**
 * Whether code with this bug still compiles. Syntax bugs never do; all others always do: generation validates its
 * mutants by this, and repair chooses its search by it.
 */
export function compilesWithBug(type: BugType): boolean {
  return type.family !== 'syntax';
}
