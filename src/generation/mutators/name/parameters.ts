import { SLOTS } from '../../../records/example';
import type { MutationSite, Mutator } from '../../mutation/mutator';
import {
  type Argument,
  type MutationTarget,
  argumentsOf,
  lineAt,
  matchesAt,
  textAt,
} from '../../mutation/target';
import { removeLine, replaceToken } from '../../mutation/text-edit';
import { argumentAt, callArguments, isKeyword, removeArgument } from '../tools/arguments';
import { lineSites } from '../tools/sites';
import { misspell } from '../tools/typos';

/** `f(x, axis=axis)` becomes `f(x)`, `g(*args, **kwargs)` becomes `g(*args)`, where nothing else reads the parameter. */
export const parameterNotPassedOn: Mutator = {
  bugType: 'parameter-not-passed-on',
  why: 'Callers still pass the parameter, and nothing reads it any more: the callee works with its default.',
  sites: (target) => {
    const reads = readCounts(target);
    return callArguments(target).flatMap(({ argument }): MutationSite[] => {
      const name = forwarded(target, argument);
      return name !== undefined && reads.get(name) === 1 ? [{ token: argument.first }] : [];
    });
  },
  apply(target, { token }) {
    const own = argumentAt(target, token);
    return own ? removeArgument(target, own) : null;
  },
};

/** The parameter that `name=name`, `*name` or `**name` hands on. */
function forwarded(target: MutationTarget, { first, last }: Argument): string | undefined {
  const name = textAt(target, last);
  if (target.bindings[last] !== 'parameter' || ['self', 'cls'].includes(name)) return undefined;
  const star = last === first + 1 && ['*', '**'].includes(textAt(target, first));
  return star || (last === first + 2 && matchesAt(target, first, name, '=')) ? name : undefined;
}

/** How often each variable is read. */
function readCounts(target: MutationTarget): Map<string, number> {
  const out = new Map<string, number>();
  target.tokens.forEach(({ text }, i) => {
    if (target.loads[i] === 1) out.set(text, (out.get(text) ?? 0) + 1);
  });
  return out;
}

/** A keyword argument's name is misspelled, or has an `s` too many or too few. */
export const wrongKeywordArgument: Mutator = {
  bugType: 'wrong-keyword-argument',
  why: 'The callee has no parameter of that name: TypeError, or the value is lost among its other keywords.',
  sites: (target) =>
    callArguments(target)
      .filter(
        ({ argument }) => isKeyword(target, argument) && isParameterName(textAt(target, argument.first)),
      )
      .map(({ argument: { first } }): MutationSite => {
        const value = first + 2;
        // Where the value has the keyword's own name, another word shows; elsewhere only a word that is none.
        const same = textAt(target, first) === lastName(target, value);
        return same ? { token: first, form: 'number' } : { token: first, form: 'typo' };
      }),
  apply(target, { token, form }, rng) {
    const name = textAt(target, token);
    const other = name.endsWith('s') ? name.slice(0, -1) : `${name}s`;
    const taken = argumentsOf(target, target.enclosing[token]).some(
      ({ first }) => textAt(target, first) === other,
    );
    if (form === 'typo' || taken || rng.next() < 0.5) return replaceToken(target, token, misspell(name, rng));
    return replaceToken(target, token, other);
  },
};

/** Long enough to be misspelled, and no lookup of Django, `name__in`, which is a type of its own. */
function isParameterName(name: string): boolean {
  return name.length >= 4 && !name.includes('__');
}

/** Last name of the plain chain `a.b.c` that starts at a token. */
function lastName(target: MutationTarget, first: number): string {
  let last = first;
  while (textAt(target, last + 1) === '.') last += 2;
  return textAt(target, last);
}

/** `self.x = x` of a constructor is left out, where nothing else reads the parameter. */
export const parameterNotStored: Mutator = {
  bugType: 'parameter-not-stored',
  why: 'The constructor takes a value and forgets it; methods that read the attribute raise AttributeError.',
  sites(target) {
    const def = target.tokens.findIndex(({ kind, text }) => kind === 'keyword' && text === 'def');
    if (textAt(target, def + 1) !== '__init__') return [];
    return lineSites(target, (first, end) => {
      const name = textAt(target, first + 2);
      const stores = matchesAt(target, first, 'self', '.', name, '=', name) && end === first + 5;
      if (!stores || end - first + 1 > SLOTS || target.bindings[first + 4] !== 'parameter') return false;
      return target.tokens.every(({ text }, i) => text !== name || i === first + 4 || target.loads[i] === 0);
    }).filter(({ token }) => removeLine(target, lineAt(target, token)) !== null);
  },
  apply: (target, { token }) => removeLine(target, lineAt(target, token)),
};
