import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { projectRoot } from '../../core/paths';
import { seedStream, type Rng } from '../../core/rng';
import type { Edit, TokenText } from '../../records/sample';
import { applyEdit, diffTokens, editedTokens, renderTokens, sampleId } from './edits';
import { findFunctions } from '../structure/functions';
import { lex } from '../tokens/lexer';

const key = (tokens: readonly TokenText[]): string =>
  tokens.map(({ kind, text }) => `${kind} ${text}`).join('\n');

/** The fix from one text to another as `applyEdit` makes it. */
function mend(before: string, after: string): string {
  const tokens = lex(before);
  const edit = diffTokens(tokens, lex(after));
  if (!edit) return before;
  const mended = applyEdit(before, tokens, edit);
  assert.is(key(lex(mended)), key(lex(after)), `${JSON.stringify(before)} -> ${JSON.stringify(mended)}`);
  return mended;
}

test('the smallest edit, the leftmost of equal ones, with both spans', () => {
  const before = lex('a = f(x, x)\n');
  assert.equal(diffTokens(before, lex('a = f(x)\n')), {
    tokenSpan: [4, 6],
    charSpan: [6, 8],
    replacement: [],
  });
  assert.equal(diffTokens(before, lex('a = f(x, y)\n')), {
    tokenSpan: [6, 7],
    charSpan: [9, 10],
    replacement: [{ kind: 'name', text: 'y' }],
  });
  assert.equal(diffTokens(before, lex('a = f(x, x, x)\n'))?.tokenSpan, [4, 4]);
  assert.is(diffTokens(before, lex('a  =  f(x, # note\n x)')), null);
  assert.equal(
    editedTokens(before, diffTokens(before, lex('a = 1\n')) as Edit).map((t) => t.text),
    ['a', '=', '1', '', ''],
  );
});

test('only the edited characters change', () => {
  for (const [before, after, expected] of [
    // [text, text with the wanted tokens, text that must come out]
    ['def f(x)  # c\r\n\treturn  x\r\n', 'def f(x):\n return x\n', 'def f(x):  # c\r\n\treturn  x\r\n'],
    ['if  x  == 1 :\n  y\n', 'if x != 1:\n y\n', 'if  x  != 1 :\n  y\n'],
    ['f(a,  b) # c\n', 'f(a)\n', 'f(a) # c\n'],
    ['return x\n', 'return not x\n', 'return not x\n'],
    ['return not  x\n', 'return x\n', 'return x\n'],
    ['f(a b)\n', 'f(a, b)\n', 'f(a, b)\n'],
    ['f(a,\n  b,  # two\n  c)\n', 'f(a,\n  b + 1,\n  c)\n', 'f(a,\n  b + 1,  # two\n  c)\n'],
    ['x=a+b\n', 'x = a - b\n', 'x=a-b\n'],
    ['f(a,b)+c\n', 'f(a, b, d) + c\n', 'f(a,b,d)+c\n'],
    ['x[:i+4]+y\n', 'x[:i+j+4]+y\n', 'x[:i+j+4]+y\n'],
    ['x[+4:j]\n', 'x[i+4:j]\n', 'x[i+4:j]\n'],
    ['f(k=1)\n', 'f(k=1, j=-2)\n', 'f(k=1, j=-2)\n'],
    ['g(a[1])\n', 'g(a[1:2])\n', 'g(a[1:2])\n'],
    ['x = (1,\ny = 2\n', 'x = (1, 3)\ny = 2\n', 'x = (1, 3)\ny = 2\n'],
  ])
    assert.is(mend(before, after), expected);
});

test('lines: inserted, deleted, joined, split; comments, blank lines and line ends stay', () => {
  for (const [before, after, expected] of [
    [
      'def f():\r\n\ta = 1  # one\r\n\r\n\t# about b\r\n\tb = 2\r\n',
      'def f():\n a = 1\n c = 3\n b = 2\n',
      'def f():\r\n\ta = 1  # one\r\n\r\n\t# about b\r\n\tc = 3\r\n\tb = 2\r\n',
    ],
    ['a\n# about b\nb  # b\nc\n', 'a\nc\n', 'a\n# about b\nc\n'],
    ['if a:\n    b\nc\n', 'if a:\n    b\n    return d\nc\n', 'if a:\n    b\n    return d\nc\n'],
    [
      'def f():\n  if a:\n    b\n\n# next\nc',
      'def f():\n  if a:\n    b\n    d\nc',
      'def f():\n  if a:\n    b\n    d\n\n# next\nc',
    ],
    ['a\nb', 'a\nb\nc', 'a\nb\nc'],
    ['a; b\n', 'a\nb\n', 'a\nb\n'],
    ['x = 1,\n 2)\n', 'x = (1, 2)\n', 'x = (1,\n 2)\n'],
    ['a\nb\n', 'z\na\nb\n', 'z\na\nb\n'],
    ['if a:\nelse:\n    c\n', 'if a:\n    pass\nelse:\n    c\n', 'if a:\n    pass\nelse:\n    c\n'],
  ])
    assert.is(mend(before, after), expected);
});

test('indentation: a line or block moves, its neighbours do not', () => {
  for (const [before, after, expected] of [
    ['if a:\n    b\n   c\n    d\n', 'if a:\n b\n c\n d\n', 'if a:\n    b\n    c\n    d\n'],
    ['if a:\n      b\n    c\n    d\n', 'if a:\n b\n c\n d\n', 'if a:\n    b\n    c\n    d\n'],
    [
      'if x:\n     if a:\n        b\n    c\n    d\n',
      'if x:\n if a:\n  b\n c\n d\n',
      'if x:\n    if a:\n        b\n    c\n    d\n',
    ],
    ['a\n  b\nc\n', 'a\nb\nc\n', 'a\nb\nc\n'],
    ['if a:\nb\nc\n', 'if a:\n b\nc\n', 'if a:\n    b\nc\n'],
    [
      'def f():\n\tif a:\n\t\tb\n\treturn b\n',
      'def f():\n\tif a:\n\t\tb\n\t\treturn b\n',
      'def f():\n\tif a:\n\t\tb\n\t\treturn b\n',
    ],
    [
      'for a in b:\n    c\n    return d\n',
      'for a in b:\n    c\nreturn d\n',
      'for a in b:\n    c\nreturn d\n',
    ],
    ['while a:\n    b\n', 'while a:\n    if c:\n        b\n', 'while a:\n    if c:\n        b\n'],
  ])
    assert.is(mend(before, after), expected);
});

test('an unbalanced edit shifts the rest of the block', () => {
  const source = 'def f():\n    if a:\n        b\n    c\n    d\ne\n';
  const tokens = lex(source);
  const dedent = tokens.findIndex(({ kind }) => kind === 'dedent');
  const removed = applyEdit(source, tokens, {
    tokenSpan: [dedent, dedent + 1],
    charSpan: [0, 0],
    replacement: [],
  });
  assert.is(removed, 'def f():\n    if a:\n        b\n        c\n        d\ne\n');
  const inserted = applyEdit(source, tokens, {
    tokenSpan: [dedent + 1, dedent + 1],
    charSpan: [0, 0],
    replacement: [{ kind: 'dedent', text: '' }],
  });
  assert.is(inserted, 'def f():\n    if a:\n        b\nc\nd\ne\n');
  assert.throws(
    () => applyEdit(source, tokens, { tokenSpan: [0, tokens.length], charSpan: [0, 0], replacement: [] }),
    RangeError,
  );
});

test('docstrings stay in the text, with the block they belong to', () => {
  for (const [before, after, expected] of [
    // Its own slip is mended, with the line after it left alone.
    ['def f():\n  """d\n  e"""\n    a\n', 'def f():\n    a\n', 'def f():\n    """d\n  e"""\n    a\n'],
    [
      'def f():\n      """d"""  # c\n    a\n    b\n',
      'def f():\n    a\n    b\n',
      'def f():\n    """d"""  # c\n    a\n    b\n',
    ],
    ['def f():\n"""d"""\n    a\n', 'def f():\n    a\n', 'def f():\n    """d"""\n    a\n'],
    [
      'def f():\n    a\n"""d"""\n    b\n',
      'def f():\n    a\n    b\n',
      'def f():\n    a\n    """d"""\n    b\n',
    ],
    // A line that slipped after it.
    [
      'def f():\n    """d"""\n      a\n    b\n',
      'def f():\n    a\n    b\n',
      'def f():\n    """d"""\n    a\n    b\n',
    ],
    // The block was nothing but its docstring.
    [
      'def f():\n    """d"""\nreturn 1\n',
      'def f():\n    return 1\n',
      'def f():\n    """d"""\n    return 1\n',
    ],
    [
      'def f():\n    """d"""\n\n# g\ng()\n',
      'def f():\n    pass\ng()\n',
      'def f():\n    """d"""\n    pass\n\n# g\ng()\n',
    ],
    ['def f():\n"""d"""\nreturn 1\n', 'def f():\n    return 1\n', 'def f():\n    """d"""\n    return 1\n'],
    // At the end of a text without a line break.
    ['def f():\n    """d"""', 'def f():\n    a\n', 'def f():\n    """d"""\n    a'],
    // The docstring itself is what changes.
    ['def f():\n    """d"""\ng()\n', 'def f():\n    """e"""\ng()\n', 'def f():\n    """e"""\ng()\n'],
    [
      'class A:\n    """d"""\n',
      'class A:\n    """e"""\n\nclass B:\n    pass\n',
      'class A:\n    """e"""\nclass B:\n    pass\n',
    ],
    // Statements come before and after it, and go.
    ['def f():\n    """d"""\n    b\n', 'def f():\n    a\n    b\n', 'def f():\n    """d"""\n    a\n    b\n'],
    ['def f():\n    a\n    """d"""\n    b\n', 'def f():\n    b\n', 'def f():\n    """d"""\n    b\n'],
    ['if x:\n  a\n  """d"""\n  b\n', 'if x:\n  a\nb\n', 'if x:\n  a\n"""d"""\nb\n'],
  ])
    assert.is(mend(before, after), expected);
});

test('property: a replaced name, number or string changes its own characters and no others', () => {
  const source =
    '# -*- coding: utf-8 -*-\n"""Doc é \u{1f600}"""\nimport os  # c\n\f\nclass A[T: int](B):\n\t"""d"""\n\tx: T = 1 # é\n' +
    '\tasync def f(self, *a, k=0x_1f, **kw) -> "A[T]":\n\t\tasync with a as (b, c), d: pass\n\t\tif (n := len(a)) > 10 \\\n\t\t   and b:\n' +
    '\t\t\treturn f"{n!r:>{k}} {f\'{a["b"]}\'}" rb"x" # d\n\n\t\tmatch n:\n\t\t\tcase {"k": [1, *rest], **kw} | None if rest: await g(\n  n,  # e\n\n  k )\n' +
    '\t\t"""note"""\n\t\ttype L[*Ts] = (\n\t\t\tint)\n\t\tx = lambda y, z=1: y@z;del x  # f\nprint (a  , b)';
  for (const lineBreak of ['\n', '\r\n', '\r'])
    for (const mark of ['', '\ufeff']) {
      const text = mark + source.replaceAll('\n', lineBreak);
      const tokens = lex(text);
      assert.ok(tokens.every(({ kind }) => !kind.startsWith('error')));
      tokens.forEach(({ kind, start, end, text: old }, i) => {
        const other = { name: 'other', number: '42', string: '"other"' }[kind as 'name'];
        if (!other || other === old) return;
        const edit: Edit = {
          tokenSpan: [i, i + 1],
          charSpan: [start, end],
          replacement: [{ kind, text: other }],
        };
        assert.is(
          applyEdit(text, tokens, edit),
          text.slice(0, start) + other + text.slice(end),
          `${old} at ${start}`,
        );
      });
    }
});

test('the line of a merge-conflict marker goes, and nothing else', () => {
  const clean = 'def f(a):\r\n\tif a:  # c\r\n\t\tb = g(a,  # d\r\n\t\t      1)\r\n\r\n\treturn b\r\nx\r\n';
  const lines = clean.split('\r\n');
  for (const at of lines.keys())
    assert.is(mend(lines.toSpliced(at, 0, '>>>>>>> feature/x.y-z').join('\r\n'), clean), clean, `line ${at}`);
});

/** One random corruption of a function: a token or line deleted, doubled, replaced, moved, or the text cut. */
function corrupt(source: string, rng: Rng): string {
  const solid = lex(source).filter(({ start, end }) => end > start);
  const [a, b] = [rng.pick(solid), rng.pick(solid)];
  const lines = source.split('\n');
  const line = rng.int(lines.length);
  const text = b.kind === 'newline' ? '\n' : b.text;
  switch (rng.int(9)) {
    case 0:
      return source.slice(0, a.start) + source.slice(a.end);
    case 1:
      return `${source.slice(0, a.start)} ${text} ${source.slice(a.end)}`;
    case 2:
      return `${source.slice(0, a.start)} ${text} ${source.slice(a.start)}`;
    case 3:
      return lines.toSpliced(line, 1).join('\n');
    case 4:
      return lines.toSpliced(line, 0, rng.pick(lines)).join('\n');
    case 5:
      return lines.with(line, rng.pick(['    ', ' ', '\t']) + lines[line]).join('\n');
    case 6:
      return lines.with(line, lines[line].slice(rng.int(5))).join('\n');
    case 7:
      return lines.toSpliced(line, 2, `${lines[line]} ${(lines[line + 1] ?? '').trim()}`).join('\n');
    default:
      return source.slice(0, rng.int(source.length));
  }
}

test('property: the diff from a corrupted function to the whole one, applied, gives the whole tokens', () => {
  const rng = seedStream(7, 'edits.test');
  let edits = 0;
  for (const file of ['src/python/critic/critic-worker.py', 'src/python/fixtures/layouts.py']) {
    const source = readFileSync(join(projectRoot(), file), 'utf8');
    for (const { source: whole } of findFunctions(source, lex(source)))
      for (let round = 0; round < 150; round++) {
        const broken = corrupt(whole, rng);
        mend(broken, whole);
        edits++;
      }
  }
  assert.ok(edits > 1000, `${edits} edits`);
});

test('identity: layout and comments do not matter, tokens and the direction do', () => {
  const id = sampleId('x = 1\n', 'x = 2\n');
  assert.match(id, /^[0-9a-f]{64}$/);
  assert.is(sampleId('x  =  1  # c\r\n', 'x = (2)\n') === id, false);
  assert.is(sampleId('x  =  1  # c\r\n', 'x=2'), id);
  assert.is.not(sampleId('x = 2\n', 'x = 1\n'), id);
});

test('rendered tokens read as the same tokens, spaced as people do', () => {
  const source =
    '@deco\nasync def f(a, *b, c: int = -1, d=None, **e) -> x[1:2]:\n    if not a and b[-1] == {"k": (1,)}:\n' +
    '        return f(*b, d=lambda: 0)\n    x = a.b[c](d) if e else [-y for y in z]\n    return a @ b, ~c\n';
  assert.is(renderTokens(lex(source)), source);
  assert.is(renderTokens(lex('if a:\n b\n'), { unit: '\t', indent: '  ' }), '  if a:\n  \tb\n');
});

test.run();
