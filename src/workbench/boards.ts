import { html } from './display';
import { escapeHtml } from './html';

/** A square board of symbols. */
export interface Board {
  /** Above the board. */
  title: string;
  /** Row by row; `''` is an empty cell. */
  cells: readonly string[];
  /** How each cell is shown: `given` bold, `right` green, `wrong` red, `plain` as it is. Default: all plain. */
  marks?: readonly BoardMark[];
  /** Cells of a box's side, for thicker lines. Default: no boxes. */
  box?: number;
}

/** See {@link Board.marks}. */
export type BoardMark = 'given' | 'right' | 'wrong' | 'plain';

const STYLES: Readonly<Record<BoardMark, string>> = {
  given: 'font-weight:bold',
  right: 'background:rgba(0,158,115,0.35)',
  wrong: 'background:rgba(213,94,0,0.35)',
  plain: '',
};

/** Shows boards side by side; outside a notebook as text. */
export function boards(list: readonly Board[]): void {
  html(
    `<div style="display:flex;flex-wrap:wrap;gap:1.2em">${list.map(boardHtml).join('')}</div>`,
    list.map(boardText).join('\n\n'),
  );
}

/** A board as an HTML table. */
export function boardHtml({ title, cells, marks = [], box = 0 }: Board): string {
  const side = Math.round(Math.sqrt(cells.length));
  const cell = (at: number): string => {
    const [row, column] = [Math.floor(at / side), at % side];
    const line = (index: number): string => (box > 0 && index % box === 0 ? '2px' : '1px');
    const border = `border-style:solid;border-color:currentColor;border-width:${line(row)} 1px 1px ${line(column)}`;
    const style = `width:1.6em;height:1.6em;padding:0;text-align:center;${border};${STYLES[marks[at] ?? 'plain']}`;
    return `<td style="${style}">${escapeHtml(cells[at])}</td>`;
  };
  const indices = Array.from({ length: side }, (_, i) => i);
  const rows = indices.map(
    (row) => `<tr>${indices.map((column) => cell(row * side + column)).join('')}</tr>`,
  );
  return (
    `<div><div style="opacity:0.7">${escapeHtml(title)}</div>` +
    `<table style="border-collapse:collapse;margin:0.3em 0">${rows.join('')}</table></div>`
  );
}

/** A board as lines of text; wrong cells have an exclamation mark, empty ones a point. */
export function boardText({ title, cells, marks = [] }: Board): string {
  const side = Math.round(Math.sqrt(cells.length));
  const lines = Array.from({ length: side }, (_, row) =>
    cells
      .slice(row * side, (row + 1) * side)
      .map((text, i) => `${text || '.'}${marks[row * side + i] === 'wrong' ? '!' : ' '}`)
      .join(' '),
  );
  return [title, ...lines].join('\n');
}
