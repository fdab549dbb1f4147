import { z } from 'zod';

/** Why a file, a function or a commit was left out. Stable: they stand in manifests and reports. */
export const DROP_REASONS = [
  // files
  'not_python',
  'excluded_path',
  'test_path',
  'too_large',
  'not_decodable',
  'generated',
  // its bytes cannot be had: no permission, gone meanwhile, a broken disk
  'unreadable',
  // a link, pipe, socket or device
  'no_regular_file',
  'name_not_utf8',
  // a licence file that cannot be read: the source counts as one without it
  'licence_unreadable',
  // files of a folder, and functions: CPython refuses them
  'does_not_parse',
  // The interpreter hung, died or had too little memory: no word on the source.
  'not_judged',
  // functions
  'too_short',
  'too_long',
  // commits
  'too_many_files',
  'too_many_lines',
  'reverts',
  'no_python_file',
  // the history ends there: a shallow clone
  'shallow_history',
  // whole histories
  'no_commits',
  // files of a commit
  'missing_blob',
  // pairs of functions of a commit
  'no_code_change',
  'edit_too_large',
  // rows of files of mined fixes: no record, a change that is none of its file, no such function that changed
  'bad_row',
  'diff_does_not_fit',
  'function_not_found',
  // its project judges models
  'dev_project',
  // not asked for
  'other_tier',
  'other_changes',
] as const;
/** One of {@link DROP_REASONS}. */
export type DropReason = (typeof DROP_REASONS)[number];

/** One line of `drops.jsonl`. */
export const droppedSchema = z.strictObject({
  reason: z.enum(DROP_REASONS),
  /** Name of the source. */
  source: z.string(),
  /** A file, or a folder (with a closing `/`) that was not entered; null for a whole commit. */
  path: z.string().nullable(),
  /** Qualified name; null for a whole file or commit. */
  function: z.string().nullable(),
  commit: z.string().nullable(),
  /** What exactly was found, for example CPython's message; null when the reason says it all. */
  detail: z.string().nullable(),
});
/** A value of {@link droppedSchema}. */
export type Dropped = z.infer<typeof droppedSchema>;
