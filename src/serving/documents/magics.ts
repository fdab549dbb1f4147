import { lex } from '../../python/tokens/lexer';

/** A cell's code with what only IPython understands put aside. */
export interface MaskedCell {
  /** Plain Python; each magic is a line of its own that does nothing. */
  text: string;
  /** Placeholder in `text` -> what stands there in the cell. */
  magics: ReadonlyMap<string, string>;
  /** For each line of `text`, the 0-based line of the cell that it comes from. */
  lines: readonly number[];
}

/** Marks a line that stands for a magic or parts cells: no edit may touch it. */
export const PROTECTED_LINE = /# trm-(?:magic|cell)-\d+$/;

/** Cell magics whose rest is Python of this notebook; behind every other one is another language or another process. */
const PYTHON_CELL_MAGICS = new Set(['capture', 'debug', 'prun', 'time', 'timeit']);

/** `%magic`, `!command`, `?help`; `help?`; `name = %magic` or `name = !command`. */
const MAGIC_LINE = /^\s*(?:%|!|\?)|^\s*%?[\w.*[\]]+\?{1,2}\s*$/;
const MAGIC_VALUE = /^(\s*)([\w.,\s*]+?)\s*=\s*[%!](?!=)/;

/**
 * Puts the magics and shell lines of a cell aside.
 * @param firstNumber number of its first placeholder, so that no two cells share one
 * @returns null for a cell in another language (`%%bash`)
 */
export function maskMagics(source: string, firstNumber: number): MaskedCell | null {
  const cellMagic = /^\s*%%(\w*)/.exec(source);
  if (cellMagic && !PYTHON_CELL_MAGICS.has(cellMagic[1])) return null;
  const magics = new Map<string, string>();
  const [masked, lines]: [string[], number[]] = [[], []];
  const given = source.split('\n');
  for (let i = 0; i < given.length; i++) {
    lines.push(i);
    const value = MAGIC_VALUE.exec(given[i]);
    if (!(value || MAGIC_LINE.test(given[i])) || !startsStatement(masked)) {
      masked.push(given[i]);
      continue;
    }
    const indent = /^\s*/.exec(given[i])?.[0] ?? '';
    const whole = [given[i].slice(indent.length)];
    while (/\\\s*$/.test(given[i]) && i + 1 < given.length) whole.push(given[++i]);
    // The name that takes the value stays bound.
    const placeholder = `${value ? `${value[2]} = None` : 'pass'}  # trm-magic-${firstNumber + magics.size}`;
    magics.set(placeholder, whole.join('\n'));
    masked.push(indent + placeholder);
  }
  return { text: masked.join('\n'), magics, lines };
}

/** Puts the magics back; null when one is not there exactly once. */
export function unmaskMagics(text: string, magics: MaskedCell['magics']): string | null {
  let result = text;
  for (const [placeholder, magic] of magics) {
    const parts = result.split(placeholder);
    if (parts.length !== 2) return null;
    result = parts.join(magic);
  }
  return result;
}

/** May a statement start behind these lines? Not inside brackets, a string, or behind a backslash. */
function startsStatement(lines: readonly string[]): boolean {
  if (lines.length === 0) return true;
  if (lines[lines.length - 1].endsWith('\\')) return false;
  let depth = 0;
  for (const { kind, text } of lex(`${lines.join('\n')}\n`)) {
    if (kind === 'error-string') return false;
    if (text === '(' || text === '[' || text === '{') depth++;
    if (text === ')' || text === ']' || text === '}') depth--;
  }
  return depth <= 0;
}
