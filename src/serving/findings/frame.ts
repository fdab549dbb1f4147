import { styleText } from 'node:util';
import { printable } from '../../core/text/printable';
import { formatFinding } from '../printed-fix';
import type { ReportedFinding } from './reported-finding';

/** Lines of source that a frame shows at most. */
const MOST_LINES = 4;

/** Settings of {@link formatFramed}. */
export interface FrameOptions {
  /** Colours of the terminal. Default false. */
  colours?: boolean;
}

/** A finding with the lines that it is on, marked, and what would stand there. */
export function formatFramed(finding: ReportedFinding, { colours = false }: FrameOptions = {}): string {
  const { range, lines, edit, message, severity } = finding;
  const paint = (style: Parameters<typeof styleText>[0], text: string): string =>
    colours ? styleText(style, text, { validateStream: false }) : text;
  const strong = severity === 'error' ? 'red' : 'yellow';
  const width = String(range.start.line + lines.length).length;
  const gutter = (text: string | number): string => paint('cyan', `${String(text).padStart(width + 1)} | `);
  const shown = lines.slice(0, MOST_LINES);
  const rows = shown.flatMap((line, i) => {
    const from = i === 0 ? range.start.character : line.length - line.trimStart().length;
    const to = i === range.end.line - range.start.line ? range.end.character : line.length;
    const marks = '^'.repeat(Math.max(1, to - from));
    const hint = i === shown.length - 1 && edit ? ` ${message.slice(message.indexOf(': ') + 2)}` : '';
    return [
      `${gutter(range.start.line + 1 + i)}${printable(line, '\t')}`,
      // A tab is as wide above as below.
      `${gutter('')}${line.slice(0, from).replace(/[^\t]/g, ' ')}${paint(strong, marks)}${paint('green', printable(hint))}`,
    ];
  });
  if (lines.length > shown.length) rows.push(gutter('...').trimEnd());
  return [paint('bold', formatFinding(finding)), ...rows, ''].join('\n');
}

/** Whether a stream shows colours: a terminal, unless NO_COLOR is set; anything when FORCE_COLOR is. */
export function wantsColours(stream: { isTTY?: boolean }, env: NodeJS.ProcessEnv = process.env): boolean {
  if (env.NO_COLOR) return false;
  return env.FORCE_COLOR !== undefined && env.FORCE_COLOR !== '0'
    ? true
    : stream.isTTY === true && env.TERM !== 'dumb';
}
