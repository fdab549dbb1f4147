import { z } from 'zod';
import { witnessFindingSchema, WITNESSES } from './witness';

/** Version of the rows; readers refuse others. */
export const TOOL_ERROR_VERSION = 1;

/** A fault that was planted in a file and that a witness sees: a row of the benchmark `tool-errors`. */
export const toolErrorSchema = z.strictObject({
  /** Hash of the file with the fault. */
  id: z.string().min(1),
  /** What its rows are alike by: a package or a repository. */
  group: z.string().min(1),
  path: z.string().min(1),
  /** Qualified name of the function that holds the fault. */
  function: z.string().min(1),
  /** Taxonomy id of what was planted. */
  bugType: z.string().min(1),
  /** The whole file with the fault. */
  before: z.string(),
  /** UTF-16 offsets [start, end) of `before`, and the text that makes it the clean file again. */
  fix: z.strictObject({
    start: z.int().nonnegative(),
    end: z.int().nonnegative(),
    text: z.string(),
  }),
  /** Program tokens that the fix removes or writes, whichever is more. */
  tokens: z.int().positive(),
  /** What witnesses see of it: findings of the file with the fault that the clean file does not have. */
  seen: z.array(witnessFindingSchema).min(1),
});
/** A value of {@link toolErrorSchema}. */
export type ToolError = z.infer<typeof toolErrorSchema>;

/** What stands beside the rows and says what they are. */
export const toolErrorSetSchema = z.strictObject({
  version: z.literal(TOOL_ERROR_VERSION),
  name: z.string().min(1),
  seed: z.int(),
  /** Those that were asked, with their versions. */
  witnesses: z.array(z.strictObject({ name: z.enum(WITNESSES), version: z.string() })).min(1),
  rows: z.int().positive(),
  /** SHA-256 over the rows as canonical JSON, one a line, by id. */
  rowsHash: z.string().regex(/^[0-9a-f]{64}$/),
  /** Rows by bug type, and by the witnesses that see them: a row counts at each. */
  counts: z.strictObject({
    bugTypes: z.record(z.string(), z.int().positive()),
    witnesses: z.partialRecord(z.enum(WITNESSES), z.int().positive()),
  }),
});
/** A value of {@link toolErrorSetSchema}. */
export type ToolErrorSet = z.infer<typeof toolErrorSetSchema>;
