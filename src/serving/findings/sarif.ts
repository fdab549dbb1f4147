import { relative, resolve, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import { bugType } from '../../taxonomy/table';
import { fingerprint } from './fingerprint';
import type { ReportedFinding } from './reported-finding';

const LEVELS = { error: 'error', warning: 'warning', info: 'note' } as const;

/** Settings of {@link sarifLog}. */
export interface SarifOptions {
  /** Version of this program. */
  version: string;
  /** Folder that paths are relative to. Default: the working directory. */
  root?: string;
}

/** Findings as a SARIF 2.1.0 log with one run. */
export function sarifLog(findings: readonly ReportedFinding[], options: SarifOptions): object {
  const ids = [...new Set(findings.map(ruleId))].sort();
  const seen = new Map<string, number>();
  const driver = {
    name: 'trm-code-repair',
    semanticVersion: options.version,
    rules: ids.map((id) => ruleOf(id, findings.find((finding) => ruleId(finding) === id)?.bugType ?? null)),
  };
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver },
        columnKind: 'utf16CodeUnits',
        results: findings.map((finding) => {
          const key = `${finding.file}\0${fingerprint(finding)}`;
          const nth = (seen.get(key) ?? 0) + 1;
          seen.set(key, nth);
          return resultOf(finding, { index: ids.indexOf(ruleId(finding)), nth, ...options });
        }),
      },
    ],
  };
}

/** The model's rules are bug types; those of tools carry the tool's name. */
function ruleId({ witness, rule }: ReportedFinding): string {
  return witness === 'model' ? rule : `${witness}/${rule}`;
}

function ruleOf(id: string, type: string | null): object {
  if (type !== id) return { id };
  const { title, description, cwe, family, severity } = bugType(type);
  return {
    id,
    shortDescription: { text: title },
    fullDescription: { text: description },
    properties: { tags: [family, ...(cwe === null ? [] : [`external/cwe/${cwe.toLowerCase()}`])], severity },
  };
}

function resultOf(
  finding: ReportedFinding,
  { index, nth, root = process.cwd() }: SarifOptions & { index: number; nth: number },
): object {
  const { file, cell, severity, message, range, lines, edit, witness, cwe } = finding;
  const artifactLocation = { uri: uriOf(file, root) };
  const region = {
    startLine: range.start.line + 1,
    startColumn: range.start.character + 1,
    endLine: range.end.line + 1,
    endColumn: range.end.character + 1,
  };
  // Lines of a notebook's cell are no lines of its file.
  const placed =
    cell === null
      ? { artifactLocation, region: { ...region, snippet: { text: lines.join('\n') } } }
      : { artifactLocation };
  const replacement = edit && { deletedRegion: region, insertedContent: { text: edit.after } };
  return {
    ruleId: ruleId(finding),
    ruleIndex: index,
    level: LEVELS[severity],
    message: { text: cell === null ? message : `cell ${cell}, line ${region.startLine}: ${message}` },
    locations: [{ physicalLocation: placed }],
    partialFingerprints: { 'trmFinding/v1': `${fingerprint(finding)}:${nth}` },
    ...(replacement &&
      cell === null && {
        fixes: [
          {
            description: { text: message },
            artifactChanges: [{ artifactLocation, replacements: [replacement] }],
          },
        ],
      }),
    properties: { witness, cwe, ...(edit && { tier: edit.tier, confidence: edit.confidence }) },
  };
}

/** Relative to the root, as code hosts want it; a file elsewhere by its whole address. */
function uriOf(file: string, root: string): string {
  const inside = relative(root, resolve(root, file));
  if (inside === '..' || inside.startsWith(`..${sep}`)) return pathToFileURL(resolve(root, file)).href;
  return inside.split(sep).map(encodeURIComponent).join('/');
}
