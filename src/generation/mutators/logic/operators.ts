import type { Mutator } from '../../mutation/mutator';
import { type MutationTarget, endsOperand, lineAt, matchesAt, textAt } from '../../mutation/target';
import { replaceToken } from '../../mutation/text-edit';
import { swapMutator } from '../tools/factories';
import { inSignature } from '../tools/lines';
import { tokenSites } from '../tools/sites';

/** `<` for `<=`, `==` for `!=`. Membership and identity belong to missing and added `not`. */
export const wrongComparisonOperator = swapMutator({
  bugType: 'wrong-comparison-operator',
  why: 'The operators differ for at least one pair of operands, so some input takes the other branch.',
  kind: 'op',
  swaps: {
    '<': ['<=', '>', '>='],
    '<=': ['<', '>=', '>'],
    '>': ['>=', '<', '<='],
    '>=': ['>', '<=', '<'],
    '==': ['!='],
    '!=': ['=='],
  },
});

/** `+` for `-`, `*` for `/`, `&` for `|`: binary operators only. */
export const wrongArithmeticOperator = swapMutator({
  bugType: 'wrong-arithmetic-operator',
  why: 'Another function of the operands is computed; only neutral operands would hide it.',
  kind: 'op',
  swaps: {
    '+': ['-', '*'],
    '-': ['+'],
    '*': ['/', '+', '**'],
    // `/` for `//` is a bug type of its own.
    '/': ['*'],
    '//': ['%'],
    '%': ['//', '/'],
    '**': ['*'],
    '<<': ['>>'],
    '>>': ['<<'],
    '&': ['|'],
    '|': ['&'],
    '^': ['|', '&'],
  },
  accept: (target, i) => isBinary(target, i) && !touchesString(target, i) && !inSignature(target, i),
});

/** `and` for `or` and back. */
export const wrongBooleanOperator = swapMutator({
  bugType: 'wrong-boolean-operator',
  why: 'The two operators differ whenever exactly one operand is true.',
  kind: 'keyword',
  swaps: { and: ['or'], or: ['and'] },
});

const UPDATES: Readonly<Record<string, readonly string[]>> = {
  '+=': ['-=', '='],
  '-=': ['+=', '='],
  '*=': ['/=', '='],
  '/=': ['*=', '='],
  '//=': ['%='],
  '%=': ['/='],
  '|=': ['&=', '='],
  '&=': ['|=', '='],
  '^=': ['|='],
  '<<=': ['>>='],
  '>>=': ['<<='],
};

/** `+=` for `-=` or `=`, and `=` of a variable that had a value before for `+=`. */
export const wrongAssignmentOperator: Mutator = {
  bugType: 'wrong-assignment-operator',
  why: 'The old value is combined with the new one in another way, or thrown away, or kept where it should go.',
  sites: (target) =>
    tokenSites(target, (token, i) => {
      if (token.kind !== 'op' || target.enclosing[i] >= 0) return false;
      return Object.hasOwn(UPDATES, token.text) || (token.text === '=' && reassigns(target, i));
    }),
  apply(target, { token }, rng) {
    const text = textAt(target, token);
    return replaceToken(target, token, text === '=' ? '+=' : rng.pick(UPDATES[text]));
  },
};

/**
 * True for `name =` at a line's start where the same plain name was assigned on an earlier line and holds something
 * that is added to: its first value is a number, text or list, or another line adds to it. No chains.
 */
function reassigns(target: MutationTarget, index: number): boolean {
  const line = lineAt(target, index);
  if (index !== line.first + 1 || target.tokens[line.first].kind !== 'name') return false;
  for (let i = index + 1; i < line.end; i++)
    if (textAt(target, i) === '=' && target.enclosing[i] < 0) return false;
  const name = textAt(target, line.first);
  const first = target.lines.find(
    (other) => textAt(target, other.first) === name && textAt(target, other.first + 1) === '=',
  );
  if (!first || first.first >= line.first) return false;
  const start = target.tokens[first.first + 2];
  const addable = start.kind === 'number' || start.kind === 'string' || start.text === '[';
  return addable || target.lines.some((other) => matchesAt(target, other.first, name, '+='));
}

/** `==` with a literal becomes `is`. */
export const literalIdentityComparison: Mutator = {
  bugType: 'literal-identity-comparison',
  why: 'Equal strings and numbers need not be the same object; CPython warns about it.',
  sites: (target) =>
    tokenSites(
      target,
      (token, i) =>
        token.kind === 'op' &&
        (token.text === '==' || token.text === '!=') &&
        (isLiteral(target, i + 1) || isLiteral(target, i - 1)),
    ),
  apply: (target, { token }) => replaceToken(target, token, textAt(target, token) === '==' ? 'is' : 'is not'),
};

/** True for an operator between two operands, false for a sign, a star argument or a lone `/` or `*`. */
function isBinary(target: MutationTarget, index: number): boolean {
  return endsOperand(target, index - 1) && ![',', ')', ':'].includes(textAt(target, index + 1));
}

/** Text is joined by `+` and formatted by `%`: another operator there is no slip that anybody makes. */
function touchesString(target: MutationTarget, index: number): boolean {
  return target.tokens[index - 1].kind === 'string' || target.tokens[index + 1].kind === 'string';
}

function isLiteral(target: MutationTarget, index: number): boolean {
  const kind = target.tokens[index]?.kind;
  return kind === 'number' || kind === 'string';
}
