import { diffArrays } from 'diff';
import { commonEnds } from '../core/text/common-ends';
import type { Edit } from '../records/sample';
import { html } from './display';
import { escapeHtml } from './html';

/** A stretch [start, end) of a text, in UTF-16 units. */
export type Mark = readonly [start: number, end: number];

/** What a side-by-side view shows: a sample, or any text and its mended form. */
export interface BeforeAfter {
  before: string;
  after: string;
  /** Exact places of the change in `before`. Default: found by comparing lines. */
  edits?: readonly Edit[];
}

/** Shows buggy and fixed code side by side with the change highlighted; outside a notebook as lines with - and +. */
export function sideBySide(pair: BeforeAfter, options: { title?: string } = {}): void {
  html(sideBySideHtml(pair, options), sideBySideText(pair, options));
}

/** The view as HTML: two columns, changed characters marked. */
export function sideBySideHtml(pair: BeforeAfter, options: { title?: string } = {}): string {
  const { before, after } = changedMarks(pair);
  const column = (heading: string, text: string, marks: readonly Mark[], colour: string): string =>
    '<div style="flex:1;min-width:0">' +
    `<div style="opacity:0.7">${heading}</div>` +
    '<pre style="margin:0;padding:0.5em;overflow-x:auto;border:1px solid var(--jp-border-color2,#ddd)">' +
    `${markHtml(text, marks, colour)}</pre></div>`;
  const title = options.title ? `<div><b>${escapeHtml(options.title)}</b></div>` : '';
  return (
    `${title}<div style="display:flex;gap:1em">` +
    column('before', pair.before, before, 'rgba(213,94,0,0.35)') +
    column('after', pair.after, after, 'rgba(0,158,115,0.35)') +
    '</div>'
  );
}

/** The view as text: common lines as they are, changed ones with - and +. */
export function sideBySideText({ before, after }: BeforeAfter, options: { title?: string } = {}): string {
  const lines = compareLines(before.split('\n'), after.split('\n')).map(
    ({ kind, text }) => `${SIGN[kind]} ${text}`,
  );
  return [...(options.title ? [options.title] : []), ...lines].join('\n');
}

/** The text as HTML with the marked stretches coloured; an empty stretch becomes a bar. */
function markHtml(text: string, marks: readonly Mark[], colour: string): string {
  let result = '';
  let position = 0;
  for (const [start, end] of marks) {
    const inside = escapeHtml(text.slice(start, end));
    const style = start === end ? `border-left:2px solid ${colour}` : `background:${colour};color:inherit`;
    result += `${escapeHtml(text.slice(position, start))}<mark style="${style}">${inside}</mark>`;
    position = end;
  }
  return result + escapeHtml(text.slice(position));
}

/** Where the two texts differ. With edits the marks in `before` are exactly theirs. */
export function changedMarks(pair: BeforeAfter): { before: Mark[]; after: Mark[] } {
  const { edits = [] } = pair;
  return (edits.length > 0 ? marksOfEdits(pair, edits) : undefined) ?? marksOfLines(pair);
}

/** Marks from edits: what stands between them in `before` stands unchanged, in order, in `after`. */
function marksOfEdits(
  { before, after }: BeforeAfter,
  edits: readonly Edit[],
): { before: Mark[]; after: Mark[] } | undefined {
  const spans = edits.map(({ charSpan }): Mark => charSpan).sort((a, b) => a[0] - b[0]);
  const marks: Mark[] = [];
  let position = spans[0][0];
  for (const [index, [, end]] of spans.entries()) {
    const next = spans[index + 1]?.[0];
    const kept = before.slice(end, next);
    // The text after the last edit reaches the end; between edits its first occurrence is taken.
    const resume = next === undefined ? after.length - kept.length : after.indexOf(kept, position);
    if (resume < position || after.slice(resume, resume + kept.length) !== kept) return undefined;
    marks.push([position, resume]);
    position = resume + kept.length;
  }
  return { before: spans, after: marks };
}

/** Marks from comparing lines; a line replaced by one line is marked only where the two differ, by whole words. */
function marksOfLines({ before, after }: BeforeAfter): { before: Mark[]; after: Mark[] } {
  const marks: { before: Mark[]; after: Mark[] } = { before: [], after: [] };
  let [atBefore, atAfter] = [0, 0];
  const script = compareLines(before.split('\n'), after.split('\n'));
  for (let i = 0; i < script.length; i++) {
    const { kind, text } = script[i];
    const next = script[i + 1] as (typeof script)[number] | undefined;
    if (kind === 'removed' && next?.kind === 'added') {
      const [own, other] = differingStretches(text, next.text);
      marks.before.push([atBefore + own[0], atBefore + own[1]]);
      marks.after.push([atAfter + other[0], atAfter + other[1]]);
      atBefore += text.length + 1;
      atAfter += next.text.length + 1;
      i++;
      continue;
    }
    if (kind === 'removed') marks.before.push([atBefore, atBefore + text.length]);
    if (kind === 'added') marks.after.push([atAfter, atAfter + text.length]);
    if (kind !== 'added') atBefore += text.length + 1;
    if (kind !== 'removed') atAfter += text.length + 1;
  }
  return marks;
}

/** The stretch of each line that the other lacks, widened to whole words and operators. */
function differingStretches(a: string, b: string): [Mark, Mark] {
  const [left, right] = [a, b].map((line) => line.match(/\w+|\s+|[^\w\s]+/g) ?? []);
  const { start: head, end: tail } = commonEnds(left, right);
  const stretch = (words: string[]): Mark => [
    words.slice(0, head).join('').length,
    words.slice(0, words.length - tail).join('').length,
  ];
  return [stretch(left), stretch(right)];
}

type LineKind = 'same' | 'removed' | 'added';
const SIGN: Record<LineKind, string> = { same: ' ', removed: '-', added: '+' };

/** Shortest line script. Removed and added lines of one change alternate where both exist, so that they can be paired. */
function compareLines(a: string[], b: string[]): { kind: LineKind; text: string }[] {
  const script: { kind: LineKind; text: string }[] = [];
  let removed: string[] = [];
  const close = (added: readonly string[]): void => {
    for (let k = 0; k < Math.max(removed.length, added.length); k++) {
      if (k < removed.length) script.push({ kind: 'removed', text: removed[k] });
      if (k < added.length) script.push({ kind: 'added', text: added[k] });
    }
    removed = [];
  };
  // Removed lines come before the added ones that take their place.
  for (const change of diffArrays(a, b)) {
    if (change.removed) removed = change.value;
    else if (change.added) close(change.value);
    else {
      close([]);
      for (const text of change.value) script.push({ kind: 'same', text });
    }
  }
  close([]);
  return script;
}
