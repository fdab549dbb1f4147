import { KEYWORDS } from '../../../python/tokens/lexer';
import { knownNames } from '../tools/names';
import { MAX_SPAN, SLOTS } from '../../../records/example';
import type { MutationSite, Mutator } from '../../mutation/mutator';
import { type MutationTarget, matchesAt, textAt } from '../../mutation/target';
import { replaceToken } from '../../mutation/text-edit';
import { isKey } from '../tools/calls';
import { tokenSites } from '../tools/sites';
import { textsOf } from '../tools/texts';

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
    else if (textAt(target, first - 1) !== '.') return textsOf(target, first, last).join('');
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

/** `d['key']` becomes `d[key]`, which nothing binds. */
export const missingQuotes: Mutator = {
  bugType: 'missing-quotes',
  why: 'The key is read as a variable that does not exist: NameError.',
  sites(target) {
    const known = knownNames(target);
    return tokenSites(target, ({ kind, text }, i) => {
      const word = /^['"]([a-z_][a-z0-9_]*)['"]$/.exec(text)?.[1];
      return (
        kind === 'string' && isKey(target, i) && word !== undefined && !known.has(word) && !KEYWORDS.has(word)
      );
    });
  },
  apply: (target, { token }) => replaceToken(target, token, textAt(target, token).slice(1, -1)),
};
