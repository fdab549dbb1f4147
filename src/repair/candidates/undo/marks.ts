/** Undoing of marks, operators and operands that are missing, wrong or too many. */
import { textAt } from '../../../generation/mutation/target';
import { SLOTS } from '../../../records/example';
import { type TokenText } from '../../../records/sample';
import { indices, mark, inserted, removed, replaced, type Undo, type UndoPlace } from './place';
import { alike, merged, swapped } from './tokens';

const MARKS = [
  ',',
  ':',
  '.',
  ')',
  ']',
  '}',
  '(',
  '[',
  '{',
  '=',
  ';',
  '%',
  '+',
  '-',
  '*',
  '/',
  '==',
  '@',
  '->',
  '!',
  '<',
  '>',
  '+=',
  '|',
  '&',
  ':=',
  '**',
  'x',
].slice(0, -1);

/** Marks that are forgotten most. */
const FORGOTTEN = [',', ':', '.', ')', ']', '}', '(', '[', '{'];

/** A mark before any token of the statement or its end. */
export const missingMarks: Undo = (place) =>
  [...indices(place), place.end].flatMap((i) => FORGOTTEN.map((text) => inserted(i, [mark(text)])));

/** A token too much. */
export const strayTokens: Undo = (place) =>
  [...indices(place), place.end].flatMap((i) =>
    [1, 2, 3]
      .filter((length) => i + length <= Math.max(place.end, i + 1))
      .map((length) => removed(i, i + length)),
  );

/** Another mark. */
export const otherMarks: Undo = (place) =>
  indices(place).flatMap((i) =>
    place.tokens[i].kind === 'op' || place.tokens[i].kind === 'error-char'
      ? MARKS.filter((text) => text !== textAt(place, i)).map((text) => replaced(i, i + 1, [mark(text)]))
      : [],
  );

/** A value where one is missing. */
export const missingOperands: Undo = (place) =>
  [...indices(place), place.end].flatMap((i) =>
    [...place.names.slice(0, 12), 'None', '0', '1', "''", 'self', 'True', 'False', '[]', '-1', '2'].map(
      (code) => inserted(i, code),
    ),
  );

/** An operator where one is missing. */
export const missingOperators: Undo = (place) =>
  [...indices(place), place.end].flatMap((i) =>
    [
      '+',
      '-',
      '*',
      '/',
      '%',
      '=',
      '==',
      '!=',
      '<',
      '>',
      '<=',
      '>=',
      'and',
      'or',
      'in',
      'is',
      'not in',
      'is not',
      '.',
      ',',
      '+=',
      '-=',
      '|',
      '&',
      '//',
      '**',
      'if',
      '@',
      ':',
    ].map((code) => inserted(i, code)),
  );

/** Parentheses around operands of a display or of a comprehension. */
export const missingParentheses: Undo = (place) =>
  indices(place).flatMap((i) =>
    Array.from({ length: SLOTS - 2 }, (_, k) => k + 1)
      .filter((length) => i + length <= place.end)
      .map((length) =>
        replaced(i, i + length, [
          mark('('),
          ...place.tokens.slice(i, i + length).map(({ kind, text }) => ({ kind, text })),
          mark(')'),
        ]),
      ),
  );

/** Parameters that a definition has forgotten, with their parentheses. */
export const missingParameters: Undo = (place) =>
  indices(place).flatMap((i) =>
    /^(def|class)$/.test(textAt(place, i - 1)) && textAt(place, i + 1) !== '('
      ? ['()', '(self)', '(cls)', ...place.names.map((name) => `(${name})`)].map((code) =>
          inserted(i + 1, code),
        )
      : [],
  );

/** An argument or parameter too much, with its comma. */
export const surplusArguments: Undo = (place) =>
  indices(place).flatMap((i) => {
    if (textAt(place, i) !== ',') return [];
    const out = [];
    for (let last = i + 1; last <= Math.min(place.end, i + SLOTS); last++)
      if (/^[,)\]}]$/.test(textAt(place, last)) || place.tokens[last].kind === 'op')
        out.push(removed(i, last));
    return out;
  });

/** A word that was cut in two. */
export const cutWords: Undo = (place) =>
  indices(place).flatMap((i) => {
    if (place.tokens[i].kind !== 'name') return [];
    const isWord = (k: number): boolean =>
      place.tokens[k]?.kind === 'name' || place.tokens[k]?.kind === 'keyword';
    const joined = (last: number): ReturnType<typeof replaced> =>
      replaced(i, last + 1, [{ kind: 'name', text: textAt(place, i) + textAt(place, last) }]);
    return [...(isWord(i + 1) ? [joined(i + 1)] : []), ...(isWord(i + 2) ? [joined(i + 2)] : [])];
  });

/** Arguments in another order. */
export const movedArguments: Undo = (place) =>
  indices(place).flatMap((i) => (textAt(place, i) === ',' ? neighbours(place, i) : []));

/** What stands beside a comma, the other way round: stretches of at most eight tokens in all. */
function neighbours(place: UndoPlace, comma: number): ReturnType<typeof replaced>[] {
  const { tokens } = place;
  const part = (from: number, to: number): TokenText[] =>
    tokens.slice(from, to).map(({ kind, text }) => ({ kind, text }));
  const out = [];
  for (let left = 1; left < SLOTS - 1; left++)
    for (let right = 1; left + right < SLOTS; right++) {
      const [from, to] = [comma - left, comma + 1 + right];
      if (from < place.first || to > place.end) continue;
      if (!/^[(,[{]$/.test(textAt(place, from - 1)) || !/^[),\]}]$/.test(textAt(place, to))) continue;
      out.push(replaced(from, to, [...part(comma + 1, to), mark(','), ...part(from, comma)]));
    }
  return out;
}

/** Brackets of another kind. */
export const otherBrackets: Undo = swapped(merged(alike(')', ']', '}'), alike('(', '[', '{')));
