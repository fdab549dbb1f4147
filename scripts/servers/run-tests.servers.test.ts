/** Versions of a file under pytest in the sandbox: outcomes, lines, hanging tests, and the user's folder left alone. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { pythonPath } from '../../src/core/paths';
import { runTests } from '../../src/repair/by-tests/run-tests';
import { findProgram, openSandbox } from '../../src/sandbox/sandbox';
import { testWith } from './needs';

const missing =
  findProgram('bwrap', '/usr/bin:/bin') === undefined
    ? 'bwrap is not installed: apt-get install bubblewrap'
    : undefined;

const BUGGY = 'def largest(a, b):\n    if a < b:\n        return a\n    return b\n';
const FIXED = BUGGY.replace('<', '>');
const HANGS = 'def largest(a, b):\n    while True:\n        pass\n';
const TESTS = `from code_here import largest
def test_first(): assert largest(2, 1) == 2
def test_equal(): assert largest(1, 1) == 1
`;

testWith(
  test,
  'each version has its outcomes and lines, and the folder stays as it was',
  missing,
  async () => {
    const project = mkdtempSync(join(tmpdir(), 'trm-project-'));
    try {
      writeFileSync(join(project, 'code_here.py'), BUGGY);
      writeFileSync(join(project, 'test_code.py'), TESTS);
      const results = await runTests(await openSandbox(), {
        ...{ project, file: 'code_here.py', python: pythonPath(), testSeconds: 1 },
        sources: [BUGGY, FIXED, HANGS, 'def largest(:\n', `import os\nos._exit(0)\n`],
        arguments: ['-q', 'test_code.py'],
      });
      const outcomes = results.map(({ tests }) => tests.map(({ outcome }) => outcome));
      assert.equal(outcomes.slice(0, 4), [
        ['failed', 'passed'],
        ['passed', 'passed'],
        ['timeout', 'timeout'],
        ['failed'],
      ]);
      assert.equal(
        results[0].tests.map(({ lines }) => lines),
        [
          [1, 3],
          [1, 3],
        ],
      );
      assert.equal(results[2].tests[0].trace.length, 1);
      assert.equal(
        results.map(({ finished }) => finished),
        [true, true, true, true, false],
      );
      assert.equal(readdirSync(project).sort(), ['code_here.py', 'test_code.py']);
      assert.is(readFileSync(join(project, 'code_here.py'), 'utf8'), BUGGY);
    } finally {
      rmSync(project, { recursive: true });
    }
  },
);

test.run();
