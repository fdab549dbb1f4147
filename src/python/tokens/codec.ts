import { TextDecoder } from 'node:util';
import { DataError } from '../../core/errors';
import { codecOf, type Codec } from './codec-tables';

/** A Python file's text and what is needed to write its bytes again. */
export interface DecodedSource {
  /** Decoded text without byte order mark; line ends as in the file. Undecodable bytes are U+DC80..U+DCFF. */
  text: string;
  /** Python codec name, lower case with dashes: `utf-8` unless a PEP 263 cookie names another. */
  codec: string;
  /** The file starts with a UTF-8 byte order mark. */
  bom: boolean;
  /** Why CPython would refuse the file's encoding; null when it would not. The round trip is exact in both cases. */
  problem: string | null;
}

/**
 * Decodes a Python file by its byte order mark and PEP 263 cookie. Never fails: bytes that the codec does not know
 * become lone surrogates (as Python's `surrogateescape`), an unknown codec is read as Latin-1; `problem` tells.
 */
export function decodeSource(bytes: Uint8Array): DecodedSource {
  const bom = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
  const body = bom ? bytes.subarray(3) : bytes;
  const codec = cookieCodec(body) ?? 'utf-8';
  if (bom && codec !== 'utf-8')
    return { text: decodeUtf8(body), codec: 'utf-8', bom, problem: `byte order mark but cookie ${codec}` };
  if (codec === 'utf-8') {
    const text = decodeUtf8(body);
    return { text, codec, bom, problem: escapeProblem(text, codec) };
  }
  const known = codecOf(codec);
  const text = known?.decode(body);
  // The web's multi-byte codecs differ from Python's here and there: what would not come back is not used.
  const exact = known !== undefined && text !== undefined && comesBack(known, text, body);
  if (!exact) return { text: latin1(body), codec: 'iso-8859-1', bom, problem: `unknown encoding: ${codec}` };
  return { text, codec, bom, problem: escapeProblem(text, codec) };
}

function comesBack(codec: Codec, text: string, body: Uint8Array): boolean {
  try {
    return sameBytes(codec.encode(text), body);
  } catch {
    return false; // Lone surrogates that stand for bytes of a codec with shift sequences.
  }
}

/**
 * The bytes of a text in the encoding it was read from; `encodeSource(decodeSource(bytes))` gives `bytes` back.
 * @throws DataError when the text holds a character that the codec cannot write
 */
export function encodeSource(source: Pick<DecodedSource, 'text' | 'codec' | 'bom'>): Uint8Array {
  const { text, codec, bom } = source;
  const known = codec === 'utf-8' ? { encode: encodeUtf8 } : codecOf(codec);
  if (!known)
    throw new DataError(`expected a codec that this program knows, got ${codec}`, 'save the file as UTF-8');
  const body = known.encode(text);
  return bom ? Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), body]) : body;
}

/** Codec named by a comment in the first two lines (PEP 263), normalised as CPython does; undefined without one. */
function cookieCodec(body: Uint8Array): string | undefined {
  const lines = latin1(body.subarray(0, 1000)).split(/\r\n|\r|\n/, 2);
  for (const line of lines) {
    const name = /^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)/.exec(line)?.[1];
    if (name) return normalName(name);
    if (!/^[ \t\f]*(#|$)/.test(line)) return undefined;
  }
  return undefined;
}

function normalName(name: string): string {
  const lower = name.toLowerCase().replaceAll('_', '-');
  if (/^(utf-8($|-)|utf8$)/.test(lower)) return 'utf-8';
  if (/^(latin-?1|iso-?8859-?1|iso-latin-1|l1)$/.test(lower)) return 'iso-8859-1';
  return lower === 'us-ascii' ? 'ascii' : lower;
}

function escapeProblem(text: string, codec: string): string | null {
  const at = text.search(/[\udc80-\udcff]/);
  // A low half after a high half is an ordinary character beyond U+FFFF.
  const lone = at < 0 ? undefined : /(?<![\ud800-\udbff])[\udc80-\udcff]/.exec(text);
  if (!lone) return null;
  const byte = (lone[0].charCodeAt(0) - 0xdc00).toString(16);
  return `byte 0x${byte} at offset ${lone.index} of the text is not ${codec}`;
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}

function decodeUtf8(body: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body);
  } catch {
    return decodeDamagedUtf8(body);
  }
}

/** Reads UTF-8 sequence by sequence; each byte of a broken one becomes a lone surrogate. */
function decodeDamagedUtf8(body: Uint8Array): string {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  const parts: string[] = [];
  let from = 0;
  for (let at = 0; at < body.length;) {
    const length = sequenceLength(body, at, decoder);
    if (length > 0) {
      at += length;
      continue;
    }
    parts.push(decoder.decode(body.subarray(from, at)), String.fromCharCode(0xdc00 + body[at]));
    from = ++at;
  }
  parts.push(decoder.decode(body.subarray(from)));
  return parts.join('');
}

/** Length of the valid UTF-8 sequence at `at`; 0 when there is none. */
function sequenceLength(body: Uint8Array, at: number, decoder: TextDecoder): number {
  const lead = body[at];
  if (lead < 0x80) return 1;
  const length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || at + length > body.length) return 0;
  try {
    decoder.decode(body.subarray(at, at + length));
    return length;
  } catch {
    return 0;
  }
}

function encodeUtf8(text: string): Uint8Array {
  if (!/\p{Surrogate}/u.test(text)) return Buffer.from(text, 'utf8');
  const parts = text.split(/((?<![\ud800-\udbff])[\udc80-\udcff])/);
  // Odd parts are the escaped bytes that the pattern caught.
  return Buffer.concat(
    parts.map((part, i) =>
      i % 2 === 1 ? Buffer.from([part.charCodeAt(0) - 0xdc00]) : Buffer.from(wellFormed(part), 'utf8'),
    ),
  );
}

function wellFormed(text: string): string {
  if (/\p{Surrogate}/u.test(text))
    throw new DataError('expected text, got half of a surrogate pair', 'leave out the edit that wrote it');
  return text;
}
