import type { Binding } from '../records/example';
import type { TokenText } from '../records/sample';

/** What the name check knows of a program. */
export interface UndefinedNames {
  /** Uses of each name that nothing binds. */
  counts: ReadonlyMap<string, number>;
  /** True when `from x import *` may bind anything: then nothing can be said. */
  open: boolean;
}

/** Uses of names that are bound nowhere in the file and are no builtins. */
export function undefinedNames(tokens: readonly TokenText[], bindings: readonly Binding[]): UndefinedNames {
  const counts = new Map<string, number>();
  tokens.forEach(({ kind, text }, i) => {
    if (kind === 'name' && bindings[i] === 'unknown') counts.set(text, (counts.get(text) ?? 0) + 1);
  });
  const open = tokens.some(
    ({ kind, text }, i) => kind === 'op' && text === '*' && tokens[i - 1]?.text === 'import',
  );
  return { counts, open };
}

/** What an edit did to the undefined names of a program. */
export interface NameVerdict {
  /** A name is used undefined that was not before. */
  adds: boolean;
  /** A name that was used undefined is so less often, and none was added. */
  mends: boolean;
}

/** Compares the undefined names before and after an edit. A program with a star import always gets "no change". */
export function compareNames(before: UndefinedNames, after: UndefinedNames): NameVerdict {
  if (before.open || after.open) return { adds: false, mends: false };
  const change = (name: string): number => (after.counts.get(name) ?? 0) - (before.counts.get(name) ?? 0);
  const adds = [...after.counts.keys()].some((name) => change(name) > 0);
  return { adds, mends: !adds && [...before.counts.keys()].some((name) => change(name) < 0) };
}
