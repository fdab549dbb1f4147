/**
 * The byte-level alphabet of GPT-2 and every tokenizer after it: each of the 256 bytes is written as one printable
 * character, so that a vocabulary file holds no white space and no broken UTF-8. Printable Latin-1 bytes stand
 * for themselves, the others for U+0100 and following in byte order.
 */
const STANDS_FOR_ITSELF: readonly (readonly [number, number])[] = [
  [0x21, 0x7e],
  [0xa1, 0xac],
  [0xae, 0xff],
];

/** Byte -> its character. */
export const BYTE_TO_CHARACTER: readonly string[] = buildAlphabet();

/** Character -> its byte. */
export const CHARACTER_TO_BYTE: ReadonlyMap<string, number> = new Map(
  BYTE_TO_CHARACTER.map((character, byte) => [character, byte]),
);

/** The 256 characters by code point: the order in which the reference trainer numbers them. */
export const SORTED_ALPHABET: readonly string[] = [...BYTE_TO_CHARACTER].sort(
  (a, b) => a.charCodeAt(0) - b.charCodeAt(0),
);

/** Text of a vocabulary entry -> the text it stands for; bytes that are no UTF-8 become U+FFFD. */
export function decodeByteLevel(entry: string): string {
  const bytes = Array.from(entry, (character) => CHARACTER_TO_BYTE.get(character) ?? 0x3f);
  return Buffer.from(bytes).toString('utf8');
}

function buildAlphabet(): string[] {
  let next = 0x100;
  return Array.from({ length: 256 }, (_, byte) =>
    STANDS_FOR_ITSELF.some(([first, last]) => byte >= first && byte <= last)
      ? String.fromCharCode(byte)
      : String.fromCharCode(next++),
  );
}
