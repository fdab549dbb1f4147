/**
 * Bindings of every name beside CPython's own symbol tables, over a sample of the installed standard library; with
 * TRM_WHOLE_LIBRARY=1 over all of it.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { projectRoot, pythonPath } from '../../core/paths';
import { seedStream } from '../../core/rng';
import { runProcess } from '../../core/processes/subprocess';
import { bindNames } from './bindings';
import { decodeSource } from '../tokens/codec';
import { lex } from '../tokens/lexer';
import { lineMap } from '../tokens/positions';
import { libraryFiles } from '../testing';

type Expected = [line: number, column: number, name: string, bindings: string[]];

async function sampleFiles(): Promise<string[]> {
  const files = await libraryFiles();
  return process.env.TRM_WHOLE_LIBRARY ? files : seedStream(5, 'bindings').shuffle(files).slice(0, 150);
}

async function reference(files: readonly string[]): Promise<Expected[][]> {
  const script = join(projectRoot(), 'src', 'python', 'fixtures', 'symtable-names.py');
  const { stdout } = await runProcess(pythonPath(), ['-I', script], {
    input: JSON.stringify(files),
    timeoutMs: 300_000,
  });
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Expected[]);
}

test('at least 99.9 % of all names are bound as in CPython', async () => {
  const files = await sampleFiles();
  const answers = await reference(files);
  const wrong: string[] = [];
  let total = 0;
  files.forEach((file, f) => {
    if (answers[f].length === 0) return;
    // After a character beyond U+FFFF, one column in Python, no token is found: such names are left out.
    const { text } = decodeSource(readFileSync(file));
    const tokens = lex(text);
    const bindings = bindNames(tokens);
    const lines = lineMap(text);
    const at = new Map(tokens.map(({ start }, i) => [start, i]));
    for (const [line, column, name, expected] of answers[f]) {
      const token = at.get(lines.starts[line - 1] + column);
      if (token === undefined || tokens[token].text !== name) continue;
      total++;
      if (!expected.includes(bindings[token]))
        wrong.push(
          `${file}:${line}:${column} ${name} is ${bindings[token]}, CPython says ${expected.join('|')}`,
        );
    }
  });
  assert.ok(total > 50_000, `only ${total} names compared`);
  const share = 1 - wrong.length / total;
  process.stdout.write(`${(100 * share).toFixed(3)} % of ${total} names, ${files.length} files\n`);
  assert.ok(
    share >= 0.999,
    `${(100 * share).toFixed(3)} % of ${total} names\n${wrong.slice(0, 80).join('\n')}`,
  );
});

test.run();
