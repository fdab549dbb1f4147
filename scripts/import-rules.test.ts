import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { projectRoot } from '../src/core/paths';
import { ALLOWED_IMPORTS, filesByFolder, findCycle, findFileCycle, importViolations } from './import-rules';

/** From here on a folder gets rooms. */
const MOST_FILES = 20;

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

test('no files import each other in a circle, types included', () => {
  assert.is(findFileCycle(src), undefined);
  const root = mkdtempSync(join(tmpdir(), 'trm-circle-'));
  mkdirSync(join(root, 'deep'));
  writeFileSync(join(root, 'a.ts'), "import { b } from './deep/b';");
  writeFileSync(join(root, 'deep', 'b.ts'), "export const c = () => import('./index.js');");
  writeFileSync(join(root, 'deep', 'index.ts'), "import type { A } from '../a';");
  assert.equal(findFileCycle(root), ['a', 'deep/b', 'deep/index', 'a']);
  rmSync(root, { recursive: true });
});

test(`no folder has more than ${MOST_FILES} files on one floor, tests not counted`, () => {
  const counts = filesByFolder(src);
  assert.ok(counts.size > 50, 'the folders are seen');
  assert.equal(
    [...counts].filter(([, count]) => count > MOST_FILES),
    [],
  );
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
