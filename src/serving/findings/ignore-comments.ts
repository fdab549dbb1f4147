import { commentsOf } from '../../python/tokens/comments';
import { lineMap } from '../../python/tokens/positions';
import { rangeOf } from '../../repair/ranges';
import { linesOf, type ReportedFinding } from './reported-finding';
import { matchesTerm, problemOfTerm, type Selectable } from './selection';

/** A comment `# trm: ignore[missing-colon, syntax] -- reason`. */
export interface IgnoreComment {
  /** Types, families, witnesses or `witness:rule`; empty when the comment has no brackets, which hides nothing. */
  terms: readonly string[];
  /** What follows `--`; null without it. */
  reason: string | null;
  /** 0-based line. */
  line: number;
  /** UTF-16 offsets [start, end) of the comment. */
  span: readonly [number, number];
}

/** What a comment that hides nothing is reported as. */
export const UNUSED_IGNORE = { witness: 'trm', rule: 'unused-ignore', bugType: null };

const IGNORE = /^#\s*trm:\s*ignore(?:\[([^\]]*)\])?(?:\s*--\s*(.*\S))?/;

/** The comments of a text that say what is not to be reported on their line. */
export function ignoreComments(source: string): IgnoreComment[] {
  // Most files have none, and need not be read.
  if (!/#\s*trm:\s*ignore/.test(source)) return [];
  const lines = lineMap(source);
  return commentsOf(source).flatMap(({ start, end, text }) => {
    const match = IGNORE.exec(text);
    if (!match) return [];
    const terms = (match[1] ?? '')
      .split(',')
      .map((term) => term.trim())
      .filter(Boolean);
    return [{ terms, reason: match[2] ?? null, line: lines.at(start).line - 1, span: [start, end] as const }];
  });
}

/** The comments that hide a finding: those on a line that it touches, with a term that names it. */
export function hidingComments(
  comments: readonly IgnoreComment[],
  finding: Selectable & Pick<ReportedFinding, 'range'>,
): IgnoreComment[] {
  const { start, end } = finding.range;
  return comments.filter(
    ({ line, terms }) =>
      line >= start.line && line <= end.line && terms.some((term) => matchesTerm(finding, term)),
  );
}

/** Comments that hid nothing, as findings of their own: code was mended, or a name is wrong. */
export function reportUnused(
  { file, source }: { file: string; source: string },
  unused: readonly IgnoreComment[],
): ReportedFinding[] {
  const lines = lineMap(source);
  return unused.map(({ terms, span }) => {
    const at = { range: rangeOf(lines, span), span, lines: linesOf(source, span, lines) };
    const what = { ...UNUSED_IGNORE, cwe: null, edit: null };
    return { file, cell: null, severity: 'warning', message: unusedMessage(terms), ...what, ...at };
  });
}

function unusedMessage(terms: readonly string[]): string {
  if (terms.length === 0)
    return 'this comment hides nothing: name what to ignore, as in "# trm: ignore[missing-colon]"';
  const problem = terms.map(problemOfTerm).find((one) => one !== null);
  return problem ?? `this comment hides nothing: no finding of ${terms.join(', ')} is on its line`;
}
