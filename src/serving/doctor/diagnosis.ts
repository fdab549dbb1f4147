import type { Check } from './check';
import { probeEngine } from './engine-probe';
import { probeModel } from './model-probe';
import { probeCompiler, probeNode, probeProcessor } from './system-probe';
import { probeKernel, probePython } from './python-probe';

/** What {@link examineMachine} found. */
export interface Diagnosis {
  /** False when something needed is missing. */
  healthy: boolean;
  checks: Check[];
}

/** Looks at everything the workbench needs. Never throws: a probe that fails is a check that is missing. */
export async function examineMachine(): Promise<Diagnosis> {
  const probes: readonly (() => Check[] | Promise<Check[]>)[] = [
    probeNode,
    probeEngine,
    probeProcessor,
    probeCompiler,
    probePython,
    probeKernel,
    probeModel,
  ];
  const checks: Check[] = [];
  for (const probe of probes) {
    try {
      checks.push(...(await probe()));
    } catch (error) {
      const name = probe.name.replace(/^probe/, '').toLowerCase();
      checks.push({ name, state: 'missing', value: (error as Error).message, fix: 'run `make setup`' });
    }
  }
  return { healthy: checks.every(({ state }) => state !== 'missing'), checks };
}

/** The diagnosis as aligned lines and a closing sentence. */
export function formatDiagnosis({ checks, healthy }: Diagnosis): string {
  const width = Math.max(...checks.map(({ name }) => name.length));
  const lines = checks.flatMap(({ name, state, value, fix }) => [
    `${state.padEnd(7)}  ${name.padEnd(width)}  ${value}`,
    ...(fix && state !== 'ok' ? [`${' '.repeat(width + 11)}-> ${fix}`] : []),
  ]);
  const count = checks.filter(({ state }) => state === 'missing').length;
  const warnings = checks.filter(({ state }) => state === 'warning').length;
  const closing = healthy
    ? `everything needed is here${warnings ? `, ${warnings} warning${warnings > 1 ? 's' : ''}` : ''}`
    : `${count} needed thing${count > 1 ? 's are' : ' is'} missing`;
  return [...lines, '', closing].join('\n');
}
