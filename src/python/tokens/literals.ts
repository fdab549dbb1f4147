import { Char, isDigit } from './characters';

/**
 * End of the number literal that starts at `at` (a digit, or a dot before a digit), by CPython's rules: underscores
 * only between digits, `0x`, `0o`, `0b`, exponents, imaginary `j`. `1if` ends after the 1.
 */
export function numberEnd(source: string, at: number): number {
  if (source.charCodeAt(at) === Char.Zero) {
    const digits = RADIX_DIGITS[source.charAt(at + 1).toLowerCase()];
    const end = digits ? digitsEnd(source, at + 2, digits) : at;
    // 0x_ff may have an underscore after the letter; 0x alone is 0 and a name.
    if (end > at + 2) return end;
  }
  let end = source.charCodeAt(at) === Char.Dot ? at : digitsEnd(source, at, isDigit);
  if (source.charCodeAt(end) === Char.Dot) {
    end++;
    if (isDigit(source.charCodeAt(end))) end = digitsEnd(source, end, isDigit);
  }
  end = exponentEnd(source, end);
  const suffix = source.charAt(end);
  return suffix === 'j' || suffix === 'J' ? end + 1 : end;
}

const RADIX_DIGITS: Partial<Record<string, (code: number) => boolean>> = {
  x: (code) => isDigit(code) || (code >= 65 && code <= 70) || (code >= 97 && code <= 102),
  o: (code) => code >= Char.Zero && code <= Char.Zero + 7,
  b: (code) => code === Char.Zero || code === Char.Zero + 1,
};

/** After digits with single underscores between them (a leading underscore is allowed: 0x_ff). */
function digitsEnd(source: string, at: number, isMember: (code: number) => boolean): number {
  for (;;) {
    const code = source.charCodeAt(at);
    if (isMember(code)) at++;
    else if (code === Char.Underscore && isMember(source.charCodeAt(at + 1))) at += 2;
    else return at;
  }
}

function exponentEnd(source: string, at: number): number {
  const letter = source.charAt(at);
  if (letter !== 'e' && letter !== 'E') return at;
  const sign = source.charAt(at + 1);
  const digits = sign === '+' || sign === '-' ? at + 2 : at + 1;
  return isDigit(source.charCodeAt(digits)) ? digitsEnd(source, digits, isDigit) : at;
}

/** Length of the operator or delimiter at `at`, the longest that fits; 0 for a lone `!`. */
export function operatorLength(source: string, at: number): number {
  const first = source.charCodeAt(at);
  const second = source.charCodeAt(at + 1);
  const third = source.charCodeAt(at + 2);
  if (second === Char.Equals) return takesEquals(first) ? 2 : first === Char.Bang ? 0 : 1;
  if (first === Char.Dot) return second === Char.Dot && third === Char.Dot ? 3 : 1;
  if (first === second && isDoubled(first)) return third === Char.Equals ? 3 : 2;
  if (first === Char.Dash && second === Char.Greater) return 2;
  // Python 2's `<>`: CPython's tokenizer knows it, its parser refuses it.
  if (first === Char.Less && second === Char.Greater) return 2;
  return first === Char.Bang ? 0 : 1;
}

/** Characters that an `=` directly after joins: augmented assignments, comparisons, walrus. */
function takesEquals(code: number): boolean {
  return '+-*/%@&|^<>=!:'.includes(String.fromCharCode(code));
}

function isDoubled(code: number): boolean {
  return code === Char.Star || code === Char.Slash || code === Char.Less || code === Char.Greater;
}
