import { z } from 'zod';
import { parseJson } from '../../core/files';
import { inputOf, openProcessWitness, type Printed } from './process-witness';
import { toolVersion, type ToolOptions } from './tools';
import type { Witness } from './witness';

const answerSchema = z.looseObject({
  messages: z.array(
    z.looseObject({
      messageId: z.string(),
      message: z.string(),
      path: z.string(),
      line: z.int(),
      column: z.int(),
      endLine: z.int().nullable(),
      endColumn: z.int().nullable(),
    }),
  ),
});

/** Messages that are asked for: errors, and the warnings of `rules.ts`. */
const ENABLED = 'E,F,W0133,W0711,W0715,W1114,W1514';

/**
 * pylint, where it is installed: its errors and a few of its warnings.
 * @throws TrmError when it does not run
 */
export async function openPylint({ program, timeoutMs }: ToolOptions): Promise<Witness> {
  return openProcessWitness({
    name: 'pylint',
    version: await toolVersion('pylint', program),
    program,
    unit: 'bytes',
    timeoutMs,
    run: async (files, { call }) => {
      const settings = [
        '--rcfile=/dev/null',
        '--disable=all',
        `--enable=${ENABLED}`,
        '--output-format=json2',
      ];
      // Bits of what was found; 32 is a wrong call.
      const okCodes = Array.from({ length: 32 }, (_, code) => code);
      const { stdout } = await call([...settings, '--score=n', '--persistent=n', ...files], okCodes);
      return parseJson(stdout, answerSchema, 'what pylint printed').messages.map((one): Printed => ({
        input: inputOf(one.path),
        rule: one.messageId,
        severity: /^[EF]/.test(one.messageId) ? 'error' : 'warning',
        message: one.message,
        start: { line: one.line - 1, column: one.column },
        end:
          one.endLine === null || one.endColumn === null
            ? undefined
            : { line: one.endLine - 1, column: one.endColumn },
      }));
    },
  });
}
