import { operandEnd } from '../../../generation/mutators/tools/operands';
import { argumentsOf, endsOperand, isCall, textAt, type Argument } from '../../../generation/mutation/target';
import type { TokenEdit } from '../../../processing/encoding/encode';
import { SLOTS } from '../../../records/example';
import type { TokenText } from '../../../records/sample';
import { indices, inserted, removed, replaced, written, type Undo, type UndoPlace } from './place';

/** Texts that may stand for a token's. */
export type Swaps = Readonly<Record<string, readonly string[]>>;

/** Each of the texts may stand for each other. */
export function alike(...texts: readonly string[]): Swaps {
  return Object.fromEntries(texts.map((text) => [text, texts.filter((other) => other !== text)]));
}

/** Several tables as one. */
export function merged(...tables: readonly Swaps[]): Swaps {
  const out: Record<string, string[]> = {};
  for (const table of tables)
    for (const [from, to] of Object.entries(table)) out[from] = [...(out[from] ?? []), ...to];
  return out;
}

/** Another text for tokens that the table names; a text of several tokens is written as these. */
export function swapped(table: Swaps): Undo {
  return (place) =>
    indices(place).flatMap((i) =>
      Object.hasOwn(table, textAt(place, i))
        ? table[textAt(place, i)].map((text) => replaced(i, i + 1, text))
        : [],
    );
}

/** Other code for runs of tokens: `'not in': ['in']`. */
export function phrases(table: Swaps): Undo {
  const rows = Object.entries(table).map(([from, to]) => ({ from: written(from), to }));
  return (place) =>
    indices(place).flatMap((i) =>
      rows
        .filter(({ from }) => from.every(({ text }, k) => textAt(place, i + k) === text))
        .flatMap(({ from, to }) => to.map((code) => replaced(i, i + from.length, code))),
    );
}

/** Code before each token of the statement that fits, its end among them. */
export function insertedWhere(
  codes: readonly string[] | ((place: UndoPlace) => readonly string[]),
  fits: (place: UndoPlace, index: number) => boolean,
): Undo {
  return (place) => {
    const some = (typeof codes === 'function' ? codes(place) : codes).map(written);
    return [...indices(place), place.end].flatMap((i) =>
      fits(place, i) ? some.map((code) => inserted(i, code)) : [],
    );
  };
}

/** Deletes each run of tokens that is one of these. */
export function deleted(...codes: readonly string[]): Undo {
  return phrases(Object.fromEntries(codes.map((code) => [code, ['']])));
}

/** An operand: a name, literal or display with its attributes, calls and indices; tokens [first, last]. */
export interface Operand {
  first: number;
  last: number;
}

const LITERALS = new Set(['None', 'True', 'False']);

/** True for a token that an operand may start with. */
export function startsOperand(place: UndoPlace, index: number): boolean {
  const { kind, text } = place.tokens[index] ?? { kind: 'end', text: '' };
  const starts =
    kind === 'name' || kind === 'number' || kind === 'string' || LITERALS.has(text) || /^[([{]$/.test(text);
  return (
    starts && textAt(place, index - 1) !== '.' && !(/^[([]$/.test(text) && endsOperand(place, index - 1))
  );
}

const KNOWN = new WeakMap<UndoPlace, readonly Operand[]>();

/** All operands of the statement, those with fewer trailers too: `a`, `a.b` and `a.b()` of `a.b()`. */
export function operands(place: UndoPlace): readonly Operand[] {
  const known = KNOWN.get(place);
  if (known) return known;
  const out: Operand[] = [];
  for (const first of indices(place)) {
    if (!startsOperand(place, first)) continue;
    const whole = Math.min(operandEnd(place, first), place.end - 1);
    for (let last = first; last <= whole; last++) {
      const inside = place.partner[last] > last && place.partner[last] <= whole;
      if (inside) last = place.partner[last];
      if (endsOperand(place, last)) out.push({ first, last });
    }
  }
  KNOWN.set(place, out);
  return out;
}

/** Code right behind each operand. */
export function suffixed(
  codes: readonly string[] | ((place: UndoPlace) => readonly string[]),
  fits: (place: UndoPlace, operand: Operand) => boolean = () => true,
): Undo {
  return (place) => {
    const some = (typeof codes === 'function' ? codes(place) : codes).map(written);
    const ends = new Set(
      operands(place)
        .filter((one) => fits(place, one))
        .map(({ last }) => last + 1),
    );
    return [...ends].flatMap((at) => some.map((code) => inserted(at, code)));
  };
}

/** Tokens around tokens [first, last]; none where the edit is longer than the model writes. */
export function wrap(place: UndoPlace, { first, last }: Operand, before: string, after: string): TokenEdit[] {
  const inner: TokenText[] = place.tokens.slice(first, last + 1).map(({ kind, text }) => ({ kind, text }));
  const whole = [...written(before), ...inner, ...written(after)];
  // One of several brackets alone is no code that can be lexed: the marks are, one by one.
  return whole.length > SLOTS ? [] : [replaced(first, last + 1, whole)];
}

/** Each operand as the argument of a call: `['str(', ')']`, `['max(', ', 1)']`. */
export function wrapped(
  calls: readonly (readonly [before: string, after: string])[],
  fits: (place: UndoPlace, operand: Operand) => boolean = () => true,
): Undo {
  return (place) =>
    [...operands(place), ...sums(place)]
      .filter((one) => fits(place, one))
      .flatMap((one) => calls.flatMap(([before, after]) => wrap(place, one, before, after)));
}

const JOINS = /^(\+|-|\*|\/|\/\/|%|\*\*|&|\||and|or|==|!=|<|>|<=|>=|in|is)$/;

/** Two or three operands and what joins them: `a - b`. */
export function sums(place: UndoPlace): readonly Operand[] {
  const all = operands(place);
  const two = all.flatMap(({ first, last }) =>
    JOINS.test(textAt(place, last + 1))
      ? all.filter((other) => other.first === last + 2).map((other) => ({ first, last: other.last }))
      : [],
  );
  return two.filter(({ first, last }) => last - first + 1 <= SLOTS);
}

/** Opening parentheses of calls in the statement that have their closing ones. */
export function callsOf(place: UndoPlace): number[] {
  return indices(place).filter((i) => isCall(place, i) && place.partner[i] > i);
}

/** One more argument for each call, before each of its arguments and behind the last. */
export function addedArguments(
  codes: (place: UndoPlace, open: number) => readonly string[],
  where: 'last' | 'any' = 'last',
): Undo {
  return (place) =>
    callsOf(place).flatMap((open) => {
      const close = place.partner[open];
      const given = argumentsOf(place, open);
      const texts = codes(place, open);
      const behind = textAt(place, close - 1) === ',' || given.length === 0 ? '' : ', ';
      return texts.flatMap((code) => [
        inserted(close, behind + code),
        ...(where === 'any' ? given.map(({ first }) => inserted(first, `${code},`)) : []),
      ]);
    });
}

/** Deletes an argument and the comma that goes with it. */
export function withoutArgument(place: UndoPlace, { first, last }: Argument): TokenEdit {
  if (textAt(place, first - 1) === ',') return removed(first - 1, last + 1);
  return removed(first, textAt(place, last + 1) === ',' ? last + 2 : last + 1);
}

/** Deletes each argument that fits from its call. */
export function removedArguments(fits: (place: UndoPlace, argument: Argument) => boolean): Undo {
  return (place) =>
    callsOf(place).flatMap((open) =>
      argumentsOf(place, open)
        .filter((argument) => fits(place, argument))
        .map((argument) => withoutArgument(place, argument)),
    );
}
