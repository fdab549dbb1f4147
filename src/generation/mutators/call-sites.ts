import { selfParameter } from './scope';
import { isKeyword } from './frameworks';
import { SLOTS } from '../../records/example';
import type { MutationSite, Mutator } from '../mutator';
import { argumentsOf, isCall, matchesAt, textAt, type Argument, type MutationTarget } from '../target';
import { replaceToken } from '../text-edit';
import { inSignature, tokenSites } from './sites';
import { removeArgument, argumentAt } from './factories';

/** Values that are mostly the default anyway. */
const USUAL_DEFAULTS = new Set(['None', 'False']);

/** Calls whose keywords are data, or only change how something is printed. */
const FREE_FORM = new Set(['dict', 'print', 'format', 'update', 'namedtuple', 'partial', 'replace']);

/** `f(a, size=n)` becomes `f(a)`. */
export const missingKeywordArgument: Mutator = {
  bugType: 'missing-keyword-argument',
  why: 'The callee works with its default in place of the value that this call needs, or lacks a required one.',
  sites: (target) =>
    calls(target)
      .filter((open) => !FREE_FORM.has(textAt(target, open - 1)))
      .flatMap((open) => argumentsOf(target, open).filter((argument) => isChosen(target, open, argument)))
      .map(({ first }): MutationSite => ({ token: first })),
  apply(target, { token }) {
    const own = argumentAt(target, token);
    return own ? removeArgument(target, own) : null;
  },
};

/** True for `name=value` with a value of its own that fits an edit together with its comma. */
function isChosen(target: MutationTarget, open: number, { first, last }: Argument): boolean {
  if (!isKeyword(target, { first })) return false;
  if (last - first + 2 > SLOTS || target.enclosing[first] !== open) return false;
  return !(last === first + 2 && USUAL_DEFAULTS.has(textAt(target, last)));
}

/** `self.f(x)` becomes `self.f(self, x)`. */
export const superfluousSelfArgument: Mutator = {
  bugType: 'superfluous-self-argument',
  why: 'A bound method gets its object already; every other argument moves on by one, or there is one too many.',
  sites: (target) =>
    calls(target)
      .filter((open) => isBound(target, open))
      .map((token) => ({ token })),
  apply(target, { token }) {
    const { end } = target.tokens[token];
    return { start: end, end, text: target.partner[token] === token + 1 ? 'self' : 'self, ' };
  },
};

function isBound(target: MutationTarget, open: number): boolean {
  if (textAt(target, open + 1) === 'self' || selfParameter(target) === undefined) return false;
  return matchesAt(target, open - 3, 'self', '.') || matchesAt(target, open - 5, 'super', '(', ')', '.');
}

/** The opening parentheses of all calls in the body. */
export function calls(target: MutationTarget): number[] {
  return tokenSites(target, (_, i) => isCall(target, i) && !inSignature(target, i)).map(({ token }) => token);
}

/** `d[key]` becomes `d['key']`, and the same for the first argument of `get` and `pop`. */
export const quotedName: Mutator = {
  bugType: 'quoted-name',
  why: 'The lookup uses the variable’s name as the key in place of its value.',
  sites: (target) => tokenSites(target, (_, i) => isKey(target, i) && isOwnVariable(target, i)),
  apply: (target, { token }) => replaceToken(target, token, `'${textAt(target, token)}'`),
};

/** `d['key']` becomes `d[key]`, which nothing binds. */
export const missingQuotes: Mutator = {
  bugType: 'missing-quotes',
  why: 'The key is read as a variable that does not exist: NameError.',
  sites(target) {
    const bound = new Set([...Object.keys(target.context.imports), ...target.context.names]);
    for (const { kind, text } of target.tokens) if (kind === 'name') bound.add(text);
    return tokenSites(target, ({ kind, text }, i) => {
      const word = /^['"]([a-z_][a-z0-9_]*)['"]$/.exec(text)?.[1];
      return (
        kind === 'string' && isKey(target, i) && word !== undefined && !bound.has(word) && !PYTHON.has(word)
      );
    });
  },
  apply: (target, { token }) => replaceToken(target, token, textAt(target, token).slice(1, -1)),
};

/** Words that mean something without quotes. */
const PYTHON = new Set(
  (
    'and as assert async await break class continue def del elif else except finally for from global if import in is ' +
    'lambda nonlocal not or pass raise return try while with yield id type input max min sum all any abs bin bool ' +
    'bytes callable chr compile complex copyright credits dict dir eval exec exit filter float format hash help hex ' +
    'int iter len license list map next object oct open ord pow print property quit range repr reversed round set ' +
    'slice sorted staticmethod classmethod str super tuple vars zip'
  ).split(' '),
);

/** The whole index of a subscript, or the first argument of `get` or `pop`. */
function isKey(target: MutationTarget, index: number): boolean {
  const open = index - 1;
  if (textAt(target, open) === '[') {
    const base = target.tokens[open - 1];
    const subscript = base?.kind === 'name' || [')', ']'].includes(base?.text ?? '');
    return subscript && textAt(target, index + 1) === ']';
  }
  const lookup = ['get', 'pop'].includes(textAt(target, open - 1)) && textAt(target, open - 2) === '.';
  return lookup && isCall(target, open) && [',', ')'].includes(textAt(target, index + 1));
}

function isOwnVariable(target: MutationTarget, index: number): boolean {
  const { kind, text } = target.tokens[index];
  const variable = target.bindings[index] === 'parameter' || target.bindings[index] === 'local';
  // One letter and `index`, `i1` are positions of a list: nobody quotes them.
  return kind === 'name' && variable && text.length > 2 && !/^(idx|index|.*\d|.*_idx|num.*|pos)$/.test(text);
}
