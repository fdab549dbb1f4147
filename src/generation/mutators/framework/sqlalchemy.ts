import { SLOTS } from '../../../records/example';
import type { MutationSite, Mutator } from '../../mutation/mutator';
import { calleeOf } from '../../mutation/structure';
import { type MutationTarget, argumentsOf, endsOperand, isCall, textAt } from '../../mutation/target';
import { type TextEdit, replaceToken } from '../../mutation/text-edit';
import { isKeyword } from '../tools/arguments';
import { isMethodCall, methodLength } from '../tools/calls';
import { usesSqlalchemy } from '../tools/libraries';
import { methodSites, tokenSites } from '../tools/sites';

/** Methods of columns -> the operator of Python that looks like them. */
const COLUMN_METHODS: Readonly<Record<string, string>> = {
  is_: 'is',
  is_not: 'is not',
  isnot: 'is not',
  in_: 'in',
  not_in: 'not in',
  notin_: 'not in',
};

/** Operators that SQLAlchemy overloads -> those that Python keeps for itself. */
const OVERLOADED: Readonly<Record<string, string>> = {
  '&': ' and ',
  '|': ' or ',
  '~': 'not ',
  '==': ' is ',
  '!=': ' is not ',
};

/** `x.is_(None)` becomes `x is None`, `x.in_(y)` becomes `x in y`, `~x` becomes `not x`, `a & b` becomes `a and b`. */
export const pythonOperatorInQuery: Mutator = {
  bugType: 'python-operator-in-query',
  why: 'Python evaluates the operator at once, to a constant or an error; no condition reaches the database.',
  sites: (target) =>
    usesSqlalchemy(target)
      ? [
          ...methodSites(target, (name, open) => isColumnMethod(target, name, open)).map((site) => ({
            ...site,
            form: 'method',
          })),
          ...tokenSites(target, ({ kind }, i) => kind === 'op' && isColumnOperator(target, i)),
        ]
      : [],
  apply: (target, site) => (site.form === 'method' ? methodToOperator(target, site) : toPython(target, site)),
};

function methodToOperator({ source, tokens, partner }: MutationTarget, { token }: MutationSite): TextEdit {
  const close = partner[token + 1];
  const value = source.slice(tokens[token + 1].end, tokens[close].start).trim();
  const text = ` ${COLUMN_METHODS[tokens[token].text]} ${value}`;
  return { start: tokens[token - 1].start, end: tokens[close].end, text };
}

function toPython({ source, tokens }: MutationTarget, { token }: MutationSite): TextEdit {
  const { start, end } = tokens[token];
  const from = source.slice(0, start).trimEnd().length;
  const to = end + (/^[ \t]*/.exec(source.slice(end))?.[0].length ?? 0);
  const text = OVERLOADED[tokens[token].text];
  // A unary operator follows a bracket or a comma, whose layout stays.
  return text.startsWith(' ') ? { start: from, end: to, text } : { start, end, text };
}

function isColumnMethod(target: MutationTarget, name: string, open: number): boolean {
  if (!Object.hasOwn(COLUMN_METHODS, name)) return false;
  const [value, ...more] = argumentsOf(target, open);
  const after = textAt(target, target.partner[open] + 1);
  const fits = methodLength(target, open - 1) <= SLOTS && [',', ')', ''].includes(after.trim());
  return fits && !!value?.positional && more.length === 0;
}

function isColumnOperator(target: MutationTarget, index: number): boolean {
  const { text } = target.tokens[index];
  if (!Object.hasOwn(OVERLOADED, text) || !isInCondition(target, index)) return false;
  if (text === '~') return ['(', ','].includes(textAt(target, index - 1));
  if (!endsOperand(target, index - 1)) return false;
  return text === '==' || text === '!=' ? /^(None|True|False)$/.test(textAt(target, index + 1)) : true;
}

const CONDITIONS = new Set(['where', 'filter', 'having', 'and_', 'or_', 'not_', 'join', 'outerjoin', 'case']);

/** True directly inside the parentheses of a call that takes conditions, perhaps in further parentheses. */
function isInCondition(target: MutationTarget, index: number): boolean {
  let open = target.enclosing[index];
  while (open > 0 && textAt(target, open) === '(' && !isCall(target, open)) open = target.enclosing[open];
  return open > 0 && isCall(target, open) && CONDITIONS.has(textAt(target, open - 1));
}

/** `filter_by(name=x)` becomes `filter(name=x)`; `where(T.name == x)` and `filter(...)` become `filter_by(...)`. */
export const filterByConfusion: Mutator = {
  bugType: 'filter-by-confusion',
  why: '`filter_by` takes keywords and `filter` and `where` take expressions; the other form is a TypeError.',
  sites: (target) =>
    usesSqlalchemy(target)
      ? methodSites(target, (name, open) => {
          const all = argumentsOf(target, open);
          if (all.length === 0) return false;
          if (name === 'filter_by') return all.every((one) => isKeyword(target, one));
          const isFilter = (name === 'where' && calleeOf(target, open) === undefined) || name === 'filter';
          return (
            isFilter &&
            all.every(({ first, last, positional }) => positional && isExpression(target, first, last))
          );
        })
      : [],
  apply: (target, { token }, rng) =>
    replaceToken(
      target,
      token,
      textAt(target, token) === 'filter_by' ? rng.pick(['filter', 'where']) : 'filter_by',
    ),
};

/** True for a comparison, a column's method or a call such as `and_(...)`: no list of names, lambda or mask. */
function isExpression(target: MutationTarget, first: number, last: number): boolean {
  for (let i = first; i <= last; i++) {
    const text = textAt(target, i);
    if (text === 'lambda' || text === '[') return false;
    if (['==', '!=', '<', '>', '<=', '>='].includes(text)) return true;
    if (Object.hasOwn(COLUMN_METHODS, text) && isMethodCall(target, i)) return true;
    if (/^(and_|or_|not_|exists)$/.test(text) && isCall(target, i + 1)) return true;
  }
  return false;
}
