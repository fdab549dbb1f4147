import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeFile } from 'node:fs/promises';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { stringify } from 'yaml';
import { executeCells, type CellInput } from '../testing/execute-cells';

/** papermill's parameters through the plug-in and the kernel. */

const CELLS: CellInput[] = [
  {
    source: `let size: 'small' | 'large' = 'small'; // how big
let rate: number = 0.1; // learning rate
let name: string | null = 'none'; // any text
let deep: { a: number; list: (string | boolean | null)[] } = { a: 1, list: [] }; // nested
let flag: boolean = false; // on or off
let untouched: number[] = [1, 2]; // stays`,
    tags: ['parameters'],
  },
  'console.log(JSON.stringify({ size, rate, name, deep, flag, untouched }));',
];

const folder = mkdtempSync(join(tmpdir(), 'trm-parameters-'));
test.after(() => rmSync(folder, { recursive: true }));

test('typed values reach the notebook whole', async () => {
  const name = 'quo"te\'s \\ é 日本 ${x} `b` </script>\nsecond line';
  const deep = { a: -2, list: ['no', true, null, '1e-4'] };
  const file = join(folder, 'values.yaml');
  // papermill reads YAML 1.1, where an unquoted `no` is false.
  await writeFile(file, stringify({ name, deep, rate: 1e-4 }, { version: '1.1' }));
  const args = ['-f', file, '-p', 'size', 'large', '-p', 'flag', 'True'];
  const { exitCode, log, cells } = await executeCells(folder, CELLS, { args, name: 'typed' });
  assert.is(exitCode, 0, log);
  assert.equal(JSON.parse(cells[1].stdout), {
    size: 'large',
    rate: 1e-4,
    name,
    deep,
    flag: true,
    untouched: [1, 2],
  });
});

test('a wrong type is a TypeScript error and ends the run', async () => {
  const args = ['-p', 'size', 'huge'];
  const { exitCode, log, cells } = await executeCells(folder, CELLS, { args, name: 'wrong' });
  assert.is(exitCode, 1);
  assert.match(log, `Type '"huge"' is not assignable to type '"small" | "large"'`);
  assert.match(log, '2 | size = "huge";');
  assert.is(cells[1].stdout, '', 'the next cell did not run');
});

test('an unknown parameter is an error that suggests the nearest name', async () => {
  const args = ['-p', 'sizes', 'large'];
  const { exitCode, log } = await executeCells(folder, CELLS, { args, name: 'unknown' });
  assert.is(exitCode, 1);
  assert.match(log, "Cannot find name 'sizes'. Did you mean 'size'?");
});

test.run();
