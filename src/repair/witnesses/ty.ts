import { SEVERITY } from './language-server';
import { openServerWitness } from './server-witness';
import { toolVersion, type ToolOptions } from './tools';
import type { Witness } from './witness';

const SEVERITIES = {
  [SEVERITY.error]: 'error',
  [SEVERITY.warning]: 'warning',
  [SEVERITY.information]: 'info',
} as const;

/**
 * ty, the type checker, as a resident server: what it has inferred of the libraries and of the unchanged parts of a file
 * it keeps. Below the project's root imports are resolved as the project does. What it cannot import says nothing of a
 * text and is left out (`rules.ts`); what comes from there has no known type.
 * @throws TrmError when it does not run
 */
export async function openTy({ program, root, timeoutMs, python }: ToolOptions): Promise<Witness> {
  const environment = python === undefined ? {} : { environment: { python } };
  return openServerWitness({
    name: 'ty',
    version: await toolVersion('ty', program),
    program,
    args: ['server'],
    root,
    timeoutMs,
    settings: { diagnosticMode: 'openFilesOnly', configuration: environment },
    told: ({ code, message, severity }) =>
      // Hints grey out what is unused; the witness of names says so, too.
      severity === SEVERITY.hint || code === undefined
        ? undefined
        : { rule: String(code), message, severity: SEVERITIES[severity as 1 | 2 | 3] },
  });
}
