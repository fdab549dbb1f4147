import exceptions from 'spdx-exceptions';

/**
 * Whether an SPDX expression allows use under one of the given licences: of `A OR B` one must be allowed, of
 * `A AND B` both; `A WITH exception` counts as `A`, since the exceptions of the SPDX list only add permissions; other ones
 * ("WITH Commons-Clause") are no expression. Letter case does not matter. `NOASSERTION` and what is no expression are not allowed unless listed.
 * @example licenceAllowed('MIT OR GPL-3.0-only', new Set(['mit'])) // true
 */
export function licenceAllowed(expression: string, allowed: Iterable<string>): boolean {
  const known = new Set(Array.from(allowed, (id) => id.toLowerCase()));
  const words = expression.toLowerCase().match(/[()]|[^\s()]+/g) ?? [];
  let at = 0;
  const parseAny = (): boolean | null => joined('or', parseAll, (a, b) => a || b);
  const parseAll = (): boolean | null => joined('and', parseOne, (a, b) => a && b);
  const result = parseAny();
  return at === words.length && result === true;

  function joined(
    operator: string,
    parse: () => boolean | null,
    combine: (a: boolean, b: boolean) => boolean,
  ): boolean | null {
    let value = parse();
    while (value !== null && words[at] === operator) {
      at++;
      const right = parse();
      value = right === null ? null : combine(value, right);
    }
    return value;
  }

  function parseOne(): boolean | null {
    const word = words[at++];
    if (word === '(') {
      const value = parseAny();
      return words[at++] === ')' ? value : null;
    }
    if (word === undefined || [')', 'or', 'and', 'with'].includes(word)) return null;
    if (words[at] === 'with') {
      if (!EXCEPTIONS.has(words[at + 1])) return null;
      at += 2;
    }
    return known.has(word);
  }
}

const EXCEPTIONS: ReadonlySet<string> = new Set(exceptions.map((id) => id.toLowerCase()));
