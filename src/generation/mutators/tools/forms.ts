import type { Rng } from '../../../core/rng';
import { SLOTS } from '../../../records/example';
import type { Mutator } from '../../mutation/mutator';
import { importedAs } from '../../mutation/structure';
import {
  type Argument,
  type MutationTarget,
  argumentsOf,
  isCall,
  matchesAt,
  textAt,
} from '../../mutation/target';
import { type TextEdit, removeLine, replaceToken, replaceTokens } from '../../mutation/text-edit';
import { type Anchor, anchorsOf, importedPath } from './anchors';
import { removeArgument } from './arguments';
import { chainStart, unwrapCall } from './operands';
import { sameText, textOf } from './texts';

/** One way in which a mutator plants its bug: where, and what it writes there. */
export interface Form {
  /** Where to look. */
  readonly on: Anchor;
  /** Does the form apply at this token? */
  readonly at: (target: MutationTarget, index: number) => boolean;
  /** As `Mutator.apply`, for a token that `at` took. */
  readonly apply: (target: MutationTarget, index: number, rng: Rng) => TextEdit | null;
}

/** A mutator with several forms; a site names its form. Where two forms fit a token, both are sites. */
export function mutatorOf(bugType: string, why: string, forms: Readonly<Record<string, Form>>): Mutator {
  const entries = Object.entries(forms);
  return {
    bugType,
    why,
    sites: (target) =>
      entries
        .flatMap(([form, { on, at }]) =>
          anchorsOf(target, on)
            .filter((token) => at(target, token))
            .map((token) => ({ token, form })),
        )
        .sort((a, b) => a.token - b.token),
    apply: (target, { token, form }, rng) =>
      form === undefined ? null : forms[form].apply(target, token, rng),
  };
}

/** A condition on the call with its parenthesis at `open`. */
export type CallTest = (target: MutationTarget, open: number) => boolean;

/** Calls of one of these dotted paths, however the file imports them. */
export function callOf(...paths: readonly string[]): CallTest {
  const known = new Set(paths);
  return (target, open) => {
    const callee = importedPath(target, open - 1);
    return callee !== undefined && known.has(callee) && isCall(target, open);
  };
}

/** Calls of anything whose last name fits: `x.quote_name(...)`, `quote_name(...)`. */
export function callNamed(pattern: RegExp): CallTest {
  return (target, open) => isCall(target, open) && pattern.test(textAt(target, open - 1));
}

/**
 * Another function or constant in place of one, by dotted path: `{'secrets.choice': ['random.choice']}`. Written as the
 * file would reach it: the same prefix within a module, the import's name where there is one, else the whole path.
 */
export function pathSwap(
  swaps: Readonly<Record<string, readonly string[]>>,
  accept: (target: MutationTarget, last: number) => boolean = () => true,
): Form {
  const pathAt = (target: MutationTarget, last: number): string | undefined => {
    const path = importedPath(target, last);
    return path !== undefined && Object.hasOwn(swaps, path) ? path : undefined;
  };
  return {
    on: 'path',
    at: (target, i) => pathAt(target, i) !== undefined && accept(target, i),
    apply(target, last, rng) {
      const from = pathAt(target, last);
      return from === undefined ? null : respell(target, last, from, rng.pick(swaps[from]));
    },
  };
}

function respell(target: MutationTarget, last: number, from: string, to: string): TextEdit {
  const [module, name] = parts(to);
  if (module === parts(from)[0]) return replaceToken(target, last, name);
  const known = importedAs(target, to);
  const holder = module === '' ? '' : `${importedAs(target, module) ?? module}.`;
  return replaceTokens(target, chainStart(target, last), last, known ?? holder + name);
}

function parts(path: string): [module: string, name: string] {
  const dot = path.lastIndexOf('.');
  return dot < 0 ? ['', path] : [path.slice(0, dot), path.slice(dot + 1)];
}

/**
 * `f(x)` becomes `x`: the call that made the value safe is forgotten. Where nothing but `x = x` would be left, the line
 * goes. Further arguments of the call must be keywords.
 */
export function unwrapped(fits: CallTest): Form {
  const isIdle = (target: MutationTarget, open: number, { first, last }: Argument): boolean => {
    const line = target.lines[target.lineOf[open]];
    const start = chainStart(target, open - 1);
    const whole = textAt(target, start - 1) === '=' && target.partner[open] === line.end - 1;
    return (
      whole &&
      start - 1 - line.first === last - first + 1 &&
      sameText(target, line.first, first, last - first + 1)
    );
  };
  return {
    on: 'call',
    at(target, open) {
      const inner = fits(target, open) ? unwrappedArgument(target, open) : undefined;
      if (!inner) return false;
      const line = target.lines[target.lineOf[open]];
      return (
        !isIdle(target, open, inner) || (line.end - line.first < SLOTS && removeLine(target, line) !== null)
      );
    },
    apply(target, open) {
      const inner = unwrappedArgument(target, open);
      if (!inner) return null;
      if (isIdle(target, open, inner)) return removeLine(target, target.lines[target.lineOf[open]]);
      return unwrapCall(target, chainStart(target, open - 1), target.partner[open], inner);
    },
  };
}

function unwrappedArgument(target: MutationTarget, open: number): Argument | undefined {
  const first = chainStart(target, open - 1);
  const close = target.partner[open];
  // The fix writes the whole call again.
  if (textAt(target, first - 1) === '.' || close - first + 1 > SLOTS) return undefined;
  const [value, ...more] = argumentsOf(target, open);
  if (!value?.positional || more.some(({ positional }) => positional)) return undefined;
  const { kind, text } = target.tokens[value.first];
  const constant =
    value.first === value.last && (kind === 'number' || (kind === 'string' && !/^\w*f/i.test(text)));
  // Without its parentheses a line break inside would end the line.
  return constant || textOf(target, value.first, value.last).includes('\n') ? undefined : value;
}

/** Deletes a keyword argument, with its value, from calls that fit. */
export function droppedKeyword(fits: CallTest, names: RegExp, values = /^/): Form {
  const find = (target: MutationTarget, open: number): Argument | undefined =>
    argumentsOf(target, open).find(
      ({ first, last }) =>
        textAt(target, first + 1) === '=' &&
        names.test(textAt(target, first)) &&
        values.test(textAt(target, last)) &&
        last - first + 2 <= SLOTS,
    );
  return {
    on: 'call',
    at: (target, i) => fits(target, i) && find(target, i) !== undefined,
    apply(target, open) {
      const argument = find(target, open);
      return argument ? removeArgument(target, argument) : null;
    },
  };
}

/** One of some texts in place of a token, where `choices` has any for it. */
export function tokenSwap(
  on: Anchor,
  choices: (target: MutationTarget, index: number) => readonly string[],
): Form {
  return {
    on,
    at: (target, i) => choices(target, i).length > 0,
    apply: (target, i, rng) => replaceToken(target, i, rng.pick(choices(target, i))),
  };
}

/** Another value for settings `name=value`, in calls and parameter lists: `{verify: {True: 'False'}}`. */
export function settingSwap(
  settings: Readonly<Record<string, Readonly<Record<string, string>>>>,
  accept: (target: MutationTarget, value: number) => boolean = () => true,
): Form {
  const valueAt = (target: MutationTarget, i: number): string | undefined => {
    if (textAt(target, i - 1) !== '=') return undefined;
    const name = settingName(target, i);
    const values = Object.hasOwn(settings, name) ? settings[name] : {};
    return Object.hasOwn(values, textAt(target, i)) ? values[textAt(target, i)] : undefined;
  };
  return {
    on: 'setting',
    at: (target, i) => valueAt(target, i) !== undefined && endsValue(target, i) && accept(target, i),
    apply(target, i) {
      const text = valueAt(target, i);
      return text === undefined ? null : replaceToken(target, i, text);
    },
  };
}

/** Name before the `=` before token `i`, over an annotation: `a` in `a=1`, `x.a = 1` and `a: int = 1`. */
export function settingName(target: MutationTarget, i: number): string {
  const annotated = target.tokens[i - 2]?.kind === 'name' && textAt(target, i - 3) === ':';
  return textAt(target, annotated ? i - 4 : i - 2);
}

function endsValue(target: MutationTarget, i: number): boolean {
  return [',', ')', ''].includes(textAt(target, i + 1));
}

/** Deletes a whole logical line that the fix can write again: a decorator, or one of several statements of a block. */
export function removedLine(fits: (target: MutationTarget, first: number, end: number) => boolean): Form {
  return {
    on: 'line',
    at(target, i) {
      const line = target.lines[target.lineOf[i]];
      if (line?.first !== i || line.end - i + 1 > SLOTS) return false;
      return fits(target, i, line.end) && removeLine(target, line) !== null;
    },
    apply: (target, first) => removeLine(target, target.lines[target.lineOf[first]]),
  };
}

/**
 * `x.replace(a, b)` becomes `x`, where `b` is what `a` is escaped as.
 * @param escapes decides on the texts between the quotes, backslashes as written
 */
export function droppedReplacement(escapes: (from: string, to: string) => boolean): Form {
  const inner = (target: MutationTarget, argument: Argument): string | undefined =>
    argument.first === argument.last
      ? /^b?(?:'([^']*)'|"([^"]*)")$/
          .exec(textAt(target, argument.first))
          ?.slice(1)
          .find((text) => text !== undefined)
      : undefined;
  return {
    on: 'sign',
    at(target, dot) {
      if (!matchesAt(target, dot, '.', 'replace', '(') || target.tokens[dot - 1]?.kind === 'string')
        return false;
      if (assignsBack(target, dot)) return false;
      const [from, to, ...more] = argumentsOf(target, dot + 2);
      if (!from || !to || more.length > 0) return false;
      const [a, b] = [inner(target, from), inner(target, to)];
      return a !== undefined && b !== undefined && a !== '' && escapes(a, b);
    },
    // From the token before, so that a line continuation goes with it.
    apply: ({ tokens, partner }, dot) => ({
      start: tokens[dot - 1].end,
      end: tokens[partner[dot + 2]].end,
      text: '',
    }),
  };
}

/** `x = x.replace(...)`: nothing but `x = x` would be left, and the fix of a deleted line is too long. */
function assignsBack(target: MutationTarget, dot: number): boolean {
  const { first, end } = target.lines[target.lineOf[dot]];
  const length = (dot - 1 - first) / 2;
  const whole = target.partner[dot + 2] === end - 1 && textAt(target, first + length) === '=';
  return whole && sameText(target, first, first + length + 1, length);
}
