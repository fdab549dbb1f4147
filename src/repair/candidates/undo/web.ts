/** Undoing of bugs in queries, requests, answers and tests. */
import { textAt } from '../../../generation/mutation/target';
import { SLOTS } from '../../../records/example';
import { anyOf, indices, inserted, replaced, type Undo } from './place';
import {
  addedArguments,
  alike,
  deleted,
  insertedWhere,
  operands,
  phrases,
  startsOperand,
  suffixed,
  swapped,
  wrapped,
} from './tokens';

/** Sets of objects, and one of them. */
export const queries: Undo = anyOf(
  swapped(alike('filter', 'get', 'exclude', 'first', 'filter_by', 'all', 'one', 'one_or_none', 'scalar')),
  suffixed([
    '.first()',
    '.all()',
    '.distinct()',
    '.exists()',
    '.count()',
    '.get()',
    '.order_by()',
    '.one()',
    '.last()',
    '.scalars()',
    '.select_related()',
    '.one_or_none()',
    ".order_by('id')",
    ".order_by('name')",
  ]),
);

/** Field lookups of Django. */
export const lookups: Undo = (place) => {
  const words = [
    'in',
    'isnull',
    'lt',
    'lte',
    'gt',
    'gte',
    'contains',
    'icontains',
    'exact',
    'iexact',
    'startswith',
    'istartswith',
    'endswith',
    'iendswith',
    'range',
    'id',
    'pk',
  ];
  return indices(place).flatMap((i) => {
    const { kind, text } = place.tokens[i];
    if (kind !== 'name' || textAt(place, i + 1) !== '=') return [];
    const [, field, last] = /^(.+?)(?:__?([a-z]+))?$/.exec(text) ?? [];
    const base = words.includes(last) ? field : text;
    const single = [...text.matchAll(/(?<!_)_(?!_)/g)].map(
      ({ index }) => `${text.slice(0, index)}_${text.slice(index)}`,
    );
    return [...new Set([...single, ...words.map((word) => `${base}__${word}`), base])]
      .filter((other) => other !== text)
      .map((other) => replaced(i, i + 1, other));
  });
};

/** An object that may be missing. */
export const missingObjects: Undo = (place) =>
  indices(place).flatMap((i) => {
    // `User.objects.get(` becomes `get_object_or_404(User, `.
    if (textAt(place, i + 1) !== '.' || textAt(place, i + 2) !== 'objects' || textAt(place, i + 4) !== 'get')
      return [];
    return [replaced(i, i + 6, `get_object_or_404(${textAt(place, i)},`), replaced(i + 4, i + 5, 'filter')];
  });

/** Parts of a request. */
export const requestParts: Undo = swapped({
  ...alike(
    'args',
    'form',
    'values',
    'json',
    'data',
    'files',
    'cookies',
    'headers',
    'GET',
    'POST',
    'FILES',
    'query_params',
    'get_json',
    'body',
    'META',
    'COOKIES',
    'query',
    'params',
  ),
  ...alike('query_string', 'data', 'form'),
});

const STATUSES = [
  '200',
  '201',
  '202',
  '204',
  '301',
  '302',
  '303',
  '304',
  '400',
  '401',
  '403',
  '404',
  '405',
  '409',
  '410',
  '415',
  '422',
  '429',
  '500',
  '501',
  '502',
  '503',
];

/** Another status of an answer. */
export const statuses: Undo = anyOf(swapped(alike(...STATUSES)), (place) =>
  indices(place).flatMap((i) => {
    const { kind, text } = place.tokens[i];
    if (kind !== 'name' || !/^HTTP_\d/.test(text)) return [];
    return place.attributes
      .filter((name) => /^HTTP_\d/.test(name) && name !== text)
      .map((name) => replaced(i, i + 1, name));
  }),
);

/** A status behind what is answered. */
export const missingStatuses: Undo = anyOf(
  (place) => STATUSES.map((status) => inserted(place.end, `, ${status}`)),
  addedArguments(() => [
    ...STATUSES.flatMap((one) => [`status=${one}`, `status_code=${one}`, one]),
    'status=status',
  ]),
);

/** Conditions of SQLAlchemy. */
export const queryConditions: Undo = anyOf(
  phrases({
    'is None': ['.is_(None)', '== None'],
    'is not None': ['.isnot(None)', '.is_not(None)', '!= None'],
  }),
  swapped({ and: ['&', ','], or: ['|'], not: ['~'] }),
  phrases({ 'not in': ['.notin_('] }),
  (place) =>
    operands(place).flatMap(({ first, last }) => {
      const sign = textAt(place, first - 1);
      if (sign !== 'in' || last - first + 4 > SLOTS) return [];
      const inner = place.tokens
        .slice(first, last + 1)
        .map(({ text }) => text)
        .join('');
      return [replaced(first - 1, last + 1, `.in_(${inner})`)];
    }),
  insertedWhere(['~'], startsOperand),
);

/** How a request carries what it sends. */
export const payloads: Undo = swapped(alike('data', 'json', 'params', 'files', 'headers'));

/** An assertion that compares. */
export const assertions: Undo = anyOf(
  swapped({
    assertTrue: ['assertEqual', 'assertEquals', 'assertIs', 'assertIsInstance', 'assertIn', 'assertNotEqual'],
    assertFalse: ['assertNotEqual', 'assertIsNot', 'assertNotIn'],
    assertIsNotNone: ['assertEqual'],
  }),
  phrases({ 'assert (': ['assert'] }),
  (place) => {
    // `assert (x, 'message')` is always true.
    const open = place.first + 1;
    const close = place.partner[open];
    if (textAt(place, place.first) !== 'assert' || close !== place.end - 1 || close - open > SLOTS) return [];
    return [
      replaced(
        open,
        close + 1,
        place.tokens.slice(open + 1, close).map(({ kind, text }) => ({ kind, text })),
      ),
    ];
  },
);

/** A dependency named, not called. */
export const dependencies: Undo = anyOf(deleted('()'), wrapped([['Depends(', ')']]));
