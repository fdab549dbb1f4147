import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { pythonPath } from '../../core/paths';
import { seedStream } from '../../core/rng';
import { runProcess } from '../../core/processes/subprocess';
import { decodeSource, encodeSource } from './codec';
import { applyEdit, diffTokens } from '../edits/edits';
import { lex } from './lexer';

const ascii = (text: string): Buffer => Buffer.from(text, 'latin1');

/** Decodes, checks the round trip, returns what was found. */
function roundTrip(bytes: Uint8Array): ReturnType<typeof decodeSource> {
  const source = decodeSource(bytes);
  assert.equal(Buffer.from(encodeSource(source)), Buffer.from(bytes));
  return source;
}

test('UTF-8 with and without byte order mark; line ends stay', () => {
  assert.equal(roundTrip(Buffer.from('x = "ä\u{1f600}"\r\ny\r')), {
    text: 'x = "ä\u{1f600}"\r\ny\r',
    codec: 'utf-8',
    bom: false,
    problem: null,
  });
  assert.equal(roundTrip(Buffer.from('\ufeffx\n')), {
    text: 'x\n',
    codec: 'utf-8',
    bom: true,
    problem: null,
  });
  assert.is(roundTrip(new Uint8Array()).text, '');
});

test('cookies of PEP 263, in the first two lines only', () => {
  for (const [cookie, codec, byte, text] of [
    ['# -*- coding: latin-1 -*-', 'iso-8859-1', 0x85, '\x85'],
    ['# vim: set fileencoding=cp1252 :', 'cp1252', 0x85, '…'],
    ['#!/usr/bin/python\n# coding: iso-8859-15', 'iso-8859-15', 0xa4, '€'],
    ['\n# coding=KOI8_R', 'koi8-r', 0xc1, 'а'],
  ] as const) {
    const source = roundTrip(Buffer.concat([ascii(`${cookie}\nx = '`), Buffer.from([byte]), ascii("'\n")]));
    assert.is(source.codec, codec);
    assert.ok(source.text.includes(`'${text}'`), `${codec}: ${source.text}`);
    assert.is(source.problem, null);
  }
  assert.is(roundTrip(ascii('x = 1\n# coding: latin-1\n')).codec, 'utf-8');
  assert.is(roundTrip(ascii('\n\n# coding: latin-1\n')).codec, 'utf-8');
});

test('multi-byte codecs', () => {
  const shiftJis = Buffer.concat([
    ascii('# coding: shift_jis\nx = "'),
    Buffer.from([0x82, 0xa0, 0xb1]),
    ascii('"\n'),
  ]);
  assert.ok(roundTrip(shiftJis).text.includes('あｱ'));
  const eucKr = Buffer.concat([ascii('# coding: euc-kr\nx = "'), Buffer.from([0xb0, 0xa1]), ascii('"\n')]);
  assert.ok(roundTrip(eucKr).text.includes('가'));
});

test('every multi-byte codec of East Asia comes back byte for byte, and is read as Python reads it', async () => {
  const cookies: Record<string, string> = {
    'euc-jp': '日本語 ｱ 丂',
    shift_jis: '日本語 ｱ',
    cp932: '日本語 ｱ ①',
    gbk: '汉字',
    gb2312: '汉字',
    gb18030: '汉字 \u20ac \u00e4 \u0e01',
    big5: '漢字',
    'euc-kr': '한글',
    'iso-2022-jp': '日本語 abc',
    'koi8-r': 'привет',
    cp1251: 'привет',
  };
  const script =
    'import json, sys\nfor codec, text in json.load(sys.stdin).items():\n' +
    '    print(f"# coding: {codec}\\nx = \\"{text}\\"  # {text}\\n".encode(codec).hex())';
  const { stdout } = await runProcess(pythonPath(), ['-I', '-c', script], { input: JSON.stringify(cookies) });
  const files = stdout.trim().split('\n');
  Object.entries(cookies).forEach(([codec, text], i) => {
    const source = roundTrip(Buffer.from(files[i], 'hex'));
    assert.is(source.problem, null, codec);
    assert.is(source.text, `# coding: ${codec}\nx = "${text}"  # ${text}\n`, codec);
  });
});

test('an edit of a file in any codec changes only the edited bytes', async () => {
  for (const [codec, text] of [
    ['iso-2022-jp', '日本語'],
    ['shift_jis', '日本語'],
    ['gb18030', '汉字ä'],
    ['latin-1', 'äöü'],
    ['cp1252', '€uro'],
    ['koi8-r', 'привет'],
  ]) {
    const head = `# coding: ${codec}\r\ns = "${text}" # ${text}\r\n`;
    const script =
      'import json, sys\ncodec, text = json.load(sys.stdin)\nsys.stdout.write(text.encode(codec).hex())';
    const bytesOf = async (whole: string): Promise<Buffer> => {
      const input = JSON.stringify([codec, whole]);
      return Buffer.from((await runProcess(pythonPath(), ['-I', '-c', script], { input })).stdout, 'hex');
    };
    const source = decodeSource(await bytesOf(`${head}if s :\r\n\tx = 1 # ${text}\r\n`));
    const tokens = lex(source.text);
    const edit = diffTokens(tokens, lex(source.text.replace('x = 1', 'x = 2')));
    assert.ok(edit);
    const edited = { ...source, text: applyEdit(source.text, tokens, edit) };
    const wanted = await bytesOf(`${head}if s :\r\n\tx = 2 # ${text}\r\n`);
    assert.equal(Buffer.from(encodeSource(edited)), wanted, codec);
  }
});

test('what CPython would refuse still comes back byte for byte, and is named', () => {
  for (const bytes of [
    Buffer.concat([ascii('x = "'), Buffer.from([0xff, 0xc3, 0xed, 0xa0, 0x80, 0xf0, 0x9f]), ascii('"\n')]),
    Buffer.concat([ascii('# coding: ascii\nx = "'), Buffer.from([0xe4]), ascii('"\n')]),
    ascii('# coding: no-such-codec\nx = "\xe4"\n'),
    ascii('# coding: utf-16\nx\n'),
    Buffer.from('\ufeff# coding: latin-1\nx\n'),
    ascii('# coding: cp1252\n\x81\x8d'),
  ])
    assert.type(roundTrip(bytes).problem, 'string', bytes.toString('latin1'));
});

test('property: random bytes under every cookie come back', () => {
  const rng = seedStream(3, 'codec.test');
  for (const codec of [
    'utf-8',
    'latin-1',
    'cp1251',
    'shift_jis',
    'gbk',
    'big5',
    'euc-jp',
    'iso-2022-jp',
    'gb18030',
    'x',
  ])
    for (let i = 0; i < 5; i++)
      roundTrip(
        Buffer.concat([
          ascii(`# coding: ${codec}\n`),
          Buffer.from(Array.from({ length: 200 }, () => rng.int(256))),
        ]),
      );
});

test('a character that the codec cannot write is refused', () => {
  const source = decodeSource(ascii('# coding: latin-1\nx\n'));
  assert.throws(() => encodeSource({ ...source, text: 'x = "€"' }), /iso-8859-1, got "€"/);
  assert.throws(() => encodeSource({ text: 'x = "\ud800"', codec: 'utf-8', bom: false }), /surrogate/);
});

test.run();
