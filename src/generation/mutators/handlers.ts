import { SLOTS } from '../../records/example';
import type { Mutator } from '../mutator';
import { headerOf } from '../structure';
import { argumentsOf, lineAt, textAt, type Argument, type MutationTarget } from '../target';
import { removeTokens, replaceToken, replaceTokens } from '../text-edit';
import { isPath } from './factories';
import { lineSites, tokenSites } from './sites';

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
