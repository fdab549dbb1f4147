import { z } from 'zod';

/** A line of `rejects.jsonl`: something that was dropped, and why. */
export const rejectSchema = z.strictObject({
  /** Stable snake_case reason, as in the manifest's counts. */
  reason: z.string(),
  /** Bug type drawn; null for whole functions. */
  bugType: z.string().nullable(),
  group: z.string(),
  path: z.string(),
  function: z.string(),
  /** The mutant, or the clean function; null where the draw gave no text. */
  source: z.string().nullable(),
  /** What the critic said; null when it was not asked or had no objection. */
  detail: z.string().nullable(),
});
/** A value of {@link rejectSchema}. */
export type Reject = z.infer<typeof rejectSchema>;

const counts = z.record(z.string(), z.int().nonnegative());

/** Counts of a part of the stage; parts add up. */
export const tallySchema = z.strictObject({
  /** Samples read. */
  read: z.int().nonnegative(),
  /** Clean functions that mutants were drawn from. */
  functions: z.int().nonnegative(),
  /** Samples written, clean ones included. */
  written: z.int().nonnegative(),
  /** Clean samples among them. */
  clean: z.int().nonnegative(),
  /** Dropped functions and mutants by reason. */
  dropped: counts,
  /** Draws by bug type, dropped ones included. */
  drawn: counts,
  /** Mutants written, by bug type. */
  kept: counts,
  /** Draws that meant the same as the clean function, by bug type; their reasons are {@link EQUIVALENT}. */
  equivalent: counts,
  /** Samples written, by SPDX id. */
  licences: counts,
  rejects: z.array(rejectSchema),
});
/** A value of {@link tallySchema}. */
export type Tally = z.infer<typeof tallySchema>;

/** A tally of nothing. */
export function emptyTally(): Tally {
  return {
    read: 0,
    functions: 0,
    written: 0,
    clean: 0,
    dropped: {},
    drawn: {},
    kept: {},
    equivalent: {},
    licences: {},
    rejects: [],
  };
}

/** Reasons to drop a mutant that behaves as the clean function does. */
export const EQUIVALENT: ReadonlySet<string> = new Set([
  'same_tokens',
  'same_tree',
  'same_bytecode',
  'dead_code',
]);

/** Adds one to a count. */
export function count(counts: Record<string, number>, key: string, by = 1): void {
  counts[key] = (counts[key] ?? 0) + by;
}

/** Counts a drop, and keeps it while there are fewer than `most` of its reason. */
export function drop(tally: Tally, reject: Reject, most: number): void {
  count(tally.dropped, reject.reason);
  if (reject.bugType && EQUIVALENT.has(reject.reason)) count(tally.equivalent, reject.bugType);
  if (tally.dropped[reject.reason] <= most) tally.rejects.push(reject);
}

/** The sum of tallies; of each reason the first `mostRejects` rejects are kept. */
export function addTallies(tallies: readonly Tally[], mostRejects: number): Tally {
  const sum = emptyTally();
  const kept: Record<string, number> = {};
  for (const tally of tallies) {
    for (const key of ['read', 'functions', 'written', 'clean'] as const) sum[key] += tally[key];
    for (const key of ['dropped', 'drawn', 'kept', 'equivalent', 'licences'] as const)
      for (const [name, value] of Object.entries(tally[key])) count(sum[key], name, value);
    for (const reject of tally.rejects) {
      count(kept, reject.reason);
      if (kept[reject.reason] <= mostRejects) sum.rejects.push(reject);
    }
  }
  return sum;
}
