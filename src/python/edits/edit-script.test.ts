import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { projectRoot } from '../../core/paths';
import { seedStream, type Rng } from '../../core/rng';
import type { Edit, TokenText } from '../../records/sample';
import { applyEdits, diffTokenEdits, tokensAfterEdits } from './edit-script';
import { diffTokens } from './edits';
import { findFunctions } from '../structure/functions';
import { lex } from '../tokens/lexer';

const key = (tokens: readonly TokenText[]): string =>
  tokens.map(({ kind, text }) => `${kind} ${text}`).join('\n');
const size = (edits: readonly Edit[]): number =>
  edits.reduce((sum, { tokenSpan: [start, end], replacement }) => sum + end - start + replacement.length, 0);

test('several bugs give one small edit each', () => {
  const before = lex('def f(a, b)\n    if a = b:\n        return foo(a b)\n    retrun a\n');
  const after = lex('def f(a, b):\n    if a == b:\n        return foo(a, b)\n    return a\n');
  assert.equal(
    diffTokenEdits(before, after).map(({ tokenSpan, replacement }) => [
      ...tokenSpan,
      replacement.map(({ text }) => text).join(' '),
    ]),
    [
      [7, 7, ':'],
      [11, 12, '=='],
      [20, 20, ','],
      [24, 25, 'return'],
    ],
  );
  assert.equal(diffTokenEdits(before, before), []);
});

test('an insertion or deletion stands as far left as it can, as with the single edit', () => {
  for (const [from, to] of [
    ['a = f(x, x)\n', 'a = f(x)\n'],
    ['a = f(x, x)\n', 'a = f(x, x, x)\n'],
    ['a\na\nb\n', 'a\na\na\nb\n'],
    ['x = [[a\n', 'x = [a\n'],
  ]) {
    const [before, after] = [lex(from), lex(to)];
    assert.equal(diffTokenEdits(before, after), [diffTokens(before, after)]);
  }
});

test('near edits join, long ones are cut', () => {
  const [before, after] = [lex('a.b.c = 1\n'), lex('x.b.z = 1\n')];
  assert.is(diffTokenEdits(before, after).length, 2);
  assert.is(diffTokenEdits(before, after, { maxGap: 2 }).length, 2);
  assert.is(diffTokenEdits(before, after, { maxGap: 3 }).length, 1);
  const lines = lex('x\nk = 1\nl = 2\nm = 3\ny\n');
  const pieces = diffTokenEdits(lines, lex('x\ny\n'), { maxTokens: 8 });
  assert.equal(
    pieces.map(({ tokenSpan }) => tokenSpan),
    [
      [1, 6],
      [6, 13],
    ],
  );
  assert.throws(() => diffTokenEdits(lines, lines, { maxTokens: 0 }), RangeError);
});

test('applied edits leave comments and layout between them alone', () => {
  const before = 'def f(a,b)  # one\r\n\tx = [a  b]  # two\r\n\r\n\t# three\r\n\tretrun x\r\n';
  const after = 'def f(a,b):\n\tx = [a, b]\n\treturn x\n';
  const tokens = lex(before);
  assert.is(
    applyEdits(before, tokens, diffTokenEdits(tokens, lex(after))),
    'def f(a,b):  # one\r\n\tx = [a,  b]  # two\r\n\r\n\t# three\r\n\treturn x\r\n',
  );
  assert.is(applyEdits(before, tokens, []), before);
});

test('a block is wrapped by one edit before and one after it, comments kept', () => {
  const before = 'def f():\n    a\n    # about b\n    """d"""\n    b\n    c\n';
  const after = 'def f():\n    if x:\n        a\n        b\n    c\n';
  const tokens = lex(before);
  const edits = diffTokenEdits(tokens, lex(after));
  assert.is(edits.length, 2);
  assert.is(
    applyEdits(before, tokens, edits).replace(/ +# about/, ' # about'),
    'def f():\n    if x:\n        a\n # about b\n        """d"""\n        b\n    c\n',
  );
});

test('edits that overlap, are out of order or outside are refused', () => {
  const tokens = lex('a b c\n');
  const edit = (start: number, end: number): Edit => ({
    tokenSpan: [start, end],
    charSpan: [0, 0],
    replacement: [],
  });
  assert.throws(() => applyEdits('a b c\n', tokens, [edit(0, 2), edit(1, 3)]), /disjoint/);
  assert.throws(() => applyEdits('a b c\n', tokens, [edit(1, 2), edit(0, 1)]), /disjoint/);
  assert.throws(() => applyEdits('a b c\n', tokens, [edit(0, 9)]), RangeError);
});

/** Tokens removed, doubled or replaced in some places, lines indented or cut: several bugs. */
function damage(source: string, rng: Rng): string {
  let text = source;
  for (let round = 1 + rng.int(4); round > 0; round--) {
    const solid = lex(text).filter(({ start, end }) => end > start);
    if (solid.length === 0) return text;
    const [a, b] = [rng.pick(solid), rng.pick(solid)];
    const shown = b.kind === 'newline' ? '\n' : b.text;
    const lines = text.split('\n');
    const line = rng.int(lines.length);
    const choice = rng.int(5);
    if (choice === 0) text = text.slice(0, a.start) + text.slice(a.end);
    else if (choice === 1) text = `${text.slice(0, a.start)} ${shown} ${text.slice(a.end)}`;
    else if (choice === 2) text = `${text.slice(0, a.start)} ${shown} ${text.slice(a.start)}`;
    else if (choice === 3) text = lines.toSpliced(line, 1).join('\n');
    else text = lines.with(line, rng.pick(['    ', ' ']) + lines[line]).join('\n');
  }
  return text;
}

test('property: the edits give the other tokens, in both directions, never more than one edit would', () => {
  const rng = seedStream(19, 'edit-script.test');
  let several = 0;
  for (const file of ['src/python/critic/critic-worker.py', 'src/python/fixtures/layouts.py']) {
    const source = readFileSync(join(projectRoot(), file), 'utf8');
    for (const { source: whole } of findFunctions(source, lex(source)))
      for (let round = 0; round < 60; round++) {
        const broken = damage(whole, rng);
        for (const [from, to] of [
          [broken, whole],
          [whole, broken],
        ]) {
          const [before, after] = [lex(from), lex(to)];
          for (const options of [{}, { maxGap: 2 }, { maxTokens: 8 }]) {
            const edits = diffTokenEdits(before, after, options);
            assert.is(key(tokensAfterEdits(before, edits)), key(after));
            if (options.maxTokens)
              for (const { tokenSpan, replacement } of edits)
                assert.ok(tokenSpan[1] - tokenSpan[0] <= 8 && replacement.length <= 8);
            if (options.maxGap === undefined) {
              const single = diffTokens(before, after);
              assert.ok(size(edits) <= (single ? size([single]) : 0), 'minimal');
            }
          }
          if (to !== whole) continue;
          const edits = diffTokenEdits(before, after);
          if (edits.length > 1) several++;
          assert.is(key(lex(applyEdits(from, before, edits))), key(after), JSON.stringify(from));
        }
      }
  }
  assert.ok(several > 200, `${several} with several edits`);
});

test('the fewest changes, checked against the textbook table', () => {
  const rng = seedStream(23, 'edit-script.lcs');
  const random = (): string =>
    `${Array.from({ length: rng.int(12) }, () => rng.pick(['a', 'b', '+'])).join(' ')}\n`;
  for (let round = 0; round < 500; round++) {
    const [before, after] = [lex(random()), lex(random())];
    const table = Array.from({ length: before.length + 1 }, () =>
      new Array<number>(after.length + 1).fill(0),
    );
    for (let i = 1; i <= before.length; i++)
      for (let j = 1; j <= after.length; j++)
        table[i][j] =
          before[i - 1].kind === after[j - 1].kind && before[i - 1].text === after[j - 1].text
            ? table[i - 1][j - 1] + 1
            : Math.max(table[i - 1][j], table[i][j - 1]);
    const common = table[before.length][after.length];
    assert.is(size(diffTokenEdits(before, after)), before.length + after.length - 2 * common);
  }
});

test('long and wholly different lists take no time', () => {
  const started = performance.now();
  const [a, b] = [lex('a = b + c\n'.repeat(20_000)), lex('return (x, y)\n'.repeat(20_000))];
  assert.is(key(tokensAfterEdits(a, diffTokenEdits(a, b))), key(b));
  assert.ok(performance.now() - started < 10_000);
});

test.run();
