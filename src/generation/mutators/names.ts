import { BUILTINS } from '../../python/builtins';
import type { MutationSite, Mutator } from '../mutator';
import { lineAt, textAt, type MutationTarget, isAssignment } from '../target';
import { removeTokens, replaceToken } from '../text-edit';
import { inSignature, plainNames, swapMutator, tokenSites } from './sites';
import { misspell } from './typos';

const NOT_MISUSED = new Set(['self', 'cls', '_']);

/** Another parameter or local variable of the function, known by then, is read. */
export const wrongName: Mutator = {
  bugType: 'wrong-name',
  why: 'The two variables hold different values except by chance; plain copies of one another are left out.',
  sites: (target) =>
    tokenSites(target, (_, i) => readsVariable(target, i) && otherNames(target, i).length > 0),
  apply: (target, { token }, rng) => replaceToken(target, token, rng.pick(otherNames(target, token))),
};

function readsVariable(target: MutationTarget, index: number): boolean {
  return (
    target.loads[index] === 1 && isVariable(target, index) && !NOT_MISUSED.has(target.tokens[index].text)
  );
}

function isVariable({ bindings }: MutationTarget, index: number): boolean {
  return bindings[index] === 'parameter' || bindings[index] === 'local';
}

/**
 * Variables that occur before the line of token `index`, other than its own name and copies of it. A name seen only
 * inside brackets may belong to a comprehension or lambda alone, and does not count.
 */
function otherNames(target: MutationTarget, index: number): string[] {
  const own = textAt(target, index);
  const { first } = lineAt(target, index);
  const names = new Set<string>();
  for (let i = 0; i < first; i++) {
    const name = target.tokens[i].text;
    if (!isVariable(target, i) || name === own || NOT_MISUSED.has(name)) continue;
    if (target.enclosing[i] < 0 || inSignature(target, i)) names.add(name);
  }
  return [...names].filter((name) => !areCopies(target, own, name));
}

/** True when the function says `a = b`, `b = a` or `a = b = ...`. */
function areCopies(target: MutationTarget, a: string, b: string): boolean {
  return target.lines.some(({ first, end }) => {
    const names = new Set<string>();
    let last = first;
    // Names of the chain, and the value where it is one name.
    while (target.tokens[last].kind === 'name' && textAt(target, last + 1) === '=') {
      names.add(textAt(target, last));
      last += 2;
    }
    if (end === last + 1) names.add(textAt(target, last));
    return names.has(a) && names.has(b);
  });
}

/** A variable is misspelled where it is read. */
export const misspelledName: Mutator = {
  bugType: 'misspelled-name',
  why: 'No such name exists in the function or its module, so reading it raises NameError.',
  sites: (target) => tokenSites(target, (token, i) => token.text.length >= 3 && readsVariable(target, i)),
  apply(target, { token }, rng) {
    const known = knownNames(target);
    const typo = misspell(textAt(target, token), rng);
    return known.has(typo) ? null : replaceToken(target, token, typo);
  },
};

/** Builtins, keywords, and every name that stands in the function or its module, attributes included. */
export function knownNames({ tokens, context }: MutationTarget): Set<string> {
  return new Set([
    ...BUILTINS,
    ...Object.keys(context.imports),
    ...context.names,
    ...tokens.filter(({ kind }) => kind === 'name' || kind === 'keyword').map(({ text }) => text),
  ]);
}

/** Another attribute that the function reads of the same object. */
export const wrongAttribute: Mutator = {
  bugType: 'wrong-attribute',
  why: 'The two attributes of the object hold different values, or name different methods.',
  sites: (target) => {
    const reads = attributeReads(target);
    return [...reads.keys()]
      .filter((i) => otherAttributes(target, reads, i).length > 0)
      .map((token) => ({ token }));
  },
  apply(target, { token }, rng) {
    return replaceToken(target, token, rng.pick(otherAttributes(target, attributeReads(target), token)));
  },
};

/** Attribute tokens of plain receivers: index -> receiver and whether it is called. */
function attributeReads(target: MutationTarget): Map<number, { receiver: string; called: boolean }> {
  const out = new Map<number, { receiver: string; called: boolean }>();
  for (let i = 2; i < target.tokens.length; i++) {
    if (target.tokens[i].kind !== 'name' || textAt(target, i - 1) !== '.') continue;
    if (target.tokens[i - 2].kind !== 'name' || textAt(target, i - 3) === '.') continue;
    if (['import', 'from'].includes(textAt(target, lineAt(target, i).first))) continue;
    out.set(i, { receiver: textAt(target, i - 2), called: textAt(target, i + 1) === '(' });
  }
  return out;
}

function otherAttributes(
  target: MutationTarget,
  reads: ReturnType<typeof attributeReads>,
  index: number,
): string[] {
  const own = reads.get(index);
  if (!own || isStored(target, index)) return [];
  const names = new Set<string>();
  for (const [i, { receiver, called }] of reads)
    if (receiver === own.receiver && called === own.called) names.add(textAt(target, i));
  names.delete(textAt(target, index));
  return [...names];
}

/** True for an attribute that is assigned to. */
function isStored(target: MutationTarget, index: number): boolean {
  return isAssignment(textAt(target, index + 1));
}

/** `self.x` becomes `x`. */
export const missingSelf: Mutator = {
  bugType: 'missing-self',
  why: 'No such name exists in the function or its module, so reading it raises NameError.',
  sites(target) {
    const plain = plainNames(target);
    return tokenSites(
      target,
      ({ text }, i) =>
        text === 'self' &&
        textAt(target, i - 1) !== '.' &&
        textAt(target, i + 1) === '.' &&
        !plain.has(textAt(target, i + 2)) &&
        !isStored(target, i + 2),
    );
  },
  apply: (target, { token }) => removeTokens(target, token, token + 1),
};

const foreignLiterals = swapMutator({
  bugType: 'foreign-literal',
  why: 'Python has no such name, so reading it raises NameError.',
  kind: 'keyword',
  swaps: { None: ['null', 'NULL', 'nil'], True: ['true', 'TRUE'], False: ['false', 'FALSE'] },
});

/** `null` for `None`, `true` for `True`. */
export const foreignLiteral: Mutator = {
  ...foreignLiterals,
  apply(target, site: MutationSite, rng) {
    const edit = foreignLiterals.apply(target, site, rng);
    return edit && !plainNames(target).has(edit.text.trim()) ? edit : null;
  },
};
