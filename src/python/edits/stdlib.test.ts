/** The whole installed standard library through the lexer, three corruptions of each of its files too. */
import { readFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { decodeSource, encodeSource } from '../tokens/codec';
import { applyEdit } from './edits';
import { lex } from '../tokens/lexer';
import { coverFault, fuzzLibrary, libraryFiles } from '../testing';

test('every file: bytes come back, tokens cover the text, none is in error unless the file is', async () => {
  const files = await libraryFiles();
  assert.ok(files.length > 100, `only ${files.length} files`);
  let broken = 0;
  for (const file of files) {
    const bytes = readFileSync(file);
    const source = decodeSource(bytes);
    assert.ok(Buffer.compare(encodeSource(source), bytes) === 0, file);
    const tokens = lex(source.text);
    assert.is(coverFault(source.text, tokens), undefined, file);
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

test('three corruptions of every file: tokens and windows cover it', async () => {
  const { corruptions, files, failures } = await fuzzLibrary({ perFile: 3, editsPerFile: 0, seed: 11 });
  assert.equal(failures, []);
  assert.ok(corruptions === 3 * files && files > 100);
});

test('three corruptions of every tenth file: the fix is found and applied, and nothing else changes', async () => {
  const takes = (index: number): boolean => index % 10 === 0;
  const { edits, missed, files, failures } = await fuzzLibrary({
    perFile: 3,
    editsPerFile: 3,
    seed: 12,
    takes,
  });
  assert.equal(failures, []);
  assert.ok(edits > files, `${edits} edits`);
  // What cannot be right, 3 of 14,800 over the whole library: the damage made a docstring of code or of half a file.
  // Then no token stands for it, so no edit takes it out of the text.
  assert.ok(
    missed.length <= edits / 1000,
    `${missed.join(', ')}: ${missed.length} of ${edits} edits do not give the whole file's tokens`,
  );
});

test.run();
