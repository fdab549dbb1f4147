/** The whole installed standard library through the lexer, and a sample of it corrupted. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { pythonPath } from '../core/paths';
import { seedStream, type Rng } from '../core/rng';
import { runProcess } from '../core/subprocess';
import { decodeSource, encodeSource } from './codec';
import { applyEdit, diffTokens } from './edits';
import { findFunctions } from './functions';
import { lex, type Token } from './lexer';
import { windowsOf } from './windows';

let files: string[] = [];
test.before(async () => {
  const script = 'import sysconfig; print(sysconfig.get_path("stdlib"))';
  const root = (await runProcess(pythonPath(), ['-I', '-c', script])).stdout.trim();
  files = readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.py') && !name.includes('site-packages'))
    .sort()
    .map((name) => join(root, name));
  assert.ok(files.length > 100, `only ${files.length} files in ${root}`);
});

/** Tokens lie in order within the text, show what they cover, and end at its end. */
function checkCover(text: string, tokens: readonly Token[], label: string): void {
  let at = 0;
  for (const { kind, start, end, text: shown } of tokens) {
    if (start < at || end < start || (shown !== '' && text.slice(start, end) !== shown))
      assert.unreachable(`${label}: ${kind} at ${start}`);
    at = end;
  }
  assert.is(tokens.at(-1)?.kind, 'end', label);
  assert.is(at, text.length, label);
}

test('every file: bytes come back, tokens cover the text, none is in error unless the file is', () => {
  let broken = 0;
  for (const file of files) {
    const bytes = readFileSync(file);
    const source = decodeSource(bytes);
    assert.ok(Buffer.compare(encodeSource(source), bytes) === 0, file);
    const tokens = lex(source.text);
    checkCover(source.text, tokens, file);
    if (source.problem !== null || tokens.some(({ kind }) => kind.startsWith('error'))) broken++;
    const nothing = {
      tokenSpan: [0, 0] as [number, number],
      charSpan: [0, 0] as [number, number],
      replacement: [],
    };
    assert.is(applyEdit(source.text, tokens, nothing), source.text, file);
  }
  // Test data of lib2to3 and of the tokenizer's own tests is broken on purpose.
  assert.ok(broken < files.length / 50, `${broken} of ${files.length} files with error tokens`);
});

/** One small damage to a text: characters deleted, inserted, swapped or cut off. */
function damage(text: string, rng: Rng): string {
  const at = rng.int(text.length + 1);
  const length = 1 + rng.int(8);
  const junk = [
    '(',
    ')',
    '"',
    "'''",
    ':',
    '\n',
    '\t',
    '    ',
    '\\',
    '\0',
    '$',
    '{',
    'f"{',
    '<<<<<<< HEAD\n',
    '\r',
    '\ud800',
  ];
  switch (rng.int(4)) {
    case 0:
      return text.slice(0, at) + text.slice(at + length);
    case 1:
      return text.slice(0, at) + rng.pick(junk) + text.slice(at);
    case 2:
      return text.slice(0, at) + rng.pick(junk) + text.slice(at + length);
    default:
      return text.slice(0, at);
  }
}

test('three corruptions of every tenth file: tokens cover, windows cover, the fix is found and applied', () => {
  const rng = seedStream(11, 'stdlib.test');
  let mended = 0;
  let missed = 0;
  for (const file of files.filter((_, i) => i % 10 === 0)) {
    const { text } = decodeSource(readFileSync(file));
    const whole = lex(text);
    const wanted = whole.map(({ kind, text: shown }) => `${kind} ${shown}`).join('\n');
    for (let round = 0; round < 3; round++) {
      const broken = damage(text, rng);
      const tokens = lex(broken);
      checkCover(broken, tokens, file);
      findFunctions(broken, tokens);
      let next = 0;
      for (const { firstToken, endToken } of windowsOf(tokens)) {
        assert.ok(firstToken <= next && endToken > firstToken, file);
        next = Math.max(next, endToken);
      }
      assert.is(next, tokens.length - 1, file);
      const edit = diffTokens(tokens, whole);
      // A text cut in the middle would be written anew by one edit of thousands of tokens: that shows nothing.
      if (!edit || edit.replacement.length > 400) continue;
      const fixed = applyEdit(broken, tokens, edit);
      const got = lex(fixed)
        .map(({ kind, text: shown }) => `${kind} ${shown}`)
        .join('\n');
      if (got !== wanted) missed++;
      const [first, last] = edit.tokenSpan;
      const before = tokens.findLastIndex(({ kind }, i) => i < first && !kind.endsWith('dent'));
      assert.ok(fixed.startsWith(broken.slice(0, tokens[before]?.end ?? 0)), 'what is before stays');
      const after = Math.min(last + (last - first) + edit.replacement.length + 1, tokens.length - 1);
      assert.ok(fixed.endsWith(broken.slice(tokens[after].start)), 'what is after stays');
      mended++;
    }
  }
  assert.ok(mended > files.length / 10, `${mended} mended`);
  // A docstring in the wrong column is no token, so that no edit of tokens can move it.
  assert.ok(missed <= mended / 200, `${missed} of ${mended} edits do not give the whole file's tokens`);
});

test.run();
