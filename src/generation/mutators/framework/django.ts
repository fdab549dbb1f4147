import { MAX_SPAN } from '../../../records/example';
import type { Mutator } from '../../mutation/mutator';
import { calleeOf, lineStart } from '../../mutation/structure';
import { type MutationTarget, argumentsOf, isAssignment, lineAt, textAt } from '../../mutation/target';
import { replaceToken } from '../../mutation/text-edit';
import { isKeyword, isUnpackedMapping } from '../tools/arguments';
import { isMethodCall } from '../tools/calls';
import { DJANGO, usesAny } from '../tools/libraries';
import { chainStart } from '../tools/operands';
import { methodSites, tokenSites } from '../tools/sites';

/** `.get(...)` for `.filter(...)`, `.filter(...)` for `.get(...)`, and `.first()` left out or written as `[0]`. */
export const querysetOrObject: Mutator = {
  bugType: 'queryset-or-object',
  why: 'A queryset and an object have other attributes, and of the ways to one object each treats "none" and "several" differently.',
  sites: (target) =>
    usesAny(target, DJANGO)
      ? methodSites(
          target,
          (name, open) =>
            lineStart(target, open) !== '@' &&
            ((name === 'filter' && isQuery(target, open)) ||
              (name === 'get' && isQuery(target, open) && asksDatabase(target, open)) ||
              (name === 'first' && target.partner[open] === open + 1 && isUsedAsObject(target, open))),
        )
      : [],
  apply(target, { token }, rng) {
    const name = textAt(target, token);
    if (name !== 'first') return replaceToken(target, token, name === 'get' ? 'filter' : 'get');
    const { tokens, partner } = target;
    return {
      start: tokens[token - 1].start,
      end: tokens[partner[token + 1]].end,
      text: rng.pick(['', '[0]']),
    };
  },
};

/** True for a call that has keyword arguments only: conditions on fields. */
function isQuery(target: MutationTarget, open: number): boolean {
  const all = argumentsOf(target, open);
  return (
    all.length > 0 && all.every((one) => isKeyword(target, one)) && textAt(target, open - 3) !== 'register'
  );
}

const KEYS = new Set(['pk', 'id', 'slug']);

/** Tells `Model.objects.get(pk=1)` from other methods `get` with keyword arguments. */
function asksDatabase(target: MutationTarget, open: number): boolean {
  const start = chainStart(target, open - 1);
  for (let i = start; i < open - 1; i += 2)
    if (/^(objects|_\w*manager|queryset|qs)$/.test(textAt(target, i))) return true;
  return argumentsOf(target, open).some(
    ({ first }) => KEYS.has(textAt(target, first)) || textAt(target, first).includes('__'),
  );
}

/** True when the result of the call is kept, returned or asked for an attribute, and not merely tested. */
function isUsedAsObject(target: MutationTarget, open: number): boolean {
  const after = textAt(target, target.partner[open] + 1);
  if (after === '.') return true;
  const { first, end } = lineAt(target, open);
  if (target.partner[open] !== end - 1) return false;
  if (textAt(target, first) === 'return') return true;
  for (let i = first; i < open; i++)
    if (target.enclosing[i] < 0 && isAssignment(textAt(target, i))) return true;
  return false;
}

/** Calls whose keyword arguments are field lookups. */
const LOOKUP_CALLS = new Set(
  'filter exclude get Q get_or_create update_or_create get_object_or_404 aget When get_list_or_404'.split(
    ' ',
  ),
);
/** Calls whose string arguments name fields. */
const FIELD_CALLS = new Set(
  'order_by values values_list select_related prefetch_related only defer F Count Sum Max Min Avg Prefetch OuterRef distinct'.split(
    ' ',
  ),
);
/** Last part of a lookup -> parts that are taken for it; '' drops it. */
const LOOKUPS: Readonly<Record<string, readonly string[]>> = {
  in: [''],
  isnull: [''],
  lt: ['lte', 'gt'],
  lte: ['lt', 'gte'],
  gt: ['gte', 'lt'],
  gte: ['gt', 'lte'],
  contains: ['startswith', 'icontains'],
  icontains: ['contains', 'iexact'],
  iexact: ['exact', 'icontains'],
  startswith: ['contains', 'endswith'],
  istartswith: ['startswith', 'icontains'],
  endswith: ['contains', 'startswith'],
  iendswith: ['endswith'],
  range: ['in'],
};

/** Another lookup for a field, or one underscore or a dot where a path through relations has two underscores. */
export const wrongLookup: Mutator = {
  bugType: 'wrong-lookup',
  why: 'Django finds no such field, or the database compares in another way and other rows come back.',
  sites: (target) =>
    usesAny(target, DJANGO) ? tokenSites(target, (_, i) => otherLookups(target, i).length > 0) : [],
  apply: (target, { token }, rng) => replaceToken(target, token, rng.pick(otherLookups(target, token))),
};

function otherLookups(target: MutationTarget, index: number): readonly string[] {
  const { kind, text } = target.tokens[index];
  const open = target.enclosing[index];
  if (open < 1 || (kind !== 'name' && kind !== 'string') || textAt(target, open) !== '(') return [];
  const callee = textAt(target, open - 1);
  if (kind === 'string') {
    const alone =
      ['(', ','].includes(textAt(target, index - 1)) && [')', ','].includes(textAt(target, index + 1));
    if (!alone || !FIELD_CALLS.has(callee) || !/^(['"])-?[a-z]\w*?[a-z0-9]__[a-z]\w*\1$/.test(text))
      return [];
    return ['_', '.'].map((separator) => text.replace(/__(?!.*__)/, separator));
  }
  if (!LOOKUP_CALLS.has(callee) || textAt(target, index + 1) !== '=') return [];
  const parts = /^([a-z]\w*?)__([a-z]+)$/.exec(text) ?? /^([a-z]\w*[a-z0-9])__([a-z]\w*)$/.exec(text);
  if (!parts) return [];
  const [, field, last] = parts;
  const others = Object.hasOwn(LOOKUPS, last) ? LOOKUPS[last] : [];
  return [`${field}_${last}`, ...others.map((other) => (other === '' ? field : `${field}__${other}`))];
}

const OR_404 = new Set(['django.shortcuts.get_object_or_404', 'rest_framework.generics.get_object_or_404']);

/** Flask-SQLAlchemy's methods and what they are without their answer 404. */
const METHODS_OR_404: Readonly<Record<string, string>> = {
  get_or_404: 'get',
  first_or_404: 'first',
  one_or_404: 'one',
};

/** `get_object_or_404(Page, pk=pk)` becomes `Page.objects.get(pk=pk)`, `first_or_404()` becomes `first()`. */
export const unhandledMissingObject: Mutator = {
  bugType: 'unhandled-missing-object',
  why: 'A request for something that does not exist ends in an error of the server instead of "not found".',
  sites: (target) =>
    tokenSites(target, ({ text }, i) => {
      if (Object.hasOwn(METHODS_OR_404, text)) return isMethodCall(target, i);
      return text === 'get_object_or_404' && modelOf(target, i + 1) !== undefined;
    }),
  apply(target, { token }) {
    const name = textAt(target, token);
    if (Object.hasOwn(METHODS_OR_404, name)) return replaceToken(target, token, METHODS_OR_404[name]);
    const model = modelOf(target, token + 1);
    if (!model) return null;
    const { tokens } = target;
    const second = argumentsOf(target, token + 1)[1];
    return {
      start: tokens[chainStart(target, token)].start,
      end: tokens[second.first].start,
      text: `${model}.get(`,
    };
  },
};

/** What `get` is called on: the model's manager, or the queryset that is the first argument. */
function modelOf(target: MutationTarget, open: number): string | undefined {
  const callee = calleeOf(target, open);
  if (callee === undefined || !OR_404.has(callee)) return undefined;
  const [model, condition] = argumentsOf(target, open);
  if (!model?.positional || !condition || model.last - model.first + 5 > MAX_SPAN) return undefined;
  if (!isKeyword(target, condition) && !isUnpackedMapping(target, condition)) return undefined;
  const { source, tokens } = target;
  const text = source.slice(tokens[model.first].start, tokens[model.last].end);
  if (!/^[\w.()]+$/.test(text)) return undefined;
  return /(^|[._])([A-Z]\w*|model|klass|cls|\w*_class)$/.test(text) ? `${text}.objects` : text;
}
