import type { z } from 'zod';
import { ConfigError, UserError } from '../../core/errors';
import { FAMILIES, type Family } from '../../records/sample';
import type { BugType } from '../../taxonomy/bug-type';
import { realFrequency } from '../../taxonomy/frequency';
import { BUG_TYPES, bugType } from '../../taxonomy/table';

/** Share of syntax bugs among all mutants: real fixes do not tell it, since broken code is seldom committed. */
export const SYNTAX_SHARE = 0.2;

/** Added to the fixes of a thousand that each type explains, so that types not seen in the sample are planted too. */
const FLOOR_PER_THOUSAND = 0.25;

/**
 * Added to the broken commits of a thousand that each syntax type explains. They show few of what other tools and
 * Python's own past leave behind (Python 2 forms were left out when they were mined).
 */
const SYNTAX_FLOOR_PER_THOUSAND = 5;

/** How far shares may be from 1 together before that counts as a mistake. */
const ROUNDING = 1e-6;

/** What a config says of the bugs it wants. */
export interface AimSettings {
  /** Shares of families among all bugs, 0..1; 0 leaves a family out. */
  families: Readonly<Partial<Record<Family, number>>>;
  /** Shares of types among the bugs of their family, 0..1; 0 leaves a type out. */
  types: Readonly<Record<string, number>>;
}

/**
 * How often a type is wanted, up to a factor: for syntax how often it occurs in real broken commits, for the others the
 * square root of how often it occurs in real fixes. The root keeps the order of real life and still gives rare types
 * enough samples to be learned: without it a hundred types would share a few percent.
 */
export function typeAppeal(type: BugType): number {
  const { perThousand } = realFrequency(type);
  if (type.family === 'syntax') return perThousand + SYNTAX_FLOOR_PER_THOUSAND;
  return Math.sqrt(perThousand + FLOOR_PER_THOUSAND);
}

/**
 * The share of each bug type among all bugs that a config aims at, by taxonomy id; together 1, or all 0 where it leaves
 * every type out. What it does not name shares what is left as by default: syntax has {@link SYNTAX_SHARE}, the other
 * families what their types weigh together ({@link typeAppeal}).
 * @throws ConfigError for a family that has a share but no type
 */
export function aimedShares({ families, types }: AimSettings): Record<string, number> {
  const byFamily = new Map(FAMILIES.map((family) => [family, typesOf(family)]));
  const within = new Map(
    [...byFamily].map(([family, members]) => {
      const appeals = Object.fromEntries(members.map((type) => [type.id, typeAppeal(type)]));
      return [family, divide(appeals, types)] as const;
    }),
  );
  const empty = FAMILIES.filter((family) => sumOf(within.get(family) ?? {}) === 0);
  for (const family of empty)
    if ((families[family] ?? 0) > 0)
      throw new ConfigError(
        `families.${family}: expected a type of it above 0, for its share of ${families[family]} got none`,
        'leave the family out, or give one of its types a share',
      );
  const wanted = { ...families, ...Object.fromEntries(empty.map((family) => [family, 0])) };
  const shares = divide(defaultFamilyShares(), wanted);
  return normalised(
    Object.fromEntries(
      BUG_TYPES.map(({ id, family }) => [id, shares[family] * (within.get(family)?.[id] ?? 0)]),
    ),
  );
}

/** Families whose share is asked for, not only left over: syntax, and those that a config names. */
export function fixedFamilies({ families }: Pick<AimSettings, 'families'>): Family[] {
  return FAMILIES.filter((family) => family === 'syntax' || families[family] !== undefined);
}

/** Shares in the proportions of `weights`: together 1, unless all are 0. */
export function normalised(weights: Readonly<Record<string, number>>): Record<string, number> {
  const all = sumOf(weights) || 1;
  return Object.fromEntries(Object.entries(weights).map(([name, weight]) => [name, weight / all]));
}

/** Shares by bug type added up by family; families without any have 0. */
export function familyShares(shares: Readonly<Record<string, number>>): Record<Family, number> {
  const out = Object.fromEntries(FAMILIES.map((family) => [family, 0])) as Record<Family, number>;
  for (const [id, share] of Object.entries(shares)) out[bugType(id).family] += share;
  return out;
}

/** Refinement of a record of family shares: at most 1 together, and 1 where all are named. */
export function checkFamilyShares(shares: AimSettings['families'], context: z.RefinementCtx): void {
  checkSum('all families', FAMILIES, shares, context);
}

/** Refinement of a record of type shares: known types, and shares of each family as {@link checkFamilyShares} asks. */
export function checkTypeShares(shares: AimSettings['types'], context: z.RefinementCtx): void {
  refuseUnknownTypes(shares, context);
  for (const family of FAMILIES) {
    const ids = typesOf(family).map(({ id }) => id);
    checkSum(`the types of ${family}`, ids, shares, context);
  }
}

/** Refinement of a record by bug types: each must be in the taxonomy. */
export function refuseUnknownTypes(types: Readonly<Record<string, number>>, context: z.RefinementCtx): void {
  for (const id of Object.keys(types))
    try {
      bugType(id);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      context.addIssue({ code: 'custom', path: [id], message: `${error.message}; ${error.hint ?? ''}` });
    }
}

function checkSum(
  what: string,
  names: readonly string[],
  shares: Readonly<Record<string, number | undefined>>,
  context: z.RefinementCtx,
): void {
  const named = names.filter((name) => shares[name] !== undefined);
  const sum = named.reduce((total, name) => total + (shares[name] ?? 0), 0);
  const isAll = named.length === names.length && sum > 0;
  if (sum <= 1 + ROUNDING && (!isAll || sum >= 1 - ROUNDING)) return;
  const expected = isAll ? 'to be 1' : 'to be at most 1';
  const message = `expected the shares of ${what} ${expected} together, got ${Number(sum.toPrecision(6))}`;
  context.addIssue({ code: 'custom', path: [], message });
}

/** Default aims of the families; together 1. */
function defaultFamilyShares(): Record<Family, number> {
  const appeal = (family: Family): number => typesOf(family).reduce((sum, type) => sum + typeAppeal(type), 0);
  const others = FAMILIES.filter((family) => family !== 'syntax');
  const all = others.reduce((sum, family) => sum + appeal(family), 0);
  const shares = others.map((family) => [family, ((1 - SYNTAX_SHARE) * appeal(family)) / all]);
  return { ...Object.fromEntries(shares), syntax: SYNTAX_SHARE } as Record<Family, number>;
}

function typesOf(family: Family): BugType[] {
  return BUG_TYPES.filter((type) => type.family === family);
}

/** Shares of the members of `usual`: those of `given`, and for the rest, in proportion to `usual`, what is left. */
function divide(
  usual: Readonly<Record<string, number>>,
  given: Readonly<Record<string, number | undefined>>,
): Record<string, number> {
  const names = Object.keys(usual);
  const rest = names.filter((name) => given[name] === undefined);
  const left = 1 - names.reduce((sum, name) => sum + (given[name] ?? 0), 0);
  const all = rest.reduce((sum, name) => sum + usual[name], 0);
  return Object.fromEntries(
    names.map((name) => [name, given[name] ?? Math.max(0, left) * (usual[name] / all)]),
  );
}

function sumOf(shares: Readonly<Record<string, number>>): number {
  return Object.values(shares).reduce((sum, share) => sum + share, 0);
}
