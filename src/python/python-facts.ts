import { z } from 'zod';
import { parseJson } from '../core/files';
import { runProcess } from '../core/processes/subprocess';

const answerSchema = z.strictObject({
  /** For example `3.11.7`. */
  version: z.string(),
  /** Absolute path of the standard library. */
  stdlib: z.string(),
});
/** A Python interpreter, and what it says of itself. */
export interface PythonFacts extends z.infer<typeof answerSchema> {
  /** How it is called: a path, or a name that is looked up on PATH. */
  path: string;
}

/** Repository of the standard library. */
export const CPYTHON = 'https://github.com/python/cpython';

/**
 * Asks an interpreter for its version and standard library.
 * @param path how it is called
 * @throws SubprocessError when it cannot be started
 */
export async function pythonFacts(path: string): Promise<PythonFacts> {
  const program =
    'import json, platform, sysconfig; ' +
    'print(json.dumps({"version": platform.python_version(), "stdlib": sysconfig.get_path("stdlib")}))';
  const { stdout } = await runProcess(path, ['-I', '-c', program], { timeoutMs: 60_000 });
  return { path, ...parseJson(stdout, answerSchema, `the answer of ${path} about itself`) };
}
