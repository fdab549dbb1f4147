import { MAX_SPAN, SLOTS } from '../../../records/example';
import type { Mutator } from '../../mutation/mutator';
import { calleeOf, headerOf } from '../../mutation/structure';
import { type MutationTarget, argumentsOf, isCall, lineAt, matchesAt, textAt } from '../../mutation/target';
import { removeTokens, replaceToken } from '../../mutation/text-edit';
import { isOperand } from '../tools/operands';
import { lineSites, tokenSites } from '../tools/sites';
import { textsOf } from '../tools/texts';

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

/** What the caller of a special method expects to catch, and what people raise there instead. */
const PROTOCOLS: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  __getattr__: { AttributeError: ['KeyError', 'ValueError', 'NameError'] },
  __getattribute__: { AttributeError: ['KeyError', 'ValueError'] },
  __delattr__: { AttributeError: ['KeyError', 'ValueError'] },
  __setattr__: { AttributeError: ['TypeError', 'ValueError'] },
  __getitem__: { KeyError: ['AttributeError', 'ValueError'], IndexError: ['ValueError', 'KeyError'] },
  __missing__: { KeyError: ['AttributeError', 'ValueError'] },
  __delitem__: { KeyError: ['AttributeError', 'ValueError'], IndexError: ['ValueError'] },
  __next__: { StopIteration: ['IndexError', 'GeneratorExit', 'EOFError'] },
  next: { StopIteration: ['IndexError', 'GeneratorExit'] },
  __anext__: { StopAsyncIteration: ['StopIteration', 'IndexError'] },
  __hash__: { TypeError: ['ValueError', 'AttributeError'] },
  __iter__: { TypeError: ['ValueError', 'AttributeError'] },
  __len__: { TypeError: ['ValueError', 'AttributeError'] },
};

/** `raise` names another exception than the protocol or the test before it asks for. */
export const wrongRaisedException: Mutator = {
  bugType: 'wrong-raised-exception',
  why: 'Callers catch the exception that the protocol or the kind of mistake names; this one passes them by.',
  sites: (target) =>
    lineSites(target, (first) => alternativesAt(target, first).length > 0).map(({ token }) => ({
      token: token + 1,
    })),
  apply: (target, { token }, rng) => replaceToken(target, token, rng.pick(alternativesAt(target, token - 1))),
};

function alternativesAt(target: MutationTarget, first: number): readonly string[] {
  if (textAt(target, first) !== 'raise' || target.bindings[first + 1] !== 'builtin') return [];
  const name = textAt(target, first + 1);
  if (textAt(target, first + 2) === '.') return [];
  const protocol = PROTOCOLS[functionAround(target, first)]?.[name];
  if (protocol) return protocol;
  const tested = testBefore(target, first);
  if (name === 'TypeError') return tested === 'type' ? ['ValueError', 'AttributeError'] : [];
  if (name !== 'ValueError') return [];
  if (tested === 'membership') return ['KeyError', 'TypeError'];
  return tested === 'range' ? ['TypeError'] : [];
}

/** Name of the innermost function around a token, '' outside. */
function functionAround(target: MutationTarget, token: number): string {
  for (let line = headerOf(target, target.lineOf[token]); line >= 0; line = headerOf(target, line)) {
    const { first } = target.lines[line];
    const def = textAt(target, first) === 'async' ? first + 1 : first;
    if (textAt(target, def) === 'def') return textAt(target, def + 1);
  }
  return '';
}

const COMPARISONS = new Set(['<', '>', '<=', '>=']);
const TYPE_TESTS = new Set(['isinstance', 'issubclass', 'callable', 'type', 'hasattr']);

/** What the `if` above a line that raises tests; undefined when that is none of the three for sure. */
function testBefore(target: MutationTarget, first: number): 'type' | 'range' | 'membership' | undefined {
  const header = target.lines[headerOf(target, target.lineOf[first])];
  if (!header || !['if', 'elif'].includes(textAt(target, header.first))) return undefined;
  const words = textsOf(target, header.first, header.end - 1);
  if (words.some((word) => TYPE_TESTS.has(word))) return words.includes('not') ? 'type' : undefined;
  if (words.some((word, i) => word === 'not' && words[i + 1] === 'in')) return 'membership';
  return words.some((word) => COMPARISONS.has(word)) ? 'range' : undefined;
}

const EXCEPTION_NAME = /^[A-Z]\w*(Error|Exception|Exit|Interrupt)$/;

/** `raise E(...)` becomes `return E(...)`. */
export const returnedException: Mutator = {
  bugType: 'returned-exception',
  why: 'The caller gets an exception object for a result, which is true and catches no attention.',
  sites: (target) =>
    lineSites(target, (first, end) => {
      if (textAt(target, first) !== 'raise') return false;
      let name = first + 1;
      while (textAt(target, name + 1) === '.') name += 2;
      if (!EXCEPTION_NAME.test(textAt(target, name)) || !isCall(target, name + 1)) return false;
      return target.partner[name + 1] === end - 1 && functionAround(target, first) !== '__init__';
    }),
  apply: (target, { token }) => replaceToken(target, token, 'return'),
};

/** `raise E('... %s' % x)` becomes `raise E('... %s', x)`; `.format(x)` and warnings likewise. */
export const unformattedMessage: Mutator = {
  bugType: 'unformatted-message',
  why: 'Exceptions format nothing: the placeholders stay in the message, and a warning takes the value for its category.',
  sites: (target) => [
    ...tokenSites(target, ({ kind, text }, i) => kind === 'op' && text === '%' && isMessage(target, i)).map(
      (site) => ({ ...site, form: 'percent' }),
    ),
    ...tokenSites(target, (_, i) => isFormatCall(target, i) && isMessage(target, i)).map((site) => ({
      ...site,
      form: 'format',
    })),
  ],
  apply(target, { token, form }) {
    if (form === 'percent') {
      const { start, end } = target.tokens[token];
      const before = target.tokens[token - 1].end;
      // A backslash before the operator ends its line: the comma must stay behind it.
      return { start: /\\/.test(target.source.slice(before, start)) ? start : before, end, text: ',' };
    }
    const { source, tokens, partner } = target;
    const values = source.slice(tokens[token + 2].end, tokens[partner[token + 2]].start);
    return { start: tokens[token].start, end: tokens[partner[token + 2]].end, text: `, ${values}` };
  },
};

/** True at the dot of `.format(x)` with few plain values, so that the fix fits. */
function isFormatCall(target: MutationTarget, dot: number): boolean {
  const open = dot + 2;
  if (!matchesAt(target, dot, '.', 'format', '(')) return false;
  const values = argumentsOf(target, open);
  const length = target.partner[open] - dot + 1;
  return (
    values.length > 0 && length <= Math.min(MAX_SPAN, SLOTS) && values.every(({ positional }) => positional)
  );
}

/** True when the operator at `at` formats the first argument of an exception that is raised, or of a warning. */
function isMessage(target: MutationTarget, at: number): boolean {
  const open = target.enclosing[at];
  if (open < 0 || !isCall(target, open) || !takesMessage(target, open)) return false;
  const [message] = argumentsOf(target, open);
  if (!message || at < message.first || at > message.last) return false;
  if (textAt(target, at) === '.')
    return target.partner[at + 2] === message.last && isTemplate(target, message.first, at - 1);
  return isTemplate(target, message.first, at - 1) && isOperand(target, at + 1, message.last);
}

/** True for literals, and for one inside a translation `_('...')`. */
function isTemplate(target: MutationTarget, first: number, last: number): boolean {
  const from =
    TRANSLATIONS.has(textAt(target, first)) && target.partner[first + 1] === last ? first + 2 : first;
  const to = from > first ? last - 1 : last;
  for (let i = from; i <= to; i++)
    if (target.tokens[i].kind !== 'string' || /^[rR]?[fF]/.test(textAt(target, i))) return false;
  return to >= from;
}

const TRANSLATIONS = new Set(['_', 'gettext', 'ugettext', 'gettext_lazy', 'ugettext_lazy']);
const MESSAGE_TAKERS = new Set(['warnings.warn', 'sys.exit']);

function takesMessage(target: MutationTarget, open: number): boolean {
  const { first } = lineAt(target, open);
  const callee = calleeOf(target, open);
  if (callee !== undefined && MESSAGE_TAKERS.has(callee)) return true;
  if (textAt(target, first) !== 'raise') return false;
  let at = open - 1;
  while (textAt(target, at - 1) === '.') at -= 2;
  return at === first + 1;
}
