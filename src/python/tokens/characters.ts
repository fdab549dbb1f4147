/** UTF-16 codes that the lexer names. */
export const Char = {
  Tab: 9,
  LineFeed: 10,
  FormFeed: 12,
  Return: 13,
  Space: 32,
  Bang: 33,
  DoubleQuote: 34,
  Hash: 35,
  SingleQuote: 39,
  OpenParen: 40,
  CloseParen: 41,
  Star: 42,
  Dash: 45,
  Dot: 46,
  Slash: 47,
  Zero: 48,
  Nine: 57,
  Colon: 58,
  Less: 60,
  Equals: 61,
  Greater: 62,
  UpperN: 78,
  UpperR: 82,
  UpperU: 85,
  OpenBracket: 91,
  Backslash: 92,
  CloseBracket: 93,
  Underscore: 95,
  LowerR: 114,
  LowerU: 117,
  OpenBrace: 123,
  Bar: 124,
  CloseBrace: 125,
  ByteOrderMark: 0xfeff,
} as const;

const WORD_START = 1;
const WORD_PART = 2;
const DIGIT = 4;
const OPERATOR = 8;

/** Classes of the ASCII characters, as bits. */
const CLASSES = new Uint8Array(128);
for (let code = 0; code < 128; code++) {
  const character = String.fromCharCode(code);
  if (/[A-Za-z_]/.test(character)) CLASSES[code] |= WORD_START | WORD_PART;
  if (/[0-9]/.test(character)) CLASSES[code] |= DIGIT | WORD_PART;
  if ('+-*/%@&|^~<>=()[]{},:.;!'.includes(character)) CLASSES[code] |= OPERATOR;
}

/** 0-9. */
export function isDigit(code: number): boolean {
  return code >= Char.Zero && code <= Char.Nine;
}

/** A quote of either kind. */
export function isQuote(code: number): boolean {
  return code === Char.DoubleQuote || code === Char.SingleQuote;
}

/** A line feed or a carriage return: CPython ends a line at both. */
export function isLineBreak(code: number): boolean {
  return code === Char.LineFeed || code === Char.Return;
}

/** Space, tab or form feed: what may stand between two tokens of one line. */
export function isBlank(code: number): boolean {
  return code === Char.Space || code === Char.Tab || code === Char.FormFeed;
}

/** May an operator start with this character? (`!` only before `=`.) */
export function isOperatorStart(code: number): boolean {
  return code < 128 && (CLASSES[code] & OPERATOR) !== 0;
}

/** Code units of the identifier character at `at` when a name may start there: 1, 2 (a surrogate pair), or 0. */
export function wordStartLength(source: string, at: number): number {
  const code = source.charCodeAt(at);
  if (code < 128) return (CLASSES[code] & WORD_START) !== 0 ? 1 : 0;
  return unicodeLength(source, at, /^[\p{XID_Start}\u2118\u212e\u309b\u309c]$/u);
}

/** First index at or after `at` that is no identifier character. */
export function wordEnd(source: string, at: number): number {
  for (;;) {
    const code = source.charCodeAt(at);
    if (code < 128) {
      if ((CLASSES[code] & WORD_PART) === 0) return at;
      at++;
    } else {
      // NaN at the end of the text is neither below 128 nor a letter.
      const length = at < source.length ? unicodeLength(source, at, /^[\p{XID_Continue}]$/u) : 0;
      if (length === 0) return at;
      at += length;
    }
  }
}

function unicodeLength(source: string, at: number, letters: RegExp): number {
  const point = source.codePointAt(at);
  if (point === undefined) return 0;
  const character = String.fromCodePoint(point);
  // PEP 3131 reads names after NFKC: some compatibility letters are letters only then.
  return letters.test(character) || letters.test(character.normalize('NFKC')) ? character.length : 0;
}

/** Index after the line break at `at`: 2 further for CR LF, 1 for CR or LF alone. */
export function afterLineBreak(source: string, at: number): number {
  return source.charCodeAt(at) === Char.Return && source.charCodeAt(at + 1) === Char.LineFeed
    ? at + 2
    : at + 1;
}

/** Index of the next line break at or after `at`, or the text's length. */
export function lineEnd(source: string, at: number): number {
  while (at < source.length && !isLineBreak(source.charCodeAt(at))) at++;
  return at;
}
