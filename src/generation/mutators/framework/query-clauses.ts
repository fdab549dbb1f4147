import { SLOTS } from '../../../records/example';
import type { MutationSite, Mutator } from '../../mutation/mutator';
import { type MutationTarget, argumentsOf, isCall, lineAt, textAt } from '../../mutation/target';
import { type TextEdit, replaceToken } from '../../mutation/text-edit';
import { isMethodCall, methodLength } from '../tools/calls';
import { DJANGO, usesAny, usesSqlalchemy } from '../tools/libraries';
import { methodSites, tokenSites } from '../tools/sites';

const DJANGO_CLAUSES = new Set(['filter', 'distinct', 'order_by', 'exclude', 'select_for_update']);
const SQLALCHEMY_CLAUSES = new Set(
  'filter distinct order_by filter_by where limit offset with_for_update having'.split(' '),
);
/** Clauses that leave rows out by a value; one without a variable leaves no trace in the function when it is lost. */
const FILTERS = new Set(['filter', 'filter_by', 'where', 'exclude', 'having', 'limit', 'offset']);
/** What looks at no order. */
const ORDERLESS = new Set(['exists', 'count', 'aggregate', 'delete', 'update']);

/** `.distinct()`, `.exclude(pk=pk)`, `.order_by('name')` and the like left out of a chain; a descending order lost. */
export const lostQueryClause: Mutator = {
  bugType: 'lost-query-clause',
  why: 'The database sends rows twice, rows that were to be left out, or all of them in another order.',
  sites(target) {
    const clauses = [
      ...(usesAny(target, DJANGO) ? [DJANGO_CLAUSES] : []),
      ...(usesSqlalchemy(target) ? [SQLALCHEMY_CLAUSES] : []),
    ];
    if (clauses.length === 0) return [];
    return [
      ...methodSites(
        target,
        (name, open) => clauses.some((names) => names.has(name)) && isSpareClause(target, name, open),
      ).map((site) => ({ ...site, form: 'clause' })),
      ...tokenSites(target, (_, i) => isDescending(target, i)),
    ];
  },
  apply(target, site) {
    const { token } = site;
    if (site.form === 'clause' || textAt(target, token) === 'desc') return removeMethodCall(target, site);
    return replaceToken(target, token, textAt(target, token).replace('-', ''));
  },
};

function removeMethodCall({ source, tokens, partner }: MutationTarget, { token }: MutationSite): TextEdit {
  const { end } = tokens[partner[token + 1]];
  // A clause on a line of its own leaves no empty line behind.
  const start = tokens[token - 2].end;
  const between = source.slice(start, tokens[token - 1].start);
  return { start: between.trim() === '' ? start : tokens[token - 1].start, end, text: '' };
}

/** True for a short clause without which a query is left: it follows a call, or another call follows it. */
function isSpareClause(target: MutationTarget, name: string, open: number): boolean {
  if (methodLength(target, open - 1) > SLOTS) return false;
  const dot = open - 2;
  const close = target.partner[open];
  if (FILTERS.has(name) && !readsVariable(target, open, close)) return false;
  const next =
    textAt(target, close + 1) === '.' && isMethodCall(target, close + 2) ? textAt(target, close + 2) : '';
  if (name === 'order_by' ? ORDERLESS.has(next) : name === 'distinct' && next === 'exists') return false;
  if (textAt(target, dot - 1) === ')') return true;
  return next !== '' || (name === 'distinct' && textAt(target, lineAt(target, open).first) === 'return');
}

/** True when a parameter or local variable is read between two tokens. */
function readsVariable(target: MutationTarget, from: number, to: number): boolean {
  for (let i = from; i < to; i++)
    if (target.loads[i] && ['parameter', 'local'].includes(target.bindings[i])) return true;
  return false;
}

/** True at `desc` of `order_by(x.desc())` and at `'-name'` of `order_by('-name')`. */
function isDescending(target: MutationTarget, index: number): boolean {
  const { kind, text } = target.tokens[index];
  if (kind !== 'string' && text !== 'desc') return false;
  const outer = target.enclosing[index];
  if (outer < 1 || !isCall(target, outer) || textAt(target, outer - 1) !== 'order_by') return false;
  // The keys after the first one mostly break ties.
  if (index > argumentsOf(target, outer)[0].last) return false;
  if (kind === 'string') return /^['"]-\w+['"]$/.test(text);
  return isMethodCall(target, index) && target.partner[index + 1] === index + 2;
}
