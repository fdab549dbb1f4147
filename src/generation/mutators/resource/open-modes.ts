import type { Rng } from '../../../core/rng';
import type { MutationSite, Mutator } from '../../mutation/mutator';
import { calleeOf, keywordArgument, usesModule } from '../../mutation/structure';
import {
  type Argument,
  type MutationTarget,
  argumentsOf,
  isCall,
  matchesAt,
  textAt,
} from '../../mutation/target';
import { type TextEdit, replaceToken } from '../../mutation/text-edit';
import { removeArgument } from '../tools/arguments';
import { tokenSites } from '../tools/sites';

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
