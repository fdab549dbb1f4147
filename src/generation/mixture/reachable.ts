import type { Family } from '../../records/sample';
import { bugType } from '../../taxonomy/table';
import { familyShares } from './aims';
import type { Offers } from './offers';

/**
 * Most of a function's mutants that may be of one type or family, when that has an aimed share of all mutants: halfway
 * between the aim and all. A function that offers something rare would else hold nothing but that.
 */
function mostOfFunction(aim: number): number {
  return (1 + aim) / 2;
}

/** Settings of {@link reachableShares}. */
export interface ReachOptions {
  /** Aimed shares by bug type; together 1. */
  aims: Readonly<Record<string, number>>;
  /** Families that have their share whatever becomes of the others', see `fixedFamilies`. */
  fixed: readonly Family[];
  /** Mutants drawn from a function. */
  mutants: number;
}

/**
 * The shares nearest to the aims that the functions can give: what few functions offer is cut to what they hold, and
 * the rest goes, in proportion, to the other types of its family, then to the families that are not fixed, and only
 * when these are full to the fixed ones. Types that no function offers have 0; together 1 unless nothing is offered.
 */
export function reachableShares(
  offers: Offers,
  { aims, fixed, mutants }: ReachOptions,
): Record<string, number> {
  const wanted = familyShares(aims);
  const most = mostShares(offers, { aims, mutants });
  const byFamily = new Map<Family, number>();
  const names = Object.keys(wanted) as Family[];
  const share = (among: readonly Family[], total: number): void => {
    const room = among.map((family) => (most.families[family] ?? 0) - (byFamily.get(family) ?? 0));
    const parts = fill(
      total,
      among.map((family) => wanted[family]),
      room,
    );
    among.forEach((family, i) => byFamily.set(family, (byFamily.get(family) ?? 0) + parts[i]));
  };
  const left = (): number => 1 - sum([...byFamily.values()]);
  for (const family of fixed) byFamily.set(family, Math.min(wanted[family], most.families[family] ?? 0));
  share(
    names.filter((family) => !fixed.includes(family)),
    left(),
  );
  share(fixed, left());
  const out: Record<string, number> = {};
  for (const [family, share] of byFamily) {
    const ids = Object.keys(aims).filter((id) => bugType(id).family === family);
    const parts = fill(
      share,
      ids.map((id) => aims[id]),
      ids.map((id) => most.types[id] ?? 0),
    );
    ids.forEach((id, i) => (out[id] = parts[i]));
  }
  const all = sum(Object.values(out));
  return Object.fromEntries(Object.keys(aims).map((id) => [id, all > 0 ? (out[id] ?? 0) / all : 0]));
}

/** Largest shares of all mutants that each type and family can have. */
function mostShares(
  { types, functions, accepted }: Offers,
  { aims, mutants }: Pick<ReachOptions, 'aims' | 'mutants'>,
): { types: Record<string, number>; families: Record<string, number> } {
  const most = { types: {} as Record<string, number>, families: {} as Record<string, number> };
  const wanted = familyShares(aims);
  let all = 0;
  for (const offer of functions) {
    const byFamily = new Map<Family, number>();
    let capacity = 0;
    offer.types.forEach((type, i) => {
      const id = types[type];
      if (!(aims[id] > 0)) return;
      const { family } = bugType(id);
      const limit = offer.mutants[i];
      const good = accepted[type];
      capacity += good * limit;
      byFamily.set(family, (byFamily.get(family) ?? 0) + good * limit);
      most.types[id] = (most.types[id] ?? 0) + good * expected(limit, mostOfFunction(aims[id]), mutants);
    });
    for (const [family, limit] of byFamily)
      most.families[family] =
        (most.families[family] ?? 0) + expected(limit, mostOfFunction(wanted[family]), mutants);
    all += Math.min(capacity, mutants);
  }
  for (const shares of [most.types, most.families])
    for (const name of Object.keys(shares)) shares[name] /= all;
  // A family can have no more than its types together.
  for (const [family, types] of Object.entries(familyShares(most.types)))
    if (most.families[family] > types) most.families[family] = types;
  return most;
}

/**
 * Different outcomes expected of `limit` possible ones, when each of `draws` falls on them with a probability.
 * @param draws may be a fraction
 */
export function expected(limit: number, probability: number, draws: number): number {
  const most = Math.max(limit, probability);
  return most * -Math.expm1(draws * Math.log1p(-Math.min(probability / most, 1 - 1e-12)));
}

/**
 * Divides `total` in proportion to `aims`, nobody above his `most`; what is cut goes to the others. Where all are at
 * their most, less than `total` is given out.
 */
function fill(total: number, aims: readonly number[], most: readonly number[]): number[] {
  const out = aims.map(() => 0);
  let open = aims.flatMap((aim, i) => (aim > 0 && most[i] > 0 ? [i] : []));
  let left = total;
  while (open.length > 0) {
    const all = sum(open.map((i) => aims[i]));
    const full = open.filter((i) => (left * aims[i]) / all >= most[i]);
    const done = full.length > 0 ? full : open;
    for (const i of done) out[i] = full.length > 0 ? most[i] : (left * aims[i]) / all;
    left -= sum(done.map((i) => out[i]));
    open = open.filter((i) => !done.includes(i));
  }
  return out;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
