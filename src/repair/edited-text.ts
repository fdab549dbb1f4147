import { commonEnds } from '../core/text/common-ends';

/**
 * A text that is edited in rounds, remembering what became of the original: each round's edit is given in the
 * coordinates of the current text and kept as a patch of the original one. Immutable: `edit` returns a new value.
 */

/** Original characters [start, end) are now `text`. */
export interface Patch {
  start: number;
  end: number;
  text: string;
}

/** A text and the patches that made it; see {@link startText} and {@link editText}. */
export interface EditedText {
  original: string;
  /** The text with all patches applied. */
  current: string;
  /** Sorted, not overlapping, none touching another. */
  patches: readonly Patch[];
}

/** A text before any edit. */
export function startText(original: string): EditedText {
  return { original, current: original, patches: [] };
}

/**
 * Replaces characters [start, end) of the current text. Patches that the edit touches are merged with it.
 * @throws RangeError when the range is not inside the current text
 */
export function editText(state: EditedText, start: number, end: number, text: string): EditedText {
  const { original, current, patches } = state;
  if (start < 0 || end < start || end > current.length)
    throw new RangeError(`edit [${start}, ${end}) is outside a text of ${current.length} characters`);
  const spans = currentSpans(patches);
  const touched = patches.filter((_, i) => spans[i].end >= start && spans[i].start <= end);
  const before = patches.filter((_, i) => spans[i].end < start);
  const after = patches.filter((_, i) => spans[i].start > end);
  const span = originalSpan(state, start, end);
  const first = touched.length > 0 ? spans[patches.indexOf(touched[0])] : undefined;
  const last = touched.length > 0 ? spans[patches.indexOf(touched[touched.length - 1])] : undefined;
  const from = Math.min(start, first?.start ?? start);
  const to = Math.max(end, last?.end ?? end);
  const merged: Patch = { ...span, text: current.slice(from, start) + text + current.slice(end, to) };
  const unchanged = original.slice(merged.start, merged.end) === merged.text;
  return {
    original,
    current: current.slice(0, start) + text + current.slice(end),
    patches: [...before, ...(unchanged ? [] : [merged]), ...after],
  };
}

/** True when [start, end) of the current text holds characters that an edit wrote. */
export function holdsWritten({ patches }: EditedText, start: number, end: number): boolean {
  return currentSpans(patches).some((span) => start < span.end && span.start < end);
}

/**
 * The smallest range of the original text that became the current range [start, end): exact where nothing was
 * edited, whole patches where the range touches one.
 */
export function originalSpan(state: EditedText, start: number, end: number): { start: number; end: number } {
  const spans = currentSpans(state.patches);
  let [from, to] = [start, end];
  let shiftStart = 0;
  let shiftEnd = 0;
  state.patches.forEach((patch, i) => {
    const shift = patch.end - patch.start - patch.text.length;
    const touches = spans[i].end >= start && spans[i].start <= end;
    if (touches) {
      from = Math.min(from, spans[i].start);
      to = Math.max(to, spans[i].end);
    }
    if (spans[i].end < start) shiftStart += shift;
    if (spans[i].end < start || touches) shiftEnd += shift;
  });
  return { start: from + shiftStart, end: to + shiftEnd };
}

/** The range of the current text that [start, end) of the original became, whole patches where it touches one. */
export function currentSpan({ patches }: EditedText, start: number, end: number): [number, number] {
  const spans = currentSpans(patches);
  let [from, to] = [start, end];
  patches.forEach((patch, i) => {
    const growth = patch.text.length - (patch.end - patch.start);
    if (patch.end < start) from += growth;
    if (patch.end < end) to += growth;
    if (patch.end < start || patch.start > end) return;
    from = Math.min(from, spans[i].start);
    to = Math.max(to, spans[i].end);
  });
  return [from, to];
}

/** Where each patch's text stands in the current text. */
function currentSpans(patches: readonly Patch[]): { start: number; end: number }[] {
  let shift = 0;
  return patches.map(({ start, end, text }) => {
    const from = start + shift;
    shift += text.length - (end - start);
    return { start: from, end: from + text.length };
  });
}

/**
 * The single replaced range between two texts: common head and tail left out, the head first. Equal texts give an
 * empty range at the end.
 */
export function changedRange(before: string, after: string): { start: number; end: number; text: string } {
  const { start: head, end: tail } = commonEnds(before, after);
  return { start: head, end: before.length - tail, text: after.slice(head, after.length - tail) };
}
