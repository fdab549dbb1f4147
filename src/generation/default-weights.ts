import { FAMILIES, type Family } from '../records/sample';
import type { BugType } from '../taxonomy/bug-type';
import { BUG_TYPES } from '../taxonomy/table';
import { realFrequency } from '../taxonomy/frequency';
import { OFFERED_FAMILIES, OFFERED_TYPES } from './offered-shares';

/** Share of syntax bugs among all mutants: real fixes do not tell it, since broken code is seldom committed. */
const SYNTAX_SHARE = 0.2;

/** Added to the fixes of a thousand that each type explains, so that types not seen in the sample are planted too. */
const FLOOR_PER_THOUSAND = 0.25;

/**
 * Added to the broken commits of a thousand that each syntax type explains. They show few of what other tools and
 * Python's own past leave behind (Python 2 forms were left out when they were mined).
 */
const SYNTAX_FLOOR_PER_THOUSAND = 5;

/**
 * The share of a type among all mutants that is aimed at, up to a factor: for syntax how often it occurs in real broken
 * commits, for the others the square root of how often it occurs in real fixes. The root keeps the order of real life
 * and still gives rare types enough samples to be learned: without it a hundred types would share a few percent.
 */
export function aimedShare(type: BugType): number {
  const { perThousand } = realFrequency(type);
  if (type.family === 'syntax') return perThousand + SYNTAX_FLOOR_PER_THOUSAND;
  return Math.sqrt(perThousand + FLOOR_PER_THOUSAND);
}

/**
 * What few functions offer weighs the more where it is offered, down to this share: a function that offers something
 * rarer still would else hold nothing but that.
 */
const LEAST_SHARE = 0.02;

function overOffered(aimed: number, offered: number | undefined): number {
  return aimed / Math.max(offered ?? 0, LEAST_SHARE);
}

/** Weight of each bug type in a function that offers it, within its family. */
export const DEFAULT_TYPE_WEIGHTS: Readonly<Record<string, number>> = Object.fromEntries(
  BUG_TYPES.map((type) => [type.id, overOffered(aimedShare(type), OFFERED_TYPES[type.id])]),
);

/**
 * Weight of each family in a function that offers it. Over many functions a family then gets about the share of its
 * types together, syntax {@link SYNTAX_SHARE}.
 */
export const DEFAULT_FAMILY_WEIGHTS: Readonly<Record<Family, number>> = familyWeights();

function familyWeights(): Record<Family, number> {
  const aimed = Object.fromEntries(FAMILIES.map((family) => [family, 0])) as Record<Family, number>;
  for (const type of BUG_TYPES) aimed[type.family] += aimedShare(type);
  const others = Object.values(aimed).reduce((sum, weight) => sum + weight, 0) - aimed.syntax;
  aimed.syntax = (others * SYNTAX_SHARE) / (1 - SYNTAX_SHARE);
  return Object.fromEntries(
    FAMILIES.map((family) => [family, overOffered(aimed[family], OFFERED_FAMILIES[family])]),
  ) as Record<Family, number>;
}
