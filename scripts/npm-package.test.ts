import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { projectRoot } from '../src/core/paths';
import { runProcess } from '../src/core/processes/subprocess';

const root = projectRoot();
/** What set-up makes in a checkout, for each machine anew. */
const MADE = ['node_modules', '.venv', '.venv-bench', '.engine', 'data', 'runs'];

/** Paths in the project that the library's code spells out: `join(projectRoot(), 'src', 'python', 'x.py')`. */
function openedPaths(): string[] {
  const files = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' }).filter(
    (file) => file.endsWith('.ts') && !/(\.test|testing)\.ts$/.test(file) && !file.includes('testing/'),
  );
  const calls = files.flatMap((file) => [
    ...readFileSync(join(root, 'src', file), 'utf8').matchAll(
      /\b(?:join|resolve)\(\s*(?:projectRoot\(\)|root),\s*((?:'[^']+'(?:,\s*)?)+)\)/g,
    ),
  ]);
  const paths = calls.map(([, parts]) => join(...[...parts.matchAll(/'([^']+)'/g)].map(([, part]) => part)));
  return [...new Set(paths)]
    .filter((path) => !MADE.includes(path.split('/')[0]) && existsSync(join(root, path)))
    .sort();
}

test('the npm package holds every file that the code opens at run time', async () => {
  const { stdout } = await runProcess('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
    cwd: root,
    timeoutMs: 120_000,
  });
  const [{ files }] = JSON.parse(stdout) as { files: { path: string }[] }[];
  const packed = files.map(({ path }) => path);
  const opened = openedPaths();
  for (const known of [
    'src/python/critic/critic-worker.py',
    'src/collection/packages/package-files.py',
    'notebooks',
  ])
    assert.ok(opened.includes(known), `${known} is not seen among ${opened.join(', ')}`);
  const missing = opened.filter(
    (path) => !packed.some((file) => file === path || file.startsWith(`${path}/`)),
  );
  assert.equal(missing, [], 'add them to `files` in package.json');
});

test.run();
