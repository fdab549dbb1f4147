import type { Mutator } from '../../mutation/mutator';
import { qualifiedName } from '../../mutation/structure';
import { type MutationTarget, argumentsOf, isCall, matchesAt, textAt } from '../../mutation/target';
import { replaceToken } from '../../mutation/text-edit';
import { isMethodCall } from '../tools/calls';
import { usesAny } from '../tools/libraries';
import { tokenSites } from '../tools/sites';

const CLIENTS = ['requests', 'httpx', 'aiohttp', 'requests_toolbelt', 'urllib3', 'starlette.testclient'];

/** What a payload keyword is taken for, with a body and without one. */
const OTHERS: Readonly<Record<string, { body: readonly string[]; noBody: readonly string[] }>> = {
  json: { body: ['data', 'params'], noBody: ['params'] },
  data: { body: ['json', 'params'], noBody: ['params'] },
  params: { body: ['json', 'data'], noBody: ['data', 'json'] },
  content: { body: ['json'], noBody: ['params'] },
};

const VERB = /^_?(get|post|put|patch|delete|request|stream|head|options)(_json)?$/;
const RECEIVER = /(^|_)(client|session|http|requests|httpx|api)$/i;

/** `post(url, json=x)` becomes `post(url, data=x)`, `get(url, params=x)` becomes `get(url, data=x)`. */
export const wrongRequestPayload: Mutator = {
  bugType: 'wrong-request-payload',
  why: 'The server finds the values in another place, or encoded in another way, than it reads them from.',
  sites: (target) =>
    usesAny(target, CLIENTS) ? tokenSites(target, (_, i) => otherKeywords(target, i).length > 0) : [],
  apply: (target, { token }, rng) => replaceToken(target, token, rng.pick(otherKeywords(target, token))),
};

function otherKeywords(target: MutationTarget, index: number): readonly string[] {
  const name = textAt(target, index);
  const open = target.enclosing[index];
  if (!Object.hasOwn(OTHERS, name) || textAt(target, index + 1) !== '=' || open < 0) return [];
  if (!isCall(target, open) || !isRequest(target, open - 1)) return [];
  const noBody = /get|head|options/.test(textAt(target, open - 1));
  const used = argumentsOf(target, open).map(({ first }) => textAt(target, first));
  return OTHERS[name][noBody ? 'noBody' : 'body'].filter((other) => !used.includes(other));
}

/** True at `post` of `requests.post`, `self.session.post` and `self._post`. */
function isRequest(target: MutationTarget, method: number): boolean {
  if (!isMethodCall(target, method) || !VERB.test(textAt(target, method))) return false;
  if (/^(requests|httpx)\.\w+$/.test(qualifiedName(target, method) ?? '')) return true;
  const receiver = textAt(target, method - 2);
  if (matchesAt(target, method - 2, 'self')) return /^(_\w+|request)$/.test(textAt(target, method));
  return RECEIVER.test(receiver);
}
