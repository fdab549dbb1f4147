import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { projectRoot, pythonPath } from '../../core/paths';
import { runProcess } from '../../core/processes/subprocess';
import { executeCells, type CellInput, type CellResult, type ExecutedCells } from '../testing/execute-cells';

/**
 * One real papermill run through our kernel; every fault of bare tslab that the launcher mends has its cell. A cell
 * that must fail is tagged, so that papermill goes on.
 */

const fails = (source: string): CellInput => ({ source, tags: ['raises-exception'] });

const CELLS: Record<string, CellInput> = {
  engine: `import * as tf from '@tensorflow/tfjs-node-gpu';
import { tensorflow as danfoTensorflow } from 'danfojs-node';
import { loadEngine } from '${join(projectRoot(), 'dist/src/core/engine')}';
const engine = await loadEngine({ choice: 'native' });
const weight = tf.variable(tf.ones([4, 1]));
const loss = (): tf.Scalar => tf.tidy(() => tf.matMul(tf.ones([2, 4]), weight).sub(1).square().mean() as tf.Scalar);
const optimizer = tf.train.sgd(0.1);
const before = tf.memory().numTensors;
for (let i = 0; i < 50; i++) optimizer.minimize(loss);
console.log(JSON.stringify({ ...engine, same: danfoTensorflow === (tf as unknown), leaked: tf.memory().numTensors - before }));
console.log((await loss().data())[0] < 0.001);`,
  flood: "for (let i = 0; i < 5000; i++) console.log('line ' + i);",
  declare: `const a = 1;
let b = 2;
const row = { k: 5, b: 7 };
interface Place { x: number }
function fail(place: Place): never {
  const { x } = place;
  // The error comes from the sixth line, whatever the compiler makes of the others.
  throw new TypeError('bad place ' + x);
}`,
  shorthand: 'console.log(JSON.stringify({ a, b }), ({ b } = row).k, b);',
  destructuring: 'const { k: value, b: other } = row;\nconsole.log(value, other);',
  forAwait: `async function* count() { yield 1; yield 2; }
for await (const n of count()) console.log(n);`,
  tsIgnore: '// @ts-ignore\nconst text: string = await Promise.resolve(5);\nconsole.log(text);',
  selfImport: `import { show } from 'trm-code-repair';
import * as library from 'trm-code-repair';
console.log(typeof show, library.show === show);`,
  exception: fails("import { readFileSync } from 'node:fs';\n\nfail({ x: 3 });"),
  afterFailure: 'console.log(b);',
  diagnostic: fails("const wrong: number = 'text';"),
  chain: fails('const nested: { a: { b: number } } = { a: { b: a.toString() } };'),
  strict: fails('function loose(x) { return x; }'),
  newerLibrary: 'console.log([3, 1, 2].toSorted().join());',
  rejection: fails("await Promise.reject(new RangeError('too far', { cause: new Error('the map ends') }));"),
  nonError: fails("throw 'a text';"),
  hint: fails(`import { UserError } from '${join(projectRoot(), 'dist/src/core/errors')}';
throw new UserError('expected a file', 'give one');`),
  lastValue: '[1, 2].map((n) => n * 2)',
  live: `import { live, notebookProgress, plotly, lineFigure } from 'trm-code-repair';
const task = notebookProgress().start('training', { total: 4 });
const curve = live(undefined, { intervalMs: 0 });
for (let step = 1; step <= 4; step++) {
  curve.add({ step, loss: 1 / step });
  task.advance();
  console.log('step', step);
}
task.finish();
curve.finish();
plotly(lineFigure([{ name: '</script>', x: [1, 2], y: [3, NaN] }], { title: 'Second' }));`,
  table: `import { table, dataFrame } from 'trm-code-repair';
table(await dataFrame([{ family: '<b>', count: 2 }]));`,
};

const Kernel = suite('kernel');
const folder = mkdtempSync(join(tmpdir(), 'trm-kernel-'));
let run: ExecutedCells;

const cell = (name: keyof typeof CELLS): CellResult => run.cells[Object.keys(CELLS).indexOf(name)];

Kernel.before(async () => {
  run = await executeCells(folder, Object.values(CELLS));
});
Kernel.after(() => rmSync(folder, { recursive: true }));

Kernel('papermill reaches the last cell, then reports the failures', () => {
  assert.is(run.exitCode, 1, run.log);
  assert.match(run.log, 'Exception encountered at "In [');
  assert.is(run.cells.length, Object.keys(CELLS).length);
});

Kernel('a cell trains on the native TensorFlow, the one that danfojs uses', () => {
  const [line, learned] = cell('engine').stdout.split('\n');
  const { engine, backend, tensorflow, same, leaked } = JSON.parse(line) as Record<string, unknown>;
  assert.equal(
    { engine, backend, same, leaked },
    { engine: 'native', backend: 'tensorflow', same: true, leaked: 0 },
  );
  assert.match(String(tensorflow), /^2\.\d+/);
  assert.is(learned, 'true');
});

Kernel('5,000 lines arrive whole and in order', () => {
  const expected = Array.from({ length: 5000 }, (_, i) => `line ${i}\n`).join('');
  assert.is(cell('flood').stdout, expected);
});

Kernel('every cell has its execution count', () => {
  assert.equal(
    run.cells.map(({ executionCount }) => executionCount),
    run.cells.map((_, index) => index + 1),
  );
});

Kernel('shorthand properties and patterns name variables of earlier cells', () => {
  assert.is(cell('shorthand').stdout, '{"a":1,"b":2} 5 7\n');
  assert.is(cell('destructuring').stdout, '5 7\n');
});

Kernel('for await, and await below @ts-ignore, at top level', () => {
  assert.is(cell('forAwait').stdout, '1\n2\n');
  assert.is(cell('tsIgnore').stdout, '5\n');
});

Kernel('cells import the library by its name, once', () => {
  assert.is(cell('selfImport').stdout, 'function true\n');
});

Kernel('an exception names the lines of the cells as written, and none of the machinery', () => {
  const { error } = cell('exception');
  assert.is(error?.ename, 'TypeError');
  assert.is(error?.evalue, 'bad place 3');
  assert.is(error?.traceback, 'TypeError: bad place 3\n    at fail (cell[3]:8:9)\n    at cell[9]:3:1');
});

Kernel('a cell that a client sends after a failure runs', () => {
  assert.is(cell('afterFailure').stdout, '7\n');
});

Kernel('a compile error shows message, place and source line', () => {
  const { error } = cell('diagnostic');
  assert.ok(error);
  assert.is(error.ename, 'TypeScriptError');
  assert.is(error.evalue, "cell[11]:1:7 - Type 'string' is not assignable to type 'number'.");
  assert.match(error.traceback, "  1 | const wrong: number = 'text';\n    |       ^");
  assert.match(cell('chain').error?.traceback ?? '', "Type 'string' is not assignable to type 'number'");
});

Kernel("cells are checked strictly, with the library's TypeScript", () => {
  assert.match(cell('strict').error?.evalue ?? '', "Parameter 'x' implicitly has an 'any' type");
  assert.is(cell('newerLibrary').stdout, '1,2,3\n');
});

Kernel('rejections, causes, hints and values that are no errors are told', () => {
  const rejection = cell('rejection').error;
  assert.ok(rejection);
  assert.is(rejection.ename, 'RangeError');
  assert.match(rejection.traceback, 'RangeError: too far\n    at cell[15]:1:22');
  assert.match(rejection.traceback, 'caused by Error: the map ends');
  assert.is(cell('nonError').error?.evalue, 'a text');
  assert.match(cell('hint').error?.traceback ?? '', 'UserError: expected a file\n  fix: give one');
});

Kernel('the value of the last expression is printed', () => {
  assert.is(cell('lastValue').stdout, '[ 2, 4 ]\n');
});

Kernel('a live figure leaves one figure, beside progress bar and prints', () => {
  const { displays, stdout } = cell('live');
  assert.is(displays.length, 3);
  assert.match(String(displays[0]['text/html']), 'training 4/4 100%');
  const figure = displays[1]['application/vnd.plotly.v1+json'] as { data: { x: number[] }[] };
  assert.equal(figure.data[0].x, [1, 2, 3, 4]);
  assert.is(stdout, 'step 1\nstep 2\nstep 3\nstep 4\n');
});

Kernel('a danfojs DataFrame is shown as an HTML table', () => {
  assert.match(String(cell('table').displays[0]['text/html']), '&lt;b&gt;</td>');
});

Kernel('the HTML export draws figures and loads nothing from a network', async () => {
  await runProcess(
    pythonPath(),
    [
      '-m',
      'nbconvert',
      '--to',
      'html',
      '--template',
      'trm',
      run.path,
      '--output-dir',
      folder,
      '--output',
      'page',
    ],
    { env: { JUPYTER_PATH: join(projectRoot(), 'jupyter') }, timeoutMs: 60_000 },
  );
  const page = readFileSync(join(folder, 'page.html'), 'utf8');
  assert.is(page.match(/^ {2}Plotly\.newPlot\(/gm)?.length, 2, 'two figures');
  assert.ok(page.length > 4_000_000, 'Plotly itself stands in the page');
  // What stands in scripts and styles is no tag; only tags that fetch count.
  const markup = page.replace(/<(script|style)\b([^>]*)>[\s\S]*?<\/\1>/g, '<$1$2>');
  const fetching = markup.match(
    /<(script|link|img|iframe|source)\b[^>]*(src|href)\s*=\s*["']?\s*(https?:)?\/\/[^>]*>/gi,
  );
  assert.is(fetching, null);
  assert.not.match(page, /@import\s+(url\()?["']?https?:/);
  assert.not.match(markup, /require\.js|MathJax\.js|mermaid/);
  assert.not.match(page, '"name": "</script>"');
});

Kernel.run();
