/** Undoing of wrong, missing and foreign words of the grammar. */
import { nearness } from '../../../core/text/near-spelling';
import { textAt } from '../../../generation/mutation/target';
import { SLOTS } from '../../../records/example';
import { type TokenText } from '../../../records/sample';
import { anyOf, mark, indices, inserted, removed, replaced, type Undo } from './place';
import { phrases, swapped } from './tokens';

const KEYWORDS =
  'and as assert async await break class continue def del elif else except finally for from global if import in is lambda nonlocal not or pass raise return try while with yield None True False'.split(
    ' ',
  );

const keyword = (text: string): TokenText => ({ kind: 'keyword', text });

/** A keyword that is missing. */
export const missingKeywords: Undo = (place) =>
  [...indices(place), place.end].flatMap((i) => KEYWORDS.map((text) => inserted(i, [keyword(text)])));

/** A keyword for a misspelt one, or for another one. */
export const otherKeywords: Undo = (place) =>
  indices(place).flatMap((i) => {
    const { kind, text } = place.tokens[i];
    if (kind === 'keyword') {
      const near = place.names.filter((name) => nearness(text, name) !== null || isShortSlip(name, text));
      const words = KEYWORDS.filter((other) => other !== text).map(keyword);
      return [...words, ...near.map((name): TokenText => ({ kind: 'name', text: name }))].map((one) =>
        replaced(i, i + 1, [one]),
      );
    }
    if (kind !== 'name') return [];
    const near = KEYWORDS.filter((other) => nearness(text, other) !== null || isShortSlip(text, other));
    return [...near, ...(FOREIGN_WORDS[text] ?? [])].map((other) => replaced(i, i + 1, [keyword(other)]));
  });

/** One slip in a keyword of two letters. */
function isShortSlip(word: string, keyword: string): boolean {
  if (keyword.length > 3 || Math.abs(word.length - keyword.length) > 1) return false;
  const shared = [...keyword].filter((letter) => word.includes(letter)).length;
  return shared >= keyword.length - 1;
}

const FOREIGN_WORDS: Readonly<Partial<Record<string, readonly string[]>>> = {
  throw: ['raise'],
  throws: ['raise'],
  catch: ['except'],
  function: ['def'],
  func: ['def'],
  fn: ['def'],
  fun: ['def'],
  define: ['def'],
  elseif: ['elif'],
  elsif: ['elif'],
  switch: ['if'],
  until: ['while'],
  unless: ['if'],
  foreach: ['for'],
  null: ['None'],
  import_: ['import'],
  include: ['import'],
  using: ['with', 'import'],
  require: ['import'],
  delete: ['del'],
  next: ['continue'],
  last: ['break'],
  rescue: ['except'],
  ensure: ['finally'],
  const: [''],
  end: ['pass'],
  do: ['pass'],
  default: ['else'],
  then: ['else'],
  loop: ['while'],
  exit: ['break'],
  skip: ['continue'],
  nothing: ['pass'],
  noop: ['pass'],
  instanceof: ['is'],
  of: ['in'],
  extends: ['from'],
};

/** What other languages write, and Python 2. */
export const foreign: Undo = anyOf(
  phrases({
    '& &': ['and'],
    '| |': ['or'],
    '&&': ['and'],
    '||': ['or'],
    '!': ['not'],
    '! =': ['!='],
    '<>': ['!='],
    '===': ['=='],
    '== =': ['=='],
    '! ==': ['!='],
    '!= =': ['!='],
    '= >': ['>='],
    '= <': ['<='],
    '=>': [':', '>=', '->'],
    '= =': ['=='],
    '+ +': ['+= 1'],
    '- -': ['-= 1'],
    '++': ['+= 1'],
    '--': ['-= 1'],
    'else if': ['elif'],
    '?': ['if'],
    ';': [':', ''],
    '= +': ['+='],
    '= -': ['-='],
    '= !': ['!='],
    '* =': ['*='],
    '+ =': ['+='],
    '- =': ['-='],
    '/ =': ['/='],
    '< =': ['<='],
    '> =': ['>='],
    null: ['None'],
    '->': ['.'],
    '::': [':', '.'],
    ': :': [':', '.'],
    new: [''],
    var: [''],
    let: [''],
  }),
  swapped({
    '=': ['==', ':=', 'is', 'in', '!=', '<=', '>=', 'is not'],
    '==': ['='],
    ',': ['as', ':'],
    ';': [',', ':'],
    ':': ['=', ','],
    '*': ['**', ''],
    '**': ['*', ''],
  }),
);

/** `print x` and what else Python 2 wrote without parentheses. */
export const python2: Undo = (place) => {
  const { tokens, first, end } = place;
  const part = (from: number, to: number): TokenText[] =>
    tokens.slice(from, to).map(({ kind, text }) => ({ kind, text }));
  return indices(place).flatMap((i) => {
    const { kind, text } = tokens[i];
    const out = [];
    // The opening parenthesis and the closing one are two places: together they are one edit of all between.
    if (/^(print|exec)$/.test(text) && end - i - 1 <= SLOTS - 2)
      out.push(replaced(i + 1, end, [mark('('), ...part(i + 1, end), mark(')')]));
    if (text === 'raise')
      for (let comma = i + 1; comma < end; comma++)
        if (textAt(place, comma) === ',' && end - comma + 1 <= SLOTS)
          out.push(replaced(comma, end, [mark('('), ...part(comma + 1, end), mark(')')]));
    if (kind === 'error-char' && text === '`') {
      const close = tokens.findIndex((token, k) => k > i && k < end && token.text === '`');
      if (close > 0 && close - i <= SLOTS - 2)
        out.push(
          replaced(i, close + 1, [
            { kind: 'name', text: 'repr' },
            mark('('),
            ...part(i + 1, close),
            mark(')'),
          ]),
        );
    }
    if (kind === 'number' && /^0\d+$/.test(text))
      out.push(replaced(i, i + 1, `0o${text.slice(1)}`), replaced(i, i + 1, text.replace(/^0+(?=\d)/, '')));
    if (kind === 'number' && /l$/i.test(text)) out.push(replaced(i, i + 1, text.slice(0, -1)));
    if (/^(\d+)l$/i.test(text)) out.push(replaced(i, i + 1, text.slice(0, -1)));
    if (kind === 'string' && /^ur/i.test(text)) out.push(replaced(i, i + 1, text.slice(1)));
    if (/^ur$/i.test(text)) out.push(removed(i, i + 1), replaced(i, i + 2, `r${textAt(place, i + 1)}`));
    if (text === 'print' && i === first && textAt(place, i + 1) === '>>')
      for (let comma = i + 2; comma < end; comma++)
        if (textAt(place, comma) === ',') {
          const whole = [
            mark('('),
            ...part(comma + 1, end),
            mark(','),
            { kind: 'name' as const, text: 'file' },
            mark('='),
            ...part(i + 2, comma),
            mark(')'),
          ];
          if (whole.length <= SLOTS) out.push(replaced(i + 1, end, whole));
        }
    return out;
  });
};
