import { FAMILIES, type Family } from '../records/sample';
import type { BugType } from '../taxonomy/bug-type';
import { BUG_TYPES } from '../taxonomy/table';
import { realFrequency } from '../taxonomy/frequency';

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
 * Weight of each bug type: for syntax how often it occurs in real broken commits, for the others the square root of how
 * often it occurs in real fixes. The root keeps the order of real life and still gives rare types enough samples to be
 * learned: without it a hundred types would share a few percent. Types are drawn within their family.
 */
export const DEFAULT_TYPE_WEIGHTS: Readonly<Record<string, number>> = Object.fromEntries(
  BUG_TYPES.map((type) => [type.id, typeWeight(type)]),
);

function typeWeight(type: BugType): number {
  const { perThousand } = realFrequency(type);
  if (type.family === 'syntax') return perThousand + SYNTAX_FLOOR_PER_THOUSAND;
  return Math.sqrt(perThousand + FLOOR_PER_THOUSAND);
}

/**
 * Share of functions that offer a place for some bug of the family, measured on 4,372 functions of the standard library
 * and 25 packages. Shares below a twentieth count as one: functions that offer so rare a bug would else hold no other.
 */
const OFFERED_SHARE: Readonly<Record<Family, number>> = {
  syntax: 1,
  name: 0.91,
  api: 0.66,
  'control-flow': 0.63,
  logic: 0.58,
  type: 0.43,
  numeric: 0.27,
  exception: 0.18,
  string: 0.11,
  framework: 0.07,
  collection: 0.05,
  security: 0.05,
  concurrency: 0.05,
  resource: 0.05,
};

/**
 * Weight of each family in a function that offers it. Over many functions a family then gets about the share of its
 * types' weights, syntax {@link SYNTAX_SHARE}: what few functions offer weighs the more where it is offered.
 */
export const DEFAULT_FAMILY_WEIGHTS: Readonly<Record<Family, number>> = familyWeights();

function familyWeights(): Record<Family, number> {
  const sums = Object.fromEntries(FAMILIES.map((family) => [family, 0])) as Record<Family, number>;
  for (const { id, family } of BUG_TYPES) sums[family] += DEFAULT_TYPE_WEIGHTS[id];
  const others = Object.values(sums).reduce((sum, weight) => sum + weight, 0) - sums.syntax;
  const shares = { ...sums, syntax: (others * SYNTAX_SHARE) / (1 - SYNTAX_SHARE) };
  for (const family of FAMILIES) shares[family] /= OFFERED_SHARE[family];
  return shares;
}
