import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { dataDir, projectRoot, pythonPath, runsDir, workDir } from './paths';

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

test.run();
