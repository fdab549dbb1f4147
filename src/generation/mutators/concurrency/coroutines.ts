import type { Mutator } from '../../mutation/mutator';
import { qualifiedName } from '../../mutation/structure';
import { type MutationTarget, argumentsOf, isCall, matchesAt, textAt } from '../../mutation/target';
import { type TextEdit, removeTokens, replaceTokens } from '../../mutation/text-edit';
import { isPath } from '../tools/operands';
import { tokenSites } from '../tools/sites';

/** Deletes `await`. */
export const missingAwait: Mutator = {
  bugType: 'missing-await',
  why: 'The coroutine never runs; its object stands for the result.',
  sites: (target) =>
    target.tokens.flatMap(({ kind, text }, i) =>
      kind === 'keyword' && text === 'await' ? [{ token: i }] : [],
    ),
  apply: (target, { token }) => removeTokens(target, token, token),
};

/** `async with` becomes `with`, `async for` becomes `for`. */
export const missingAsyncKeyword: Mutator = {
  bugType: 'missing-async-keyword',
  why: 'Asynchronous iterators and context managers lack the plain protocol: TypeError or AttributeError.',
  sites: (target) =>
    tokenSites(
      target,
      ({ kind, text }, i) =>
        kind === 'keyword' && text === 'async' && ['with', 'for'].includes(textAt(target, i + 1)),
    ),
  apply: (target, { token }) => removeTokens(target, token, token),
};

const SLEEPERS = new Set(['asyncio.sleep', 'anyio.sleep', 'trio.sleep']);

/** `await asyncio.sleep(x)` becomes `time.sleep(x)`, `await asyncio.to_thread(f, x)` becomes `f(x)`. */
export const blockingCallInCoroutine: Mutator = {
  bugType: 'blocking-call-in-coroutine',
  why: 'The call stops the whole event loop, and every other task with it, until it returns.',
  sites: (target) =>
    tokenSites(
      target,
      ({ kind, text }, i) => kind === 'keyword' && text === 'await' && awaited(target, i) !== undefined,
    ),
  apply(target, { token }) {
    const open = awaited(target, token);
    return open === undefined ? null : unawaited(target, token, open);
  },
};

/** The parenthesis of the awaited call of one of the functions above. */
function awaited(target: MutationTarget, index: number): number | undefined {
  let open = index + 2;
  while (textAt(target, open) === '.') open += 2;
  if (!isCall(target, open)) return undefined;
  const callee = qualifiedName(target, open - 1) ?? '';
  if (SLEEPERS.has(callee)) return matchesAt(target, open + 1, '0', ')') ? undefined : open;
  const [work] = argumentsOf(target, open);
  const isWork = callee === 'asyncio.to_thread' && work && isPath(target, work.first, work.last);
  return isWork ? open : undefined;
}

function unawaited(target: MutationTarget, token: number, open: number): TextEdit {
  if (SLEEPERS.has(qualifiedName(target, open - 1) ?? ''))
    return replaceTokens(target, token, open - 1, 'time.sleep');
  const { source, tokens, partner } = target;
  const [work, next] = argumentsOf(target, open);
  const name = source.slice(tokens[work.first].start, tokens[work.last].end);
  const values = next ? source.slice(tokens[next.first].start, tokens[partner[open]].start) : '';
  return { start: tokens[token].start, end: tokens[partner[open]].end, text: `${name}(${values})` };
}
