/**
 * True when an allow-list names a group of code. Members are exact names (`psf/requests`) or prefixes that end in `*`
 * (`cpython/*`). Names are compared as PyPI compares them: case does not matter, nor which of `-`, `_` and `.` is used.
 * @param allowed null allows every group
 */
export function isAllowedGroup(group: string, allowed: readonly string[] | null): boolean {
  if (!allowed) return true;
  const name = normalName(group);
  return allowed.some((member) =>
    member.endsWith('*') ? name.startsWith(normalName(member.slice(0, -1))) : name === normalName(member),
  );
}

/** A name as PyPI normalises it (PEP 503): `Scikit_Learn` is `scikit-learn`. */
export function normalName(name: string): string {
  return name.toLowerCase().replace(/[-_.]+/g, '-');
}
