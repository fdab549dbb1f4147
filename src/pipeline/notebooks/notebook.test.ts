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

const failed = (ename: string, evalue: string, traceback: string[]): Partial<NotebookCell> => ({
  execution_count: 4,
  outputs: [{ output_type: 'error', ename, evalue, traceback }],
});

test('a failure names the cell of the source notebook and the line', () => {
  const executed = notebook(
    { ...prose('banner'), metadata: { tags: ['papermill-error-cell-tag'] } },
    prose('# Title'),
    code('let a = 1;', { metadata: { tags: ['parameters'] } }),
    { ...code('a = 2;'), metadata: { tags: ['injected-parameters'] } },
    { ...prose('banner'), metadata: { tags: ['papermill-error-cell-tag'] } },
    code('// call\nx();', failed('TypeError', 'no', ['\x1b[31mTypeError\x1b[0m: no', '    at cell[4]:2:1'])),
    code('never();'),
  );
  const failure = findFailure(executed);
  assert.is(failure?.cell, 3);
  assert.is(failure?.executionCount, 4);
  assert.is(failure?.line, 2);
  assert.is(failure?.sourceLine, 'x();');
  assert.is(failure?.error, 'TypeError: no');
  assert.is(failure?.traceback, 'TypeError: no\n    at cell[4]:2:1');
});

test('a compile error names its line', () => {
  const outputs = failed('TypeScriptError', 'line 2, column 1: Type string is not assignable', []);
  const failure = findFailure(notebook(code('let n = 1;\nn = "a";', outputs)));
  assert.is(failure?.line, 2);
  assert.is(failure?.sourceLine, 'n = "a";');
});

test('an error of unknown place shows how the cell begins', () => {
  const failure = findFailure(
    notebook(code('// why\nrun();', failed('Error', 'lost', ['Error: lost', '  at cell[3]:9:1']))),
  );
  assert.is(failure?.line, null);
  assert.is(failure?.sourceLine, 'run();');
});

test('an error in the injected parameters has no cell of the source; a clean notebook has no failure', () => {
  const injected = {
    ...code('nope = 1;', failed('TypeScriptError', "line 1, column 1: Cannot find name 'nope'", [])),
    metadata: { tags: ['injected-parameters'] },
  };
  assert.is(findFailure(notebook(code('let a = 1;'), injected))?.cell, null);
  assert.is(findFailure(notebook(code('a();'), prose('b'))), undefined);
});

test.run();
