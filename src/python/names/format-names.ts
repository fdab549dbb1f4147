import { Char, isQuote } from '../tokens/characters';
import { lex } from '../tokens/lexer';
import { stringStart } from '../tokens/strings';

/**
 * Names read in the replacement fields of an f-string's text, in order, attributes left out; none for other strings.
 * Letters of a format specification may be among them (`d` of `{x:d}`): a name here proves a use, it may not be one.
 */
export function formatFieldNames(text: string): string[] {
  const quoteAt = /^[a-zA-Z]*/.exec(text)?.[0].length ?? 0;
  if (quoteAt === 0 || stringStart(text, 0, quoteAt)?.format !== true) return [];
  const names: string[] = [];
  for (let i = quoteAt; i < text.length; i++) {
    if (text.charCodeAt(i) !== Char.OpenBrace) continue;
    if (text.charCodeAt(i + 1) === Char.OpenBrace) {
      i++;
      continue;
    }
    const end = fieldEnd(text, i + 1);
    names.push(...namesOf(text.slice(i + 1, end)));
    i = end;
  }
  return names;
}

/** Offset of the `}` that closes a field; quotes inside hide braces. */
function fieldEnd(text: string, from: number): number {
  let depth = 1;
  let quote = 0;
  for (let i = from; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (quote !== 0) {
      if (code === quote) quote = 0;
    } else if (isQuote(code)) quote = code;
    else if (code === Char.OpenBrace) depth++;
    else if (code === Char.CloseBrace && --depth === 0) return i;
  }
  return text.length;
}

function namesOf(field: string): string[] {
  const tokens = lex(`(${field})`);
  return tokens.flatMap(({ kind, text }, i) => {
    if (kind === 'string') return formatFieldNames(text);
    const before = tokens[i - 1]?.text;
    return kind === 'name' && before !== '.' && before !== '!' ? [text] : [];
  });
}
