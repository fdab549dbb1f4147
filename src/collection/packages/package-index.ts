import { mkdir, readdir } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { DataError, UserError } from '../../core/errors';
import { parseJson } from '../../core/files';
import { projectRoot } from '../../core/paths';
import { runProcess, SubprocessError } from '../../core/processes/subprocess';

/** Which interpreter's packages and pip are used. */
export interface PythonTools {
  /** Path of the interpreter. */
  python: string;
  signal?: AbortSignal;
}

/** A name, and the version that is wanted; undefined: the newest. Both in the characters that PyPI allows. */
export interface WantedPackage {
  name: string;
  version: string | undefined;
}

const factsSchema = z.strictObject({
  // Python's `packaging` has normalised both; they become names of folders, so it is checked here again.
  name: z.string().regex(/^[a-z0-9]+(?:-[a-z0-9]+)*$/),
  version: z.string().regex(/^[0-9a-z]+(?:[.!+][0-9a-z]+)*$/),
  expression: z.string().nullable(),
  licence: z.string().nullable(),
  classifiers: z.array(z.string()),
  texts: z.array(z.string()),
  home: z.string().nullable(),
  links: z.array(z.string()),
});
/** What a package's own metadata says, and the texts of its licence files. Nothing of it is to be trusted as a path. */
export type PackageFacts = z.infer<typeof factsSchema>;
export { factsSchema as packageFactsSchema };

/** Copies the files of an installed package to `target`. @returns undefined when it is not installed in that version */
export async function takeInstalled(
  { name, version }: WantedPackage,
  target: string,
  tools: PythonTools,
): Promise<PackageFacts | undefined> {
  return takeFiles(['installed', name, version ?? '-', target], tools);
}

/**
 * Downloads a wheel, or a source archive where there is none, and copies its Python files to `target`. Nothing of either is run.
 * @param scratch folder for the download
 * @throws UserError when no package index has it or answers
 * @throws DataError when the archive cannot be used
 */
export async function takeFromIndex(
  wanted: WantedPackage,
  target: string,
  scratch: string,
  tools: PythonTools,
): Promise<PackageFacts> {
  await mkdir(scratch, { recursive: true });
  const noWheel = await downloadWheel(wanted, scratch, tools);
  const archive = noWheel === null ? await onlyFile(scratch) : undefined;
  const path = archive ?? (await downloadSource(wanted, scratch, tools, noWheel));
  const facts = await takeFiles(['archive', path, target], tools);
  if (!facts || !existsSync(target)) throw new DataError(`${path} holds no Python files`);
  return facts;
}

async function onlyFile(folder: string): Promise<string | undefined> {
  const [file] = await readdir(folder);
  return file === undefined ? undefined : join(folder, file);
}

function specOf({ name, version }: WantedPackage): string {
  return version === undefined ? name : `${name}==${version}`;
}

/** Downloads a wheel with pip. @returns null, or why pip could not */
async function downloadWheel(
  wanted: WantedPackage,
  folder: string,
  { python, signal }: PythonTools,
): Promise<string | null> {
  // Isolated (-I): a file `pip.py` in the working directory is not started.
  const args = ['-I', '-m', 'pip', 'download', '--no-deps', '--only-binary=:all:', '--no-input'];
  const quiet = ['--disable-pip-version-check', '--no-color', '--quiet'];
  try {
    const spec = specOf(wanted);
    const options = { signal, timeoutMs: 600_000 };
    await runProcess(python, [...args, ...quiet, '--dest', folder, '--', spec], options);
    return null;
  } catch (error) {
    if (!(error instanceof SubprocessError)) throw error;
    const complaint = error.stderr
      .split('\n')
      .filter((line) => line.startsWith('ERROR:'))
      .at(-1);
    return complaint ?? error.message;
  }
}

async function downloadSource(
  wanted: WantedPackage,
  folder: string,
  { python, signal }: PythonTools,
  noWheel: string | null,
): Promise<string> {
  const args = [
    '-I',
    '-B',
    join(projectRoot(), 'src', 'collection', 'packages', 'source-archive.py'),
    wanted.name,
    wanted.version ?? '-',
    folder,
  ];
  try {
    const { stdout } = await runProcess(python, args, { signal, timeoutMs: 600_000 });
    return parseJson(stdout, z.string(), 'the answer of source-archive.py');
  } catch (error) {
    if (!(error instanceof SubprocessError)) throw error;
    const why = [noWheel, lastLine(error.stderr)].filter((reason) => reason !== null).join('; ');
    throw new UserError(
      `expected a folder, an installed package or one that the package index has, got "${specOf(wanted)}": ${why}`,
      'check the name and the connection to the package index, or give the folder of its source code',
      { cause: error },
    );
  }
}

async function takeFiles(
  args: readonly string[],
  { python, signal }: PythonTools,
): Promise<PackageFacts | undefined> {
  const script = join(projectRoot(), 'src', 'collection', 'packages', 'package-files.py');
  try {
    const options = { signal, timeoutMs: 600_000 };
    const { stdout } = await runProcess(python, ['-I', '-B', script, ...args], options);
    return parseJson(stdout, factsSchema.nullable(), `the answer of ${script}`) ?? undefined;
  } catch (error) {
    if (!(error instanceof SubprocessError)) throw error;
    throw new DataError(
      `the files of ${args[1]} cannot be taken: ${lastLine(error.stderr)}`,
      'if it is a package, choose another version or take it out of the sources; else repair .venv with "make setup"',
      { cause: error },
    );
  }
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1) ?? '';
}
