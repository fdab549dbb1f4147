import { MAX_SPAN, SLOTS } from '../../../records/example';
import type { Mutator } from '../../mutation/mutator';
import { blockOf, headerOf } from '../../mutation/structure';
import { type Argument, type MutationTarget, argumentsOf, lineAt, textAt } from '../../mutation/target';
import { removeTokens, replaceToken, replaceTokens } from '../../mutation/text-edit';
import { isPath } from '../tools/operands';
import { lineSites, tokenSites } from '../tools/sites';
import { textsOf } from '../tools/texts';

/** `except E:` becomes `except:`. */
export const bareExcept: Mutator = {
  bugType: 'bare-except',
  why: 'Errors that the handler was not written for are swallowed; handlers that raise again are left out.',
  sites: (target) =>
    lineSites(target, (first, end) => {
      const caught = end - first - 2;
      if (textAt(target, first) !== 'except' || textAt(target, end - 1) !== ':') return false;
      if (caught < 1 || caught > MAX_SPAN || ['BaseException', '*'].includes(textAt(target, first + 1)))
        return false;
      for (let i = first; i < end; i++) if (textAt(target, i) === 'as') return false;
      return isLastHandler(target, first) && !raises(target, first);
    }),
  apply(target, { token }) {
    const { tokens } = target;
    const { end } = lineAt(target, token);
    return { start: tokens[token].end, end: tokens[end - 1].start, text: '' };
  },
};

/** True when no other `except` of the same `try` follows: a bare one must be the last. */
function isLastHandler(target: MutationTarget, first: number): boolean {
  const index = target.lineOf[first];
  const { level } = target.lines[index];
  const next = target.lines.slice(index + 1).find((line) => line.level <= level);
  return !next || textAt(target, next.first) !== 'except';
}

/** True when a statement of the handler starts with `raise`. */
function raises(target: MutationTarget, first: number): boolean {
  const index = target.lineOf[first];
  const { level } = target.lines[index];
  for (let i = index + 1; i < target.lines.length && target.lines[i].level > level; i++)
    if (textAt(target, target.lines[i].first) === 'raise') return true;
  return false;
}

/** Exceptions taken for one another; none is a parent of its stand-in. */
const RELATED: Readonly<Record<string, readonly string[]>> = {
  KeyError: ['IndexError', 'AttributeError', 'ValueError'],
  IndexError: ['KeyError', 'ValueError'],
  ValueError: ['TypeError', 'KeyError'],
  TypeError: ['ValueError', 'AttributeError'],
  AttributeError: ['KeyError', 'TypeError'],
  OSError: ['ValueError', 'RuntimeError'],
  IOError: ['ValueError', 'RuntimeError'],
  FileNotFoundError: ['FileExistsError', 'PermissionError'],
  FileExistsError: ['FileNotFoundError'],
  ImportError: ['AttributeError', 'NameError'],
  StopIteration: ['IndexError', 'GeneratorExit'],
  UnicodeDecodeError: ['UnicodeEncodeError'],
  UnicodeEncodeError: ['UnicodeDecodeError'],
  NotImplementedError: ['AttributeError'],
  EOFError: ['OSError'],
  TimeoutError: ['ConnectionError'],
};

/** What guarded code must hold for one to see that it raises an exception; those not named here need none. */
const EVIDENCE: Readonly<Record<string, RegExp>> = {
  KeyError: /^(\[|pop|popitem|remove|del|get\w*|environ|\w*lookup\w*)$/,
  IndexError: /^(\[|pop|popleft|\w*(index|choice|get)\w*)$/,
  ValueError:
    /^(int|float|complex|index|remove|str[fp]time|\w*(decode|encode|iso|load|pars|valid|convert|unpack|date|time|url|ip|relative)\w*|,)$/i,
  AttributeError: /^(\.|\w*attr\w*)$/,
  OSError:
    /(open|read|write|path|file|dir|stat|link|remove|name|sock|send|recv|connect|bind|close|kill|wait|run|call|exec|fd|fp|os|io)/i,
  ImportError: /import|load/,
  StopIteration: /^(next|send|throw|__next__)$/,
  UnicodeDecodeError: /decode|read|str|text|open/i,
  UnicodeEncodeError: /encode|write|str|text|print/i,
  EOFError: /read|recv|input|load|get/i,
};
const OF_FILES = /^(IOError|File(NotFound|Exists)Error|PermissionError)$/;

/** A handler names a related exception. */
export const wrongExceptionType: Mutator = {
  bugType: 'wrong-exception-type',
  why: 'The exception that the code raises is no longer caught.',
  sites: (target) =>
    tokenSites(
      target,
      (_, i) => relatedAt(target, i).length > 0 && isRaisedBy(guardedCode(target, i), target, i),
    ),
  apply: (target, { token }, rng) => replaceToken(target, token, rng.pick(relatedAt(target, token))),
};

function isRaisedBy(guarded: readonly string[], target: MutationTarget, index: number): boolean {
  const name = textAt(target, index);
  const evidence = EVIDENCE[OF_FILES.test(name) ? 'OSError' : name];
  return evidence === undefined || guarded.includes(name) || guarded.some((text) => evidence.test(text));
}

/** Texts of the tokens in the `try` block whose handler the token stands in. */
function guardedCode(target: MutationTarget, index: number): string[] {
  const handler = target.lineOf[index];
  const { level } = target.lines[handler];
  let header = handler - 1;
  while (
    header > 0 &&
    !(target.lines[header].level === level && textAt(target, target.lines[header].first) === 'try')
  )
    header -= 1;
  const [from, to] = blockOf(target, header);
  return from < to ? textsOf(target, target.lines[from].first, target.lines[to - 1].end - 1) : [];
}

function relatedAt(target: MutationTarget, index: number): readonly string[] {
  const text = textAt(target, index);
  if (!Object.hasOwn(RELATED, text) || textAt(target, index - 1) === '.') return [];
  const { first, end } = lineAt(target, index);
  if (textAt(target, first) !== 'except') return [];
  const caught = new Set(target.tokens.slice(first, end).map((token) => token.text));
  return RELATED[text].filter((name) => !caught.has(name));
}

/** `except (A, B):` becomes `except A:`; of longer tuples one exception is left out. */
export const incompleteExceptTuple: Mutator = {
  bugType: 'incomplete-except-tuple',
  why: 'The guarded code raises that exception too, and no other member of the tuple is its parent.',
  sites: (target) =>
    tokenSites(target, ({ text }, i) => text === '(' && isCaughtTuple(target, i)).flatMap(({ token }) =>
      argumentsOf(target, token).flatMap((member, _, all) =>
        isNeeded(target, member, all) && fixFits(member, all) ? [{ token: member.first }] : [],
      ),
    ),
  apply(target, { token }) {
    const { source, tokens, enclosing, partner } = target;
    const open = enclosing[token];
    const all = argumentsOf(target, open);
    const at = all.findIndex(({ first }) => first === token);
    if (all.length > 2)
      return at + 1 < all.length
        ? removeTokens(target, token, all[at + 1].first - 1)
        : { start: tokens[all[at - 1].last].end, end: tokens[all[at].last].end, text: '' };
    const rest = all[1 - at];
    const text = source.slice(tokens[rest.first].start, tokens[rest.last].end);
    return replaceTokens(target, open, partner[open], text);
  },
};

/** True for the parenthesis of `except (A, B)`, or of `except* (A, B)`. */
function isCaughtTuple(target: MutationTarget, open: number): boolean {
  const { first } = lineAt(target, open);
  const from = textAt(target, first + 1) === '*' ? first + 2 : first + 1;
  const isWhole = [':', 'as'].includes(textAt(target, target.partner[open] + 1));
  return (
    textAt(target, first) === 'except' && open === from && isWhole && argumentsOf(target, open).length > 1
  );
}

function fixFits(member: Argument, all: readonly Argument[]): boolean {
  // The last of two must bring the parentheses with it, and so writes both.
  if (all.length > 2) return member.last - member.first + 2 <= SLOTS;
  return all[1].last - all[0].first + 3 <= SLOTS;
}

/** Builtin exceptions (and other names of them) by their nearest parent that handlers name; all others stand alone. */
const PARENTS: Readonly<Record<string, string>> = {
  ...children('OSError', 'IOError EnvironmentError WindowsError FileNotFoundError FileExistsError timeout'),
  ...children('OSError', 'PermissionError IsADirectoryError NotADirectoryError ConnectionError TimeoutError'),
  ...children('OSError', 'BlockingIOError InterruptedError ChildProcessError ProcessLookupError SSLError'),
  ...children('OSError', 'URLError gaierror herror'),
  ...children('ConnectionError', 'BrokenPipeError ConnectionResetError ConnectionAbortedError'),
  ...children('ConnectionError', 'ConnectionRefusedError'),
  ...children('URLError', 'HTTPError'),
  ...children('ValueError', 'UnicodeError JSONDecodeError'),
  ...children('UnicodeError', 'UnicodeDecodeError UnicodeEncodeError'),
  ...children('LookupError', 'KeyError IndexError'),
  ...children('ArithmeticError', 'ZeroDivisionError OverflowError FloatingPointError'),
  ...children('ImportError', 'ModuleNotFoundError'),
  ...children('NameError', 'UnboundLocalError'),
  ...children('RuntimeError', 'NotImplementedError RecursionError'),
  ...children('SyntaxError', 'IndentationError'),
};

function children(parent: string, names: string): Record<string, string> {
  return Object.fromEntries(names.split(' ').map((name) => [name, parent]));
}

const CATCH_ALL = new Set(['Exception', 'BaseException', 'StandardError']);
const SYNONYMS_OF_OS_ERROR = new Set(['IOError', 'EnvironmentError', 'WindowsError', 'OSError']);

/** True for a member that no other member of the tuple catches as well, as far as names tell. */
function isNeeded(target: MutationTarget, member: Argument, all: readonly Argument[]): boolean {
  if (!isPath(target, member.first, member.last)) return false;
  const name = lastName(target, member);
  const others = new Set(all.filter((other) => other !== member).map((other) => lastName(target, other)));
  if ([...others].some((other) => CATCH_ALL.has(other))) return false;
  if (SYNONYMS_OF_OS_ERROR.has(name) && [...others].some((other) => SYNONYMS_OF_OS_ERROR.has(other)))
    return false;
  for (let parent = PARENTS[name]; parent !== undefined; parent = PARENTS[parent])
    if (others.has(parent)) return false;
  return true;
}

/** Last name of a dotted one; `socket.error` and its like are `OSError`. */
function lastName(target: MutationTarget, { first, last }: Argument): string {
  const name = textAt(target, last);
  return name === 'error' && ['socket', 'select', 'os'].includes(textAt(target, first)) ? 'OSError' : name;
}

/** `raise` in a handler becomes `pass`, `return` or, in a loop, `continue`. */
export const swallowedException: Mutator = {
  bugType: 'swallowed-exception',
  why: 'The handler lets pass on what it was not meant to stop; now the code goes on as if nothing had happened.',
  sites: (target) =>
    lineSites(
      target,
      (first, end) => textAt(target, first) === 'raise' && end === first + 1 && isInHandler(target, first),
    ),
  apply: (target, { token }, rng) =>
    replaceToken(
      target,
      token,
      rng.pick(isInLoop(target, token) ? ['pass', 'continue'] : ['pass', 'return']),
    ),
};

function isInHandler(target: MutationTarget, token: number): boolean {
  return headersAround(target, token).includes('except');
}

/** True when a loop of the same function is around the token. */
function isInLoop(target: MutationTarget, token: number): boolean {
  const headers = headersAround(target, token);
  const def = headers.findIndex((text) => text === 'def' || text === 'class' || text === 'async');
  return headers.slice(0, def < 0 ? undefined : def).some((text) => text === 'for' || text === 'while');
}

/** First words of the headers around a token, innermost first. */
function headersAround(target: MutationTarget, token: number): string[] {
  const out: string[] = [];
  for (let line = headerOf(target, target.lineOf[token]); line >= 0; line = headerOf(target, line))
    out.push(textAt(target, target.lines[line].first));
  return out;
}
