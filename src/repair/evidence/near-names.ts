import { nearness } from '../../core/text/near-spelling';
import { BUILTINS } from '../../python/names/builtins';
import { canonicalName } from '../../python/names/canonical-name';
import type { Scope, ScopeMap } from '../../python/names/scopes';

/**
 * True when `right` is what `wrong` was meant to be, as far as spelling can tell: near enough for a slip of the hand, and
 * the only name near it that can be read at the token. Names that differ in a digit or in a final `s` are two names
 * (`row`, `rows`; `x1`, `x2`), not one with a slip.
 *
 * @param at index of the token that reads `wrong`
 */
export function isOnlyNearName(scopes: ScopeMap, at: number, wrong: string, right: string): boolean {
  const least = nearness(wrong, right);
  if (least === null) return false;
  const visible = visibleNames(scopes, at);
  if (!visible.has(right)) return false;
  for (const name of visible) {
    if (name === right || name === wrong) continue;
    const other = nearness(wrong, name);
    if (other !== null && other <= least) return false;
  }
  return true;
}

/** The only name near `wrong` that can be read at the token, as {@link isOnlyNearName} means it; undefined without one. */
export function onlyNearName(scopes: ScopeMap, at: number, wrong: string): string | undefined {
  return [...visibleNames(scopes, at)].find((right) => isOnlyNearName(scopes, at, wrong, right));
}

/** Names that a token can read: of its scope and of those around it, and the builtins. */
export function visibleNames({ of }: ScopeMap, at: number): ReadonlySet<string> {
  const names = new Set(BUILTINS);
  const from = of[at];
  for (let scope: Scope | undefined = from; scope; scope = scope.parent) {
    for (const [name, places] of scope.inner)
      if (places.some((place) => at >= place.from && at < place.to)) names.add(name);
    // A class's names are seen in its own body only.
    if (scope.kind === 'class' && scope !== from) continue;
    for (const name of [...scope.names.keys(), ...scope.globals]) names.add(canonicalName(name));
  }
  return names;
}
