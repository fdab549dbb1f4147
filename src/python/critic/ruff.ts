import { z } from 'zod';
import { InterruptedError } from '../../core/errors';
import { findTool } from '../../core/processes/find-tool';
import { runProcess } from '../../core/processes/subprocess';

/** A place that an older Python cannot read. */
export interface VersionError {
  /** For example `Cannot reuse outer quote character in f-strings`. */
  message: string;
  /** The first version that reads it, for example `3.12`. */
  needs: string;
  /** 1-based. */
  line: number;
}

const answerSchema = z.array(
  z.looseObject({ message: z.string(), location: z.looseObject({ row: z.int().positive() }) }),
);

/** Milliseconds; ruff reads 10 MB in less than one second. */
const TIMEOUT = 20_000;

/** Path of ruff, see {@link findTool}. Undefined: then nobody here knows the grammar of versions that are not installed. */
export function findRuff(env: NodeJS.ProcessEnv = process.env): string | undefined {
  return findTool('ruff', env);
}

/**
 * What in a source is newer than a version of Python, by ruff's parser, which knows the grammar of every version and
 * goes on behind errors. Empty when nothing is, or when ruff cannot be asked.
 *
 * @param version of the Python that should read it, for example `3.11`
 * @throws InterruptedError when the signal is aborted
 */
export async function versionErrors(
  ruff: string,
  source: string,
  version: string,
  signal?: AbortSignal,
): Promise<VersionError[]> {
  const target = `py${version.split('.').slice(0, 2).join('')}`;
  const args = ['check', '--isolated', '--no-cache', '--select', 'E9', '--target-version', target];
  try {
    const { stdout } = await runProcess(ruff, [...args, '--output-format', 'json', '-'], {
      input: source,
      okCodes: [0, 1],
      timeoutMs: TIMEOUT,
      signal,
      graceMs: 100,
    });
    return answerSchema.parse(JSON.parse(stdout)).flatMap(({ message, location }) => {
      const [, what, needs] =
        /^(.*) on Python [\d.]+ \(syntax was added in Python ([\d.]+)\)$/.exec(message) ?? [];
      return needs ? [{ message: what, needs, line: location.row }] : [];
    });
  } catch (error) {
    if (error instanceof InterruptedError) throw error;
    return []; // A target that this ruff does not know, or no ruff at all: one witness less.
  }
}
