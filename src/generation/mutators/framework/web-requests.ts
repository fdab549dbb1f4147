import { MAX_SPAN, SLOTS } from '../../../records/example';
import type { Mutator } from '../../mutation/mutator';
import { calleeOf } from '../../mutation/structure';
import { type MutationTarget, argumentsOf, matchesAt, textAt } from '../../mutation/target';
import { replaceToken } from '../../mutation/text-edit';
import { methodLength } from '../tools/calls';
import { DJANGO, FLASK, SERVERS, STARLETTE, usesAny } from '../tools/libraries';
import { chainStart } from '../tools/operands';
import { methodSites, tokenSites } from '../tools/sites';
import { textOf } from '../tools/texts';

/** Attributes of a request that hold what the client may leave out. */
const REQUEST_MAPPINGS = new Set(
  'GET POST FILES COOKIES META args form values files cookies headers query_params data json session'.split(
    ' ',
  ),
);

/** `request.GET.get('x')` becomes `request.GET['x']`; `cleaned_data` and the mappings of other frameworks likewise. */
export const requiredRequestParameter: Mutator = {
  bugType: 'required-request-parameter',
  why: 'A request without the parameter, or a form whose field failed, ends in an error instead of the default.',
  sites: (target) =>
    usesAny(target, SERVERS)
      ? methodSites(target, (name, open) => name === 'get' && isOptionalParameter(target, open))
      : [],
  apply(target, { token }) {
    const { tokens, partner } = target;
    const [key] = argumentsOf(target, token + 1);
    const text = textOf(target, key.first, key.last);
    return { start: tokens[token - 1].start, end: tokens[partner[token + 1]].end, text: `[${text}]` };
  },
};

function isOptionalParameter(target: MutationTarget, open: number): boolean {
  const mapping = textAt(target, open - 3);
  const ofRequest = matchesAt(target, open - 5, 'request', '.') && REQUEST_MAPPINGS.has(mapping);
  if (!ofRequest && mapping !== 'cleaned_data') return false;
  const [key, other] = argumentsOf(target, open);
  if (!key || key.first !== key.last || methodLength(target, open - 1) > SLOTS) return false;
  // Nobody could guess another default from the function.
  if (other && !/^(None|False|True|0|1|''|""|\[\]|\{\})$/.test(textOf(target, other.first, other.last)))
    return false;
  const name = textAt(target, key.first);
  // A test whether the key is there makes both forms the same.
  return !target.tokens.some(
    ({ text }, i) => text === 'KeyError' || (text === name && textAt(target, i + 1) === 'in'),
  );
}

interface RequestPart {
  frameworks: readonly string[];
  /** Attributes of `request` -> attributes taken for them. */
  others: Readonly<Record<string, readonly string[]>>;
}

const REQUEST_PARTS: readonly RequestPart[] = [
  { frameworks: DJANGO, others: { GET: ['POST'], POST: ['GET'], FILES: ['POST'] } },
  { frameworks: ['rest_framework'], others: { query_params: ['data'], data: ['query_params', 'POST'] } },
  {
    frameworks: FLASK,
    others: { args: ['form', 'json'], form: ['args', 'json'], json: ['form', 'args'], files: ['form'] },
  },
  { frameworks: STARLETTE, others: { query_params: ['path_params'], path_params: ['query_params'] } },
];

/** Reads the query string where the data is in the body, the form where it is in files, and so on. */
export const wrongRequestData: Mutator = {
  bugType: 'wrong-request-data',
  why: 'Query, form, JSON body and files are apart; the other one is empty or lacks the key.',
  sites: (target) => tokenSites(target, (_, i) => otherParts(target, i).length > 0),
  apply: (target, { token }, rng) => replaceToken(target, token, rng.pick(otherParts(target, token))),
};

function otherParts(target: MutationTarget, index: number): readonly string[] {
  if (!matchesAt(target, index - 2, 'request', '.')) return [];
  const name = textAt(target, index);
  return REQUEST_PARTS.flatMap(({ frameworks, others }) =>
    Object.hasOwn(others, name) && usesAny(target, frameworks) ? others[name] : [],
  );
}

/** `Depends(get_db)` becomes `Depends(get_db())` or `get_db`. */
export const dependencyNotInjected: Mutator = {
  bugType: 'dependency-not-injected',
  why: 'The function runs once, when the module is loaded, or not at all: the handler gets no value of this request.',
  sites: (target) =>
    tokenSites(target, ({ text }, i) => {
      if (text !== 'Depends' && text !== 'Security') return false;
      if (!/^fastapi\.(.*\.)?(Depends|Security)$/.test(calleeOf(target, i + 1) ?? '')) return false;
      const close = target.partner[i + 1];
      return close > i + 2 && chainStart(target, close - 1) === i + 2 && close - i + 3 <= MAX_SPAN;
    }),
  apply(target, { token }, rng) {
    const { source, tokens, partner } = target;
    const close = partner[token + 1];
    const { start, end } = { start: tokens[token + 2].start, end: tokens[close - 1].end };
    if (rng.next() < 0.5) return { start: end, end, text: '()' };
    return {
      start: tokens[chainStart(target, token)].start,
      end: tokens[close].end,
      text: source.slice(start, end),
    };
  },
};
