import { z } from 'zod';

/** A line of `drops.jsonl`: something that was dropped, and why. */
export const droppedSchema = z.strictObject({
  /** Stable snake_case reason, as in the manifest's counts. */
  reason: z.string(),
  /** Bug type drawn; null for whole functions. */
  bugType: z.string().nullable(),
  group: z.string(),
  path: z.string(),
  function: z.string(),
  /** The mutant, or the clean function; null where the draw gave no text. */
  source: z.string().nullable(),
  /** What the critic said; null when it was not asked or found nothing wrong. */
  detail: z.string().nullable(),
});
/** A value of {@link droppedSchema}. */
export type Dropped = z.infer<typeof droppedSchema>;

const counts = z.record(z.string(), z.int().nonnegative());

/** Counts of what a breaker proposed. */
const learnedSchema = z.strictObject({
  /** Buggy versions that it proposed. */
  proposed: z.int().nonnegative(),
  /** Those written. */
  kept: z.int().nonnegative(),
  /** Those dropped, by reason. */
  dropped: counts,
  /** Those written, by bug type; `none` where no mutator makes the bug. */
  types: counts,
});

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
  /** Of a breaker's bugs; they count in `read`, `written`, `dropped` and `licences` too, and in none of the others. */
  learned: learnedSchema.default(noLearned),
  /** Some of what was dropped, of each reason. */
  examples: z.array(droppedSchema),
});
/** A value of {@link tallySchema}. */
export type Tally = z.infer<typeof tallySchema>;

function noLearned(): z.infer<typeof learnedSchema> {
  return { proposed: 0, kept: 0, dropped: {}, types: {} };
}

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
    learned: noLearned(),
    examples: [],
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
export function drop(tally: Tally, dropped: Dropped, most: number): void {
  const { reason, bugType } = dropped;
  count(tally.dropped, reason);
  if (bugType && EQUIVALENT.has(reason)) count(tally.equivalent, bugType);
  if (tally.dropped[reason] <= most) tally.examples.push(dropped);
}

/** The sum of tallies; of each reason the first `mostExamples` examples are kept. */
export function addTallies(tallies: readonly Tally[], mostExamples: number): Tally {
  const sum = emptyTally();
  const kept: Record<string, number> = {};
  for (const tally of tallies) {
    for (const key of ['read', 'functions', 'written', 'clean'] as const) sum[key] += tally[key];
    for (const key of ['dropped', 'drawn', 'kept', 'equivalent', 'licences'] as const)
      for (const [name, value] of Object.entries(tally[key])) count(sum[key], name, value);
    for (const key of ['proposed', 'kept'] as const) sum.learned[key] += tally.learned[key];
    for (const key of ['dropped', 'types'] as const)
      for (const [name, value] of Object.entries(tally.learned[key])) count(sum.learned[key], name, value);
    for (const example of tally.examples) {
      count(kept, example.reason);
      if (kept[example.reason] <= mostExamples) sum.examples.push(example);
    }
  }
  return sum;
}
