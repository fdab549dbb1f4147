import type { Mutator } from '../../mutation/mutator';
import { type MutationTarget, lineAt, textAt } from '../../mutation/target';
import { removeTokens, replaceToken } from '../../mutation/text-edit';
import { isAttribute, isStored, plainNames } from '../tools/names';
import { tokenSites } from '../tools/sites';
import { misspell } from '../tools/typos';

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

/** Methods and attributes of the standard library that everybody knows how to spell. */
const COMMON = new Set(
  (
    'append extend insert remove pop clear index count sort reverse copy keys values items update setdefault get add ' +
    'discard union difference intersection startswith endswith strip lstrip rstrip split rsplit splitlines join replace ' +
    'format encode decode lower upper title find rfind isdigit isalpha read readline readlines write writelines close ' +
    'flush seek tell name path exists isfile isdir dirname basename group groups match search compile sub findall ' +
    'message args returncode stdout stderr communicate wait poll terminate shape size dtype reshape astype mean ndim'
  ).split(' '),
);

/** A letter of an attribute or method name is wrong, where the right name stands elsewhere or is common. */
export const misspelledAttribute: Mutator = {
  bugType: 'misspelled-attribute',
  why: 'The object has no attribute of that name: reading it raises AttributeError, setting it is never seen again.',
  sites: (target) => {
    const uses = countAttributes(target);
    return tokenSites(
      target,
      ({ text }, i) =>
        text.length >= 4 && isAttribute(target, i) && ((uses.get(text) ?? 0) > 1 || COMMON.has(text)),
    );
  },
  apply(target, { token }, rng) {
    const typo = misspell(textAt(target, token), rng);
    return countAttributes(target).has(typo) || COMMON.has(typo) ? null : replaceToken(target, token, typo);
  },
};

function countAttributes(target: MutationTarget): Map<string, number> {
  const out = new Map<string, number>();
  target.tokens.forEach(({ text }, i) => {
    if (isAttribute(target, i)) out.set(text, (out.get(text) ?? 0) + 1);
  });
  return out;
}

/** `module.name` or `Class.NAME` becomes the bare name, which nothing binds. */
export const missingModulePrefix: Mutator = {
  bugType: 'missing-module-prefix',
  why: 'Only the module (or class) before the dot is imported, so reading the bare name raises NameError.',
  sites: (target) => {
    const bound = plainNames(target);
    return tokenSites(
      target,
      (_, i) =>
        target.bindings[i] === 'import' &&
        target.loads[i] === 1 &&
        isAttribute(target, i + 2) &&
        !bound.has(textAt(target, i + 2)),
    );
  },
  apply: (target, { token }) => removeTokens(target, token, token + 1),
};
