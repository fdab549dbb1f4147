/** Undoing of strings that end at the wrong place. */
import { SLOTS } from '../../../records/example';
import { type TokenText } from '../../../records/sample';
import { indices, isLayout, replaced, type Undo, type UndoPlace } from './place';

/** Strings with their last quote, their first one, or other quotes. */
export const strings: Undo = (place) => {
  const { tokens, end } = place;
  return [...indices(place), end].flatMap((i) => {
    const { kind, text } = tokens[i] ?? { kind: 'end', text: '' };
    if (kind !== 'string' && kind !== 'error-string') return [];
    const opened = /^(\w*)('''|"""|'|")/.exec(text);
    if (!opened) return [];
    const quote = opened[2];
    const body = text.slice(opened[0].length);
    const out = [];
    if (kind === 'error-string') {
      const closed = [
        text + quote,
        ...[...text.matchAll(/[)\]},:.\s]/g)].map(
          ({ index }) => text.slice(0, index) + quote + text.slice(index),
        ),
      ];
      for (const code of closed
        .filter((one) => one.length > text.length)
        .reverse()
        .slice(0, 12))
        out.push(replaced(i, i + 1, code));
      // Another quote closes it, or it opens nothing.
      for (const at of [...body.matchAll(/['"]/g)].slice(0, 6)) {
        const close = opened[0].length + at.index;
        out.push(replaced(i, i + 1, text.slice(0, close) + quote + text.slice(close + 1)));
        out.push(replaced(i, i + 1, opened[1] + at[0] + text.slice(opened[0].length)));
      }
      out.push(replaced(i, i + 1, ''), replaced(i, i + 1, body));
    }
    const inner = text.endsWith(quote) ? body.slice(0, -quote.length) : body;
    const other = quote.startsWith("'") ? '"' : "'";
    if (quote.length === 1) {
      out.push(replaced(i, i + 1, opened[1] + other + inner + other));
      // What follows the string on its line belongs into it: `'can't'`.
      for (let last = i + 1; last < Math.min(end + 1, i + SLOTS); last++) {
        if (isLayout(tokens[last]) || tokens[last].kind === 'end') break;
        const source = sourceBetween(place, i, last);
        if (source === null) continue;
        const whole = source.slice(opened[0].length);
        const bare = whole.replace(/['"]$/, '');
        out.push(
          replaced(i, last + 1, opened[1] + other + bare + other),
          replaced(i, last + 1, opened[1] + quote + bare.replaceAll(quote, `\\${quote}`) + quote),
        );
        for (const cut of [...whole.matchAll(/['"]/g)].slice(0, 6))
          out.push(
            replaced(
              i,
              last + 1,
              `${opened[1]}${other}${whole.slice(0, cut.index)}${other}${whole.slice(cut.index + 1)}`,
            ),
          );
      }
    }
    if (/f/i.test(opened[1]) || kind === 'string')
      for (const at of [...text.matchAll(/[{}]/g)].slice(0, 8)) {
        out.push(replaced(i, i + 1, text.slice(0, at.index) + text.slice(at.index + 1)));
        out.push(replaced(i, i + 1, text.slice(0, at.index) + at[0] + text.slice(at.index)));
      }
    if (/f/i.test(opened[1])) {
      for (const at of [...text.matchAll(/(?<![\w.])[\p{L}_]/gu)].slice(1, 24))
        out.push(replaced(i, i + 1, `${text.slice(0, at.index)}{${text.slice(at.index)}`));
      for (const at of [...text.matchAll(/\{\}/g)].slice(0, 4))
        for (const name of place.names)
          out.push(replaced(i, i + 1, `${text.slice(0, at.index + 1)}${name}${text.slice(at.index + 1)}`));
    }
    if (/f/i.test(opened[1]))
      for (const at of [...text.matchAll(/\{[^{}'"!:]*(?=[^{}\w.])/g)].slice(0, 6)) {
        const place = at.index + at[0].length;
        out.push(replaced(i, i + 1, `${text.slice(0, place)}}${text.slice(place)}`));
      }
    return out;
  });
};

/** Text of some tokens with the blanks between them, where the tokens say where they stand. */
function sourceBetween({ tokens }: UndoPlace, first: number, last: number): string | null {
  let out = '';
  for (let i = first; i <= last; i++) {
    const { text, start } = tokens[i] as TokenText & { start?: number };
    const before = tokens[i - 1] as (TokenText & { end?: number }) | undefined;
    if (start === undefined || (i > first && before?.end === undefined)) return null;
    out += i > first ? ' '.repeat(Math.max(0, start - (before?.end ?? start))) + text : text;
  }
  return out;
}
