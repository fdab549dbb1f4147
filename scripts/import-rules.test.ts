import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { projectRoot } from '../src/core/paths';
import { ALLOWED_IMPORTS, findCycle, importViolations } from './import-rules';

const src = join(projectRoot(), 'src');

test('no folder imports what the table forbids', () => {
  assert.equal(importViolations(src), []);
});

test('every folder stands in the table, and the table has no circle', () => {
  const folders = readdirSync(src, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  for (const { name } of folders) assert.ok(name in ALLOWED_IMPORTS, `${name} is not in ALLOWED_IMPORTS`);
  assert.is(findCycle(ALLOWED_IMPORTS), undefined);
  assert.equal(findCycle({ a: ['b'], b: ['c'], c: ['a'] }), ['a', 'b', 'c', 'a']);
});

test('a forbidden import is found in every form', () => {
  const root = mkdtempSync(join(tmpdir(), 'trm-imports-'));
  for (const folder of ['core', 'trm', 'trm/deep']) mkdirSync(join(root, folder));
  writeFileSync(join(root, 'index.ts'), "export * from './trm/model';");
  writeFileSync(join(root, 'core', 'a.ts'), "import type { M } from '../trm/model';\nimport './b';");
  writeFileSync(
    join(root, 'core', 'b.ts'),
    "export const load = () => import('../trm/deep/x');\nexport * from '../index';",
  );
  // Tests may use any earlier folder, but no later one.
  writeFileSync(join(root, 'trm', 'a.test.ts'), "import '../processing/a';\nimport '../serving/b';");
  writeFileSync(
    join(root, 'trm', 'deep', 'x.ts'),
    "import { a } from '../../core/a';\nimport * as fs from 'node:fs';",
  );
  const found = importViolations(root, { core: [], trm: ['core'] }).map(({ file, to }) => `${file} -> ${to}`);
  assert.equal(found.sort(), [
    'core/a.ts -> trm',
    'core/b.ts -> (root)',
    'core/b.ts -> trm',
    'trm/a.test.ts -> serving',
  ]);
  rmSync(root, { recursive: true });
});

test.run();
