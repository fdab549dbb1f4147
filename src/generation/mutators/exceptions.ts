import { MAX_SPAN } from '../../records/example';
import type { Mutator } from '../mutator';
import { blockOf } from '../structure';
import { isCall, lineAt, textAt, type MutationTarget } from '../target';
import { removeTokens, replaceToken } from '../text-edit';
import { lineSites, tokenSites, textsOf } from './sites';

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
  return from < to
    ? textsOf(target, target.lines[from].first, target.lines[to - 1].end - 1)
    : [];
}

function relatedAt(target: MutationTarget, index: number): readonly string[] {
  const text = textAt(target, index);
  if (!Object.hasOwn(RELATED, text) || textAt(target, index - 1) === '.') return [];
  const { first, end } = lineAt(target, index);
  if (textAt(target, first) !== 'except') return [];
  const caught = new Set(target.tokens.slice(first, end).map((token) => token.text));
  return RELATED[text].filter((name) => !caught.has(name));
}

/** `raise E(...)` becomes `E(...)`. */
export const missingRaise: Mutator = {
  bugType: 'missing-raise',
  why: 'The exception is made and thrown away; the function goes on with bad values.',
  sites: (target) =>
    lineSites(target, (first, end) => {
      if (textAt(target, first) !== 'raise') return false;
      for (let open = first + 2; open < end; open++)
        if (isCall(target, open)) return target.partner[open] === end - 1;
      return false;
    }),
  apply: (target, { token }) => removeTokens(target, token, token),
};

/** `raise NotImplementedError` becomes `raise NotImplemented`. */
export const raiseNotImplemented: Mutator = {
  bugType: 'raise-not-implemented',
  why: 'NotImplemented is no exception; raising or calling it is a TypeError.',
  sites: (target) =>
    tokenSites(target, ({ text }, i) => text === 'NotImplementedError' && textAt(target, i - 1) === 'raise'),
  apply: (target, { token }) => replaceToken(target, token, 'NotImplemented'),
};
