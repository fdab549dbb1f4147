/** Undoing of bugs in jumps, exceptions and lost statements. */
import { endsOperand, textAt } from '../../../generation/mutation/target';
import type { TokenEdit } from '../../../processing/encoding/encode';
import { SLOTS } from '../../../records/example';
import type { TokenKind, TokenText } from '../../../records/sample';
import { lines } from './names';
import { anyOf, indices, inserted, isLayout, removed, replaced, type Undo, type UndoPlace } from './place';
import {
  addedArguments,
  alike,
  deleted,
  insertedWhere,
  phrases,
  startsOperand,
  swapped,
  wrapped,
} from './tokens';

const token = (kind: TokenKind): TokenText => ({ kind, text: '' });

/** A keyword before the statement or an expression. */
export function missingWord(...words: readonly string[]): Undo {
  return insertedWhere(words, (place, i) => i === place.first || startsOperand(place, i));
}

/** Another jump. */
export const jumps: Undo = swapped({
  break: ['continue', 'return'],
  continue: ['break', 'return'],
  return: ['break', 'continue'],
  pass: ['continue', 'break', 'return', 'raise'],
});

/** A jump on a line of its own. */
export const missingJumps: Undo = (place) => [
  ...[
    'break',
    'continue',
    'return',
    'return None',
    'return False',
    'return True',
    'return []',
    'return 0',
    'raise',
  ].flatMap((code) => lines(place, code)),
  ...place.names.slice(0, 8).flatMap((name) => lines(place, `return ${name}`)),
];

/** The statement, or the lines behind it, one block further in or out. */
export const blocks: Undo = (place) => {
  const { tokens, first, end } = place;
  const out: TokenEdit[] = [];
  // Layout before the statement: `dedent` and `indent` come and go at its start, and behind its end.
  const around = new Set([first, ...layoutBefore(place, first), end + 1, ...layoutBehind(place, end + 1)]);
  for (const at of around) {
    if (at > tokens.length - 1) continue;
    out.push(inserted(at, [token('indent')]), inserted(at, [token('dedent')]));
    if (isLayout(tokens[at]) && tokens[at].kind !== 'newline') out.push(removed(at, at + 1));
  }
  const own = tokens.slice(first, end + 1).map(({ kind, text }) => ({ kind, text }));
  out.push(replaced(first, end + 1, [token('indent'), ...own, token('dedent')]), ...movedEnds(place));
  if (tokens[first - 1]?.kind === 'error-indent')
    for (let count = 0; count === 0 || tokens[end + count]?.kind === 'dedent'; count++)
      for (const behind of [[], [token('indent')]])
        out.push(replaced(first - 1, end + 1 + count, [...dedents(Math.max(1, count)), ...own, ...behind]));
  return out;
};

function layoutBefore({ tokens }: UndoPlace, first: number): number[] {
  const out: number[] = [];
  for (let i = first - 1; i >= 0 && isLayout(tokens[i]) && tokens[i].kind !== 'newline'; i--) out.push(i);
  return out;
}

function layoutBehind({ tokens }: UndoPlace, from: number): number[] {
  const out: number[] = [];
  for (let i = from; i < tokens.length && isLayout(tokens[i]) && tokens[i].kind !== 'newline'; i++)
    out.push(i);
  return [...out, from + out.length];
}

/** The statement moved over the end of a block before or behind it: its `dedent` comes on its other side. */
function movedEnds({ tokens, first, end }: UndoPlace): TokenEdit[] {
  const own = tokens.slice(first, end + 1).map(({ kind, text }) => ({ kind, text }));
  const out: TokenEdit[] = [];
  for (let count = 1; tokens[first - count]?.kind === 'dedent'; count++)
    out.push(replaced(first - count, end + 1, [...own, ...dedents(count)]));
  for (let count = 1; tokens[end + count]?.kind === 'dedent'; count++)
    out.push(replaced(first, end + 1 + count, [...dedents(count), ...own]));
  return out;
}

const dedents = (count: number): TokenText[] => Array.from({ length: count }, () => token('dedent'));

/** `elif` for `if`, and back. */
export const branches: Undo = anyOf(swapped(alike('if', 'elif')), phrases({ 'else if': ['elif'] }));

/** Exceptions that stand for each other. */
const EXCEPTIONS = [
  'ValueError',
  'TypeError',
  'KeyError',
  'IndexError',
  'AttributeError',
  'OSError',
  'IOError',
  'RuntimeError',
  'NotImplementedError',
  'ImportError',
  'NameError',
  'LookupError',
  'StopIteration',
  'StopAsyncIteration',
  'UnicodeDecodeError',
  'UnicodeEncodeError',
  'UnicodeError',
  'FileNotFoundError',
  'FileExistsError',
  'PermissionError',
  'ConnectionError',
  'TimeoutError',
  'EOFError',
  'AssertionError',
  'ZeroDivisionError',
  'OverflowError',
  'GeneratorExit',
  'KeyboardInterrupt',
  'Exception',
] as const;

/** Another exception. */
export const exceptions: Undo = swapped(alike(...EXCEPTIONS));

/** Exceptions for a clause that names none. */
export const namedExceptions: Undo = (place) =>
  indices(place).flatMap((i) =>
    textAt(place, i) === 'except' && textAt(place, i + 1) === ':'
      ? [...EXCEPTIONS, ...place.names.filter((name) => /^[A-Z]/.test(name))].map((name) =>
          inserted(i + 1, name),
        )
      : [],
  );

/** One more exception to catch. */
export const exceptionTuples: Undo = (place) => {
  const names = [...EXCEPTIONS, ...place.names.filter((name) => /^[A-Z]/.test(name))];
  return indices(place).flatMap((i) => {
    if (textAt(place, i) !== 'except' || i + 1 >= place.end) return [];
    const open = i + 1;
    const close = place.partner[open];
    if (textAt(place, open) === '(' && close > open)
      return [
        open + 1,
        ...indices({ first: open, end: close })
          .filter((k) => textAt(place, k) === ',')
          .map((k) => k + 1),
      ]
        .flatMap((at) => names.map((name) => inserted(at, `${name},`)))
        .concat(names.map((name) => inserted(close, `, ${name}`)));
    let last = open;
    while (endsOperand(place, last) && textAt(place, last + 1) === '.') last += 2;
    const one = place.tokens
      .slice(open, last + 1)
      .map(({ text }) => text)
      .join('');
    if (last - open + 5 > SLOTS) return [];
    return names.flatMap((name) =>
      [`(${one}, ${name})`, `(${name}, ${one})`].map((code) => replaced(open, last + 1, code)),
    );
  });
};

/** An exception that is made and not raised. */
export const raised: Undo = anyOf(
  insertedWhere(['raise'], (place, i) => i === place.first),
  swapped({ return: ['raise'], NotImplemented: ['NotImplementedError'] }),
);

/** `raise` and what else a handler may do for one that does nothing. */
export const swallowed: Undo = anyOf(
  swapped({ pass: ['raise'], continue: ['raise'], return: ['raise'] }),
  phrases({ pass: ['raise', 'return None', 'return False'], 'return None': ['raise'] }),
);

/** `%` between a message and its values. */
export const formatted: Undo = swapped({ ',': ['%'] });

/** A method called on a name of the statement or near it, on a line of its own. */
export function methodLines(...calls: readonly string[]): Undo {
  return (place) => {
    const { names, attributes } = place;
    const objects = [
      ...names,
      ...['self', ...names.slice(0, 4)].flatMap((name) =>
        attributes.slice(0, name === 'self' ? 24 : 6).map((one) => `${name}.${one}`),
      ),
    ];
    return calls.flatMap((call) => objects.flatMap((name) => lines(place, `${name}.${call}`)));
  };
}

/** Modes of files. */
export const openModes: Undo = anyOf(
  addedArguments(
    () => ["'rb'", "'w'", "'wb'", "'a'", "'r'", "'ab'", "'r+b'", '"rb"', '"wb"', '"w"', "mode='rb'"],
    'any',
  ),
  (place) =>
    indices(place).flatMap((i) => {
      const mode = /^(['"])([rwax]b?\+?b?t?)\1$/.exec(textAt(place, i));
      if (!mode || place.tokens[i].kind !== 'string') return [];
      return [
        'r',
        'rb',
        'w',
        'wb',
        'a',
        'ab',
        'x',
        'xb',
        'r+',
        'rb+',
        'r+b',
        'w+',
        'w+b',
        'wb+',
        'rt',
        'wt',
        'a+',
      ]
        .filter((other) => other !== mode[2])
        .map((other) => replaced(i, i + 1, mode[1] + other + mode[1]));
    }),
);

/** An encoding for a file. */
export const fileEncodings: Undo = addedArguments(() => [
  "encoding='utf-8'",
  'encoding="utf-8"',
  "encoding='utf8'",
  "encoding='ascii'",
  "encoding='latin-1'",
  'encoding=encoding',
  "newline=''",
  "errors='replace'",
  "errors='ignore'",
  "'replace'",
  "'ignore'",
  'errors=errors',
  "'utf-8'",
]);

/** A function passed and not called. */
export const callbacks: Undo = deleted('()');

/** Parentheses that call what they stand behind. */
export const missingCalls: Undo = insertedWhere(['()'], (place, i) => endsOperand(place, i - 1));

/** What waits in a coroutine. */
export const waiting: Undo = anyOf(
  phrases({
    'time.sleep': ['await asyncio.sleep', 'await trio.sleep'],
    'requests.get': ['await client.get'],
    'asyncio.run(': ['await ('],
  }),
  (place) =>
    indices(place).flatMap((i) => {
      const runs = /^(run|run_until_complete)$/.test(textAt(place, i)) && textAt(place, i + 1) === '(';
      const close = place.partner[i + 1];
      if (!runs || close < i || textAt(place, i - 1) !== '.') return [];
      const inner = place.tokens.slice(i + 2, close).map(({ kind, text }) => ({ kind, text }));
      return [replaced(i - 2, close + 1, [{ kind: 'keyword', text: 'await' }, ...inner])];
    }),
  wrapped([
    ['asyncio.create_task(', ')'],
    ['asyncio.ensure_future(', ')'],
    ['asyncio.gather(*', ')'],
  ]),
  insertedWhere(['await'], startsOperand),
);

/** File descriptors that are closed. */
export const closedDescriptors: Undo = (place) =>
  place.names.flatMap((name) => lines(place, `os.close(${name})`));
