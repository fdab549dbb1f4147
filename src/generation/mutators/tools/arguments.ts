import {
  type Argument,
  type MutationTarget,
  argumentsOf,
  isCall,
  matchesAt,
  textAt,
} from '../../mutation/target';
import { type TextEdit, replaceTokens } from '../../mutation/text-edit';
import { calls } from './sites';
import { textOf } from './texts';

/** Removes an argument of a call together with the comma that goes with it. */
export function removeArgument(target: MutationTarget, { first, last }: Argument): TextEdit {
  if (textAt(target, first - 1) === ',') return replaceTokens(target, first - 1, last, '');
  const { tokens } = target;
  if (textAt(target, last + 1) === ',')
    return { start: tokens[first].start, end: tokens[last + 2].start, text: '' };
  return { start: tokens[first - 1].end, end: tokens[last + 1].start, text: '' };
}

/** Writes two neighbouring arguments the other way round; what stands between them stays. */
export function swapArguments(target: MutationTarget, left: Argument, right: Argument): TextEdit {
  const { source, tokens } = target;
  const [start, end] = [tokens[left.first].start, tokens[right.last].end];
  const between = source.slice(tokens[left.last].end, tokens[right.first].start);
  const text = textOf(target, right.first, right.last) + between + textOf(target, left.first, left.last);
  return { start, end, text };
}

/**
 * True for `name=name` that is the only use of a parameter: without it the parameter is not passed on, which is a
 * bug type of its own.
 */
export function passesOn(target: MutationTarget, { first, last }: Argument): boolean {
  const name = textAt(target, first);
  if (last !== first + 2 || textAt(target, last) !== name || target.bindings[last] !== 'parameter')
    return false;
  return target.tokens.filter(({ text }, i) => text === name && target.loads[i] === 1).length === 1;
}

/** The argument of a call, or element of a display, that starts at token `first`. */
export function argumentAt(target: MutationTarget, first: number): Argument | undefined {
  return argumentsOf(target, target.enclosing[first]).find((argument) => argument.first === first);
}

/** The keyword argument whose name stands at `index`, or undefined where no keyword of a call stands there. */
export function keywordAt(target: MutationTarget, index: number): Argument | undefined {
  const open = target.enclosing[index];
  if (textAt(target, index + 1) !== '=' || open < 0 || !isCall(target, open)) return undefined;
  return argumentAt(target, index);
}

/** True for an argument `name=value`. */
export function isKeyword(target: MutationTarget, { first }: Pick<Argument, 'first'>): boolean {
  return target.tokens[first].kind === 'name' && textAt(target, first + 1) === '=';
}

/** True for an argument `**mapping`. */
export function isUnpackedMapping(target: MutationTarget, { first }: Argument): boolean {
  return textAt(target, first) === '**';
}

/** Adds an argument after the last one of a call. */
export function appendArgument(target: MutationTarget, open: number, text: string): TextEdit {
  const last = target.partner[open] - 1;
  const { end } = target.tokens[last];
  return { start: end, end, text: textAt(target, last) === ',' ? ` ${text}` : `, ${text}` };
}

/** Has a call a keyword argument `name`? `**options` may hold it, and counts. */
export function mayHaveKeyword(target: MutationTarget, open: number, name: string): boolean {
  return argumentsOf(target, open).some(
    ({ first }) => matchesAt(target, first, name, '=') || textAt(target, first) === '**',
  );
}

/** Every argument of every call in the body, with the call's opening bracket. */
export function callArguments(target: MutationTarget): { open: number; argument: Argument }[] {
  return calls(target).flatMap((open) => argumentsOf(target, open).map((argument) => ({ open, argument })));
}
