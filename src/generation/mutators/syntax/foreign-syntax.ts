import type { Mutator } from '../../mutation/mutator';
import { type MutationTarget, isCall, lineAt, textAt } from '../../mutation/target';
import { replaceToken, replaceTokens } from '../../mutation/text-edit';
import { tokenSites } from '../tools/sites';

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

/** Operators of JavaScript and C: `&&`, `||`, `!`, `===`, `!==`; and `=>`, `=<` for `>=`, `<=`. */
export const foreignOperator: Mutator = {
  bugType: 'foreign-operator',
  why: 'Python has no such operator.',
  sites: (target) =>
    tokenSites(
      target,
      ({ text }, i) =>
        Object.hasOwn(FOREIGN, text) &&
        target.tokens[i].kind !== 'string' &&
        textAt(target, i + 1) !== 'in' &&
        textAt(target, i - 1) !== 'is',
    ),
  apply: (target, { token }, rng) => replaceToken(target, token, rng.pick(FOREIGN[textAt(target, token)])),
};

const FOREIGN: Readonly<Record<string, readonly string[]>> = {
  and: ['&&'],
  or: ['||'],
  not: ['!'],
  '==': ['==='],
  '!=': ['!==', '=!', '! ='],
  '>=': ['=>', '> ='],
  '<=': ['=<', '< ='],
};

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

const CONDITIONS = new Set(['if', 'elif', 'while', 'assert', 'return']);

function isKeywordIs({ tokens }: MutationTarget, index: number): boolean {
  return tokens[index].kind === 'keyword' && tokens[index + 1].text !== 'not';
}

/** `=` for `==` or `is`, where an assignment may not stand: in conditions, assertions, results and inside brackets. */
export const assignmentInCondition: Mutator = {
  bugType: 'assignment-in-condition',
  why: 'An assignment is no expression.',
  sites: (target) =>
    tokenSites(target, ({ kind, text }, i) => {
      if (!(kind === 'op' && text === '==') && !(text === 'is' && isKeywordIs(target, i))) return false;
      const around = target.enclosing[i];
      if (around < 0) return CONDITIONS.has(textAt(target, lineAt(target, i).first));
      if (!isCall(target, around)) return true;
      // `f(a == b)` would become a keyword argument.
      return !['(', ','].includes(textAt(target, i - 2)) || target.tokens[i - 1].kind !== 'name';
    }),
  apply: (target, { token }) => replaceTokens(target, token, token, '='),
};
