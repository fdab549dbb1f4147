import { calls } from './call-sites';
import { isKeyword } from './frameworks';
import { MAX_SPAN, SLOTS } from '../../records/example';
import type { MutationSite, Mutator } from '../mutator';
import { argumentsOf, isCall, matchesAt, textAt, type Argument, type MutationTarget } from '../target';
import { removeTokens, replaceToken } from '../text-edit';
import { removeArgument, argumentAt } from './factories';
import { inSignature, tokenSites, textsOf } from './sites';
import { misspell } from './typos';

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

/** Every argument of every call in the body, with the call's opening bracket. */
function callArguments(target: MutationTarget): { open: number; argument: Argument }[] {
  return calls(target).flatMap((open) => argumentsOf(target, open).map((argument) => ({ open, argument })));
}

/** A keyword argument's name is misspelled, or has an `s` too many or too few. */
export const wrongKeywordArgument: Mutator = {
  bugType: 'wrong-keyword-argument',
  why: 'The callee has no parameter of that name: TypeError, or the value is lost among its other keywords.',
  sites: (target) =>
    callArguments(target)
      .filter(({ argument }) => isKeyword(target, argument) && textAt(target, argument.first).length >= 4)
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

/** Last name of the plain chain `a.b.c` that starts at a token. */
function lastName(target: MutationTarget, first: number): string {
  let last = first;
  while (textAt(target, last + 1) === '.') last += 2;
  return textAt(target, last);
}

/** `f(*args)` becomes `f(args)`, `f(**options)` becomes `f(options)`. */
export const missingUnpacking: Mutator = {
  bugType: 'missing-unpacking',
  why: 'The callee gets the container as one positional argument instead of its elements.',
  sites: (target) =>
    callArguments(target)
      .filter(({ open, argument: { first } }) => isStar(target, first) && staysCall(target, open, first))
      .map(({ argument: { first } }) => ({ token: first })),
  apply: (target, { token }) => removeTokens(target, token, token),
};

function isStar(target: MutationTarget, first: number): boolean {
  return ['*', '**'].includes(textAt(target, first)) && target.tokens[first + 1].kind === 'name';
}

/** A positional argument may follow no keyword and no `**`. */
function staysCall(target: MutationTarget, open: number, star: number): boolean {
  return argumentsOf(target, open).every(
    ({ first }) => first >= star || !(isKeyword(target, { first }) || textAt(target, first) === '**'),
  );
}

/** Longest subscript or method call whose text is compared to find the receiver's other keys. */
const LONGEST_RECEIVER = MAX_SPAN + SLOTS;

/** Another string key that the function uses with the same dictionary. */
export const wrongKey: Mutator = {
  bugType: 'wrong-key',
  why: 'The two keys of the dictionary hold different values.',
  sites: (target) => {
    const keys = stringKeys(target);
    return [...keys.keys()]
      .filter((i) => otherKeys(target, keys, i).length > 0)
      .map((token): MutationSite => ({ token }));
  },
  apply(target, { token }, rng) {
    return replaceToken(target, token, rng.pick(otherKeys(target, stringKeys(target), token)));
  },
};

/** String tokens in `x['key']` and `x.get('key'`: index -> text of the receiver. */
function stringKeys(target: MutationTarget): Map<number, string> {
  const out = new Map<number, string>();
  target.tokens.forEach(({ kind, text }, i) => {
    if (kind !== 'string' || !/^['"][\w\- .:/]+['"]$/.test(text)) return;
    const subscript = textAt(target, i - 1) === '[' && textAt(target, i + 1) === ']';
    const get = matchesAt(target, i - 3, '.', 'get', '(') && [',', ')'].includes(textAt(target, i + 1));
    const end = subscript ? i - 2 : get ? i - 4 : -1;
    const receiver = end > 0 ? receiverBefore(target, end) : undefined;
    if (receiver !== undefined) out.set(i, receiver);
  });
  return out;
}

/** Text of the chain `a.b['c']` that ends at a token, undefined for anything else. */
function receiverBefore(target: MutationTarget, last: number): string | undefined {
  let first = last;
  while (last - first < LONGEST_RECEIVER) {
    if (textAt(target, first) === ']') first = target.partner[first] - 1;
    else if (target.tokens[first]?.kind !== 'name') return undefined;
    else if (textAt(target, first - 1) !== '.')
      return textsOf(target, first, last).join('');
    else first -= 2;
  }
  return undefined;
}

/** Keys of the same receiver that differ in more than their quotes. */
function otherKeys(target: MutationTarget, keys: ReadonlyMap<number, string>, index: number): string[] {
  const own = textAt(target, index);
  const out = new Set<string>();
  for (const [i, receiver] of keys)
    if (receiver === keys.get(index) && textAt(target, i).slice(1, -1) !== own.slice(1, -1))
      out.add(textAt(target, i));
  return [...out];
}
