import { SLOTS } from '../../records/example';
import type { Mutator } from '../mutator';
import { isCall, lineAt, matchesAt, textAt, type MutationTarget } from '../target';
import { removeLine, removeTokens, replaceToken } from '../text-edit';
import { lineSites, tokenSites, plainNames } from './sites';
import { misspell } from './typos';

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

/** True for the name behind a dot. */
function isAttribute(target: MutationTarget, index: number): boolean {
  return target.bindings[index] === 'attribute' && textAt(target, index - 1) === '.';
}

function countAttributes(target: MutationTarget): Map<string, number> {
  const out = new Map<string, number>();
  target.tokens.forEach(({ text }, i) => {
    if (isAttribute(target, i)) out.set(text, (out.get(text) ?? 0) + 1);
  });
  return out;
}

/** What stands before and after `x.field` when it is a whole argument, operand or right-hand side. */
const BEFORE = new Set('( [ , : = == != + - < > in return if elif while and or not is'.split(' '));
const AFTER = new Set([...') ] , : == != + - < > in if else and or not is'.split(' '), '']);

/** `x.field` becomes `x`, where the function reads the same field elsewhere. */
export const missingAttributeAccess: Mutator = {
  bugType: 'missing-attribute-access',
  why: 'The object stands where its field is needed, and has another type.',
  sites(target) {
    const reads = new Map<string, number>();
    const fields = tokenSites(target, (_, i) => isFieldRead(target, i));
    const nameOf = (i: number): string => `${textAt(target, i)}.${textAt(target, i + 2)}`;
    for (const { token } of fields) reads.set(nameOf(token), (reads.get(nameOf(token)) ?? 0) + 1);
    return fields.filter(
      ({ token }) =>
        (reads.get(nameOf(token)) ?? 0) > 1 &&
        BEFORE.has(textAt(target, token - 1)) &&
        AFTER.has(textAt(target, token + 3)),
    );
  },
  apply: (target, { token }) => removeTokens(target, token + 1, token + 2),
};

/** Token `index` is a variable (not `self`) whose attribute is read. */
function isFieldRead(target: MutationTarget, index: number): boolean {
  const variable = target.bindings[index] === 'parameter' || target.bindings[index] === 'local';
  if (!variable || ['self', 'cls'].includes(textAt(target, index))) return false;
  return target.loads[index] === 1 && isAttribute(target, index + 2) && textAt(target, index + 1) === '.';
}

/** Methods without arguments whose result is of another kind than the object. */
const CONVERTING = new Set(
  (
    'total_seconds hexdigest digest isoformat as_posix tolist getvalue splitlines timestamp fileno timetuple utctimetuple ' +
    'toordinal as_integer_ratio bit_length mean sum min max nonzero toarray todense to_dict as_dict todict to_list ' +
    'asdict get_text getroot namelist read readlines fetchone fetchall scalar qsize getpid group groups span start end ' +
    'is_set done result exception'
  ).split(' '),
);

/** `x.total_seconds()` becomes `x`. */
export const missingMethodCall: Mutator = {
  bugType: 'missing-method-call',
  why: 'The object itself stands where what its method returns is needed.',
  sites: (target) =>
    tokenSites(
      target,
      ({ text }, i) =>
        CONVERTING.has(text) &&
        isAttribute(target, i) &&
        isCall(target, i + 1) &&
        target.partner[i + 1] === i + 2 &&
        target.tokens[i - 2].kind !== 'string' &&
        lineAt(target, i).end > i + 3 &&
        // `self.read()` without the call would hand out the object's own `self`.
        !['self', 'cls', 'super'].includes(textAt(target, i - 2)),
    ),
  apply: (target, { token }) => removeTokens(target, token - 1, token + 2),
};

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
