import type { Binding } from '../../records/example';
import type { TokenText } from '../../records/sample';
import { bindNames } from '../../python/names/bindings';
import { canonicalName } from '../../python/names/canonical-name';
import { bindsAtRunTime, HOST_NAMES } from '../../python/names/runtime-names';

/** What the name check knows of a program. */
export interface UndefinedNames {
  /** Uses of each name that nothing binds. */
  counts: ReadonlyMap<string, number>;
  /** True when anything may be bound at run time (see `bindsAtRunTime`): then nothing can be said. */
  open: boolean;
}

/** Uses of names that are bound nowhere in the file and are no builtins. */
export function undefinedNames(tokens: readonly TokenText[], bindings: readonly Binding[]): UndefinedNames {
  const counts = new Map<string, number>();
  tokens.forEach(({ kind, text }, i) => {
    if (kind !== 'name' || bindings[i] !== 'unknown') return;
    const name = canonicalName(text);
    counts.set(name, (counts.get(name) ?? 0) + 1);
  });
  return { counts, open: bindsAtRunTime(tokens) };
}

/** {@link undefinedNames} of tokens that nothing is known of yet. */
export function namesOf(tokens: readonly TokenText[]): UndefinedNames {
  return undefinedNames(tokens, bindNames(tokens));
}

/** What an edit did to the undefined names of a program. */
export interface NameVerdict {
  /** A name is used undefined that was not before. */
  adds: boolean;
  /** A name that was used undefined is so less often, and none was added. Names that a host may give never count. */
  mends: boolean;
}

/** Compares the undefined names before and after an edit. Where names are made at run time: always "no change". */
export function compareNames(before: UndefinedNames, after: UndefinedNames): NameVerdict {
  if (before.open || after.open) return { adds: false, mends: false };
  const change = (name: string): number => (after.counts.get(name) ?? 0) - (before.counts.get(name) ?? 0);
  const adds = [...after.counts.keys()].some((name) => change(name) > 0);
  const mends = [...before.counts.keys()].some((name) => !HOST_NAMES.has(name) && change(name) < 0);
  return { adds, mends: !adds && mends };
}
