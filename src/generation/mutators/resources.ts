import { SLOTS } from '../../records/example';
import type { Rng } from '../../core/rng';
import type { MutationSite, Mutator } from '../mutator';
import { calleeOf, keywordArgument, usesModule } from '../structure';
import {
  argumentsOf,
  isCall,
  matchesAt,
  textAt,
  type Argument,
  type LogicalLine,
  type MutationTarget,
} from '../target';
import { removeLine, replaceToken, type TextEdit } from '../text-edit';
import { inSignature, lineSites, tokenSites } from './sites';
import { removeArgument, statementCall } from './statements';

/** What makes a thing that has to be closed, by qualified name. */
const OPENERS = new Set(
  (
    'open io.open os.open os.fdopen os.dup codecs.open gzip.open gzip.GzipFile bz2.open bz2.BZ2File lzma.open ' +
    'lzma.LZMAFile tarfile.open tarfile.TarFile zipfile.ZipFile socket.socket socket.create_connection ' +
    'socket.socketpair socket.fromfd urllib.request.urlopen sqlite3.connect mmap.mmap shelve.open dbm.open wave.open ' +
    'aifc.open tempfile.TemporaryFile tempfile.NamedTemporaryFile tempfile.SpooledTemporaryFile tempfile.mkstemp ' +
    'tempfile.TemporaryDirectory tempfile.mkdtemp os.popen os.pipe os.scandir http.client.HTTPConnection ' +
    'http.client.HTTPSConnection ftplib.FTP smtplib.SMTP smtplib.SMTP_SSL telnetlib.Telnet imaplib.IMAP4 ' +
    'multiprocessing.Pool multiprocessing.Pipe asyncio.new_event_loop selectors.DefaultSelector select.epoll ' +
    'concurrent.futures.ThreadPoolExecutor concurrent.futures.ProcessPoolExecutor subprocess.Popen'
  ).split(' '),
);
/** Methods of any object that hand out such a thing. */
const OPENER_METHODS = new Set([
  'open',
  'makefile',
  'accept',
  'connect',
  'cursor',
  'fdopen',
  'dup',
  'connection',
]);
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
      return (
        isOpenedBefore(target, first, textAt(target, name)) && !isHandedOut(target, textAt(target, name))
      );
    }),
  apply: (target, { token }) => removeLine(target, target.lines[target.lineOf[token]]),
};

/** Index of `x` in the statements `x.close()` and `os.close(x)`. */
function closedName(target: MutationTarget, line: LogicalLine): number | undefined {
  const open = statementCall(target, line);
  if (open === undefined) return undefined;
  const { first } = line;
  if (open === first + 3 && CLOSERS.has(textAt(target, open - 1))) return first;
  const callee = calleeOf(target, open);
  const isOne = target.partner[open] === open + 2 && callee !== undefined && CLOSING_FUNCTIONS.has(callee);
  return isOne && target.tokens[open + 1].kind === 'name' ? open + 1 : undefined;
}

/** True when a line before binds the name, alone or in a tuple, to the result of an opener. */
function isOpenedBefore(target: MutationTarget, before: number, name: string): boolean {
  return target.lines.some(({ first, end }) => {
    if (first >= before) return false;
    let equals = first;
    while (equals < end && textAt(target, equals) !== '=') equals += 1;
    let bound = false;
    for (let i = first; i < equals; i++)
      bound ||= textAt(target, i) === name && target.bindings[i] === 'local' && textAt(target, i + 1) !== '.';
    if (!bound) return false;
    for (let i = equals + 1; i < end; i++) if (isCall(target, i) && opens(target, i)) return true;
    return false;
  });
}

function opens(target: MutationTarget, open: number): boolean {
  const callee = calleeOf(target, open);
  if (callee !== undefined) return OPENERS.has(callee);
  return textAt(target, open - 2) === '.' && OPENER_METHODS.has(textAt(target, open - 1));
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
      const rewinds = matchesAt(target, open - 1, 'seek', '(', '0', ')');
      if (!rewinds && !matchesAt(target, open - 1, 'flush', '(', ')')) return false;
      const receiver = target.source.slice(target.tokens[first].start, target.tokens[open - 3].end);
      return rewinds ? isUsed(target, receiver, end) : isWritten(target, receiver, first);
    }),
  apply: (target, { token }) => removeLine(target, target.lines[target.lineOf[token]]),
};

/** True when tokens from `from` on name the receiver. */
function isUsed(target: MutationTarget, receiver: string, from: number): boolean {
  const names = receiver.split('.');
  return target.tokens.some(
    (_, i) => i >= from && names.every((name, k) => textAt(target, i + 2 * k) === name),
  );
}

/** True when a line before writes to the receiver. */
function isWritten(target: MutationTarget, receiver: string, before: number): boolean {
  const names = receiver.split('.');
  return target.tokens.some((_, i) => {
    if (i >= before || !names.every((name, k) => textAt(target, i + 2 * k) === name)) return false;
    const last = i + 2 * names.length - 2;
    return (
      /^(write\w*|print|dump)$/.test(textAt(target, last + 2)) ||
      (target.enclosing[i] >= 0 && !inSignature(target, i))
    );
  });
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
  const isLeftOut =
    !/^rt?$/.test(name) && rng.next() < 0.3 && argumentsOf(target, open).at(-1)?.first === mode.first;
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
  const bare = mode.replace('b', '');
  return MODES[mode].filter((other) =>
    ALWAYS_BINARY.has(calleeOf(target, open) ?? '')
      ? !other.includes('b') && other !== bare
      : !(isText && other.includes('b')),
  );
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
]);
const TEXT_METHODS = new Set(['open', 'read_text', 'write_text']);

/** Drops `encoding=` of a call that opens a text file, or `newline=` of a file of the csv module. */
export const missingEncoding: Mutator = {
  bugType: 'missing-encoding',
  why: 'The platform chooses the encoding and line ends, and the file cannot be read elsewhere, or differs there.',
  sites: (target) =>
    tokenSites(target, (_, i) => {
      if (!isCall(target, i)) return false;
      const callee = calleeOf(target, i);
      const isMethod =
        callee === undefined && textAt(target, i - 2) === '.' && TEXT_METHODS.has(textAt(target, i - 1));
      return (isMethod || (callee !== undefined && TEXT_OPENERS.has(callee))) && !!layoutArgument(target, i);
    }),
  apply(target, { token }) {
    const argument = layoutArgument(target, token);
    return argument ? removeArgument(target, argument) : null;
  },
};

/** The argument that says how text is stored. */
function layoutArgument(target: MutationTarget, open: number): Argument | undefined {
  const encoding = keywordArgument(target, open, 'encoding');
  if (encoding) return /^(['"])utf-?8(-sig)?\1$/i.test(textAt(target, encoding.last)) ? encoding : undefined;
  return usesModule(target, 'csv') ? keywordArgument(target, open, 'newline') : undefined;
}
