import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ts from 'typescript';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { projectRoot, pythonPath } from '../src/core/paths';
import { runProcess } from '../src/core/processes/subprocess';
import { readNotebook, type Notebook } from '../src/pipeline/notebooks/notebook';
import { CELL_COMPILER_OPTIONS } from '../src/workbench/kernel/compiler-options';
import {
  checkNotebook,
  formatProblem,
  MAX_CELL_LINES,
  STRIP_ARGUMENTS,
  typeCheckNotebooks,
} from './notebook-checks';

const TITLE = '# Does it work?\n\n**What to expect.** It does.';
const PARAMETERS = "let size: 'small' | 'large' = 'small'; // how big";

/** A notebook of a title, parameters and the given code cells. */
function notebookOf(code: readonly string[], parameters = PARAMETERS, title = TITLE): Notebook {
  const codeCell = (source: string, tags: string[] = []): Notebook['cells'][number] => ({
    cell_type: 'code',
    source,
    metadata: { tags },
    outputs: [],
    execution_count: null,
  });
  return {
    nbformat: 4,
    nbformat_minor: 5,
    metadata: { kernelspec: { name: 'tslab', display_name: 'TypeScript', language: 'typescript' } },
    cells: [
      { cell_type: 'markdown', source: title, metadata: {} },
      codeCell(parameters, ['parameters']),
      ...code.map((source) => codeCell(source)),
    ],
  };
}

const problemsOf = (notebook: Notebook): string[] =>
  checkNotebook({ path: '/x/n.ipynb', notebook }).map(formatProblem);
const typeProblemsOf = (...code: string[]): string[] =>
  typeCheckNotebooks([{ path: '/x/n.ipynb', notebook: notebookOf(code) }]).map(formatProblem);

test('a stripped, titled notebook of short cells has no problem', () => {
  assert.equal(problemsOf(notebookOf(['1;'])), []);
});

test('outputs, counts and execution metadata are found, and gone after stripping', async () => {
  const notebook = notebookOf(['1;']);
  Object.assign(notebook.metadata as object, { papermill: {}, language_info: { name: 'typescript' } });
  Object.assign(notebook.cells[2], {
    id: 'cell-2',
    outputs: [{ output_type: 'stream', name: 'stdout', text: '1' }],
    execution_count: 2,
    metadata: { execution: {}, papermill: {} },
  });
  notebook.cells.forEach((cell, index) => Object.assign(cell, { id: `c${index}` }));
  notebook.cells[0] = { ...notebook.cells[0] };
  delete notebook.cells[0].outputs;
  const found = problemsOf(notebook);
  for (const what of ['"papermill"', '"language_info"', 'cell 3: outputs', '"execution"'])
    assert.ok(
      found.some((line) => line.includes(what)),
      `${what} in ${found.join('\n')}`,
    );
  const folder = mkdtempSync(join(tmpdir(), 'trm-strip-'));
  try {
    const path = join(folder, 'n.ipynb');
    writeFileSync(path, JSON.stringify(notebook));
    await runProcess(pythonPath(), ['-m', 'nbstripout', ...STRIP_ARGUMENTS, path]);
    const stripped = await readNotebook(path);
    assert.equal(problemsOf(stripped), []);
    assert.equal(stripped.cells[1].metadata?.tags, ['parameters'], 'tags stay');
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('the git filter strips as the check asks', () => {
  const hooks = readFileSync(join(projectRoot(), 'scripts', 'install-hooks.sh'), 'utf8');
  const [keepId, extraKeys, keys] = STRIP_ARGUMENTS;
  assert.match(hooks, `nbstripout ${keepId} ${extraKeys} "${keys}"`);
});

test('a missing question, a foreign kernel, a long cell', () => {
  const notebook = notebookOf(
    [
      Array(MAX_CELL_LINES + 1)
        .fill('1;')
        .join('\n'),
    ],
    PARAMETERS,
    '# Results',
  );
  notebook.metadata = { kernelspec: { name: 'python3' } };
  const found = problemsOf(notebook);
  assert.is(found.length, 3, found.join('\n'));
  assert.match(found[0], 'expected the kernel "tslab", got "python3"');
  assert.match(found[1], 'n.ipynb: cell 1: expected a question');
  assert.match(found[2], 'cell 3: 15 lines');
});

test('what is expected is said before it is measured', () => {
  const found = problemsOf(notebookOf(['1;'], PARAMETERS, '# Does it work?\n\nIt is measured below.'));
  assert.is(found.length, 1, found.join('\n'));
  assert.match(found[0], 'cell 1: expected a paragraph that begins with "**What to expect.**"');
});

test('parameters need type, default and help, and stand in one cell', () => {
  const lacking = problemsOf(
    notebookOf([], 'let a: number = 1; // fine\nlet b = 2;\nconst c: number = 3; // no'),
  );
  assert.is(lacking.length, 2, lacking.join('\n'));
  assert.match(lacking[0], 'cell 2, line 2');
  assert.match(lacking[0], 'b lacks the type and the help comment');
  assert.match(lacking[1], 'line 3: expected `let name: Type = default; // help`, got `const c');
  const twice = notebookOf(['1;']);
  twice.cells.push(twice.cells[1]);
  assert.match(problemsOf(twice)[0], 'expected one cell tagged "parameters", got 2');
});

test('cells are type-checked as one module, strictly, with the library', () => {
  const found = typeProblemsOf('const a: number = size;', 'function f(x) {\n  return x;\n}\nf(a);');
  assert.is(found.length, 2, found.join('\n'));
  assert.match(found[0], "n.ipynb: cell 3, line 1: Type 'string' is not assignable to type 'number'.");
  assert.match(found[1], "cell 4, line 1: Parameter 'x' implicitly has an 'any' type");
});

test('top-level await, self-import and a parameter that papermill may change are no problem', () => {
  const code = [
    "import { show } from 'trm-code-repair';",
    "if (size === 'large') show(await Promise.resolve(1));",
  ];
  assert.equal(typeProblemsOf(...code), []);
});

test('a dropped promise and an unused name are found', () => {
  const found = typeProblemsOf('const unused = size;', 'async function f() {}\nf();\nawait f();');
  assert.is(found.length, 2, found.join('\n'));
  assert.match(found.join('\n'), "cell 3, line 1: 'unused' is declared but its value is never read");
  assert.match(found.join('\n'), 'cell 4, line 2: this promise is dropped');
});

test('cells are checked as strictly as the library', () => {
  const { config } = ts.readConfigFile(join(projectRoot(), 'tsconfig.json'), (path) =>
    readFileSync(path, 'utf8'),
  ) as {
    config: { compilerOptions: Record<string, unknown> };
  };
  const library = config.compilerOptions;
  const strictness = Object.keys(library).filter((key) =>
    /^(strict|no(Implicit|Fallthrough|Unchecked|Property))/.test(key),
  );
  assert.ok(strictness.length >= 4, strictness.join());
  for (const key of strictness) assert.is(CELL_COMPILER_OPTIONS[key], library[key], key);
  assert.equal(
    CELL_COMPILER_OPTIONS.lib,
    (library.lib as string[]).map((lib) => `lib.${lib.toLowerCase()}.d.ts`),
  );
});

test.run();
