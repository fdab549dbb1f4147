import { z } from 'zod';
import { parseJson } from '../core/files';
import { pythonPath } from '../core/paths';
import { runProcess } from '../core/processes/subprocess';

const factsSchema = z.strictObject({
  /** For example `3.11.7`. */
  version: z.string(),
  /** Absolute path of the standard library. */
  stdlib: z.string(),
});
/** What the project's Python says of itself. */
export type PythonFacts = z.infer<typeof factsSchema>;

/** Repository of the standard library. */
export const CPYTHON = 'https://github.com/python/cpython';

/** Version and standard library folder of the project's Python (`pythonPath()`). */
export async function pythonFacts(): Promise<PythonFacts> {
  const program =
    'import json, platform, sysconfig; ' +
    'print(json.dumps({"version": platform.python_version(), "stdlib": sysconfig.get_path("stdlib")}))';
  const { stdout } = await runProcess(pythonPath(), ['-I', '-c', program], { timeoutMs: 60_000 });
  return parseJson(stdout, factsSchema, 'the answer of Python about itself');
}
