import type { Rng } from '../../../core/rng';
import { SLOTS } from '../../../records/example';
import type { MutationSite, Mutator } from '../../mutation/mutator';
import { calleeOf, keywordArgument, usesModule } from '../../mutation/structure';
import {
  type Argument,
  type LogicalLine,
  type MutationTarget,
  argumentsOf,
  isCall,
  matchesAt,
  textAt,
} from '../../mutation/target';
import { type TextEdit, removeLine, replaceToken } from '../../mutation/text-edit';
import { removeArgument } from '../tools/arguments';
import { statementCall } from '../tools/calls';
import { inSignature } from '../tools/lines';
import { isPath } from '../tools/operands';
import { lineSites, tokenSites } from '../tools/sites';
import { textsOf } from '../tools/texts';

/** Makers of what must be given back by a function (`os.close(fd)`, `shutil.rmtree(folder)`), by qualified name. */
const MAKERS = new Set([
  'os.open',
  'os.dup',
  'os.pipe',
  'os.openpty',
  'tempfile.mkstemp',
  'tempfile.mkdtemp',
  'tempfile.NamedTemporaryFile',
]);
/** Things with a `close` that holds nothing back. */
const IN_MEMORY = /^(StringIO|BytesIO|figure|subplots)$/;
const CLOSERS = new Set(['close', 'shutdown', 'cleanup', 'quit', 'disconnect']);
/** Functions that give back what their argument names. */
const CLOSING_FUNCTIONS = new Set(['os.close', 'os.unlink', 'os.remove', 'shutil.rmtree']);

/** Deletes the line that closes what the function opened. */
export const missingClose: Mutator = {
  bugType: 'missing-close',
  why: 'The file, socket or temporary file stays open or behind until the garbage collector comes, or for ever.',
  sites: (target) =>
    lineSites(target, (first, end) => {
      const line = target.lines[target.lineOf[first]];
      const name = closedName(target, line);
      if (name === undefined || end - first + 1 > SLOTS || removeLine(target, line) === null) return false;
      return isOpenedBefore(target, first, name) && !isHandedOut(target, textAt(target, name));
    }),
  apply: (target, { token }) => removeLine(target, target.lines[target.lineOf[token]]),
};

/** Index of `x` in the statements `x.close()` and `os.close(x)`. */
function closedName(target: MutationTarget, line: LogicalLine): number | undefined {
  const open = statementCall(target, line);
  if (open === undefined) return undefined;
  const callee = calleeOf(target, open);
  if (callee !== undefined && CLOSING_FUNCTIONS.has(callee))
    return isPath(target, open + 1, target.partner[open] - 1) && target.partner[open] === open + 2
      ? open + 1
      : undefined;
  return open === line.first + 3 && CLOSERS.has(textAt(target, open - 1)) ? line.first : undefined;
}

/** True when a line before binds the name, alone or in a tuple, to the result of a call that opens something. */
function isOpenedBefore(target: MutationTarget, close: number, name: number): boolean {
  return target.lines.some(({ first, end }) => {
    if (first >= close) return false;
    let equals = first;
    while (equals < end && textAt(target, equals) !== '=') equals += 1;
    const binds = (i: number): boolean =>
      textAt(target, i) === textAt(target, name) &&
      target.bindings[i] === 'local' &&
      textAt(target, i + 1) !== '.';
    if (!range(first, equals).some(binds)) return false;
    return range(equals + 1, end).some((i) => isCall(target, i) && opens(target, i, name > close));
  });
}

/** The numbers from `from` up to, and without, `to`. */
function range(from: number, to: number): number[] {
  return Array.from({ length: Math.max(0, to - from) }, (_, i) => from + i);
}

/** What a method `close` ends may come from any call; what a function takes back, from few. */
function opens(target: MutationTarget, open: number, isTakenBack: boolean): boolean {
  if (isTakenBack) return MAKERS.has(calleeOf(target, open) ?? '');
  return !IN_MEMORY.test(textAt(target, open - 1));
}

/** True when the function returns, yields or keeps the thing, or manages it with `with`: then others may close it. */
function isHandedOut(target: MutationTarget, name: string): boolean {
  return target.tokens.some(({ text }, i) => {
    if (text !== name || textAt(target, i - 1) === '.' || textAt(target, i + 1) === '.') return false;
    const before = textAt(target, i - 1);
    return (
      ['return', 'yield', 'with', 'from'].includes(before) || (before === '=' && target.enclosing[i] < 0)
    );
  });
}

/** Deletes `x.seek(0)` or `x.flush()` between two uses of x. */
export const missingRewind: Mutator = {
  bugType: 'missing-rewind',
  why: 'The next reader starts at the end of what was written, or does not see what is still in the buffer.',
  sites: (target) =>
    lineSites(target, (first, end) => {
      const line = target.lines[target.lineOf[first]];
      const open = statementCall(target, line);
      if (open === undefined || end - first + 1 > SLOTS || removeLine(target, line) === null) return false;
      const receiver = textsOf(target, first, open - 3);
      const uses = target.tokens.flatMap((_, i) =>
        matchesAt(target, i, ...receiver) ? [i + receiver.length] : [],
      );
      if (matchesAt(target, open - 1, 'seek', '(', '0', ')'))
        return (
          uses.some((next) => next >= end) &&
          (isForeign(target, first) || uses.some((i) => moves(target, first, i)))
        );
      if (!matchesAt(target, open - 1, 'flush', '(', ')') || isClosedNext(target, receiver, end))
        return false;
      return uses.some((next) => next < first && isWrite(target, next));
    }),
  apply: (target, { token }) => removeLine(target, target.lines[target.lineOf[token]]),
};

/** True for a stream that comes from outside the function, read or written to who knows where. */
function isForeign(target: MutationTarget, first: number): boolean {
  return target.bindings[first] !== 'local';
}

/** True when the receiver that ends before token `next` is called or passed on before `first`: its position moved. */
function moves(target: MutationTarget, first: number, next: number): boolean {
  return next < first && textAt(target, next) !== '=' && textAt(target, next) !== ':';
}

/** True when the receiver that ends before token `next` writes, or is an argument of a call that may. */
function isWrite(target: MutationTarget, next: number): boolean {
  const writes = textAt(target, next) === '.' && /^(write\w*|print|dump)$/.test(textAt(target, next + 1));
  return writes || (target.enclosing[next - 1] >= 0 && !inSignature(target, next - 1));
}

/** Closing a stream flushes it, and so does going back in it. */
function isClosedNext(target: MutationTarget, receiver: readonly string[], end: number): boolean {
  return range(end, end + 4).some(
    (i) => matchesAt(target, i, ...receiver, '.', 'close') || matchesAt(target, i, ...receiver, '.', 'seek'),
  );
}

/** Functions that open a file by name or descriptor, and the position of their mode. */
const MODE_POSITIONS: Readonly<Record<string, number>> = {
  open: 1,
  'io.open': 1,
  'codecs.open': 1,
  'os.fdopen': 1,
  'gzip.open': 1,
  'bz2.open': 1,
  'lzma.open': 1,
  'zipfile.ZipFile': 1,
  'tarfile.open': 1,
  'tempfile.NamedTemporaryFile': 0,
  'tempfile.TemporaryFile': 0,
};

/** Modes taken for one another. A mode is never one of its own stand-ins' meanings: text, binary, start, end, new. */
const MODES: Readonly<Record<string, readonly string[]>> = {
  r: ['w', 'rb'],
  rt: ['rb', 'wt'],
  rb: ['r', 'wb'],
  w: ['r', 'wb'],
  wt: ['wb', 'rt'],
  wb: ['w', 'rb'],
  a: ['w', 'r'],
  ab: ['wb', 'a'],
  'r+': ['r', 'w+'],
  'r+b': ['rb', 'w+b'],
  'rb+': ['rb', 'wb+'],
  'w+': ['w', 'r+'],
  'w+b': ['wb', 'w+'],
  'wb+': ['wb', 'w+'],
  'a+': ['w+', 'a'],
  'r:gz': ['w:gz', 'r:'],
  'w:gz': ['r:gz', 'w'],
};

/** A file is opened in another mode, or without one. */
export const wrongOpenMode: Mutator = {
  bugType: 'wrong-open-mode',
  why: 'The file cannot be read or written, is emptied, or gives str for bytes or bytes for str.',
  sites: (target) =>
    tokenSites(target, (_, i) => isCall(target, i)).flatMap(({ token: open }): MutationSite[] => {
      const mode = modeOf(target, open);
      if (!mode) return [];
      const at = mode.last;
      return standIns(target, open, at).length > 0 ? [{ token: at }] : [];
    }),
  apply(target, { token }, rng) {
    const open = target.enclosing[token];
    const mode = modeOf(target, open);
    return mode ? changeMode(target, open, mode, rng) : null;
  },
};

function changeMode(target: MutationTarget, open: number, mode: Argument, rng: Rng): TextEdit | null {
  const text = textAt(target, mode.last);
  const name = text.slice(1, -1);
  // Without a mode a file is read as text, which no call that says so means.
  const isText = /^rt?$/.test(name) || (name === 'rb' && readsBoth(target));
  const isLeftOut = !isText && rng.next() < 0.3 && argumentsOf(target, open).at(-1)?.first === mode.first;
  if (isLeftOut && calleeOf(target, open) === 'open') return removeArgument(target, mode);
  return replaceToken(target, mode.last, text[0] + rng.pick(standIns(target, open, mode.last)) + text[0]);
}

/** The argument whose last token is the literal mode. */
function modeOf(target: MutationTarget, open: number): Argument | undefined {
  const callee = calleeOf(target, open);
  // Paths of Twisted open binary files whatever their mode says.
  const isMethod =
    callee === undefined && matchesAt(target, open - 2, '.', 'open', '(') && !usesModule(target, 'twisted');
  const known = callee !== undefined && Object.hasOwn(MODE_POSITIONS, callee);
  if (!known && !(isMethod && isCall(target, open))) return undefined;
  const position = known ? MODE_POSITIONS[callee] : 0;
  const argument = keywordArgument(target, open, 'mode') ?? argumentsOf(target, open)[position];
  if (!argument || target.tokens[argument.last].kind !== 'string') return undefined;
  const isKeyword = matchesAt(target, argument.first, 'mode', '=') && argument.last === argument.first + 2;
  return isKeyword || argument.first === argument.last ? argument : undefined;
}

/** True when the function calls a parser that takes text and bytes. */
function readsBoth(target: MutationTarget): boolean {
  return target.tokens.some(
    ({ text }, i) => text === 'yaml' || matchesAt(target, i, 'json', '.', 'load', '('),
  );
}

/** Functions for which 'r' and 'rb' are the same, or that know no 'rb'. */
const ALWAYS_BINARY = new Set([
  'gzip.open',
  'bz2.open',
  'lzma.open',
  'codecs.open',
  'zipfile.ZipFile',
  'tarfile.open',
]);

function standIns(target: MutationTarget, open: number, at: number): readonly string[] {
  const text = textAt(target, at);
  const mode = text.slice(1, -1);
  if (!/^(['"])[^'"]*\1$/.test(text) || !Object.hasOwn(MODES, mode)) return [];
  // Binary files take no encoding: the mode would be refused on the spot.
  const isText = ['encoding', 'errors', 'newline'].some((name) => keywordArgument(target, open, name));
  if (ALWAYS_BINARY.has(calleeOf(target, open) ?? '')) {
    const bare = mode.replace('b', '');
    return [...new Set(MODES[mode].map((other) => other.replace('b', '')))].filter((other) => other !== bare);
  }
  const isGiven = isText || (/^rb?$/.test(mode) && readsBoth(target));
  return MODES[mode].filter((other) => !isGiven || other.includes('b') === mode.includes('b'));
}

const TEXT_OPENERS = new Set([
  'open',
  'io.open',
  'gzip.open',
  'bz2.open',
  'lzma.open',
  'os.fdopen',
  'io.TextIOWrapper',
  'tempfile.NamedTemporaryFile',
  'tempfile.TemporaryFile',
  'fileinput.input',
  'str',
  'bytes',
]);
const TEXT_METHODS = new Set(['open', 'read_text', 'write_text', 'decode', 'encode']);

/** Drops `encoding=` or `errors=` of a call that reads or writes text, or `newline=` of a file of the csv module. */
export const missingEncoding: Mutator = {
  bugType: 'missing-encoding',
  why: 'The platform chooses encoding and line ends, or one odd byte raises: the file cannot be read elsewhere.',
  sites: (target) =>
    tokenSites(target, (_, i) => isCall(target, i) && takesText(target, i) && !!layoutArgument(target, i)),
  apply(target, { token }) {
    const argument = layoutArgument(target, token);
    return argument ? removeArgument(target, argument) : null;
  },
};

function takesText(target: MutationTarget, open: number): boolean {
  const callee = calleeOf(target, open);
  if (callee !== undefined) return TEXT_OPENERS.has(callee);
  return textAt(target, open - 2) === '.' && TEXT_METHODS.has(textAt(target, open - 1));
}

const ERROR_HANDLERS =
  /^['"](ignore|replace|surrogateescape|backslashreplace|xmlcharrefreplace|surrogatepass|namereplace)['"]$/;

/** The argument that says how text is stored. */
function layoutArgument(target: MutationTarget, open: number): Argument | undefined {
  const errors = argumentsOf(target, open).find(
    ({ first, last }) =>
      ERROR_HANDLERS.test(textAt(target, last)) &&
      (first === last || matchesAt(target, first, 'errors', '=')),
  );
  if (errors) return errors;
  // Methods of text and bytes use UTF-8 anyway.
  if (['decode', 'encode'].includes(textAt(target, open - 1))) return undefined;
  const encoding = keywordArgument(target, open, 'encoding');
  if (encoding) return /^(['"])utf-?8(-sig)?\1$/i.test(textAt(target, encoding.last)) ? encoding : undefined;
  return usesModule(target, 'csv') ? keywordArgument(target, open, 'newline') : undefined;
}
