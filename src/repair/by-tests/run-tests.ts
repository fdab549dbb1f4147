import { chmod, copyFile, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { TrmError, UserError } from '../../core/errors';
import { projectRoot } from '../../core/paths';
import { runProcess } from '../../core/processes/subprocess';
import type { Sandbox } from '../../sandbox/sandbox';

/** Whose tests to run on what. */
export interface TestRequest {
  /** The user's folder; it is copied, never written to. */
  project: string;
  /** The file whose versions are tested, relative to the project. */
  file: string;
  /** Versions of the file. */
  sources: readonly string[];
  /** Arguments of pytest. */
  arguments: readonly string[];
  /** The user's interpreter, which has pytest. */
  python: string;
  /** Seconds of a test before it counts as hanging. Default 5. */
  testSeconds?: number;
  /** Seconds of all tests of a version. Default 60. */
  versionSeconds?: number;
  signal?: AbortSignal;
}

const testSchema = z.strictObject({
  /** pytest's node id. */
  id: z.string(),
  outcome: z.enum(['passed', 'failed', 'timeout', 'skipped']),
  /** What was raised, cut off; empty when nothing was. */
  message: z.string(),
  /** Lines of the file that it ran, 0-based, in order. */
  lines: z.array(z.int().nonnegative()),
  /** Lines of the file in its stack trace, 0-based, the outermost first. */
  trace: z.array(z.int().nonnegative()),
  seconds: z.number(),
});

const versionSchema = z.strictObject({
  version: z.int().nonnegative(),
  tests: z.array(testSchema),
  /** pytest's; null when it did not end by itself. */
  exitCode: z.int().nullable(),
  /** False: it hung or died, and `tests` are those that ended before. */
  finished: z.boolean(),
});

/** How the tests of one version went. */
export type VersionResult = z.infer<typeof versionSchema>;

/** Folders of a project that no test needs. */
const LEFT_OUT = new Set(['.git', 'node_modules', '__pycache__', '.venv', 'venv']);
const MIB = 2 ** 20;

/**
 * Runs pytest in the sandbox on versions of one file: each test's outcome, and the lines of the file that it ran. pytest
 * is imported once and each version is a fork of that process.
 * @returns one result a version, in their order
 * @throws UserError when the interpreter has no pytest
 * @throws TrmError when the runner dies, with what it said
 */
export async function runTests(sandbox: Sandbox, request: TestRequest): Promise<VersionResult[]> {
  const { project, file, sources, python, testSeconds = 5, versionSeconds = 60, signal } = request;
  const folder = await mkdtemp(join(tmpdir(), 'trm-tests-'));
  try {
    const script = join(folder, 'test-runner.py');
    await copyFile(join(projectRoot(), 'src', 'repair', 'by-tests', 'test-runner.py'), script);
    await copyReadable(project, join(folder, 'project'));
    await chmod(folder, 0o755);
    const folders = [...(await interpreterFolders(python)), folder];
    const result = await sandbox.run({
      command: [python, '-B', script],
      readOnly: new Map(folders.map((path) => [path, path])),
      limits: {
        wallSeconds: 30 + sources.length * (versionSeconds + 1),
        // Forks count from nothing, the runner itself waits.
        cpuSeconds: Math.ceil(versionSeconds) + 60,
        outputBytes: 64 * MIB,
      },
      input: JSON.stringify({
        ...{ project: join(folder, 'project'), file, sources, testSeconds, versionSeconds },
        arguments: request.arguments,
      }),
      signal,
    });
    const lines = result.stdout.split('\n').filter((line) => line !== '');
    if (lines.some((line) => line.includes('"no-pytest"')))
      throw new UserError(`${python} has no pytest`, `${python} -m pip install pytest`);
    if (lines.length !== sources.length)
      throw new TrmError(
        `expected results of ${sources.length} versions from the test runner, got ${lines.length}: ` +
          (result.stderr.trim().split('\n').at(-1) ?? 'it said nothing'),
      );
    return lines.map((line) => versionSchema.parse(JSON.parse(line)));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The folders that an interpreter is made of: a virtual environment's and that of the Python behind it. */
async function interpreterFolders(python: string): Promise<string[]> {
  const program = 'import json, sys; print(json.dumps([sys.prefix, sys.base_prefix]))';
  const { stdout } = await runProcess(python, ['-I', '-c', program]);
  const folders = z.array(z.string()).parse(JSON.parse(stdout));
  // What the system installs is there already.
  return [...new Set([...folders, dirname(dirname(python))])].filter(
    (path) => path !== '/' && path !== '/usr',
  );
}

/** Copies a folder so that the sandbox's user can read it, whatever its permissions; links and devices stay behind. */
async function copyReadable(from: string, to: string): Promise<void> {
  await mkdir(to);
  await chmod(to, 0o755);
  for (const entry of await readdir(from, { withFileTypes: true })) {
    const [source, copy] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory() && !LEFT_OUT.has(entry.name)) await copyReadable(source, copy);
    if (!entry.isFile()) continue;
    await copyFile(source, copy);
    await chmod(copy, 0o644);
  }
}
