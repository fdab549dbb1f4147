import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { findFailure, notebookCodeHash, type Notebook, type NotebookCell } from './notebook';

const code = (source: string, more: Partial<NotebookCell> = {}): NotebookCell => ({
  cell_type: 'code',
  source,
  outputs: [],
  execution_count: null,
  ...more,
});
const prose = (source: string): NotebookCell => ({ cell_type: 'markdown', source });
const notebook = (...cells: NotebookCell[]): Notebook => ({ nbformat: 4, cells });

test('the code hash sees code and its order, not prose, outputs, trailing blanks or how lines are stored', () => {
  const base = notebookCodeHash(notebook(prose('# A'), code('a();\nb();'), code('c();')));
  const same = notebook(
    prose('# Reworded'),
    code('a();  \nb();\n', { outputs: [{ output_type: 'stream' }], execution_count: 3 }),
    prose('more'),
    { ...code(''), source: ['c', '();'] },
    code('  \n'),
  );
  assert.is(notebookCodeHash(same), base);
  assert.is.not(notebookCodeHash(notebook(code('c();'), code('a();\nb();'))), base);
  assert.is.not(notebookCodeHash(notebook(code('a();\nb();'), code('c(1);'))), base);
});

const failed = (traceback: string[], evalue: string): Partial<NotebookCell> => ({
  execution_count: 4,
  outputs: [{ output_type: 'error', ename: 'TypeError', evalue, traceback }],
});

test('a failure names the cell of the source notebook, the line and its text', () => {
  const executed = notebook(
    { ...prose('banner'), metadata: { tags: ['papermill-error-cell-tag'] } },
    prose('# Title'),
    code('let a = 1;', { metadata: { tags: ['parameters'] } }),
    { ...code('a = 2;'), metadata: { tags: ['injected-parameters'] } },
    { ...prose('banner'), metadata: { tags: ['papermill-error-cell-tag'] } },
    code(
      '// call\nconst x = 1;\nx();',
      failed(['\x1b[31mTypeError\x1b[0m: x is not a function', '    at cell[4]:3:1'], 'x is not a function'),
    ),
    code('never();'),
  );
  const failure = findFailure(executed);
  assert.is(failure?.cell, 3);
  assert.is(failure?.line, 3);
  assert.is(failure?.sourceLine, 'x();');
  assert.is(failure?.error, 'TypeError: x is not a function');
  assert.is(failure?.traceback, 'TypeError: x is not a function\n    at cell[4]:3:1');
});

test('a compile error names line:column; without one the first line of code stands in', () => {
  const diagnostic = findFailure(
    notebook(code('let n = 1;\nn = "a";', failed([], '2:1 - Type string is not assignable'))),
  );
  assert.is(diagnostic?.sourceLine, 'n = "a";');
  const vague = findFailure(notebook(code('// why\nrun();', failed([], 'lost'))));
  assert.is(vague?.line, null);
  assert.is(vague?.sourceLine, 'run();');
});

test('an error in the injected parameters has no cell of the source; a clean notebook has no failure', () => {
  const injected = {
    ...code('nope = 1;', failed([], "1:1 - Cannot find name 'nope'")),
    metadata: { tags: ['injected-parameters'] },
  };
  assert.is(findFailure(notebook(code('let a = 1;'), injected))?.cell, null);
  assert.is(findFailure(notebook(code('a();'), prose('b'))), undefined);
});

test.run();
