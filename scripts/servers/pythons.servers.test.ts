/** Every supported Python that is installed beside the project's runs the Python side: critic, lexer's peers, packages. */
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { projectRoot, pythonPath } from '../../src/core/paths';
import { runProcess } from '../../src/core/subprocess';
import { findPythons, type PythonInstallation } from '../../src/python/pythons';
import { testWith } from './needs';

/** What the README promises. */
const MINORS = [11, 12, 13, 14];
/** Tests that run Python programs of ours. */
const FILES = [
  'src/python/critic',
  'src/python/bindings-reference',
  'src/python/codec',
  'src/collection/packages',
  'src/generation/mutators/mutators',
];

async function register(): Promise<void> {
  const script = 'import platform; print(platform.python_version())';
  const own = (await runProcess(pythonPath(), ['-I', '-c', script])).stdout.trim();
  const found = await findPythons();
  for (const minor of MINORS) {
    const name = `Python 3.${minor}`;
    const isIt = (version: string): boolean => version.startsWith(`3.${minor}.`);
    const python = found.find(({ version }) => isIt(version));
    const missing = isIt(own)
      ? `the project's own, ${own}, in make test`
      : python
        ? undefined
        : 'not on PATH';
    testWith(test, name, missing, () => runWith(python!));
  }
  test.run();
}

async function runWith({ path, version }: PythonInstallation): Promise<void> {
  const missing: string[] = [];
  for (const file of FILES) {
    const { exitCode, stdout, stderr } = await runProcess(
      process.execPath,
      [join(projectRoot(), 'dist', `${file}.test.js`)],
      { env: { TRM_PYTHON: path, NO_COLOR: '1' }, okCodes: [0, 1], timeoutMs: 600_000 },
    );
    if (exitCode !== 0) missing.push(`${file}:\n${stdout}${stderr}`);
  }
  assert.equal(missing, [], `with Python ${version}`);
}

void register();
