import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { parseJson } from '../../core/files';
import { projectRoot, pythonPath } from '../../core/paths';
import { runProcess } from '../../core/processes/subprocess';
import type { Check } from './check';
import { compareVersions } from './system-probe';

const OLDEST_PYTHON = '3.11';

/** PyPI packages the workbench uses; `needed` ones break notebooks or `trm run` when absent. */
const PACKAGES: readonly { name: string; needed: boolean; use: string }[] = [
  { name: 'jupyterlab', needed: true, use: '`make lab`' },
  { name: 'papermill', needed: true, use: '`trm run`' },
  { name: 'nbconvert', needed: true, use: 'HTML exports' },
  { name: 'trm-papermill', needed: true, use: 'TypeScript parameters in papermill' },
  { name: 'nbdime', needed: false, use: 'readable notebook diffs' },
  { name: 'safetensors', needed: false, use: 'a test that checks weights with the reference reader' },
];

// One process for everything: each start of Python costs tens of milliseconds.
const SCRIPT = `
import importlib.metadata as m, json, sys
def version(name):
    try: return m.version(name)
    except m.PackageNotFoundError: return None
print(json.dumps({"version": sys.version.split()[0], "prefix": sys.prefix, "packages": {n: version(n) for n in sys.argv[1:]}}))
`;

const answerSchema = z.strictObject({
  version: z.string(),
  prefix: z.string(),
  packages: z.record(z.string(), z.string().nullable()),
});

/** The Python that runs critic and notebooks, and its packages. */
export async function probePython(): Promise<Check[]> {
  const python = pythonPath();
  let answer: z.infer<typeof answerSchema>;
  try {
    answer = await askPython(python);
  } catch (error) {
    const value = `${python} does not run: ${(error as Error).message.split('\n')[0]}`;
    return [
      {
        name: 'python',
        state: 'missing',
        value,
        fix: `install Python ${OLDEST_PYTHON}+ and run \`make setup\``,
      },
    ];
  }
  const fine = compareVersions(answer.version, OLDEST_PYTHON) >= 0;
  return [
    {
      name: 'python',
      state: fine ? 'ok' : 'missing',
      value: `${answer.version} (${python})`,
      fix: fine ? null : `install Python ${OLDEST_PYTHON} or newer, or set TRM_PYTHON`,
    },
    ...PACKAGES.map(({ name, needed, use }): Check => {
      const version = answer.packages[name];
      if (version) return { name, state: 'ok', value: version, fix: null };
      const value = `not installed; needed for ${use}`;
      return { name, state: needed ? 'missing' : 'warning', value, fix: 'run `make setup`' };
    }),
  ];
}

/** The kernelspec of the TypeScript kernel in the Python environment. */
export async function probeKernel(): Promise<Check[]> {
  const { prefix } = await askPython(pythonPath());
  const places = [
    join(prefix, 'share/jupyter/kernels/tslab/kernel.json'),
    join(projectRoot(), 'jupyter/kernels/tslab/kernel.json'),
  ];
  const file = places.find((path) => existsSync(path));
  if (!file)
    return [
      { name: 'kernel', state: 'missing', value: `no kernelspec at ${places[0]}`, fix: 'run `make setup`' },
    ];
  const spec = JSON.parse(readFileSync(file, 'utf8')) as { display_name?: string };
  return [{ name: 'kernel', state: 'ok', value: `${spec.display_name ?? 'tslab'} (${file})`, fix: null }];
}

async function askPython(python: string): Promise<z.infer<typeof answerSchema>> {
  const names = PACKAGES.map(({ name }) => name);
  const { stdout } = await runProcess(python, ['-I', '-c', SCRIPT, ...names], { timeoutMs: 20_000 });
  return parseJson(stdout, answerSchema, `the answer of ${python}`);
}
