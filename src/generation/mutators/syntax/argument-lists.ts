import type { MutationSite, Mutator } from '../../mutation/mutator';
import { type Argument, type MutationTarget, argumentsOf, isCall, textAt } from '../../mutation/target';
import { swapArguments } from '../tools/arguments';
import { textOf } from '../tools/texts';

/** Puts arguments or parameters in an order, or in a form, that the grammar forbids. */
export const malformedArguments: Mutator = {
  bugType: 'malformed-arguments',
  why: 'The grammar wants positional arguments first, every name once, and one `*` a list.',
  sites: (target) =>
    target.tokens
      .flatMap(({ text }, open): MutationSite[] => {
        if (text === '{' && target.partner[open] >= 0) return unpackingSites(target, open);
        if (text !== '(' || target.partner[open] < 0) return [];
        if (textAt(target, open - 2) === 'def') return parameterSites(target, open);
        return isCall(target, open) ? callSites(target, open) : [];
      })
      .sort((a, b) => a.token - b.token),
  apply(target, { token, form }) {
    const { tokens } = target;
    const open = target.enclosing[token];
    const list = argumentsOf(target, open);
    const at = list.findIndex(({ first }) => first === token);
    const [one, next] = [list[at], list[at + 1]];
    const { start } = tokens[one.first];
    switch (form) {
      case 'star':
        return { start, end: start + 2, text: '*' };
      case 'default':
        return { start: tokens[one.first].end, end: tokens[one.last].end, text: '' };
      case 'unnamed':
        return { start, end: tokens[one.first + 2].start, text: '' };
      case 'twice':
        return { start, end: start, text: `${textOf(target, one.first, one.last)}, ` };
      default:
        return swapArguments(target, one, next);
    }
  },
};

const sites = (list: readonly Argument[], form: string): MutationSite[] =>
  list.map(({ first }) => ({ token: first, form }));

function parameterSites(target: MutationTarget, open: number): MutationSite[] {
  const list = argumentsOf(target, open);
  const start = (argument: Argument | undefined): string => (argument ? textAt(target, argument.first) : '');
  const named = (argument: Argument | undefined): boolean =>
    argument !== undefined && target.tokens[argument.first].kind === 'name';
  const withDefault = (argument: Argument | undefined): boolean =>
    named(argument) && textAt(target, (argument as Argument).first + 1) === '=';
  // Behind a star parameters need no order.
  const star = list.findIndex((argument) => start(argument).startsWith('*'));
  const plain = star < 0 ? list : list.slice(0, star);
  return [
    ...sites(
      list.filter((one) => start(one) === '**' && star < list.indexOf(one)),
      'star',
    ),
    ...sites(
      plain.filter((one, i) => withDefault(one) && isConstant(target, one) && withDefault(plain[i - 1])),
      'default',
    ),
    ...sites(
      plain.filter(
        (one, i) =>
          named(one) && !withDefault(one) && withDefault(plain[i + 1]) && isShort(one, plain[i + 1]),
      ),
      'swap',
    ),
    ...sites(
      lastOf(plain.filter((one) => named(one) && !['self', 'cls'].includes(start(one)) && isShort(one))),
      'twice',
    ),
  ];
}

/** `**x` in a dictionary that has entries: with one star it would be the element of a set. */
function unpackingSites(target: MutationTarget, open: number): MutationSite[] {
  const list = argumentsOf(target, open);
  const hasEntry = list.some(({ first, last }) =>
    target.tokens.slice(first, last).some(({ text }) => text === ':'),
  );
  return hasEntry
    ? sites(
        list.filter(({ first }) => textAt(target, first) === '**'),
        'star',
      )
    : [];
}

function callSites(target: MutationTarget, open: number): MutationSite[] {
  const list = argumentsOf(target, open);
  const isNamed = (argument: Argument | undefined): argument is Argument =>
    argument !== undefined && textAt(target, argument.first + 1) === '=';
  // `name=name` loses nothing that the reader does not know.
  const repeats = ({ first, last }: Argument): boolean =>
    last === first + 2 && textAt(target, first) === textAt(target, last);
  return [
    ...sites(
      list.filter((one, i) => isNamed(one) && repeats(one) && isNamed(list[i - 1])),
      'unnamed',
    ),
    ...sites(
      list.filter((one, i) => one.positional && isNamed(list[i + 1]) && isShort(one, list[i + 1])),
      'swap',
    ),
    ...sites(lastOf(list.filter((one) => isNamed(one) && isShort(one))), 'twice'),
  ];
}

/** A default that can be guessed. */
function isConstant(target: MutationTarget, { first, last }: Argument): boolean {
  return last === first + 2 && ['None', 'True', 'False', '0', '1', "''", '""'].includes(textAt(target, last));
}

/** Of the arguments that could be written twice only the last: there would be as many as all other sites together. */
const lastOf = (list: readonly Argument[]): readonly Argument[] => list.slice(-1);

/** Small enough that one edit writes the arguments with a comma. */
function isShort(...list: readonly Argument[]): boolean {
  return list.reduce((sum, { first, last }) => sum + last - first + 2, 0) <= 8;
}
