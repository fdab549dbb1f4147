import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { openDocument } from './open-document';
import { maskMagics } from './magics';

/** A notebook as Jupyter writes it: one blank of indentation, sources as lists of lines. */
function notebook(sources: readonly (string | string[])[], more: object = {}): string {
  const cells = sources.map((source, i) => ({
    cell_type: i === 0 ? 'markdown' : 'code',
    metadata: { trusted: true },
    ...(i > 0 && {
      execution_count: i,
      outputs: [{ output_type: 'stream', name: 'stdout', text: ['x = 1 - 2\n', 'ä\\u00e4'] }],
    }),
    source,
  }));
  return `${JSON.stringify({ cells, metadata: { kernelspec: { language: 'python' } }, nbformat: 4, nbformat_minor: 5, ...more }, null, 1)}\n`;
}

const open = (text: string): ReturnType<typeof openDocument> => openDocument('a.ipynb', Buffer.from(text));

const SOURCES = [
  ['# Title\n', 'x = 1 - 2'],
  ['%matplotlib inline\n', 'x = 1 - 2\n', '!ls -l \\\n', '  -a\n', 'print(x)'],
  ['%%bash\n', 'echo 1 - 2'],
  'y = 1 - 2',
  [],
  ['files = !ls\n', 'if y:\n', '    %time f(1 - 2)\n', 'é = (1\n', '  % 2 - 1)\n', 'y?'],
];

test('code cells are one Python text; magics, shell lines and other languages are not in it', async () => {
  const { text } = await open(notebook(SOURCES));
  assert.is(
    text,
    [
      ...['# trm-cell-2', 'pass  # trm-magic-0', 'x = 1 - 2', 'pass  # trm-magic-1', 'print(x)'],
      ...['# trm-cell-4', 'y = 1 - 2', '# trm-cell-5', ''],
      ...[
        '# trm-cell-6',
        'files = None  # trm-magic-2',
        'if y:',
        '    pass  # trm-magic-3',
        'é = (1',
        '  % 2 - 1)',
      ],
      ...['pass  # trm-magic-4', ''],
    ].join('\n'),
  );
});

test('an unchanged notebook comes back byte for byte, a changed one differs in the changed source lines only', async () => {
  for (const indent of [0, 1, 4]) {
    const json = JSON.stringify(JSON.parse(notebook(SOURCES)), null, indent);
    const document = await open(json);
    assert.is(Buffer.from(document.encode(document.text)).toString(), json);
    const mended = Buffer.from(
      document.encode(document.text.replaceAll('1 - 2', '1 + 2').replace('print(x)', 'print(x)\nprint(y)')),
    ).toString();
    const expected = JSON.parse(json) as { cells: { source: string | string[] }[] };
    expected.cells[1].source = [
      '%matplotlib inline\n',
      'x = 1 + 2\n',
      '!ls -l \\\n',
      '  -a\n',
      'print(x)\n',
      'print(y)',
    ];
    expected.cells[3].source = 'y = 1 + 2';
    assert.is(mended, JSON.stringify(expected, null, indent));
  }
});

test('escapes, line ends and a missing last line end stay as they are', async () => {
  const escaped = notebook([[], ['s = "ä"\n', 'x = "ä" - 1\n']])
    .replaceAll('ä', '\\u00e4')
    .replaceAll('\n', '\r\n');
  const document = await open(escaped);
  const mended = Buffer.from(document.encode(document.text.replace('" - 1', '" + 1'))).toString();
  assert.is(mended, escaped.replace('\\u00e4\\" - 1', '\\u00e4\\" + 1'));
});

test('places are those of the cell, and lines that stand for something else are not edited', async () => {
  const document = await open(notebook(SOURCES));
  const at = (line: number): unknown => {
    const place = { line, character: 2 };
    const { cell, range } = document.place({ start: place, end: place });
    return [cell, range.start.line, range.start.character];
  };
  assert.equal(
    [at(2), at(4), at(6)],
    [
      [2, 1, 2],
      [2, 4, 2],
      [4, 0, 2],
    ],
    'behind a magic of two lines, too',
  );
  const offset = (text: string): number => document.text.indexOf(text);
  const magic = offset('pass  # trm-magic-1');
  assert.not.ok(document.isEditable(document.text, [magic, magic]));
  assert.ok(document.isEditable(document.text, [offset('x = 1'), offset('x = 1') + 1]));
  assert.not.ok(document.isEditable(document.text, [0, 1]));
  assert.throws(
    () => document.encode(document.text.replace('pass  # trm-magic-1\n', '')),
    /touches a magic: nothing was written/,
  );
  assert.throws(() => document.encode(document.text.replace('# trm-cell-4\n', '')), /goes across two cells/);
});

test('only what IPython reads as a magic is one', () => {
  for (const [source, masked] of [
    ['x = (1\n%2)', 'x = (1\n%2)'],
    ['s = """\n!no\n"""', 's = """\n!no\n"""'],
    ['x != y', 'x != y'],
    ['a = b\\\n% c', 'a = b\\\n% c'],
    ['%%time\nx = 1', 'pass  # trm-magic-0\nx = 1'],
    ['f??', 'pass  # trm-magic-0'],
    ['a, b = %sql x', 'a, b = None  # trm-magic-0'],
  ])
    assert.is(maskMagics(source, 0)?.text, masked);
  assert.is(maskMagics('%%writefile a.py\nx = 1', 0), null);
});

test('what is no notebook, or not in Python, is refused in words', async () => {
  for (const [text, message] of [
    ['{"cells": [', 'expected a notebook (JSON), the JSON breaks off at character'],
    ['{"worksheets": []}', 'with a list of cells (nbformat 4)'],
    [
      notebook([], { metadata: { kernelspec: { language: 'R' } } }),
      'expected a notebook in Python, got one in "R"',
    ],
    ['[]', 'with a list of cells'],
  ])
    await open(text).then(
      () => assert.unreachable(text),
      (error: Error) => assert.ok(error.message.includes(message), error.message),
    );
  const { text } = await open(notebook([]));
  assert.is(text, '');
});

test.run();
