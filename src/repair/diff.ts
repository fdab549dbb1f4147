/** Unified diffs of texts and of files' bytes, as `patch` and `git apply` read them. */
import { structuredPatch, type StructuredPatchHunk } from 'diff';
import { isAbsolute, posix, relative, resolve, sep } from 'node:path';
import { commonEnds } from '../core/text/common-ends';

/** Settings of {@link unifiedDiff}. */
export interface DiffOptions {
  /** Path shown in the header, with `/`. */
  file: string;
  /** Unchanged lines around a change. Default 3. */
  context?: number;
  /**
   * Text after the second `@@` of a hunk (tools ignore it), from the hunk's 1-based lines of the old text.
   * Default none.
   */
  heading?: (firstLine: number, lastLine: number) => string;
}

/**
 * The unified diff from `before` to `after`; empty when they are equal. Lines end at `\n`; a `\r` before it is part
 * of the line, so files with other line ends come back byte for byte. A missing final line end is marked as
 * `diff -u` marks it.
 */
export function unifiedDiff(before: string, after: string, options: DiffOptions): string {
  if (before === after) return '';
  const { file, context = 3, heading } = options;
  const patch = structuredPatch(file, file, before, after, '', '', {
    context,
    maxEditLength: MOST_DIFFERENCES,
  });
  const hunks = (patch?.hunks ?? [oneHunk(before, after, context)]).map((hunk) => formatHunk(hunk, heading));
  return `--- ${headerName(`a/${file}`)}\n+++ ${headerName(`b/${file}`)}\n${hunks.join('')}`;
}

/** Settings of {@link patchBytes}. */
export interface PatchOptions extends Pick<DiffOptions, 'file' | 'context'> {
  /** Diff of the same change as text: its hunks' headings are taken over. Default none. */
  like?: string;
}

/**
 * The unified diff between the bytes of two files, which gives exactly `after` when it is applied to `before`, whatever
 * their encoding and line ends, a byte order mark included. Empty when they are equal.
 */
export function patchBytes(before: Uint8Array, after: Uint8Array, options: PatchOptions): Uint8Array {
  const { like = '', ...more } = options;
  const headings = headingsOf(like);
  // Latin-1 gives each byte one character and back: a diff of these texts is a diff of the bytes.
  const latin1 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');
  const diff = unifiedDiff(latin1(before), latin1(after), {
    ...more,
    heading: (firstLine) => headings.get(firstLine) ?? '',
  });
  return Buffer.from(diff, 'latin1');
}

/** Headings of a diff's hunks by their first old line. */
function headingsOf(diff: string): Map<number, string> {
  const headings = new Map<number, string>();
  for (const line of diff.split('\n')) {
    const match = /^@@ -(\d+)\S* \S+ @@ ([\x20-\x7e]+)$/.exec(line);
    if (match) headings.set(Number(match[1]), match[2]);
  }
  return headings;
}

/**
 * How a patch names a file, so that `git apply` finds it: relative to the working directory, or, for a file outside of
 * it, relative to the root (git takes no `..`).
 * @param folder the working directory
 */
export function patchPath(file: string, folder = process.cwd()): string {
  const inside = relative(folder, resolve(folder, file));
  const outside = inside === '..' || inside.startsWith(`..${sep}`) || isAbsolute(inside);
  return (outside ? resolve(folder, file) : inside).split(sep).join(posix.sep).replace(/^\/+/, '');
}

/** More differences than this and what changed is shown as one replaced block: the search is quadratic in them. */
const MOST_DIFFERENCES = 1000;

/** All that lies between the common first and last lines, as one hunk. */
function oneHunk(before: string, after: string, context: number): StructuredPatchHunk {
  // The last line may have no end.
  const lines = (text: string): string[] => text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
  const [a, b] = [lines(before), lines(after)];
  const { start: head, end: tail } = commonEnds(a, b);
  const [above, below] = [Math.min(head, context), Math.min(tail, context)];
  const signed = (sign: string, part: readonly string[]): string[] =>
    part.flatMap((line) =>
      line.endsWith('\n') ? [sign + line.slice(0, -1)] : [sign + line, '\\ No newline at end of file'],
    );
  return {
    oldStart: head - above + 1,
    oldLines: a.length - head - tail + above + below,
    newStart: head - above + 1,
    newLines: b.length - head - tail + above + below,
    lines: [
      ...signed(' ', a.slice(head - above, head)),
      ...signed('-', a.slice(head, a.length - tail)),
      ...signed('+', b.slice(head, b.length - tail)),
      ...signed(' ', a.slice(a.length - tail, a.length - tail + below)),
    ],
  };
}

function formatHunk(
  { oldStart, oldLines, newStart, newLines, lines }: StructuredPatchHunk,
  heading: DiffOptions['heading'],
): string {
  const title = heading?.(oldStart, oldStart + Math.max(0, oldLines - 1));
  const ranges = `@@ -${range(oldStart, oldLines)} +${range(newStart, newLines)} @@`;
  return `${ranges}${title ? ` ${title}` : ''}\n${lines.map((line) => `${line}\n`).join('')}`;
}

/** `start,count`; an empty range names the line before it, a count of one is left out. */
function range(start: number, count: number): string {
  return count === 0 ? `${start - 1},0` : count === 1 ? `${start}` : `${start},${count}`;
}

const ESCAPES: Readonly<Partial<Record<string, string>>> = {
  '\x07': 'a',
  '\b': 'b',
  '\t': 't',
  '\n': 'n',
  '\v': 'v',
  '\f': 'f',
  '\r': 'r',
  '"': '"',
  '\\': '\\',
};

/**
 * A file name as git writes it in headers: in C's quotes, with octal bytes, when it holds control characters, quotes or
 * anything beyond ASCII; a tab behind one with blanks.
 */
function headerName(name: string): string {
  const clean = name.replace(/^([ab])\/+/, '$1/');
  if (!/["\\]|[^\x20-\x7e]/.test(clean)) return clean.includes(' ') ? `${clean}\t` : clean;
  const octal = (byte: number): string => `\\${byte.toString(8).padStart(3, '0')}`;
  const quoted = Array.from(clean, (character) => {
    const escape = ESCAPES[character];
    if (escape !== undefined) return `\\${escape}`;
    if (/[\x20-\x7e]/.test(character)) return character;
    return Array.from(Buffer.from(character), octal).join('');
  });
  return `"${quoted.join('')}"`;
}
