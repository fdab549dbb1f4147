/** What people and other programs are told: findings of the model and of tools in one form. */
import { lineMap, type LineMap } from '../../python/tokens/positions';
import { lineEnd } from '../../python/tokens/characters';
import type { Finding, Fix, Note, Range } from '../../records/finding';
import { bugType } from '../../taxonomy/table';

/** How bad a finding is, as SARIF and editors count. */
export type ReportedSeverity = 'error' | 'warning' | 'info';

/** One finding as it is reported. */
export interface ReportedFinding {
  /** Name of the file, as it was given or found. */
  file: string;
  /** Of a notebook: number of the cell, from 1; its lines count within the cell. Null elsewhere. */
  cell: number | null;
  /** Who saw it: `model`, `parser`, `trm` (its own comments), or a tool's name. */
  witness: string;
  /** Bug type of the model's findings, a tool's own rule, or the kind of a note. */
  rule: string;
  severity: ReportedSeverity;
  /** One sentence without a line break. */
  message: string;
  /** Taxonomy id; null where none fits. */
  bugType: string | null;
  /** For example `CWE-682`; null where none fits. */
  cwe: string | null;
  /** Where it is: of a notebook, within the cell. */
  range: Range;
  /** UTF-16 offsets [start, end) in the text that was looked at. */
  span: readonly [number, number];
  /** The whole lines that it touches, without their ends: what a source frame shows. */
  lines: readonly string[];
  /** The model's edit; null where nobody offers one. */
  edit: Pick<Finding, 'before' | 'after' | 'tier' | 'confidence' | 'checks' | 'steps'> | null;
}

/** Rule of a model's finding that names no type. */
export const UNTYPED_RULE = 'untyped';

/** A finding of the model. @param source the text that it was found in */
export function reportFinding(finding: Finding, source: string): ReportedFinding {
  const { file, bugType: id, before, after, tier, confidence, checks, steps, range, span } = finding;
  const type = id === null ? null : bugType(id);
  return {
    ...{ file, cell: null, witness: 'model', rule: id ?? UNTYPED_RULE, bugType: id, range, span },
    severity: type === null || type.severity === 'low' ? 'warning' : 'error',
    message: `${type?.title ?? 'Probable bug'}: ${describeEdit(before, after)}`,
    cwe: type?.cwe ?? null,
    lines: linesOf(source, span),
    edit: { before, after, tier, confidence, checks, steps },
  };
}

/** A note on a whole file, at the line that shows it. */
export function reportNote(
  { file }: Pick<Fix, 'file'>,
  { kind, range, message }: Note,
  source: string,
): ReportedFinding {
  const { starts } = lineMap(source);
  const start = starts[Math.min(range.start.line, starts.length - 1)];
  const span = [start, lineEnd(source, start)] as const;
  const at = { range, span, lines: linesOf(source, span) };
  const what = { witness: 'parser', rule: kind, bugType: null, cwe: null, edit: null };
  return { file, cell: null, severity: 'error', message: `the file ${message}`, ...what, ...at };
}

/** What an edit does, in words: `insert ":"`, `remove "not"`, `replace "totl" by "total"`. */
export function describeEdit(before: string, after: string): string {
  const quoted = (text: string): string => JSON.stringify(text);
  if (before.trim() === '') return `insert ${quoted(after.trim() || after)}`;
  if (after.trim() === '') return `remove ${quoted(before.trim())}`;
  return `replace ${quoted(before)} by ${quoted(after)}`;
}

/** The whole lines that the offsets [start, end) touch, without their ends. */
export function linesOf(
  source: string,
  [start, end]: readonly [number, number],
  lines: LineMap = lineMap(source),
): string[] {
  const [first, last] = [lines.at(start).line, lines.at(Math.max(start, end - 1)).line];
  return lines.starts.slice(first - 1, last).map((at) => source.slice(at, lineEnd(source, at)));
}
