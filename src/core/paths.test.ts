import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { DataError } from './errors';
import { dataDir, pathInside, projectRoot, pythonPath, runsDir, workDir } from './paths';

test('the project root holds this package', () => {
  assert.ok(existsSync(join(projectRoot(), 'tsconfig.json')));
});

test('settings win over defaults; relative ones start at the project root', () => {
  assert.is(workDir({}), join(projectRoot(), 'data'));
  assert.is(workDir({ TRM_WORK_DIR: 'elsewhere' }), join(projectRoot(), 'elsewhere'));
  assert.is(runsDir({ TRM_RUNS_DIR: '/runs' }), '/runs');
  assert.is(dataDir({}), undefined);
  assert.is(dataDir({ TRM_DATA_DIR: '/read/only' }), '/read/only');
  assert.is(pythonPath({ TRM_PYTHON: '/opt/python' }), '/opt/python');
});

test('a name from data stays in its folder', () => {
  assert.is(pathInside('/a/b', 'numpy-1.0+cpu'), '/a/b/numpy-1.0+cpu');
  assert.is(pathInside('/a/b', '..x'), '/a/b/..x');
  for (const name of ['..', '.', '', 'x/y', '/x', 'x/../../b', '../b/x', 'x/', 'a\0b'])
    assert.throws(
      () => pathInside('/a/b', name),
      (error: Error) => error instanceof DataError,
      name,
    );
});

test.run();
