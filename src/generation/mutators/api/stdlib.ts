import { MAX_SPAN, SLOTS } from '../../../records/example';
import type { MutationSite, Mutator } from '../../mutation/mutator';
import { calleeOf, keywordArgument, qualifiedName } from '../../mutation/structure';
import {
  type Argument,
  type MutationTarget,
  argumentsOf,
  isCall,
  matchesAt,
  textAt,
} from '../../mutation/target';
import { removeTokens, replaceToken, replaceTokens } from '../../mutation/text-edit';
import { removeArgument } from '../tools/arguments';
import { isPath } from '../tools/operands';
import { tokenSites } from '../tools/sites';

/** Builtins whose last argument is what they give where there is nothing, by the number of arguments then. */
const DEFAULTED: Readonly<Record<string, number>> = { getattr: 3, next: 2, 'os.getenv': 2 };

/** `getattr(x, 'a', None)` becomes `getattr(x, 'a')`; `pop`, `next`, `get` and `max(default=)` likewise. */
export const missingDefault: Mutator = {
  bugType: 'missing-default',
  why: 'Where there is no such thing, the call raises, or gives None for the value that the code goes on with.',
  sites: (target) => tokenSites(target, (_, i) => isCall(target, i) && defaultOf(target, i) !== undefined),
  apply(target, { token }) {
    const argument = defaultOf(target, token);
    return argument ? removeArgument(target, argument) : null;
  },
};

/** Attributes that every object has. */
const ALWAYS_THERE = /^['"]__(class|doc|dict|module)__['"]$/;

function defaultOf(target: MutationTarget, open: number): Argument | undefined {
  const all = argumentsOf(target, open);
  const last = all.at(-1);
  if (!last || last.last - last.first + 2 > SLOTS) return undefined;
  const callee = calleeOf(target, open);
  if (callee === 'max' || callee === 'min') return keywordArgument(target, open, 'default');
  if (callee === 'getattr' && ALWAYS_THERE.test(textAt(target, all[1]?.first ?? -1))) return undefined;
  if (callee !== undefined && Object.hasOwn(DEFAULTED, callee)) {
    const isNone = callee === 'os.getenv' && textAt(target, last.first) === 'None';
    return all.length === DEFAULTED[callee] && last.positional && !isNone ? last : undefined;
  }
  if (textAt(target, open - 2) !== '.' || all.length !== 2 || !all.every(({ positional }) => positional))
    return undefined;
  const method = textAt(target, open - 1);
  if (method === 'pop') return target.tokens[all[0].first].kind === 'number' ? undefined : last;
  return method === 'get' && isTellingDefault(target, last) ? last : undefined;
}

/** True for a literal other than None and False, for which None may well stand, or an empty container. */
function isTellingDefault(target: MutationTarget, { first, last }: Argument): boolean {
  const { kind, text } = target.tokens[first];
  if (first === last) return kind === 'number' || kind === 'string' || text === 'True';
  return ['[', '(', '{'].includes(text) && target.partner[first] === last && last === first + 1;
}

const LEVELS = new Set(['debug', 'info', 'warning', 'warn', 'error', 'critical', 'exception', 'fatal']);

/** A logging call has a value too few for its message, or its values in one tuple. */
export const wrongLoggingArguments: Mutator = {
  bugType: 'wrong-logging-arguments',
  why: 'The message cannot be formatted: logging prints a traceback, or the placeholder, in its place.',
  sites: (target) =>
    tokenSites(target, (_, i) => isCall(target, i)).flatMap(({ token }): MutationSite[] => {
      const values = loggedValues(target, token);
      if (values.length === 0) return [];
      const last = values[values.length - 1];
      const isShort = last.last - last.first + 2 <= SLOTS;
      const tuple = values.length > 1 && last.last - values[0].first + 3 <= Math.min(MAX_SPAN, SLOTS);
      return [...(isShort ? [{ token, form: 'missing' }] : []), ...(tuple ? [{ token, form: 'tuple' }] : [])];
    }),
  apply(target, { token, form }, rng) {
    const values = loggedValues(target, token);
    const { source, tokens } = target;
    if (form === 'missing')
      return removeArgument(target, rng.next() < 0.5 ? values[0] : values[values.length - 1]);
    const [start, end] = [tokens[values[0].first].start, tokens[values[values.length - 1].last].end];
    return { start, end, text: `(${source.slice(start, end)})` };
  },
};

/** The values of a logging call whose literal message has exactly one `%` placeholder for each. */
function loggedValues(target: MutationTarget, open: number): Argument[] {
  const method = textAt(target, open - 1);
  const isLog = method === 'log';
  if (textAt(target, open - 2) !== '.' || !(LEVELS.has(method) || isLog)) return [];
  if (!/^(_*log|_*logger|logging|_*logging|\w*_log|\w*_logger)$/i.test(textAt(target, open - 3))) return [];
  const all = argumentsOf(target, open);
  const at = isLog ? 1 : 0;
  const message = all.at(at);
  if (!message) return [];
  let text = '';
  for (let i = message.first; i <= message.last; i++) {
    if (target.tokens[i].kind !== 'string') return [];
    text += textAt(target, i);
  }
  const values = all.slice(at + 1).filter(({ positional }) => positional);
  const starred = all.some(({ first }) => ['*', '**'].includes(textAt(target, first)));
  const placeholders = text.replaceAll('%%', '').match(/%[-#0 +]*\d*(\.\d+)?[a-zA-Z]/g)?.length ?? 0;
  return !starred && placeholders === values.length && !text.includes('%(') ? values : [];
}

/** `os.path.join(a, 'b')` becomes `os.path.join(a, '/b')`, `Path(a) / 'b'` becomes `Path(a) / '/b'`. */
export const absolutePathComponent: Mutator = {
  bugType: 'absolute-path-component',
  why: 'Joining drops all that stands before an absolute part: the path leads to the root of the file system.',
  sites: (target) =>
    tokenSites(
      target,
      ({ kind, text }, i) => kind === 'string' && /^['"][\w.]/.test(text) && isJoined(target, i),
    ),
  apply: (target, { token }) => {
    const text = textAt(target, token);
    return replaceToken(target, token, `${text[0]}/${text.slice(1)}`);
  },
};

function isJoined(target: MutationTarget, index: number): boolean {
  const before = textAt(target, index - 1);
  if (before === '/') return textAt(target, index + 1) !== '%';
  const open = target.enclosing[index];
  if (before !== ',' || open < 0 || ![',', ')', '+', '%'].includes(textAt(target, index + 1))) return false;
  return ['os.path.join', 'posixpath.join'].includes(calleeOf(target, open) ?? '');
}

/** `getattr(x, 'name', None)` becomes `x.name`. */
export const unguardedAttribute: Mutator = {
  bugType: 'unguarded-attribute',
  why: 'Objects without the attribute, for which the default stood, now raise AttributeError.',
  sites: (target) =>
    tokenSites(target, ({ text }, i) => {
      if (text !== 'getattr' || calleeOf(target, i + 1) !== 'getattr') return false;
      const [object, name, value] = argumentsOf(target, i + 1);
      if (!value?.positional || target.partner[i + 1] - i >= SLOTS) return false;
      const known = isPath(target, object.first, object.last) && name.first === name.last;
      return (
        known &&
        !ALWAYS_THERE.test(textAt(target, name.first)) &&
        /^(['"])[A-Za-z_]\w*\1$/.test(textAt(target, name.first))
      );
    }),
  apply(target, { token }) {
    const [object, name] = argumentsOf(target, token + 1);
    const { source, tokens } = target;
    const from = source.slice(tokens[object.first].start, tokens[object.last].end);
    return replaceTokens(
      target,
      token,
      target.partner[token + 1],
      `${from}.${textAt(target, name.first).slice(1, -1)}`,
    );
  },
};

/** Calls for the time in UTC and those that give local time, by qualified name of the function. */
const LOCAL_TIME: Readonly<Record<string, string>> = {
  'datetime.datetime.utcnow': 'now',
  'datetime.datetime.utcfromtimestamp': 'fromtimestamp',
  'time.gmtime': 'localtime',
};
/** Functions that give local time unless they are told a zone, and the position of it. */
const ZONED: Readonly<Record<string, number>> = {
  'datetime.datetime.now': 0,
  'datetime.datetime.fromtimestamp': 1,
};

/** Methods of aware times that give local time unless they are told a zone. */
const ZONED_METHODS = new Set(['astimezone']);

/** `datetime.now(timezone.utc)` becomes `datetime.now()`, `datetime.utcnow()` becomes `datetime.now()`. */
export const localTimeForUtc: Mutator = {
  bugType: 'local-time-for-utc',
  why: 'The clock of the machine decides: the value is off by its zone, or cannot be compared with aware ones.',
  sites: (target) => [
    ...tokenSites(
      target,
      ({ kind }, i) => kind === 'name' && isCall(target, i + 1) && renamed(target, i) !== undefined,
    ),
    ...tokenSites(target, (_, i) => isCall(target, i) && zoneOf(target, i) !== undefined).map((site) => ({
      ...site,
      form: 'zone',
    })),
    ...tokenSites(target, (_, i) => isUtcMark(target, i)).map((site) => ({ ...site, form: 'mark' })),
  ],
  apply(target, { token, form }) {
    if (form === 'mark') return removeTokens(target, token, target.partner[token + 2]);
    if (form === 'zone') {
      const zone = zoneOf(target, token);
      return zone ? removeArgument(target, zone) : null;
    }
    const name = renamed(target, token);
    return name === undefined ? null : replaceToken(target, token, name);
  },
};

function renamed(target: MutationTarget, index: number): string | undefined {
  const path = qualifiedName(target, index);
  if (path === undefined || !Object.hasOwn(LOCAL_TIME, path)) return undefined;
  return textAt(target, index - 1) === '.' ? LOCAL_TIME[path] : undefined;
}

/** The argument that names a zone. */
function zoneOf(target: MutationTarget, open: number): Argument | undefined {
  const callee = calleeOf(target, open) ?? '';
  const isMethod = textAt(target, open - 2) === '.' && ZONED_METHODS.has(textAt(target, open - 1));
  if (!isMethod && !Object.hasOwn(ZONED, callee)) return undefined;
  const zone =
    keywordArgument(target, open, 'tz') ?? argumentsOf(target, open).at(isMethod ? 0 : ZONED[callee]);
  if (isMethod && zone && !/utc['"]?$/i.test(textAt(target, zone.last))) return undefined;
  return zone && zone.last - zone.first + 2 <= SLOTS ? zone : undefined;
}

/** True at the dot of `.replace(tzinfo=utc)`. */
function isUtcMark(target: MutationTarget, dot: number): boolean {
  if (!matchesAt(target, dot, '.', 'replace', '(', 'tzinfo', '=')) return false;
  const close = target.partner[dot + 2];
  return isPath(target, dot + 5, close - 1) && /utc$/i.test(textAt(target, close - 1)) && close - dot < SLOTS;
}
