import { parseTree, findNodeAtLocation, type Node, type ParseError } from 'jsonc-parser';
import { TrmError, UserError } from '../../core/errors';
import type { Document } from './document';
import { maskMagics, PROTECTED_LINE, unmaskMagics, type MaskedCell } from './magics';
import { sourceLiteral } from './notebook-source';

/** A code cell that holds Python. */
interface Cell extends MaskedCell {
  /** From 1, over all cells of the notebook. */
  number: number;
  /** Its `source` in the notebook's JSON. */
  node: Node;
}

/**
 * A Jupyter notebook (nbformat 4): its Python code cells, one after the other, as one text. Magics, shell lines and cells
 * in other languages are put aside. Encoding it writes anew the source lines that differ, and nothing else.
 * @throws UserError when it is no notebook of this format, or not in Python
 */
export function notebookDocument(name: string, bytes: Uint8Array): Document {
  const json = decodeUtf8(name, bytes);
  const cells = pythonCells(parseNotebook(name, json), json);
  const heads = cells.map(({ number }) => `# trm-cell-${number}\n`);
  const places = cells.flatMap(({ number, lines }) => [
    { cell: number, line: 0 },
    ...lines.map((line) => ({ cell: number, line })),
  ]);
  return {
    text: cells.map(({ text }, i) => `${heads[i]}${text}\n`).join(''),
    isEditable: (text, span) => !linesAround(text, span).some((line) => PROTECTED_LINE.test(line)),
    place: ({ start, end }) => {
      const first = places[Math.min(start.line, places.length - 1)] ?? { cell: 1, line: 0 };
      const last = places[Math.min(end.line, places.length - 1)] ?? first;
      const line = last.cell === first.cell ? last.line : first.line;
      return {
        cell: first.cell,
        range: { start: { ...start, line: first.line }, end: { ...end, line } },
      };
    },
    encode: (text) => Buffer.from(writeCells(name, json, cells, splitCells(name, text, heads))),
  };
}

function decodeUtf8(name: string, bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new UserError(
      `${name}: expected a notebook in UTF-8, got other bytes`,
      'save it again with Jupyter',
    );
  }
}

function parseNotebook(name: string, json: string): Node {
  const errors: ParseError[] = [];
  const start = json.startsWith('\ufeff') ? 1 : 0;
  // The mark becomes a blank, so that places stay what they are.
  const root = parseTree(start ? ` ${json.slice(1)}` : json, errors, { disallowComments: true });
  const at = (path: string[]): unknown => root && findNodeAtLocation(root, path)?.value;
  if (root === undefined || errors.length > 0)
    throw new UserError(
      `${name}: expected a notebook (JSON), the JSON breaks off at character ${errors[0]?.offset ?? 0}`,
      'save it again with Jupyter',
    );
  if (findNodeAtLocation(root, ['cells'])?.type !== 'array')
    throw new UserError(
      `${name}: expected a notebook with a list of cells (nbformat 4), found none`,
      'jupyter nbconvert --to notebook --nbformat 4',
    );
  const language =
    at(['metadata', 'language_info', 'name']) ?? at(['metadata', 'kernelspec', 'language']) ?? 'python';
  if (typeof language !== 'string' || !/^(i?python|sage)/i.test(language))
    throw new UserError(
      `${name}: expected a notebook in Python, got one in ${JSON.stringify(language)}`,
      'leave it out',
    );
  return root;
}

function pythonCells(root: Node, json: string): Cell[] {
  const found: Cell[] = [];
  let magics = 0;
  for (const [i, cell] of (findNodeAtLocation(root, ['cells'])?.children ?? []).entries()) {
    const node = findNodeAtLocation(cell, ['source']);
    if (findNodeAtLocation(cell, ['cell_type'])?.value !== 'code' || node === undefined) continue;
    const masked = maskMagics(textOf(node, json), magics);
    if (masked === null) continue;
    magics += masked.magics.size;
    found.push({ ...masked, number: i + 1, node });
  }
  return found;
}

/** nbformat: one string, or a list of lines with their ends. */
function textOf(node: Node, json: string): string {
  const parts = node.type === 'array' ? (node.children ?? []) : [node];
  return parts.map(({ offset, length }) => String(JSON.parse(json.slice(offset, offset + length)))).join('');
}

function splitCells(name: string, text: string, heads: readonly string[]): string[] {
  const lost = (): TrmError =>
    new TrmError(`${name}: an edit goes across two cells: nothing was written`, 'mend these cells by hand');
  if (heads.length === 0) return [];
  let at = 0;
  return heads.map((head, i) => {
    if (!text.startsWith(head, at)) throw lost();
    const next =
      i + 1 < heads.length ? text.indexOf(`\n${heads[i + 1]}`, at + head.length - 1) : text.length - 1;
    if (next < at + head.length - 1) throw lost();
    const cell = text.slice(at + head.length, next);
    at = next + 1;
    return cell;
  });
}

function writeCells(name: string, json: string, cells: readonly Cell[], texts: readonly string[]): string {
  let result = json;
  // From the back, so that the places of those before stay true.
  for (const [i, { node, text, magics }] of [...cells.entries()].reverse()) {
    if (texts[i] === text) continue;
    const source = unmaskMagics(texts[i], magics);
    if (source === null)
      throw new TrmError(`${name}: an edit touches a magic: nothing was written`, 'mend this cell by hand');
    const literal = sourceLiteral(node, json, source);
    result = result.slice(0, node.offset) + literal + result.slice(node.offset + node.length);
  }
  return result;
}

/** The lines that the offsets [start, end] touch. */
function linesAround(text: string, [start, end]: readonly [number, number]): string[] {
  const from = text.lastIndexOf('\n', start - 1) + 1;
  const to = text.indexOf('\n', end);
  return text.slice(start === 0 ? 0 : from, to < 0 ? text.length : to).split('\n');
}
