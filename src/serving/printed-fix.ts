/** Findings and notes as people and scripts read them: lines count from 1, as compilers and `git` count them. */
import { printable } from '../core/text/printable';
import type { Finding, Fix, Note, Range } from '../records/finding';

/** A place in printed output. */
export interface PrintedPlace {
  /** 1-based. */
  line: number;
  /** 0-based UTF-16 column. */
  column: number;
  /** UTF-16 offset in the decoded file. */
  offset: number;
}

/** A finding in the JSON of `trm check` and `trm fix`. */
export type PrintedFinding = Omit<Finding, 'range' | 'span'> & { start: PrintedPlace; end: PrintedPlace };

/** A note in the JSON of `trm fix`; its line is 1-based. */
export type PrintedNote = Omit<Note, 'range'> & { line: number };

/** A fix in the JSON of `trm fix`. */
export type PrintedFix = Omit<Fix, 'findings' | 'notes'> & {
  findings: PrintedFinding[];
  notes: PrintedNote[];
};

/** A finding for JSON output. */
export function printedFinding({ range, span: [start, end], ...rest }: Finding): PrintedFinding {
  const { file, bugType, confidence, ...more } = rest;
  return { file, bugType, confidence, start: place(range.start, start), end: place(range.end, end), ...more };
}

/** A fix for JSON output. */
export function printedFix({ file, findings, notes, ...rest }: Fix): PrintedFix {
  const printed = notes.map(({ kind, range, message }) => ({ kind, line: range.start.line + 1, message }));
  return { file, findings: findings.map(printedFinding), notes: printed, ...rest };
}

/** One line a finding: `file:line:column: verified 0.97 missing-colon: "" -> ":"` (column 1-based, as editors count). */
export function formatFinding({ file, range, tier, confidence, bugType, before, after }: Finding): string {
  const { line, character } = range.start;
  const kind = bugType === null ? '' : ` ${bugType}`;
  return (
    `${printable(file)}:${line + 1}:${character + 1}: ${tier} ${confidence.toFixed(2)}${kind}: ` +
    `${JSON.stringify(before)} -> ${JSON.stringify(after)}`
  );
}

/** One line a note: `file:line: does not parse with CPython 3.11.7: expected ':'`. */
export function formatNote({ file }: Pick<Fix, 'file'>, { range, message }: Note): string {
  return `${printable(file)}:${range.start.line + 1}: ${message}`;
}

function place({ line, character }: Range['start'], offset: number): PrintedPlace {
  return { line: line + 1, column: character, offset };
}
