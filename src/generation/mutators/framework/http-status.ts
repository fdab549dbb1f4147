import { SLOTS } from '../../../records/example';
import type { Mutator } from '../../mutation/mutator';
import { calleeOf, lineStart } from '../../mutation/structure';
import { type MutationTarget, lineAt, matchesAt, textAt } from '../../mutation/target';
import { removeLine, replaceToken } from '../../mutation/text-edit';
import { keywordAt, removeArgument } from '../tools/arguments';
import { endsLine } from '../tools/calls';
import { FLASK, SERVERS, usesAny } from '../tools/libraries';
import { chainStart } from '../tools/operands';
import { lineSites, tokenSites } from '../tools/sites';

/** Statuses that tell a client something else than the default 200. */
const STATUS = /^(HTTP_)?([1345]\d\d|20[1-9])(_[A-Z_]+)?$/;
const RESPONSE =
  /^(django|rest_framework|starlette|fastapi|flask|werkzeug|aiohttp|quart|bottle)\b.*(Response\w*|render|response)$/;

const ROUTE = /^(get|post|put|patch|delete|route|api_route)$/;

/** `return page, 404` becomes `return page`; `status=` of a response or a route and `set_status(...)` are left out. */
export const lostHttpStatus: Mutator = {
  bugType: 'lost-http-status',
  why: 'The client is told 200: it takes an error for success and caches it, or misses that something was made.',
  sites: (target) =>
    usesAny(target, SERVERS)
      ? [
          ...tokenSites(
            target,
            ({ text }, i) => /^status(_code)?$/.test(text) && isResponseStatus(target, i),
          ).map((site) => ({ ...site, form: 'keyword' })),
          ...tokenSites(target, (_, i) => isStatusOfTuple(target, i)).map((site) => ({
            ...site,
            form: 'tuple',
          })),
          ...lineSites(target, (first, end) => setsStatus(target, first, end)).map((site) => ({
            ...site,
            form: 'statement',
          })),
        ]
      : [],
  apply(target, { token, form }) {
    if (form === 'statement') return removeLine(target, lineAt(target, token));
    const { tokens } = target;
    if (form === 'tuple') return { start: tokens[token - 1].start, end: tokens[token].end, text: '' };
    const argument = keywordAt(target, token);
    return argument ? removeArgument(target, argument) : null;
  },
};

/** True at the keyword of `Response(..., status=404)` or `@router.post('/', status_code=201)`. */
function isResponseStatus(target: MutationTarget, index: number): boolean {
  const open = target.enclosing[index];
  const argument = keywordAt(target, index);
  if (!argument || argument.last - argument.first + 2 > SLOTS || !STATUS.test(textAt(target, argument.last)))
    return false;
  if (lineStart(target, index) === '@') return ROUTE.test(textAt(target, open - 1));
  return RESPONSE.test(calleeOf(target, open) ?? '');
}

/** True at the 404 of `return page, 404` in a Flask view. */
function isStatusOfTuple(target: MutationTarget, index: number): boolean {
  if (!STATUS.test(textAt(target, index))) return false;
  const { first, end } = lineAt(target, index);
  return (
    index === end - 1 &&
    textAt(target, index - 1) === ',' &&
    target.enclosing[index] < 0 &&
    textAt(target, first) === 'return' &&
    !target.tokens
      .slice(first, index - 1)
      .some(({ text }, i) => text === ',' && target.enclosing[first + i] < 0) &&
    usesAny(target, FLASK)
  );
}

/** True for the lines `self.set_status(404)` and `response.status_code = 404`. */
function setsStatus(target: MutationTarget, first: number, end: number): boolean {
  if (end - first + 1 > SLOTS) return false;
  const sets = matchesAt(target, first, 'self', '.', 'set_status', '(')
    ? endsLine(target, first + 3) && STATUS.test(textAt(target, first + 4))
    : /resp/.test(textAt(target, first)) &&
      /^status(_code)?$/.test(textAt(target, first + 2)) &&
      textAt(target, first + 3) === '=' &&
      STATUS.test(textAt(target, end - 1));
  return sets && removeLine(target, lineAt(target, first)) !== null;
}

/** Status -> statuses that say something else about the same kind of event. */
const OTHER_STATUS: Readonly<Record<string, readonly string[]>> = {
  '201': ['200', '204'],
  '202': ['200'],
  '204': ['200'],
  '301': ['302'],
  '302': ['301'],
  '400': ['404', '500', '200'],
  '401': ['403', '400'],
  '403': ['401', '404'],
  '404': ['400', '500', '200'],
  '405': ['404'],
  '409': ['400', '500'],
  '410': ['404'],
  '413': ['400'],
  '415': ['400'],
  '422': ['400'],
  '429': ['503', '400'],
  '500': ['400', '200'],
  '502': ['500'],
  '503': ['500', '404'],
};

const STATUS_NAMES: Readonly<Record<string, string>> = {
  '200': 'HTTP_200_OK',
  '201': 'HTTP_201_CREATED',
  '204': 'HTTP_204_NO_CONTENT',
  '400': 'HTTP_400_BAD_REQUEST',
  '401': 'HTTP_401_UNAUTHORIZED',
  '403': 'HTTP_403_FORBIDDEN',
  '404': 'HTTP_404_NOT_FOUND',
  '409': 'HTTP_409_CONFLICT',
  '500': 'HTTP_500_INTERNAL_SERVER_ERROR',
  '503': 'HTTP_503_SERVICE_UNAVAILABLE',
};

const STATUS_CALLS =
  /^(abort|HTTPError|HTTPException|set_status|send_error|\w*Response|json_response|make_response)$/;

/** Answers with a status that tells the client something else. */
export const wrongHttpStatus: Mutator = {
  bugType: 'wrong-http-status',
  why: 'Clients decide by the status whether to log in, to try again, to give up or to read the body.',
  sites: (target) =>
    usesAny(target, SERVERS) ? tokenSites(target, (_, i) => otherStatus(target, i).length > 0) : [],
  apply: (target, { token }, rng) => replaceToken(target, token, rng.pick(otherStatus(target, token))),
};

function otherStatus(target: MutationTarget, index: number): readonly string[] {
  const { kind, text } = target.tokens[index];
  if (kind !== 'number' && kind !== 'name') return [];
  const [, named, code] = STATUS.exec(text) ?? [];
  if (code === undefined || !Object.hasOwn(OTHER_STATUS, code) || !isStatusArgument(target, index)) return [];
  const codes = OTHER_STATUS[code];
  return named ? codes.flatMap((other) => STATUS_NAMES[other] ?? []) : codes;
}

/** True for the status of an error that is raised, of a response that is made, or of a route. */
function isStatusArgument(target: MutationTarget, index: number): boolean {
  if (isStatusOfTuple(target, index)) return true;
  const first = chainStart(target, index);
  const open = target.enclosing[index];
  if (open < 0) return false;
  if (textAt(target, first - 1) === '=' && /^status(_code)?$/.test(textAt(target, first - 2)))
    return STATUS_CALLS.test(textAt(target, open - 1)) || lineStart(target, index) === '@';
  const isFirst = textAt(target, first - 1) === '(';
  return isFirst && /^(abort|HTTPError|HTTPException|set_status|send_error)$/.test(textAt(target, open - 1));
}
