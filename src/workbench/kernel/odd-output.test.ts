/** What a cell may print is anybody's; the executed notebook is valid all the same. One real papermill run. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { pythonPath, projectRoot } from '../../core/paths';
import { runProcess } from '../../core/processes/subprocess';
import { executeCells, type CellResult, type ExecutedCells } from '../testing/execute-cells';
import { validBundle, validText } from './valid-content';

const half = String.raw`'\ud83d'`;
const fails = (source: string): { source: string; tags: string[] } => ({
  source,
  tags: ['raises-exception'],
});
const show = (bundle: string): string =>
  `import { publish } from '${join(projectRoot(), 'dist/src/workbench/display')}';\npublish(${bundle} as never);`;

const CELLS = {
  stdout: `console.log('a' + ${half} + 'b');`,
  stderr: `process.stderr.write('c' + ${half});`,
  nul: String.raw`console.log('x\0y');`,
  result: `[${half}]`,
  bundle: show(`{ 'text/plain': 'd' + ${half}, 'text/html': '<b>' + ${half} + '</b>' }`),
  numbers: show(
    `{ 'text/plain': 5, 'image/png': new Uint8Array([1, 2]), 'application/json': { [${half}]: NaN } }`,
  ),
  cycle: show(`(() => { const a: { a?: object } = {}; a.a = a; return { 'application/json': a }; })()`),
  noType: show(`{ wrong: 'x' }`),
  thrown: fails(`throw new Error('e' + ${half});`),
  flood: `const line = 'z'.repeat(2 ** 20); for (let i = 0; i < 40; i++) console.log(line);`,
  after: `console.log('still here');`,
};

let folder: string;
let run: ExecutedCells;
test.before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'trm-odd-'));
  run = await executeCells(folder, Object.values(CELLS));
});
test.after(() => rmSync(folder, { recursive: true, force: true }));

const cell = (name: keyof typeof CELLS): CellResult => run.cells[Object.keys(CELLS).indexOf(name)];

test('halves of surrogate pairs, NUL and values that are no JSON leave a notebook that every reader takes', async () => {
  assert.is(run.exitCode, 1, run.log); // one cell throws
  assert.is(run.cells.length, Object.keys(CELLS).length);
  const check = 'import nbformat, sys; nbformat.validate(nbformat.read(sys.argv[1], as_version=4))';
  await runProcess(pythonPath(), ['-c', check, run.path]);
});

test('what was printed is there, with the halves replaced', () => {
  assert.is(cell('stdout').stdout, 'a\ufffdb\n');
  assert.is(cell('stderr').stderr, 'c\ufffd');
  assert.is(cell('nul').stdout, 'x\u2400y\n');
  assert.equal(cell('bundle').displays, [{ 'text/plain': 'd\ufffd', 'text/html': '<b>\ufffd</b>' }]);
  assert.equal(cell('numbers').displays, [
    { 'text/plain': '5', 'image/png': 'AQI=', 'application/json': { '\ufffd': null } },
  ]);
  for (const name of ['cycle', 'noType'] as const)
    assert.match(String(cell(name).displays[0]['text/plain']), /an output that cannot be shown: /);
  assert.is(cell('thrown').error?.evalue, 'e\ufffd');
  assert.is(cell('after').stdout, 'still here\n');
});

test('a flood is cut, and says so', () => {
  const { stdout } = cell('flood');
  assert.ok(stdout.length < 17 * 2 ** 20, String(stdout.length));
  assert.match(stdout.slice(-200), /printed more than \d+ characters; the rest is left out/);
});

test('texts and bundles that are valid stay as they are', () => {
  assert.is(validText('a\u{1f600}\x1b[1m\n'), 'a\u{1f600}\x1b[1m\n');
  const bundle = { 'application/vnd.plotly.v1+json': { data: [{ y: [1, 2.5] }] }, 'text/plain': 'figure' };
  assert.equal(validBundle(bundle), bundle);
  assert.equal(validBundle({ 'text/html': ['<a>\n', '</a>'] }), { 'text/html': '<a>\n</a>' });
});

test.run();
