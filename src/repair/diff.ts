/** Unified diffs of texts and of files' bytes, as `patch` and `git apply` read them. */
import { isAbsolute, posix, relative, resolve, sep } from 'node:path';

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

/** One line of the edit script: kept, removed or added, with its line end. */
interface ScriptLine {
  sign: ' ' | '-' | '+';
  text: string;
}

/**
 * The unified diff from `before` to `after`; empty when they are equal. Lines end at `\n`; a `\r` before it is part
 * of the line, so files with other line ends come back byte for byte. A missing final line end is marked as
 * `diff -u` marks it.
 */
export function unifiedDiff(before: string, after: string, options: DiffOptions): string {
  if (before === after) return '';
  const { file, context = 3, heading } = options;
  const script = lineScript(splitLines(before), splitLines(after));
  const hunks = cutHunks(script, context).map((hunk) => formatHunk(script, hunk, heading));
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

/** Lines with their line ends; the last one may have none. An empty text has no lines. */
function splitLines(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

/** The edit script: common head, shortest script of the middle, common tail. */
function lineScript(before: readonly string[], after: readonly string[]): ScriptLine[] {
  let head = 0;
  while (head < before.length && head < after.length && before[head] === after[head]) head++;
  let tail = 0;
  const most = Math.min(before.length, after.length) - head;
  while (tail < most && before[before.length - 1 - tail] === after[after.length - 1 - tail]) tail++;
  const keep = (text: string): ScriptLine => ({ sign: ' ', text });
  return [
    ...before.slice(0, head).map(keep),
    ...shortestScript(before.slice(head, before.length - tail), after.slice(head, after.length - tail)),
    ...before.slice(before.length - tail).map(keep),
  ];
}

/** More differences than this and the middle is shown as one replaced block: the search is quadratic in them. */
const MOST_DIFFERENCES = 2000;

/**
 * Shortest edit script by the greedy algorithm of Myers, "An O(ND) Difference Algorithm and Its Variations" (1986):
 * `frontier[k]` is the furthest line of `a` reached on diagonal k = x - y with d differences.
 */
function shortestScript(a: readonly string[], b: readonly string[]): ScriptLine[] {
  const size = a.length + b.length;
  const frontier = new Int32Array(2 * size + 3);
  const at = (k: number): number => k + size + 1;
  const trace: Int32Array[] = [];
  for (let d = 0; d <= Math.min(size, MOST_DIFFERENCES); d++) {
    // Only the diagonals that this round reads: memory stays quadratic in the differences, not in the lines.
    trace.push(frontier.slice(at(-d - 1), at(d + 1) + 1));
    for (let k = -d; k <= d; k += 2) {
      const down = k === -d || (k !== d && frontier[at(k - 1)] < frontier[at(k + 1)]);
      let x = down ? frontier[at(k + 1)] : frontier[at(k - 1)] + 1;
      while (x < a.length && x - k < b.length && a[x] === b[x - k]) x++;
      frontier[at(k)] = x;
      if (x >= a.length && x - k >= b.length) return backtrack(a, b, trace);
    }
  }
  return [
    ...a.map((text): ScriptLine => ({ sign: '-', text })),
    ...b.map((text): ScriptLine => ({ sign: '+', text })),
  ];
}

function backtrack(a: readonly string[], b: readonly string[], trace: readonly Int32Array[]): ScriptLine[] {
  const script: ScriptLine[] = [];
  let [x, y] = [a.length, b.length];
  for (let d = trace.length - 1; d >= 0; d--) {
    const reached = (k: number): number => trace[d][k + d + 1];
    const k = x - y;
    const down = k === -d || (k !== d && reached(k - 1) < reached(k + 1));
    const fromK = down ? k + 1 : k - 1;
    const fromX = d === 0 ? 0 : reached(fromK);
    const fromY = d === 0 ? 0 : fromX - fromK;
    while (x > (d === 0 ? 0 : down ? fromX : fromX + 1)) {
      script.push({ sign: ' ', text: a[--x] });
      y--;
    }
    if (d === 0) break;
    script.push(down ? { sign: '+', text: b[fromY] } : { sign: '-', text: a[fromX] });
    [x, y] = [fromX, fromY];
  }
  return removalsFirst(script.reverse());
}

/** Inside each changed block, removed lines before added ones, as every diff tool prints them. */
function removalsFirst(script: readonly ScriptLine[]): ScriptLine[] {
  const out: ScriptLine[] = [];
  let added: ScriptLine[] = [];
  for (const line of script) {
    if (line.sign === '+') added.push(line);
    else {
      if (line.sign === ' ') {
        out.push(...added);
        added = [];
      }
      out.push(line);
    }
  }
  return [...out, ...added];
}

/** Ranges [from, to) of the script that make one hunk each. */
function cutHunks(script: readonly ScriptLine[], context: number): [from: number, to: number][] {
  const hunks: [number, number][] = [];
  script.forEach(({ sign }, i) => {
    if (sign === ' ') return;
    const last = hunks.at(-1);
    const [from, to] = [Math.max(0, i - context), Math.min(script.length, i + context + 1)];
    if (last && from <= last[1]) last[1] = to;
    else hunks.push([from, to]);
  });
  return hunks;
}

function formatHunk(
  script: readonly ScriptLine[],
  [from, to]: readonly [number, number],
  heading: DiffOptions['heading'],
): string {
  const count = (lines: readonly ScriptLine[], other: '-' | '+'): number =>
    lines.reduce((n, { sign }) => n + (sign === other ? 0 : 1), 0);
  const [above, lines] = [script.slice(0, from), script.slice(from, to)];
  const [oldCount, newCount] = [count(lines, '+'), count(lines, '-')];
  const [oldStart, newStart] = [count(above, '+') + 1, count(above, '-') + 1];
  const title = heading?.(oldStart, oldStart + Math.max(0, oldCount - 1));
  const ranges = `@@ -${range(oldStart, oldCount)} +${range(newStart, newCount)} @@`;
  const body = lines.map(({ sign, text }) =>
    text.endsWith('\n') ? sign + text : `${sign}${text}\n\\ No newline at end of file\n`,
  );
  return `${ranges}${title ? ` ${title}` : ''}\n${body.join('')}`;
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
