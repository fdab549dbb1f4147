import { MAX_SPAN, SLOTS } from '../../../records/example';
import type { MutationSite, Mutator } from '../../mutation/mutator';
import { calleeOf, usesModule } from '../../mutation/structure';
import {
  type Argument,
  type MutationTarget,
  argumentsOf,
  isCall,
  lineAt,
  matchesAt,
  textAt,
} from '../../mutation/target';
import { insertAfter, removeLine } from '../../mutation/text-edit';
import { statementCall } from '../tools/calls';
import { isPath } from '../tools/operands';
import { lineSites, tokenSites } from '../tools/sites';
import { textsOf } from '../tools/texts';

/** Methods that take a function to call later, by the position of that argument. */
const CALLBACK_METHODS: Readonly<Record<string, number>> = {
  submit: 0,
  apply_async: 0,
  call_soon: 0,
  call_soon_threadsafe: 0,
  call_later: 1,
  call_at: 1,
  callLater: 1,
  callInThread: 0,
  callFromThread: 0,
  callWhenRunning: 0,
  add_done_callback: 0,
  add_signal_handler: 1,
  run_in_executor: 1,
  run_sync: 0,
  start_soon: 0,
  addCallback: 0,
  addErrback: 0,
  addBoth: 0,
  addSystemEventTrigger: 2,
  map_async: 0,
  imap: 0,
  imap_unordered: 0,
};
/** The same for functions, by qualified name. */
const CALLBACK_FUNCTIONS: Readonly<Record<string, number>> = {
  'asyncio.to_thread': 0,
  'threading.Timer': 1,
  'threading.setprofile': 0,
  'atexit.register': 0,
  'signal.signal': 1,
  '_thread.start_new_thread': 0,
  'weakref.finalize': 1,
  'functools.partial': 0,
  'twisted.internet.threads.deferToThread': 0,
  'twisted.internet.defer.maybeDeferred': 0,
  'twisted.internet.task.LoopingCall': 0,
  'twisted.internet.reactor.callLater': 1,
};
const TARGET_KEYWORDS = new Set(['target', 'callback', 'done_callback', 'initializer', 'function']);

/** `Thread(target=work)` becomes `Thread(target=work())`, `submit(work, x)` becomes `submit(work(x))`. */
export const calledCallback: Mutator = {
  bugType: 'called-callback',
  why: 'The function runs here and now, in this thread, and what it returns (mostly None) is called later.',
  sites: (target) =>
    tokenSites(target, (_, i) => isCall(target, i)).flatMap(({ token: open }): MutationSite[] => {
      const callback = callbackOf(target, open);
      return callback ? [{ token: callback.last, form: form(target, open, callback) }] : [];
    }),
  apply(target, { token, form: kind }) {
    if (kind === 'bare') return insertAfter(target, token, '()');
    const { source, tokens } = target;
    const close = target.partner[target.enclosing[token]];
    const values = source.slice(tokens[token + 2].start, tokens[close].start).trimEnd();
    return { start: tokens[token].end, end: tokens[close].start, text: `(${values})` };
  },
};

/** `values` where the arguments after the callback can become its own and the fix then fits. */
function form(target: MutationTarget, open: number, { first, last }: Argument): 'bare' | 'values' {
  const all = argumentsOf(target, open);
  const rest = all.slice(all.findIndex((one) => one.first === first) + 1);
  const tokens = target.partner[open] - last;
  const fits = rest.length > 0 && tokens <= Math.min(MAX_SPAN, SLOTS) && textAt(target, first + 1) !== '=';
  return fits ? 'values' : 'bare';
}

/** The argument of a call that names a function to be called later. */
function callbackOf(target: MutationTarget, open: number): Argument | undefined {
  const all = argumentsOf(target, open);
  const keyword = all.find(
    ({ first, last }) =>
      TARGET_KEYWORDS.has(textAt(target, first)) &&
      textAt(target, first + 1) === '=' &&
      isFunction(target, first + 2, last),
  );
  if (keyword && (textAt(target, keyword.first) !== 'target' || startsThread(target, open))) return keyword;
  const position = positionOfCallback(target, open);
  const argument = position === undefined ? undefined : all[position];
  if (!argument?.positional || !isFunction(target, argument.first, argument.last)) return undefined;
  return argument;
}

function startsThread(target: MutationTarget, open: number): boolean {
  return /(Thread|Process|Timer)$/.test(textAt(target, open - 1));
}

function positionOfCallback(target: MutationTarget, open: number): number | undefined {
  const callee = calleeOf(target, open);
  if (callee !== undefined && Object.hasOwn(CALLBACK_FUNCTIONS, callee)) return CALLBACK_FUNCTIONS[callee];
  const method = textAt(target, open - 1);
  return textAt(target, open - 2) === '.' && Object.hasOwn(CALLBACK_METHODS, method)
    ? CALLBACK_METHODS[method]
    : undefined;
}

/** True for a dotted name that starts small, as functions do; Celery's `apply_async` takes arguments alone. */
function isFunction(target: MutationTarget, first: number, last: number): boolean {
  const name = textAt(target, last);
  return isPath(target, first, last) && /^_*[a-z]/.test(name) && !['args', 'kwargs', 'argv'].includes(name);
}

const THREAD_MODULES = [
  'threading',
  'multiprocessing',
  'subprocess',
  'queue',
  'asyncio',
  'concurrent',
  '_thread',
];
/** Calls without positional arguments that start, await, wake or let go another thread, process or task. */
const SYNCHRONISERS = new Set([
  'start',
  'join',
  'wait',
  'acquire',
  'release',
  'notify',
  'notify_all',
  'task_done',
  'set',
  'shutdown',
  'cancel',
]);

/** Deletes the line that starts, awaits or wakes another thread, process or task. */
export const missingSynchronization: Mutator = {
  bugType: 'missing-synchronization',
  why: 'The other side never runs, is not waited for, or waits for ever.',
  sites: (target) =>
    lineSites(target, (first, end) => {
      const line = target.lines[target.lineOf[first]];
      const start = textAt(target, first) === 'await' ? first + 1 : first;
      const open = statementCall(target, { ...line, first: start });
      if (
        open === undefined ||
        !SYNCHRONISERS.has(textAt(target, open - 1)) ||
        textAt(target, open - 2) !== '.'
      )
        return false;
      if (end - first + 1 > SLOTS || !argumentsOf(target, open).every((one) => isWaitOption(target, one)))
        return false;
      return isShared(target, start, open) && removeLine(target, line) !== null;
    }),
  apply: (target, { token }) => removeLine(target, lineAt(target, token)),
};

function isWaitOption(target: MutationTarget, { first }: Argument): boolean {
  return ['timeout', 'wait', 'cancel_futures', 'block', 'blocking'].includes(textAt(target, first));
}

/** True when the function shows that the receiver is a thread, process, lock or the like: it makes or also uses it so. */
function isShared(target: MutationTarget, first: number, open: number): boolean {
  if (!THREAD_MODULES.some((module) => usesModule(target, module))) return false;
  const receiver = textsOf(target, first, open - 3);
  const last = receiver.at(-1) ?? '';
  if (WORKER_NAMES.test(last)) return true;
  return target.tokens.some((_, i) => {
    if (i >= first || !matchesAt(target, i, ...receiver)) return false;
    const next = i + receiver.length;
    if (textAt(target, next) === '=') return makesWorker(target, next + 1);
    return (
      textAt(target, next) === '.' && isCall(target, next + 2) && SYNCHRONISERS.has(textAt(target, next + 1))
    );
  });
}

const WORKER_NAMES =
  /(thread|process|proc|worker|lock|cond|condition|event|semaphore|sem|queue|barrier|timer|pool|task)s?$/i;

const WORKERS =
  /(Thread|Process|Timer|Popen|Pool|PoolExecutor|Lock|RLock|Event|Condition|Semaphore|Queue|Barrier)$/;

function makesWorker(target: MutationTarget, first: number): boolean {
  let open = first + 1;
  while (textAt(target, open) === '.') open += 2;
  return (
    isCall(target, open) &&
    (WORKERS.test(textAt(target, open - 1)) || /create_task|ensure_future/.test(textAt(target, open - 1)))
  );
}
