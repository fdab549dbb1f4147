import type { Node } from 'jsonc-parser';
import { commonEnds } from '../../core/text/common-ends';

/**
 * The JSON of a cell's source with another text, written as the old one is: one string or a list of lines, with its
 * indentation and escapes. Lines that stay keep their bytes.
 */
export function sourceLiteral(node: Node, json: string, text: string): string {
  const old = json.slice(node.offset, node.offset + node.length);
  const quote = (part: string): string => quoted(part, old);
  if (node.type !== 'array') return quote(text);
  const parts = node.children ?? [];
  const raw = parts.map(({ offset, length }) => json.slice(offset, offset + length));
  const before = raw.map((literal) => String(JSON.parse(literal)));
  const after = text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
  const { start, end } = commonEnds(before, after);
  const literals = [
    ...raw.slice(0, start),
    ...after.slice(start, after.length - end).map(quote),
    ...raw.slice(raw.length - end),
  ];
  if (parts.length === 0) return `[${literals.join(', ')}]`;
  const last = parts[parts.length - 1];
  const head = json.slice(node.offset, parts[0].offset);
  const tail = json.slice(last.offset + last.length, node.offset + node.length);
  // A list of one line shows no separator: its head has the same indentation.
  const separator =
    parts.length > 1
      ? json.slice(parts[0].offset + parts[0].length, parts[1].offset)
      : `,${head.slice(1) || ' '}`;
  return head + literals.join(separator) + tail;
}

/** A JSON string; beyond ASCII it is escaped where the old text escapes. */
function quoted(text: string, like: string): string {
  const json = JSON.stringify(text);
  return /\\u[0-9a-f]{4}/i.test(like) && !/[^\x00-\x7f]/.test(like)
    ? json.replace(/[^\x00-\x7f]/g, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`)
    : json;
}
