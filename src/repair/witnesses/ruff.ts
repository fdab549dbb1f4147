import { z } from 'zod';
import { parseJson } from '../../core/files';
import { runProcess } from '../../core/processes/subprocess';
import { ruffSeverity, RUFF_IGNORE, RUFF_SELECT } from './rules';
import { openServerWitness } from './server-witness';
import { toolVersion, type ToolOptions } from './tools';
import type { Witness } from './witness';

const rulesSchema = z.array(z.looseObject({ name: z.string(), code: z.string().nullable() }));

/**
 * ruff as a resident server, with the rules of `rules.ts` whatever the user's own settings are. Every text stands alone: it
 * reads no other file, and would pass over what it takes for a build. It names rules by words where some are in preview; its
 * own list gives them their codes.
 * @throws TrmError when it does not run
 */
export async function openRuff({ program, timeoutMs }: ToolOptions): Promise<Witness> {
  const version = await toolVersion('ruff', program);
  const { stdout } = await runProcess(program, ['rule', '--all', '--output-format', 'json'], { timeoutMs });
  const rules = parseJson(stdout, rulesSchema, 'the rules of ruff');
  const codes = new Map(rules.map(({ name, code }) => [name, code ?? name]));
  const lint = { select: RUFF_SELECT, ignore: RUFF_IGNORE, preview: true, 'explicit-preview-rules': true };
  const settings = { configurationPreference: 'editorOnly', configuration: { lint } };
  return openServerWitness({
    name: 'ruff',
    version,
    program,
    args: ['server'],
    timeoutMs,
    settings: { settings, globalSettings: settings },
    told: ({ code, message }) => {
      const rule = codes.get(String(code ?? 'invalid-syntax')) ?? String(code ?? 'invalid-syntax');
      return { rule, message, severity: ruffSeverity(rule) };
    },
  });
}
