import { lineMap, type LineMap } from '../../python/tokens/positions';
import type { Fix } from '../../records/finding';
import { rangeOf } from '../../repair/ranges';
import type { WantsEdit } from '../../repair/proposals';
import { EMPTY_BASELINE, type Baseline } from './baseline';
import { fingerprint } from './fingerprint';
import { hidingComments, ignoreComments, UNUSED_IGNORE, type IgnoreComment } from './ignore-comments';
import { linesOf, reportFinding, reportNote, UNTYPED_RULE, type ReportedFinding } from './reported-finding';
import { createSelection, matchesTerm, type Selection } from './selection';

/** What is not reported, and not mended either. */
export interface Policy extends Selection {
  /** Findings that are known. Default: none. */
  baseline?: Baseline;
}

/** What a policy says of one repair. */
export interface PolicyReview {
  /** Findings and notes that are reported. */
  reported: ReportedFinding[];
  /** How many a comment or the baseline hides. */
  hidden: number;
  /** Fingerprints that the baseline hides in this file. */
  known: ReadonlySet<string>;
  /** Comments that hid nothing although what they name was looked for. */
  unused: IgnoreComment[];
}

/** Sorts a repair's findings and notes into those that are reported and those that are hidden. */
export function reviewFix(fix: Fix, source: string, policy: Policy): PolicyReview {
  const { baseline = EMPTY_BASELINE } = policy;
  const isSelected = createSelection(policy);
  const findings = [
    ...fix.findings.map((finding) => reportFinding(finding, source)).filter(isSelected),
    ...fix.notes.map((note) => reportNote(fix, note, source)),
  ];
  const known = knownPrints(fix.file, findings, baseline);
  const comments = ignoreComments(source);
  const used = new Set<IgnoreComment>();
  const reported = findings.filter((finding) => {
    const hiding = hidingComments(comments, finding);
    for (const comment of hiding) used.add(comment);
    return hiding.length === 0 && !known.has(fingerprint(finding));
  });
  const looked = ({ terms }: IgnoreComment): boolean => terms.every((term) => isLookedFor(term, policy));
  // In a file that could not be read to its end, nobody knows what a comment would hide.
  const tells = isSelected(UNUSED_IGNORE) && fix.notes.length === 0;
  const unused = tells ? comments.filter((one) => !used.has(one) && looked(one)) : [];
  return { reported, hidden: findings.length - reported.length, known, unused };
}

/** Fingerprints of which a file has no more than the baseline knows: one more, and all of them are reported. */
function knownPrints(file: string, findings: readonly ReportedFinding[], baseline: Baseline): Set<string> {
  const counts = new Map<string, number>();
  for (const finding of findings) {
    const print = fingerprint(finding);
    counts.set(print, (counts.get(print) ?? 0) + 1);
  }
  return new Set(
    [...counts].filter(([print, count]) => count <= baseline.known(file, print)).map(([print]) => print),
  );
}

/** False where `ignore` leaves out what a comment's term names. */
function isLookedFor(term: string, { ignore = [] }: Policy): boolean {
  return !ignore.some((other) => matchesTerm({ witness: 'model', rule: term, bugType: term }, other));
}

/**
 * Says of the edits that the model proposes whether they may be made: what is not selected, and what a comment or the
 * baseline hides, is not mended either.
 * @param known fingerprints that the baseline hides
 * @param heedComments false: comments hide nothing. Default true
 */
export function wantsEdit(policy: Policy, known: ReadonlySet<string>, heedComments = true): WantsEdit {
  const isSelected = createSelection(policy);
  let last: { source: string; lines: LineMap; comments: IgnoreComment[] } | undefined;
  return ({ bugType, span }, source) => {
    const finding = { witness: 'model', rule: bugType ?? UNTYPED_RULE, bugType };
    if (!isSelected(finding)) return false;
    // One text is asked about many times.
    if (last?.source !== source) {
      const comments = heedComments ? ignoreComments(source) : [];
      last = { source, lines: lineMap(source), comments };
    }
    const { lines, comments } = last;
    if (
      comments.length > 0 &&
      hidingComments(comments, { ...finding, range: rangeOf(lines, span) }).length > 0
    )
      return false;
    return known.size === 0 || !known.has(fingerprint({ ...finding, lines: linesOf(source, span, lines) }));
  };
}
