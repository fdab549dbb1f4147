/**
 * Writes `fixtures/benchmarks/outside.jsonl`: what the process stage must know of the sets that judge models and are no part
 * of this project, so that no training data comes near them. Their code is not in it, only hashes of it (`heldOutLine`).
 * Run it when one of those sets or the shingles change:
 *
 *   TRM_DATA_DIR=<folder> node dist/scripts/held-out.js [--check]
 *
 * --check writes nothing and fails when the file would change.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { z } from 'zod';
import { DataError, describeError, exitCodeOf, UserError } from '../src/core/errors';
import { parseJson } from '../src/core/files';
import { dataDir, projectRoot } from '../src/core/paths';
import { readRealPairs, REAL_SET_NAMES } from '../src/evaluation/benchmarks/real-pairs';
import { heldOutLine } from '../src/processing/near/held-out';
import { findFunctions } from '../src/python/structure/functions';
import { lex } from '../src/python/tokens/lexer';

/** A file of bugs, one a line, and the fields of its two forms. */
interface PairFile {
  set: string;
  path: string;
  before: string;
  after: string;
}

const FILES: readonly PairFile[] = [
  { set: 'humanevalfix', path: 'humanevalfix/humanevalfix-even.jsonl', before: 'buggy', after: 'fixed' },
  { set: 'quixbugs', path: 'quixbugs/quixbugs.jsonl', before: 'buggy', after: 'fixed' },
  { set: 'bugsinpy', path: 'bugsinpy-functions/bugsinpy-shared.jsonl.gz', before: 'before', after: 'after' },
];

/** The lines of all sets, in a fixed order, each once. */
async function heldOutLines(folder: string): Promise<string[]> {
  const lines: string[] = [];
  const add = (set: string, after: string, before: string): void => {
    lines.push(JSON.stringify(heldOutLine(set, after, before)));
  };
  for (const set of REAL_SET_NAMES)
    for (const { before, after } of (await readRealPairs(set, folder)).samples)
      if (before !== after) add(set, after, before);
  for (const { set, path, before, after } of FILES)
    for (const [i, line] of readText(join(folder, path)).trim().split('\n').entries()) {
      const pair = parseJson(line, z.record(z.string(), z.unknown()), `${path} line ${i + 1}`);
      const [wrong, right] = [before, after].map((field) => outerFunctions(z.string().parse(pair[field])));
      right.forEach((source, k) => add(set, source, wrong.length === right.length ? wrong[k] : source));
    }
  return [...new Set(lines)].sort();
}

/** The functions of a program, those inside others left out. */
function outerFunctions(source: string): string[] {
  return findFunctions(source, lex(source))
    .filter(({ nested }) => !nested)
    .map((found) => found.source);
}

function readText(path: string): string {
  const bytes = readFileSync(path);
  return (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
}

async function main(check: boolean): Promise<void> {
  const folder = dataDir();
  if (folder === undefined) throw new UserError('expected TRM_DATA_DIR, the folder that holds real-pairs/');
  const path = join(projectRoot(), 'fixtures', 'benchmarks', 'outside.jsonl');
  const text = (await heldOutLines(folder)).map((line) => `${line}\n`).join('');
  if (!check) writeFileSync(path, text);
  else if (readFileSync(path, 'utf8') !== text)
    throw new DataError(`${path} is not what ${folder} gives`, 'write it anew: leave out --check');
}

main(process.argv.includes('--check')).catch((error: unknown) => {
  console.error(describeError(error));
  process.exitCode = exitCodeOf(error);
});
