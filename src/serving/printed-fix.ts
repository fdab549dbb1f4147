/** Findings and fixes as scripts read them: lines count from 1, as compilers and `git` count them. */
import { printable } from '../core/text/printable';
import type { Finding, Fix, Note, Range } from '../records/finding';
import type { RepairedFile } from './fix-file';
import { fingerprint } from './findings/fingerprint';
import type { ReportedFinding } from './findings/reported-finding';

/** A place in printed output. */
export interface PrintedPlace {
  /** 1-based; of a notebook, within its cell. */
  line: number;
  /** 0-based UTF-16 column. */
  column: number;
  /** UTF-16 offset in the decoded file; of a notebook, in its code cells one after the other. */
  offset: number;
}

/** A finding in the JSON of `trm check` and `trm fix`. What belongs to an edit is only there when one is offered. */
export type PrintedFinding = Pick<
  ReportedFinding,
  'file' | 'bugType' | 'witness' | 'rule' | 'severity' | 'message' | 'cwe'
> &
  Partial<Pick<Finding, 'before' | 'after' | 'tier' | 'confidence' | 'checks' | 'steps'>> & {
    /** Of a notebook: number of the cell, from 1. */
    cell?: number;
    start: PrintedPlace;
    end: PrintedPlace;
    /** Stays the same when code above it changes. */
    fingerprint: string;
  };

/** A note in the JSON of `trm fix`; its line is 1-based. */
export type PrintedNote = Omit<Note, 'range'> & { line: number };

/** A fix in the JSON of `trm fix`. */
export type PrintedFix = Omit<Fix, 'findings' | 'notes'> & {
  findings: PrintedFinding[];
  notes: PrintedNote[];
};

/** A finding for JSON output. */
export function printedFinding(finding: ReportedFinding): PrintedFinding {
  const { file, cell, bugType, witness, rule, severity, message, cwe, range, span, edit } = finding;
  const places = { start: place(range.start, span[0]), end: place(range.end, span[1]) };
  const seen = { witness, rule, severity, message, cwe };
  const where = cell === null ? { file } : { file, cell };
  return { ...where, bugType, ...places, ...edit, ...seen, fingerprint: fingerprint(finding) };
}

/** A fix for JSON output. @param shown those of its findings that are to be told */
export function printedFix(
  { fix }: Pick<RepairedFile, 'fix'>,
  shown: readonly ReportedFinding[],
): PrintedFix {
  const { file, notes, findings: _, ...rest } = fix;
  const printed = notes.map(({ kind, range, message }) => ({ kind, line: range.start.line + 1, message }));
  const findings = shown.filter(({ witness }) => witness !== 'parser').map(printedFinding);
  return { file, findings, notes: printed, ...rest };
}

/** Where a finding is, as editors and terminals jump to it: `file:line:column`, in a notebook `file:cell 3:line:column`. */
export function formatPlace({ file, cell, range }: Pick<ReportedFinding, 'file' | 'cell' | 'range'>): string {
  const { line, character } = range.start;
  const within = cell === null ? '' : `:cell ${cell}`;
  return `${printable(file)}${within}:${line + 1}:${character + 1}`;
}

/**
 * One line a finding (column 1-based, as editors count). The model's: `file:line:column: verified 0.97 missing-colon: "" ->
 * ":"`; others: `file:line:column: error ruff F821: Undefined name`.
 */
export function formatFinding(finding: ReportedFinding): string {
  const { edit, witness, rule, severity, message, bugType } = finding;
  const place = formatPlace(finding);
  if (edit === null) return `${place}: ${severity} ${witness} ${rule}: ${printable(message)}`;
  const kind = bugType === null ? '' : ` ${bugType}`;
  const change = `${JSON.stringify(edit.before)} -> ${JSON.stringify(edit.after)}`;
  return `${place}: ${edit.tier} ${edit.confidence.toFixed(2)}${kind}: ${change}`;
}

/** One line a note: `file:line: does not parse with CPython 3.11.7: expected ':'`. */
export function formatNote({ file }: Pick<Fix, 'file'>, { range, message }: Note): string {
  return `${printable(file)}:${range.start.line + 1}: ${message}`;
}

function place({ line, character }: Range['start'], offset: number): PrintedPlace {
  return { line: line + 1, column: character, offset };
}
