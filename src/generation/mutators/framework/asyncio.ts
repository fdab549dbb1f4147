import { MAX_SPAN } from '../../../records/example';
import type { Mutator } from '../../mutation/mutator';
import { calleeOf, importPath, usesModule } from '../../mutation/structure';
import { type MutationTarget, argumentsOf, isCall, textAt } from '../../mutation/target';
import { isPath } from '../tools/operands';
import { tokenSites } from '../tools/sites';

/** Path of what takes a coroutine -> its arguments that may be one: the first, or all. */
const TAKES_COROUTINE: Readonly<Record<string, 'first' | 'all'>> = {
  'asyncio.run': 'first',
  'asyncio.create_task': 'first',
  'asyncio.ensure_future': 'first',
  'asyncio.wait_for': 'first',
  'asyncio.shield': 'first',
  'asyncio.run_coroutine_threadsafe': 'first',
  'asyncio.gather': 'all',
};
const TASK_METHODS = new Set(['create_task', 'run_until_complete', 'ensure_future']);

/** `await f(x)` becomes `asyncio.run(f(x))`, `create_task(f(x))` becomes `create_task(f)`. */
export const eventLoopMisuse: Mutator = {
  bugType: 'event-loop-misuse',
  why: 'A loop runs already where `await` is allowed, and tasks are made of coroutines, not of the functions that make them.',
  sites: (target) =>
    usesModule(target, 'asyncio')
      ? [
          ...tokenSites(target, (_, i) => awaitedEnd(target, i) >= 0).map((site) => ({
            ...site,
            form: 'run',
          })),
          ...tokenSites(target, (_, i) => isCoroutineArgument(target, i)),
        ]
      : [],
  apply(target, { token, form }, rng) {
    const { source, tokens, partner } = target;
    if (form !== 'run') return { start: tokens[token].start, end: tokens[partner[token]].end, text: '' };
    const { end } = tokens[awaitedEnd(target, token)];
    const runner = rng.pick(runners(target, token));
    return {
      start: tokens[token].start,
      end,
      text: `${runner}(${source.slice(tokens[token + 1].start, end)})`,
    };
  },
};

/** Last token of what the `await` at `index` waits for, when it is short enough to be wrapped and unwrapped; else -1. */
function awaitedEnd(target: MutationTarget, index: number): number {
  const { kind, text } = target.tokens[index];
  if (kind !== 'keyword' || text !== 'await' || target.tokens[index + 1].kind !== 'name') return -1;
  let last = index + 1;
  while (textAt(target, last + 1) === '.') last += 2;
  if (isCall(target, last + 1)) last = target.partner[last + 1];
  const isWhole = !['.', '[', '('].includes(textAt(target, last + 1));
  // The fix rewrites `asyncio.run(` and all up to the last bracket, which it leaves.
  const endsInBracket = textAt(target, last) === ')';
  const length = last - index + 4 + (endsInBracket ? 0 : 1);
  return isWhole && length <= MAX_SPAN && runners(target, index).length > 0 ? last : -1;
}

/** What could run a coroutine at this place: names that the function or its file knows. */
function runners(target: MutationTarget, index: number): string[] {
  const known = importPath(target, 'asyncio') === 'asyncio';
  const loop = target.tokens
    .slice(0, index)
    .some(({ text }, i) => text === 'loop' && textAt(target, i + 1) === '=');
  return [...(known ? ['asyncio.run'] : []), ...(loop ? ['loop.run_until_complete'] : [])];
}

/** True at the parenthesis of `f(x)` in `create_task(f(x))`. */
function isCoroutineArgument(target: MutationTarget, open: number): boolean {
  if (!isCall(target, open) || target.partner[open] - open + 1 > MAX_SPAN) return false;
  // A method without its empty parentheses is missing-call-parentheses, here as anywhere.
  if (textAt(target, open - 2) === '.' && target.partner[open] === open + 1) return false;
  const outer = target.enclosing[open];
  if (outer < 0 || !isCall(target, outer)) return false;
  const takes = takesCoroutine(target, outer);
  const place = argumentsOf(target, outer).findIndex(
    ({ first, last, positional }) =>
      positional && last === target.partner[open] && isPath(target, first, open - 1),
  );
  return place === 0 ? takes !== undefined : place > 0 && takes === 'all';
}

function takesCoroutine(target: MutationTarget, open: number): 'first' | 'all' | undefined {
  const callee = calleeOf(target, open);
  if (callee !== undefined && Object.hasOwn(TAKES_COROUTINE, callee)) return TAKES_COROUTINE[callee];
  return textAt(target, open - 2) === '.' && TASK_METHODS.has(textAt(target, open - 1)) ? 'first' : undefined;
}
