import { MAX_SPAN } from '../../../records/example';
import type { Mutator } from '../../mutation/mutator';
import { type MutationTarget, isCall, lineAt, textAt } from '../../mutation/target';
import { removeTokens } from '../../mutation/text-edit';
import { isAttribute } from '../tools/names';
import { tokenSites } from '../tools/sites';

/** Names a method without calling it. */
export const missingCallParentheses: Mutator = {
  bugType: 'missing-call-parentheses',
  why: 'The method object stands for its result, and the method never runs.',
  sites: (target) =>
    tokenSites(
      target,
      (_, i) =>
        isCall(target, i) &&
        target.partner[i] === i + 1 &&
        textAt(target, i - 2) === '.' &&
        textAt(target, target.lines[target.lineOf[i]].first) !== '@',
    ),
  apply: (target, { token }) => removeTokens(target, token, token + 1),
};

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

/** Attributes whose value is a tuple or list that nearly every reader takes apart. */
const SEQUENCES = new Set(['shape', 'args', 'argv', 'path', 'groups', 'children', 'strides', 'rates']);

/** `line.split()[0]` becomes `line.split()`. */
export const missingSubscript: Mutator = {
  bugType: 'missing-subscript',
  why: 'The whole sequence stands for one element, or for the part of it that is meant.',
  sites: (target) =>
    tokenSites(
      target,
      ({ text }, open) =>
        text === '[' &&
        target.loads[open] === 0 &&
        isIndex(target, open) &&
        givesSequence(target, open) &&
        !/^([-+*/%@&|^]|\*\*|\/\/|<<|>>)?=$/.test(textAt(target, target.partner[open] + 1)) &&
        textAt(target, target.lines[target.lineOf[open]].first) !== 'del',
    ),
  apply: (target, { token }) => removeTokens(target, token, target.partner[token]),
};

/** True for `[0]`, `[-1]`, `[1:]` and other constant indices and slices. */
function isIndex(target: MutationTarget, open: number): boolean {
  const close = target.partner[open];
  if (close < open + 2 || close - open >= MAX_SPAN) return false;
  let numbers = 0;
  for (let i = open + 1; i < close; i++) {
    if (target.tokens[i].kind === 'number') numbers += 1;
    else if (!['-', ':'].includes(textAt(target, i))) return false;
  }
  return numbers > 0;
}

/** True when a call, a known attribute, or a name that the function takes apart elsewhere stands before the bracket. */
function givesSequence(target: MutationTarget, open: number): boolean {
  const before = target.tokens[open - 1];
  if (before.text === ')') return isCall(target, target.partner[open - 1]);
  if (before.kind !== 'name') return false;
  if (textAt(target, open - 2) === '.') return SEQUENCES.has(before.text);
  return target.tokens.some(
    ({ text }, i) =>
      text === '[' &&
      i !== open &&
      textAt(target, i - 1) === before.text &&
      textAt(target, i - 2) !== '.' &&
      isIndex(target, i) &&
      target.partner[i] === i + 2 &&
      textAt(target, i + 1) !== textAt(target, open + 1),
  );
}
