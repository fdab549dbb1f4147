import { TextDecoder } from 'node:util';
import { DataError } from '../../core/errors';

/** A codec that reads any bytes and writes what it can. */
export interface Codec {
  /** Bytes it does not know become lone surrogates U+DC80..U+DCFF. */
  decode(bytes: Uint8Array): string;
  /** @throws DataError for a character it cannot write */
  encode(text: string): Uint8Array;
}

/** A codec without state: byte sequences of one to four bytes to characters and back. */
interface Table {
  decode: Map<number, string>;
  encode: Map<string, number[]>;
  /** First bytes of longer characters. */
  leads: Set<number>;
}

/** Python names whose WHATWG label differs. */
const LABELS: Partial<Record<string, string>> = {
  'mac-roman': 'macintosh',
  cp932: 'shift_jis',
  'shift-jis': 'shift_jis',
  sjis: 'shift_jis',
  cp936: 'gbk',
  'euc-jisx0213': 'euc-jp',
  ujis: 'euc-jp',
  eucjp: 'euc-jp',
  gb2312: 'gbk',
  'euc-cn': 'gbk',
  cp949: 'euc-kr',
  ms949: 'euc-kr',
  cp950: 'big5',
};

/** 0x80..0x9f of Windows 1252 (a space where Python knows no character); some Node versions read it as Latin-1. */
const CP1252 = '€ ‚ƒ„…†‡ˆ‰Š‹Œ Ž  ‘’“”•–—˜™š›œ žŸ';

const tables = new Map<string, Codec | undefined>();

/**
 * The codec of this Python name (lower case, dashes); undefined when this program does not know it: then a file is read
 * as Latin-1. Known: what Node's TextDecoder reads, and ISO-2022-JP. Not known: DOS code pages, HZ, Johab, the other
 * ISO-2022 codecs, UTF-16 and UTF-32 (which CPython refuses in a cookie, too).
 */
export function codecOf(name: string): Codec | undefined {
  if (!tables.has(name)) tables.set(name, name === 'iso-2022-jp' ? shiftingCodec(name) : tableCodec(name));
  return tables.get(name);
}

function tableCodec(codec: string): Codec | undefined {
  const decode = tableDecoder(codec);
  if (!decode) return undefined;
  const table: Table = { decode: new Map(), encode: new Map(), leads: new Set() };
  const add = (bytes: number[]): boolean => {
    const text = decode(bytes);
    if (text === undefined) return false;
    table.decode.set(keyOf(bytes, 0, bytes.length), text);
    if (!table.encode.has(text)) table.encode.set(text, bytes);
    return true;
  };
  for (let lead = 0; lead < 256; lead++) {
    if (add([lead])) continue;
    for (let trail = 0x40; trail < 256; trail++) if (add([lead, trail])) table.leads.add(lead);
  }
  for (const [from, to] of LONGER[LABELS[codec] ?? codec] ?? []) addRange(from, to, add, table.leads);
  return {
    decode: (body) => decodeTable(body, table),
    encode: (text) => encodeTable(text, table, codec),
  };
}

/** Codes of three and four bytes: each byte from the first list's to the second's. */
const LONGER: Partial<Record<string, [number[], number[]][]>> = {
  'euc-jp': [
    [
      [0x8f, 0xa1, 0xa1],
      [0x8f, 0xfe, 0xfe],
    ],
  ],
  // The Basic Multilingual Plane only; emoji and rare ideographs beyond it fall back.
  gb18030: [
    [
      [0x81, 0x30, 0x81, 0x30],
      [0x84, 0x39, 0xfe, 0x39],
    ],
  ],
};

function addRange(
  from: readonly number[],
  to: readonly number[],
  add: (bytes: number[]) => boolean,
  leads: Set<number>,
): void {
  const bytes = [...from];
  for (;;) {
    if (add([...bytes])) leads.add(bytes[0]);
    let i = bytes.length - 1;
    while (i >= 0 && bytes[i] === to[i]) bytes[i] = from[i--];
    if (i < 0) return;
    bytes[i]++;
  }
}

/** Bytes [at, at + length) as one number, longer ones larger. */
function keyOf(bytes: ArrayLike<number>, at: number, length: number): number {
  let key = 1;
  for (let i = at; i < at + length; i++) key = key * 256 + bytes[i];
  return key;
}

function tableDecoder(codec: string): ((bytes: number[]) => string | undefined) | undefined {
  const single = singleByteDecoder(codec);
  if (single) return ([byte, more]) => (more === undefined ? single(byte) : undefined);
  let decoder: TextDecoder;
  try {
    decoder = new TextDecoder(LABELS[codec] ?? codec, { ignoreBOM: true });
  } catch {
    return undefined;
  }
  // Codecs with state (shift sequences) or of other widths have no such table.
  if (/^(utf-16|replacement|iso-2022|x-user)/.test(decoder.encoding)) return undefined;
  return (bytes) => {
    // The web reads ISO 8859 as Windows code pages, which differ in 0x80..0x9f.
    if (codec.startsWith('iso-8859') && bytes[0] < 0xa0)
      return bytes.length === 1 ? char(bytes[0]) : undefined;
    // The web gives this byte to the euro sign, Python to nobody.
    if (/^gb/.test(decoder.encoding) && bytes.length === 1 && bytes[0] === 0x80) return undefined;
    const text = decoder.decode(Uint8Array.from(bytes));
    return text.length === 1 && text !== '\ufffd' ? text : undefined;
  };
}

function singleByteDecoder(codec: string): ((byte: number) => string | undefined) | undefined {
  if (codec === 'ascii') return (byte) => (byte < 128 ? char(byte) : undefined);
  if (codec === 'iso-8859-1') return char;
  if (codec !== 'cp1252' && codec !== 'windows-1252') return undefined;
  return (byte) => {
    const special = byte >= 0x80 && byte < 0xa0 ? CP1252[byte - 0x80] : char(byte);
    return special === ' ' && byte !== 0x20 ? undefined : special;
  };
}

function char(code: number): string {
  return String.fromCharCode(code);
}

function decodeTable(body: Uint8Array, table: Table): string {
  const parts: string[] = [];
  for (let at = 0; at < body.length;) {
    const most = table.leads.has(body[at]) ? Math.min(4, body.length - at) : 1;
    let length = 1;
    let text: string | undefined;
    for (; length <= most && text === undefined; length++) text = table.decode.get(keyOf(body, at, length));
    parts.push(text ?? char(0xdc00 + body[at]));
    at += text === undefined ? 1 : length - 1;
  }
  return parts.join('');
}

function encodeTable(text: string, table: Table, codec: string): Uint8Array {
  const bytes: number[] = [];
  for (const character of text) {
    const key = table.encode.get(character);
    const code = character.charCodeAt(0);
    if (key !== undefined) bytes.push(...key);
    else if (character.length === 1 && code >= 0xdc80 && code <= 0xdcff) bytes.push(code - 0xdc00);
    else throw unwritable(character, codec);
  }
  return Uint8Array.from(bytes);
}

const ESCAPE = 0x1b;
/** Escape sequences of ISO-2022-JP by the set they switch to. The JIS X 0208 of 1978 is read as that of 1983. */
const TO_ASCII = [ESCAPE, 0x28, 0x42];
const TO_JIS = [ESCAPE, 0x24, 0x42];

/** ISO-2022-JP: ASCII, and pairs of seven-bit bytes between escape sequences that EUC-JP writes with the eighth bit. */
function shiftingCodec(name: string): Codec | undefined {
  const pairs = codecOf('euc-jp');
  if (!pairs) return undefined;
  const switches = (body: Uint8Array, at: number, to: readonly number[]): boolean =>
    to.every((byte, i) => body[at + i] === byte);
  return {
    decode(body) {
      let text = '';
      let wide = false;
      for (let at = 0; at < body.length;) {
        const [toJis, toAscii] = [switches(body, at, TO_JIS), switches(body, at, TO_ASCII)];
        if (toJis || toAscii) {
          wide = toJis;
          at += 3;
        } else {
          const length = wide && body[at] > 0x20 && at + 1 < body.length ? 2 : 1;
          text += pairs.decode(
            body.slice(at, at + length).map((byte) => (length === 2 ? byte | 0x80 : byte)),
          );
          at += length;
        }
      }
      return text;
    },
    encode(text) {
      const bytes: number[] = [];
      let wide = false;
      for (const character of text) {
        const code = pairs.encode(character);
        if (code.length > 2 || (code.length === 1 && code[0] > 0x7f) || code[0] === 0x8e)
          throw unwritable(character, name);
        if ((code.length === 2) !== wide) bytes.push(...(wide ? TO_ASCII : TO_JIS));
        wide = code.length === 2;
        bytes.push(...code.map((byte) => byte & 0x7f));
      }
      return Uint8Array.from(wide ? [...bytes, ...TO_ASCII] : bytes);
    },
  };
}

function unwritable(character: string, codec: string): DataError {
  return new DataError(
    `expected only characters of ${codec}, got ${JSON.stringify(character)}`,
    'save the file as UTF-8, or leave this edit out',
  );
}
