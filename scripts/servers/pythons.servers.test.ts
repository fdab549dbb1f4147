/** Every supported Python that is installed beside the project's runs the Python side: critic, lexer's peers, packages. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { projectRoot, pythonPath } from '../../src/core/paths';
import { runProcess } from '../../src/core/processes/subprocess';
import { findPythons, type PythonInstallation } from '../../src/python/critic/pythons';
import { withTemporaryFolder } from '../../src/storage/testing';
import { testWith } from './needs';

/** What the README promises. */
const MINORS = [11, 12, 13, 14];
/** Tests that run Python programs of ours. */
const FILES = [
  'src/python/critic/critic',
  'src/python/names/bindings-reference',
  'src/python/tokens/codec',
  'src/collection/packages/packages',
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

/** An environment of that Python, with what our programs import and the package that a test takes as installed. */
async function createEnvironment({ path }: PythonInstallation, folder: string): Promise<string> {
  const requirements = await readFile(join(projectRoot(), 'requirements.txt'), 'utf8');
  const wanted = requirements.split('\n').filter((line) => line.startsWith('packaging=='));
  const python = join(folder, 'bin', 'python');
  await runProcess(path, ['-m', 'venv', folder]);
  const quiet = ['--quiet', '--disable-pip-version-check'];
  await runProcess(python, ['-m', 'pip', 'install', ...quiet, ...wanted, 'jinja2'], { timeoutMs: 120_000 });
  return python;
}

function runWith(installation: PythonInstallation): Promise<void> {
  return withTemporaryFolder(async (folder) => {
    const python = await createEnvironment(installation, folder);
    assert.equal(await failuresOf(python), [], `with Python ${installation.version}`);
  });
}

/** What the tests that fail with a Python print. */
async function failuresOf(python: string): Promise<string[]> {
  const failures: string[] = [];
  for (const file of FILES) {
    const { exitCode, stdout, stderr } = await runProcess(
      process.execPath,
      [join(projectRoot(), 'dist', `${file}.test.js`)],
      { env: { TRM_PYTHON: python, NO_COLOR: '1' }, okCodes: [0, 1], timeoutMs: 600_000 },
    );
    if (exitCode !== 0) failures.push(`${file}:\n${stdout}${stderr}`);
  }
  return failures;
}

void register();
