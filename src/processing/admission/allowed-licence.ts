import parseExpression, { type Info } from 'spdx-expression-parse';

/**
 * Whether an SPDX expression allows use under one of the given licences: of `A OR B` one must be allowed, of
 * `A AND B` both. `A WITH exception` counts as `A`, since the exceptions of the SPDX list only add permissions; other ones
 * ("WITH Commons-Clause") are no expression. So does `A+`. What is no expression (`NOASSERTION`, an id that SPDX does not
 * list) is allowed only where it is listed as it stands; letter case does not matter then.
 * @example licenceAllowed('MIT OR GPL-3.0-only', new Set(['mit'])) // true
 */
export function licenceAllowed(expression: string, allowed: Iterable<string>): boolean {
  const known = new Set(Array.from(allowed, (id) => id.toLowerCase()));
  const holds = (info: Info): boolean => {
    if ('license' in info) return known.has(info.license.toLowerCase());
    const [left, right] = [holds(info.left), holds(info.right)];
    return info.conjunction === 'or' ? left || right : left && right;
  };
  if (known.has(expression.toLowerCase())) return true;
  const parsed = tryParse(expression);
  return parsed !== undefined && holds(parsed);
}

function tryParse(expression: string): Info | undefined {
  try {
    return parseExpression(expression);
  } catch {
    return undefined;
  }
}
