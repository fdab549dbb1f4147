import { z } from 'zod';
import { parseJson } from '../core/files';
import { pythonPath } from '../core/paths';
import { runProcess } from '../core/processes/subprocess';

const factsSchema = z.strictObject({ version: z.string(), stdlib: z.string() });

/** Version and standard library folder of the project's Python (`pythonPath()`). */
export async function pythonFacts(): Promise<z.infer<typeof factsSchema>> {
  const program =
    'import json, platform, sysconfig; ' +
    'print(json.dumps({"version": platform.python_version(), "stdlib": sysconfig.get_path("stdlib")}))';
  const { stdout } = await runProcess(pythonPath(), ['-I', '-c', program], { timeoutMs: 60_000 });
  return parseJson(stdout, factsSchema, 'the answer of Python about itself');
}
