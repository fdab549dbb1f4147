import type { ReportedFinding } from './reported-finding';
import { formatPlace } from '../printed-fix';

const COMMANDS = { error: 'error', warning: 'warning', info: 'notice' } as const;

/** A finding as a workflow command of GitHub Actions, which shows it beside the line. */
export function formatGithub(finding: ReportedFinding): string {
  const { file, cell, range, severity, message, witness, rule } = finding;
  // Lines of a notebook's cell are no lines of its file.
  const lines =
    cell === null
      ? [
          ['line', range.start.line + 1],
          ['col', range.start.character + 1],
          ['endLine', range.end.line + 1],
          ['endColumn', range.end.character + 1],
        ]
      : [];
  const properties = [['file', file], ...lines, ['title', `trm (${witness}: ${rule})`]];
  const text = properties.map(([name, value]) => `${name}=${escapeProperty(String(value))}`).join(',');
  return `::${COMMANDS[severity]} ${text}::${escapeData(`${formatPlace(finding)}: ${message}`)}`;
}

function escapeData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
