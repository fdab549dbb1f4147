import { MAX_SPAN } from '../../records/example';
import type { Mutator } from '../mutator';
import { isCall, lineAt, matchesAt, textAt } from '../target';
import { replaceToken, replaceTokens } from '../text-edit';
import { lineSites, swapMutator, tokenSites } from './sites';

/** `print(x)` becomes `print x`. */
export const python2Print: Mutator = {
  bugType: 'python2-print',
  why: 'Python 3 has no print statement.',
  sites: (target) =>
    lineSites(target, (first, end) => {
      if (!matchesAt(target, first, 'print', '(') || target.partner[first + 1] !== end - 1) return false;
      const length = end - first - 3;
      return (
        length > 0 &&
        length + 2 <= MAX_SPAN &&
        !['*', '**', '-', '[', '('].includes(textAt(target, first + 2))
      );
    }),
  apply(target, { token }) {
    const { source, tokens, partner } = target;
    const close = partner[token + 1];
    const inner = source.slice(tokens[token + 1].end, tokens[close].start).trim();
    if (inner.includes('\n')) return null;
    return { start: tokens[token].end, end: tokens[close].end, text: ` ${inner}` };
  },
};

/** `except E as e` becomes `except E, e`. */
export const python2Except: Mutator = {
  bugType: 'python2-except',
  why: 'Python 3 names the exception with `as`.',
  sites: (target) =>
    tokenSites(
      target,
      ({ kind, text }, i) =>
        kind === 'keyword' && text === 'as' && textAt(target, lineAt(target, i).first) === 'except',
    ),
  apply: ({ tokens }, { token }) => ({ start: tokens[token - 1].end, end: tokens[token].end, text: ',' }),
};

const MARKERS = [
  '=======',
  '<<<<<<< HEAD',
  '>>>>>>> main',
  '>>>>>>> master',
  '>>>>>>> origin',
  '||||||| base',
];

/** Leaves a line of a merge conflict before a line of the function, at column 0 as git writes it. */
export const mergeConflictMarker: Mutator = {
  bugType: 'merge-conflict-marker',
  why: 'The marker is no Python statement.',
  sites: (target) => target.lines.map(({ first }) => ({ token: first })),
  apply({ source, tokens }, { token }, rng) {
    const start =
      Math.max(
        source.lastIndexOf('\n', tokens[token].start - 1),
        source.lastIndexOf('\r', tokens[token].start - 1),
      ) + 1;
    return { start, end: start, text: `${rng.pick(MARKERS)}\n` };
  },
};

/** `&&` for `and`, `||` for `or`, `!` for `not`. */
export const foreignOperator = swapMutator({
  bugType: 'foreign-operator',
  why: 'Python has no such operator.',
  kind: 'keyword',
  swaps: { and: ['&&'], or: ['||'], not: ['!'] },
  accept: (target, i) => textAt(target, i + 1) !== 'in' && textAt(target, i - 1) !== 'is',
});

/** `else if` for `elif`. */
export const elseIf: Mutator = {
  bugType: 'else-if',
  why: '`else` must be followed by a colon.',
  sites: (target) => tokenSites(target, ({ kind, text }) => kind === 'keyword' && text === 'elif'),
  apply: (target, { token }) => replaceToken(target, token, 'else if'),
};

/** `x++` for `x += 1`. */
export const incrementOperator: Mutator = {
  bugType: 'increment-operator',
  why: 'Python reads two signs that lack an operand.',
  sites: (target) =>
    tokenSites(
      target,
      ({ kind, text }, i) =>
        kind === 'op' &&
        (text === '+=' || text === '-=') &&
        textAt(target, i + 1) === '1' &&
        i + 2 === lineAt(target, i).end,
    ),
  apply(target, { token }) {
    const { tokens } = target;
    const sign = textAt(target, token)[0];
    return { start: tokens[token - 1].end, end: tokens[token + 1].end, text: sign + sign };
  },
};

/** `=` for `==` in the condition of `if`, `elif` or `while`. */
export const assignmentInCondition: Mutator = {
  bugType: 'assignment-in-condition',
  why: 'An assignment is no expression.',
  sites: (target) =>
    tokenSites(
      target,
      ({ kind, text }, i) =>
        kind === 'op' &&
        text === '==' &&
        ['if', 'elif', 'while'].includes(textAt(target, lineAt(target, i).first)) &&
        !isCall(target, target.enclosing[i]),
    ),
  apply: (target, { token }) => replaceTokens(target, token, token, '='),
};

/** Deletes the closing quote of a string. */
export const unterminatedString: Mutator = {
  bugType: 'unterminated-string',
  why: 'A quoted string ends on its line.',
  sites: (target) =>
    tokenSites(target, ({ kind, text, end }) => {
      if (kind !== 'string' || /^[A-Za-z]*('''|""")/.test(text)) return false;
      const lineEnd = target.source.indexOf('\n', end);
      const rest = target.source.slice(end, lineEnd < 0 ? undefined : lineEnd);
      return !rest.includes(text[text.length - 1]) && !rest.endsWith('\\');
    }),
  apply: ({ tokens }, { token }) => ({ start: tokens[token].end - 1, end: tokens[token].end, text: '' }),
};
