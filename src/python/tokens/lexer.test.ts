import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { lex } from './lexer';
import type { Token } from './token';

/** Tokens as short text: layout kinds in angle brackets, error kinds marked. */
function show(source: string): string {
  return lex(source)
    .map(({ kind, text }) => (text === '' ? `<${kind}>` : kind.startsWith('error') ? `!${text}` : text))
    .join(' ');
}

const kinds = (source: string): string[] => lex(source).map((token) => token.kind);

test('names, keywords, numbers, operators and strings have their kinds; soft keywords are names', () => {
  assert.equal(kinds('match = not 1_0.5e-3j ** "x"\n'), [
    'name',
    'op',
    'keyword',
    'number',
    'op',
    'string',
    'newline',
    'end',
  ]);
});

test('layout: nested blocks, comments, blank lines and continuations', () => {
  const source = 'if a:\n    # note\n\n    b = (1,\n  2)\n    if c: \\\n        d\ne\n';
  assert.equal(
    show(source),
    'if a : <newline> <indent> b = ( 1 , 2 ) <newline> if c : d <newline> <dedent> e <newline> <end>',
  );
});

test('docstrings make no token, unless nothing else is in their block', () => {
  assert.equal(
    show('"""m"""\ndef f():\n    """d"""\n    return 1\n'),
    'def f ( ) : <newline> <indent> return 1 <newline> <dedent> <end>',
  );
  assert.equal(
    show('def f():\n    """d"""\nx\n'),
    'def f ( ) : <newline> <indent> """d""" <newline> <dedent> x <newline> <end>',
  );
  assert.equal(show('x = 1\n"note"\n'), 'x = 1 <newline> "note" <newline> <end>');
});

test('a merge-conflict marker is one token with its newline, and the lines around it keep their layout', () => {
  const clean = 'def f(a):\n    if a:\n        b = g(a,\n              1)\n    return b\nx\n';
  const lines = clean.split('\n');
  for (const marker of ['<<<<<<< HEAD', '=======', '>>>>>>> feature/some-branch.2', '||||||| 1a2b3c'])
    for (let at = 0; at < lines.length; at++) {
      const tokens = lex(lines.toSpliced(at, 0, marker).join('\n'));
      const place = tokens.findIndex(({ text }) => text === marker);
      const inBrackets = at === 3;
      assert.equal(tokens[place].kind, 'error-char');
      assert.equal(
        tokens.toSpliced(place, inBrackets ? 1 : 2).map(({ kind, text }) => `${kind} ${text}`),
        lex(clean).map(({ kind, text }) => `${kind} ${text}`),
        `${marker} before line ${at}`,
      );
    }
  assert.equal(show('    <<<<<<< HEAD\n').match(/<</g)?.length, 3);
  assert.equal(show('x = """\n=======\n"""\n'), 'x = """\n=======\n""" <newline> <end>');
  assert.equal(show('======= x\n======== \n'), '== == == = x <newline> == == == == <newline> <end>');
});

test('docstrings in the wrong place: what is after them keeps its layout, their own slip is one error-indent', () => {
  const header = 'def f ( ) : <newline> <indent>';
  for (const [source, expected] of [
    // Left or right of the block that follows.
    [
      'def f():\n  """d"""\n    a\n    b\n',
      `${header} <error-indent> a <newline> b <newline> <dedent> <end>`,
    ],
    [
      'def f():\n      """d"""\n    a\n    b\n',
      `${header} <error-indent> a <newline> b <newline> <dedent> <end>`,
    ],
    ['def f():\n"""d"""\n    a\n', `${header} <error-indent> a <newline> <dedent> <end>`],
    // The line after it slipped: the rest of the block agrees with the docstring.
    [
      'def f():\n    """d"""\n      a\n    b\n    c\n',
      `${header} <error-indent> a <newline> b <newline> c <newline> <dedent> <end>`,
    ],
    [
      'def f():\n    """d"""\n   a\n    b\n',
      `${header} <error-indent> a <newline> b <newline> <dedent> <end>`,
    ],
    // After a statement, with a comment, as attribute's note.
    ['def f():\n    a\n    """d"""  # c\n    b\n', `${header} a <newline> b <newline> <dedent> <end>`],
    ['class A:\n    a = 1\n    """d"""\n', 'class A : <newline> <indent> a = 1 <newline> <dedent> <end>'],
    // Left of the block in which it stands.
    ['def f():\n    a\n"""d"""\n    b\n', `${header} a <newline> <error-indent> b <newline> <dedent> <end>`],
    // The only statement; nothing but docstrings; before a line that fell out of the block.
    ['if a:\n    """d"""\nb\n', 'if a : <newline> <indent> """d""" <newline> <dedent> b <newline> <end>'],
    ['def f():\n    """d"""\n    """e"""\n', `${header} """d""" <newline> <dedent> <end>`],
    ['def f():\n    """d"""\na\n', `${header} """d""" <newline> <dedent> a <newline> <end>`],
    // Beside other statements, or wanted by the line before, a string is code.
    ['def f():\n    """d"""; a\n', `${header} """d""" ; a <newline> <dedent> <end>`],
    ['x =\n"""d"""\n', 'x = <newline> """d""" <newline> <end>'],
    ['a\n    """d"""\nb\n', 'a <newline> <error-indent> """d""" <newline> b <newline> <end>'],
    // A marker of a merge conflict around it.
    [
      'def f():\n    """d"""\n=======\n    a\n',
      'def f ( ) : <newline> !======= <newline> <indent> a <newline> <dedent> <end>',
    ],
    [
      'def f():\n    """d"""\n=======\na\n',
      `${header} """d""" <newline> !======= <newline> <dedent> a <newline> <end>`,
    ],
  ])
    assert.equal(show(source), expected, source);
});

test('f-strings are one token, also with their own quote inside', () => {
  for (const text of [
    `f"{a['b']}"`,
    `f"{a["b"]}"`,
    `f'{x!r:>{width}}'`,
    `rf"{{{x}}}\\"`.replace('\\"', '"'),
    `f"{f"{f'{1}'}"}"`,
    `f'''{\n  x # why\n}'''`,
    `f"\\N{BULLET} {x:%H:%M}"`,
    `F"{x if y != '}' else {1: 2}[1]}"`,
  ])
    assert.equal(show(`${text}\n`), `${text} <newline> <end>`);
  // A field that is never closed: Python 3.11's reading.
  assert.equal(show('f"{x" + 1\n'), 'f"{x" + 1 <newline> <end>');
});

test('an unterminated string ends with its line, triple-quoted too', () => {
  assert.equal(show('print("hello)\nx\n').replace(/<newline>.*/, ''), 'print ( !"hello) ');
  assert.equal(show('x = """abc\ny = 1\n'), 'x = !"""abc <newline> y = 1 <newline> <end>');
  assert.equal(show("a = 'b\\\n"), "a = !'b\\ <newline> <end>");
});

test('characters that start no token', () => {
  assert.equal(show('a $ b ? !\n'), 'a !$ b !? !! <newline> <end>');
  assert.equal(show('a\0b\n'), 'a !\0 b <newline> <end>');
  assert.equal(show('x = \ud800 \u{1f600}\n'), 'x = !\ud800 !\u{1f600} <newline> <end>');
});

test('indentation that fits no block', () => {
  // One column short: the line stays in its block.
  assert.equal(
    show('if a:\n    b\n   c\n    d\ne\n'),
    'if a : <newline> <indent> b <newline> <error-indent> c <newline> d <newline> <dedent> e <newline> <end>',
  );
  // The first line of a block alone is too deep.
  assert.equal(
    show('if a:\n      b\n    c\n    d\ne\n'),
    'if a : <newline> <indent> <error-indent> b <newline> c <newline> d <newline> <dedent> e <newline> <end>',
  );
  // The same with a block of its own.
  assert.equal(
    show('def f():\n     if a:\n        b\n    c\n    d\n'),
    'def f ( ) : <newline> <indent> <error-indent> if a : <newline> <indent> b <newline> <dedent> c <newline> d ' +
      '<newline> <dedent> <end>',
  );
  // A single line indented for no reason; more lines are a block.
  assert.equal(show('a\n  b\nc\n'), 'a <newline> <error-indent> b <newline> c <newline> <end>');
  assert.equal(show('a\n  b'), 'a <newline> <error-indent> b <newline> <end>');
  assert.equal(show('a\n  b\n  c\n'), 'a <newline> <indent> b <newline> c <newline> <dedent> <end>');
  // A header without its colon still opens a block.
  assert.equal(show('if a\n  b\n'), 'if a <newline> <indent> b <newline> <dedent> <end>');
  // Eight columns either way, but CPython calls it inconsistent.
  assert.equal(
    show('if a:\n        b\n\tc\n'),
    'if a : <newline> <indent> b <newline> <error-indent> c <newline> <dedent> <end>',
  );
});

test('a bracket that is never closed ends where a statement begins', () => {
  const broken = 'x = foo(a, b\nreturn x\ny = (1\nz = 2\n';
  assert.equal(
    show(broken),
    'x = foo ( a , b <newline> return x <newline> y = ( 1 <newline> z = 2 <newline> <end>',
  );
  assert.equal(
    show('if foo(a:\n    b = 1\nc\n'),
    'if foo ( a : <newline> <indent> b = 1 <newline> <dedent> c <newline> <end>',
  );
  // The docstring after an open parameter list stays a docstring.
  assert.equal(
    show('def f(a:\n    """d"""\n    return a\n'),
    'def f ( a : <newline> <indent> return a <newline> <dedent> <end>',
  );
  assert.equal(show('f(a]\ng\n'), 'f ( a ] <newline> g <newline> <end>');
  assert.equal(show('f(a))\ng\n'), 'f ( a ) ) <newline> g <newline> <end>');
});

test('line ends, form feeds, byte order mark, no final line break', () => {
  const expected = 'if a : <newline> <indent> b <newline> <dedent> c <newline> <end>';
  assert.equal(show('if a:\r\n    b\r\nc\r\n'), expected);
  assert.equal(show('if a:\r    b\rc'), expected);
  assert.equal(show('\ufeff\fif a:\n\f    b\n\f\nc'), expected);
  assert.equal(
    lex('a').map(({ start, end }) => [start, end]),
    [
      [0, 1],
      [1, 1],
      [1, 1],
    ],
  );
});

test('modern and ancient syntax', () => {
  assert.equal(show('type A[T: int] = B\n'), 'type A [ T : int ] = B <newline> <end>');
  assert.equal(show('async def f(): await (y := 1)\n'), 'async def f ( ) : await ( y := 1 ) <newline> <end>');
  assert.equal(show('a <> b; print x\n'), 'a <> b ; print x <newline> <end>');
  assert.equal(show('a@b->...**=0xFF.real\n'), 'a @ b -> ... **= 0xFF . real <newline> <end>');
});

test('hostile input stays fast', () => {
  const started = performance.now();
  const inputs = [
    '('.repeat(300_000),
    "f'''{'''".repeat(60_000),
    `${'"""'.slice(0, 2)}x\\\n`.repeat(100_000),
    'x = """ \\"\n'.repeat(60_000),
    Array.from({ length: 2000 }, (_, i) => `${' '.repeat(i)}if x:\n`).join(''),
    'f"{'.repeat(20_000),
    '(\n'.repeat(100_000),
  ];
  for (const input of inputs) assert.is(lex(input).at(-1)?.kind, 'end');
  assert.ok(performance.now() - started < 10_000, `took ${performance.now() - started} ms`);
});

test('spans cover the text: what lies between tokens is white space, comments and docstrings', () => {
  const source = 'def f(a,  # one\n      b):\r\n\t"""doc"""\n\tx = a \\\n\t  + b  # two\n# three\n';
  const tokens: Token[] = lex(source);
  let at = 0;
  let gaps = '';
  for (const token of tokens) {
    assert.ok(token.start >= at && token.end >= token.start);
    gaps += source.slice(at, token.start);
    if (token.text !== '') assert.is(source.slice(token.start, token.end), token.text);
    at = token.end;
  }
  assert.is(at, source.length);
  assert.is(gaps.replace(/#.*|"""doc"""|[\s\\]/g, ''), '');
});

test.run();
