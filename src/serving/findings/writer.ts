import { formatFinding, printedFinding } from '../printed-fix';
import { formatFramed, wantsColours } from './frame';
import { formatGithub } from './github';
import type { ReportedFinding } from './reported-finding';
import { sarifLog } from './sarif';

/** Forms that findings can be printed in. */
export const FORMATS = ['text', 'json', 'jsonl', 'github', 'sarif'] as const;
/** One of {@link FORMATS}. */
export type Format = (typeof FORMATS)[number];

/** Prints findings as they come, or all of them at the end where the form is one document. */
export interface FindingWriter {
  write(findings: readonly ReportedFinding[]): void;
  end(): void;
}

/** Settings of {@link createFindingWriter}. */
export interface WriterOptions {
  /** Version of this program, for SARIF. */
  version: string;
  /** Where it goes. Default: standard output. */
  stream?: { write(text: string): unknown; isTTY?: boolean };
}

/** A writer of findings; on a terminal, text has a source frame. */
export function createFindingWriter(format: Format, options: WriterOptions): FindingWriter {
  const { version, stream = process.stdout } = options;
  const line = (text: string): void => void stream.write(`${text}\n`);
  const all: ReportedFinding[] = [];
  const atEnd = (document: () => unknown): FindingWriter => ({
    write: (findings) => void all.push(...findings),
    end: () => line(JSON.stringify(document(), null, 2)),
  });
  const each = (form: (finding: ReportedFinding) => string): FindingWriter => ({
    write: (findings) => findings.forEach((finding) => line(form(finding))),
    end: () => undefined,
  });
  switch (format) {
    case 'json':
      return atEnd(() => all.map(printedFinding));
    case 'sarif':
      return atEnd(() => sarifLog(all, { version }));
    case 'jsonl':
      return each((finding) => JSON.stringify(printedFinding(finding)));
    case 'github':
      return each(formatGithub);
    case 'text': {
      const colours = wantsColours(stream);
      return each(stream.isTTY === true || colours ? (one) => formatFramed(one, { colours }) : formatFinding);
    }
  }
}
