/** Undoing of bugs in conditions, operators, numbers and values. */
import { endsOperand, textAt } from '../../../generation/mutation/target';
import { SLOTS } from '../../../records/example';
import { anyOf, indices, inserted, replaced, written, type Undo, type UndoPlace } from './place';
import {
  alike,
  deleted,
  insertedWhere,
  merged,
  operands,
  phrases,
  startsOperand,
  suffixed,
  sums,
  swapped,
  wrap,
  wrapped,
} from './tokens';

/** Another comparison. */
export const comparisons: Undo = anyOf(
  swapped(merged(alike('<', '<=', '>', '>='), alike('==', '!='))),
  phrases({ 'is not': ['is'], 'not in': ['in'] }),
  swapped({ is: ['is not'], in: ['not in'] }),
);

/** Another arithmetic or bit operator. */
export const arithmetic: Undo = swapped({
  '+': ['-', '*'],
  '-': ['+'],
  '*': ['+', '/', '**'],
  '/': ['*', '%', '//'],
  '//': ['%', '/'],
  '%': ['//', '/'],
  '**': ['*'],
  '<<': ['>>'],
  '>>': ['<<'],
  '&': ['|', '^'],
  '|': ['&', '^'],
});

/** `and` for `or`, and back. */
export const booleans: Undo = swapped(alike('and', 'or'));

const UPDATES = ['+=', '-=', '*=', '/=', '//=', '%=', '|=', '&=', '^=', '<<=', '>>=', '='];

/** Another assignment operator; inside brackets `=` passes an argument. */
export const assignments: Undo = (place) =>
  indices(place).flatMap((i) =>
    UPDATES.includes(textAt(place, i)) && place.enclosing[i] < 0
      ? UPDATES.filter((other) => other !== textAt(place, i)).map((other) => replaced(i, i + 1, other))
      : [],
  );

const CONDITION_OPENS = /^(if|elif|while|and|or|not|return|assert|\(|\[|,|=|lambda|:)$/;

function opensCondition(place: UndoPlace, i: number): boolean {
  return CONDITION_OPENS.test(textAt(place, i - 1)) && startsOperand(place, i);
}

/** A `not` that is missing, before a condition or in an operator. */
export const missingNot: Undo = anyOf(
  insertedWhere(['not'], opensCondition),
  swapped({ in: ['not in'], is: ['is not'], '==': ['!='] }),
  swapped({ '~': ['not'] }),
);

/** A `not` too much. */
export const addedNot: Undo = anyOf(deleted('not'), swapped({ '!=': ['=='] }));

/** `True` for `False`, and back. */
export const booleanLiterals: Undo = swapped(alike('True', 'False'));

/** `==` for `is`, and back. */
export const identity: Undo = anyOf(
  phrases({ 'is not': ['!='] }),
  swapped({ is: ['=='], '==': ['is'], '!=': ['is not'] }),
);

/** One more condition about a name or operand of the statement or a name near by, before another one or behind it. */
export const missingCondition: Undo = (place) => {
  const subjects = [
    ...new Set([
      ...operands(place)
        .filter(({ first, last }) => last - first <= 3)
        .map(({ first, last }) => textsOf(place, first, last)),
      ...place.names.slice(0, 8),
    ]),
  ].filter((text) => /^[\p{L}_]/u.test(text));
  const tests = subjects.flatMap((one) => [one, `not ${one}`, `${one} is not None`, `${one} is None`]);
  const starts = indices(place).filter((i) => opensCondition(place, i));
  const ends = indices(place).filter(
    (i) => endsOperand(place, i - 1) && /^(:|\)|and|or|else|if)$/.test(textAt(place, i)),
  );
  return tests.flatMap((test) => [
    ...starts.flatMap((i) => ['and', 'or'].map((join) => inserted(i, `${test} ${join}`))),
    ...ends.flatMap((i) => ['and', 'or'].map((join) => inserted(i, `${join} ${test}`))),
  ]);
};

function textsOf({ tokens }: UndoPlace, first: number, last: number): string {
  return tokens
    .slice(first, last + 1)
    .map(({ text }) => text)
    .join(' ');
}

/** `x is not None` for `x`, `x is None` for `not x`. */
export const noneChecks: Undo = (place) =>
  operands(place).flatMap(({ first, last }) => [
    inserted(last + 1, 'is not None'),
    ...(textAt(place, first - 1) === 'not' && last - first + 4 <= SLOTS
      ? [replaced(first - 1, last + 1, `${textsOf(place, first, last)} is None`)]
      : []),
  ]);

/** Parentheses around operands and what joins them. */
export const parentheses: Undo = (place) => sums(place).flatMap((one) => wrap(place, one, '(', ')'));

/** Another number near by. */
export const numbers: Undo = (place) =>
  indices(place).flatMap((i) => {
    const { kind, text } = place.tokens[i];
    if (kind !== 'number' || !/^\d+$/.test(text)) return [];
    const value = Number(text);
    return [value + 1, value - 1, value + 2, value - 2]
      .filter((other) => other >= 0)
      .map((other) => replaced(i, i + 1, String(other)));
  });

/** One more or one less: in a bound, an index, a count. */
export const offByOne: Undo = anyOf(
  numbers,
  suffixed(['- 1', '+ 1']),
  deleted('- 1', '+ 1'),
  phrases({ '- 1': ['+ 1'], '+ 1': ['- 1'] }),
  insertedWhere(['1,', '-'], (place, i) => startsOperand(place, i)),
  deleted('1 ,', '0 ,'),
  swapped(merged(alike('<', '<='), alike('>', '>='))),
);

/** The other division. */
export const division: Undo = swapped({ '/': ['//'], '//': ['/'], '/=': ['//='], '//=': ['/='] });

/** A factor between units. */
export const units: Undo = anyOf(
  suffixed(
    [1000, 1000.0, 60, 60.0, 3600, 1024, 8, 24, 100, 1e3, 1e6]
      .flatMap((by) => [`* ${by}`, `/ ${by}`, `// ${by}`])
      .concat(['* 1e3', '* 1e6', '/ 1e3', '/ 1e6', '/ 1000.0', '/ 1e9', '* 1e9', '/ 60.0', '/ 100.0']),
  ),
  wrapped([
    ['math.radians(', ')'],
    ['math.degrees(', ')'],
    ['np.radians(', ')'],
    ['np.deg2rad(', ')'],
  ]),
  deleted('* 1000', '/ 1000', '* 60', '/ 60', '* 1024', '/ 1024'),
  phrases({ seconds: ['total_seconds()'] }),
  swapped(alike('1', '10', '100', '1000', '60', '3600', '1024')),
);

/** A value that is kept within bounds. */
export const bounds: Undo = anyOf(
  swapped({ '(': ['max(0,', 'max(1,', 'min(1,', 'min(0,'] }),
  wrapped([
    ['max(', ', 0)'],
    ['max(', ', 1)'],
    ['max(0, ', ')'],
    ['max(1, ', ')'],
    ['min(', ', 1)'],
    ['min(1, ', ')'],
  ]),
);

/** A value without its sign. */
export const absolutes: Undo = anyOf(
  insertedWhere(
    ['abs', 'fabs', 'math.fabs'],
    (place, i) => textAt(place, i) === '(' && startsOperand(place, i),
  ),
  wrapped([
    ['fabs(', ')'],
    ['abs(', ')'],
    ['np.abs(', ')'],
    ['math.fabs(', ')'],
  ]),
);

/** Types that values are converted to. */
const CONVERSIONS = ['str', 'int', 'float', 'list', 'tuple', 'set', 'bytes', 'bool', 'dict', 'repr'];

/** A value that is converted. */
export const conversions: Undo = wrapped(CONVERSIONS.map((name) => [`${name}(`, ')'] as const));

/** A value that may be missing: another one then. */
export const fallbacks: Undo = suffixed([
  'or []',
  'or {}',
  'or ()',
  "or ''",
  'or 0',
  'or ""',
  'or None',
  'or 1',
]);

/** `*` or `**` before what is passed. */
export const unpackings: Undo = insertedWhere(['*', '**'], (place, i) => startsOperand(place, i));

/** An index behind a value. */
export const subscripts: Undo = suffixed((place) => [
  '[0]',
  '[1]',
  '[-1]',
  '[2]',
  ...place.names.slice(0, 6).map((name) => `[${name}]`),
  ...place.strings.slice(0, 6).map((text) => `[${text}]`),
]);

/** Another empty container. */
export const emptyContainers: Undo = phrases({
  '{}': ['set()', '[]', '()', "''"],
  '[]': ['{}', 'set()', '()', "''", '0', 'None'],
  '()': ['[]', '{}', 'set()'],
  'set()': ['{}', '[]', 'dict()'],
  'list()': ['set()', 'dict()'],
  'dict()': ['set()', 'list()'],
  "''": ['[]', "b''"],
  '0': ['[]', '0.0'],
});

/** Bytes for text, and back. */
export const encodings: Undo = anyOf(
  (place) =>
    indices(place).flatMap((i) => {
      const { kind, text } = place.tokens[i];
      if (kind !== 'string') return [];
      return [/^['"]/.test(text) ? `b${text}` : text.replace(/^[bB]/, '')].map((one) =>
        replaced(i, i + 1, one),
      );
    }),
  suffixed([
    ".encode('utf-8')",
    ".encode('utf8')",
    '.encode()',
    ".encode('ascii')",
    ".encode('latin-1')",
    ".encode('latin1')",
    ".decode('utf-8')",
    ".decode('utf8')",
    '.decode()',
    ".decode('ascii')",
    ".decode('latin-1')",
    '.encode("utf-8")',
    '.decode("utf-8")',
    ".encode('UTF-8')",
    ".decode('UTF-8')",
    ".encode('latin-1', 'strict')",
  ]),
);

/** A mutable default argument, and another value for it. */
export const mutableDefaults: Undo = phrases({
  '= []': ['=None'],
  '= {}': ['=None'],
  '= set()': ['=None'],
  '= list()': ['=None'],
  '= dict()': ['=None'],
});

/** Pairs, keys or values of a mapping. */
export const mappingViews: Undo = suffixed(['.items()', '.values()', '.keys()', '.iteritems()']);

/** `(x,)` for `(x)`. */
export const tupleCommas: Undo = insertedWhere([','], (place, i) => endsOperand(place, i - 1));

/** A copy of a value. */
export const copies: Undo = anyOf(
  suffixed(['.copy()', '[:]']),
  wrapped([
    ['list(', ')'],
    ['dict(', ')'],
    ['set(', ')'],
    ['tuple(', ')'],
    ['copy.copy(', ')'],
    ['copy.deepcopy(', ')'],
    ['deepcopy(', ')'],
    ['sorted(', ')'],
  ]),
  suffixed(['.keys()']),
);

/** `x.get(key)` for `x[key]`. */
export const guardedKeys: Undo = (place) =>
  indices(place).flatMap((open) => {
    const close = place.partner[open];
    if (textAt(place, open) !== '[' || close < open || !endsOperand(place, open - 1)) return [];
    const key = place.tokens.slice(open + 1, close);
    return ['', ', None', ', 0', ', []', ', {}', ", ''", ', False', ', ()'].flatMap((rest) => {
      const inner = key.map(({ kind, text }) => ({ kind, text }));
      const replacement = [...written('.get('), ...inner, ...written(`${rest})`)];
      return replacement.length > SLOTS ? [] : [replaced(open, close + 1, replacement)];
    });
  });

/** A sequence in order, or in the other order. */
export const orders: Undo = anyOf(
  wrapped([
    ['sorted(', ')'],
    ['reversed(', ')'],
    ['list(reversed(', '))'],
  ]),
  insertedWhere([', reverse=True'], (place, i) => textAt(place, i) === ')'),
  deleted(', reverse=True'),
  swapped(alike('True', 'False')),
  suffixed(['[::-1]']),
);

/** An f before a string. */
export const fPrefixes: Undo = (place) =>
  indices(place).flatMap((i) => {
    const { kind, text } = place.tokens[i];
    return kind === 'string' && !/^\w*f/i.test(text) ? [replaced(i, i + 1, `f${text}`)] : [];
  });

/** A text made like the others: without blanks, in one case. */
export const normalisations: Undo = suffixed([
  '.lower()',
  '.strip()',
  '.upper()',
  '.rstrip()',
  '.lstrip()',
  '.casefold()',
  '.title()',
  ".rstrip('\\r\\n')",
  '.rstrip("\\n")',
  '.lstrip("/")',
  '.rstrip("/")',
  ".rstrip('\\n')",
  ".rstrip('/')",
  ".strip('/')",
  '.strip().lower()',
  '.lower().strip()',
  ".replace('-', '_')",
]);

/** Texts that a string may be meant as: raw, anchored, escaped. */
export const patterns: Undo = (place) =>
  indices(place).flatMap((i) => {
    const { kind, text } = place.tokens[i];
    const parts = /^(\w*)('''|"""|'|")([\s\S]*)\2$/.exec(text);
    if (kind !== 'string' || !parts) return [];
    const [, prefix, quote, inner] = parts;
    const inners = [
      `${inner}$`,
      `^${inner}`,
      `^${inner}$`,
      `${inner}\\Z`,
      `${inner}\\b`,
      `\\b${inner}`,
      ...single(inner, /([*+?])(?!\?)/g, '$1?'),
      ...single(inner, /(?<!\\)\./g, '\\.'),
      ...single(inner, /(?<!\\)([+*?|()[\]])/g, '\\$1'),
      ...single(inner, /\+/g, '*'),
      ...single(inner, /\*/g, '+'),
      ...single(inner, /\\([dswb])/g, (_, letter: string) => `\\${letter.toUpperCase()}`),
      ...single(inner, /\\d/g, '\\d+'),
      ...single(inner, /\\w/g, '\\w+'),
      ...single(inner, /\\s/g, '\\s*'),
    ];
    const raw = prefix.includes('r') ? [] : [`r${prefix}${quote}${inner}${quote}`];
    return [...raw, ...inners.map((one) => `${prefix}${quote}${one}${quote}`)].map((one) =>
      replaced(i, i + 1, one),
    );
  });

/** The text with one match written otherwise, for each of the matches. */
function single(text: string, pattern: RegExp, to: string | ((...match: string[]) => string)): string[] {
  return [...text.matchAll(pattern)].map((match) => {
    const one = match[0].replace(new RegExp(pattern.source), to as string);
    return text.slice(0, match.index) + one + text.slice(match.index + match[0].length);
  });
}
