import type { Evidence, Sample } from './sample';

/**
 * How sure it is that a mined fix mends a bug and does nothing else. A: one function, nothing else changed, and the
 * commit's message says so; B: the message says so, but the commit changes more; C: the message says it in passing.
 */
export const TIERS = ['A', 'B', 'C'] as const;
/** One of {@link TIERS}. */
export type Tier = (typeof TIERS)[number];

/** Flag of clean functions that are the mended form of a mined fix. */
export const MENDED = 'mended';

/**
 * Flag of mined fixes that are turned around: `before` is the mended function, `after` the one with the bug. What the commit's
 * message says for the fix says the opposite of such a sample: a breaker learns from it, and nothing else may.
 */
export const REVERSED = 'reversed';

/** The flag that states a tier. */
export function tierFlag(tier: Tier): string {
  return `tier_${tier.toLowerCase()}`;
}

/** The tier of a mined fix: the one that its source states, else what message and flags tell. */
export function tierOf({ flags, evidence }: Pick<Sample, 'flags' | 'evidence'>): Tier {
  const stated = TIERS.find((tier) => flags.includes(tierFlag(tier)));
  if (stated !== undefined) return stated;
  const message = evidence.find(
    (one): one is Extract<Evidence, { kind: 'commit-message' }> => one.kind === 'commit-message',
  );
  if (message?.strength !== 'strong') return 'C';
  return flags.includes('multi_function') || flags.includes('other_changes') ? 'B' : 'A';
}

/**
 * Where a training row comes from; the place in the list is its code: append only. `code`: a clean function as it stands
 * somewhere; `planted`: a bug that was planted; `fix`: a bug that somebody mended, by the fix's tier; `mended`: what it was mended
 * to, a clean function.
 */
export const ROW_ORIGINS = [
  'code',
  'planted',
  'fix_a',
  'fix_b',
  'fix_c',
  'mended_a',
  'mended_b',
  'mended_c',
] as const;
/** One of {@link ROW_ORIGINS}. */
export type RowOrigin = (typeof ROW_ORIGINS)[number];

/** The origin of a sample's rows. */
export function rowOrigin(sample: Pick<Sample, 'flags' | 'evidence' | 'edits' | 'source'>): RowOrigin {
  if (sample.edits.length > 0)
    return sample.source === 'synthetic' ? 'planted' : ROW_ORIGINS[2 + TIERS.indexOf(tierOf(sample))];
  return sample.flags.includes(MENDED) ? ROW_ORIGINS[5 + TIERS.indexOf(tierOf(sample))] : 'code';
}

/** The tier of rows that come of a mined fix, bugs and mended forms; null for all others. */
export function tierOfOrigin(code: number): Tier | null {
  return code < 2 ? null : TIERS[(code - 2) % TIERS.length];
}
