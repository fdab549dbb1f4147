import { z } from 'zod';

/**
 * How sure a fix is. `verified`: a verifier saw the fault and sees it gone, nothing new is reported, and what is written
 * follows from the code (see `repair/evidence/vouched.ts`); `plausible`: nothing speaks against it; `speculative`: all else.
 */
export const TIERS = ['verified', 'plausible', 'speculative'] as const;
/** One of {@link TIERS}. */
export type Tier = (typeof TIERS)[number];

const position = z.strictObject({
  /** 0-based. */
  line: z.int().nonnegative(),
  /** 0-based, in UTF-16 units. */
  character: z.int().nonnegative(),
});

/** A stretch of a text as editors count (Language Server Protocol): `end` is the first place behind it. */
export const rangeSchema = z.strictObject({ start: position, end: position });
/** A value of {@link rangeSchema}. */
export type Range = z.infer<typeof rangeSchema>;

/** A place where the model sees a bug, and the edit that mends it. */
export const findingSchema = z.strictObject({
  file: z.string(),
  /** Taxonomy id the model names; null when it names none. */
  bugType: z.string().nullable(),
  /** Calibrated probability in 0..1 that the edit is exactly right. */
  confidence: z.number().min(0).max(1),
  /** What the edit replaces. What is printed counts lines from 1, see `serving/printed-fix.ts`. */
  range: rangeSchema,
  /** The same as UTF-16 offsets [start, end) in the decoded file. */
  span: z.tuple([z.int().nonnegative(), z.int().nonnegative()]),
  /** Text removed and text written. */
  before: z.string(),
  after: z.string(),
  tier: z.enum(TIERS),
  /** What each verifier said, by name: `parses`, `names`, ... */
  checks: z.record(z.string(), z.boolean()),
  /** Supervision steps the model used. */
  steps: z.int().positive(),
});
/** A value of {@link findingSchema}. */
export type Finding = z.infer<typeof findingSchema>;

/** Kinds of {@link Note}. */
export const NOTE_KINDS = [
  'does-not-parse',
  'not-judged',
  'merge-conflict',
  'python-2',
  'newer-python',
] as const;

/** What is to be said of a whole file, beside its findings. */
export const noteSchema = z.strictObject({
  /**
   * `does-not-parse`: the file is still broken; `not-judged`: the Python that judges gave up; the others: the file is not
   * what this Python reads, and was left alone.
   */
  kind: z.enum(NOTE_KINDS),
  /** The line that shows it, without its end. */
  range: rangeSchema,
  /** Goes on where "the file" stands before it. */
  message: z.string(),
});
/** A value of {@link noteSchema}. */
export type Note = z.infer<typeof noteSchema>;

/** What `repair` returns for one file. */
export const fixSchema = z.strictObject({
  file: z.string(),
  findings: z.array(findingSchema),
  /** What is wrong with the whole file; empty when it parses. */
  notes: z.array(noteSchema),
  /** The file's text with the applied findings; equals the input when none was. */
  fixed: z.string(),
  /** Unified diff, empty when nothing changed. */
  diff: z.string(),
  /** Edits above the threshold that a verifier refused, by stable snake_case reason. */
  dropped: z.record(z.string(), z.int().nonnegative()),
  /** Milliseconds by step: predict, verify, total. */
  timings: z.record(z.string(), z.number()),
});
/** A value of {@link fixSchema}. */
export type Fix = z.infer<typeof fixSchema>;
