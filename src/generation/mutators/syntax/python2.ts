import { MAX_SPAN } from '../../../records/example';
import type { MutationSite, Mutator } from '../../mutation/mutator';
import { type MutationTarget, argumentsOf, isCall, lineAt, matchesAt, textAt } from '../../mutation/target';
import type { TextEdit } from '../../mutation/text-edit';
import { lineSites, tokenSites } from '../tools/sites';

/** `print(x)` becomes `print x`. */
export const python2Print: Mutator = {
  bugType: 'python2-print',
  why: 'Python 3 has no print statement.',
  sites: (target) =>
    lineSites(target, (first, end) => {
      if (!matchesAt(target, first, 'print', '(') || target.partner[first + 1] !== end - 1) return false;
      const length = end - first - 3;
      return (
        length > 0 &&
        length + 2 <= MAX_SPAN &&
        !['*', '**', '-', '[', '('].includes(textAt(target, first + 2))
      );
    }),
  apply(target, { token }) {
    const { source, tokens, partner } = target;
    const close = partner[token + 1];
    const inner = source.slice(tokens[token + 1].end, tokens[close].start).trim();
    if (inner.includes('\n')) return null;
    return { start: tokens[token].end, end: tokens[close].end, text: ` ${inner}` };
  },
};

/** `except E as e` becomes `except E, e`. */
export const python2Except: Mutator = {
  bugType: 'python2-except',
  why: 'Python 3 names the exception with `as`.',
  sites: (target) =>
    tokenSites(
      target,
      ({ kind, text }, i) =>
        kind === 'keyword' && text === 'as' && textAt(target, lineAt(target, i).first) === 'except',
    ),
  apply: ({ tokens }, { token }) => ({ start: tokens[token - 1].end, end: tokens[token].end, text: ',' }),
};

/** Other forms that Python 3 dropped: `<>`, backquotes, `raise E, 'text'`, `exec code`, `0777`, `10L`, `ur''`. */
export const python2Syntax: Mutator = {
  bugType: 'python2-syntax',
  why: 'Python 3 dropped the form.',
  sites: (target) =>
    target.tokens.flatMap((_, token): MutationSite[] => {
      const form = formAt(target, token);
      return form === undefined ? [] : [{ token, form }];
    }),
  apply(target, { token, form }, rng) {
    const { tokens } = target;
    const { start, end, text } = tokens[token];
    switch (form) {
      case 'unequal':
        return { start, end, text: '<>' };
      case 'octal':
        return { start, end, text: `0${text.slice(2)}` };
      case 'long':
        return { start: end, end, text: rng.pick(['L', 'l']) };
      case 'unicode':
        return { start, end: start, text: 'u' };
      case 'backquotes':
        return unwrapped(target, token, '`', '`');
      case 'exec':
        return unwrapped(target, token, 'exec ', '');
      default:
        return raiseWithComma(target, token);
    }
  },
};

function formAt(target: MutationTarget, index: number): string | undefined {
  const { kind, text } = target.tokens[index];
  if (text === '!=' && kind === 'op') return 'unequal';
  if (kind === 'number' && /^0[oO][0-7]+$/.test(text)) return 'octal';
  if (kind === 'number' && /^[1-9]\d{2,}$/.test(text)) return 'long';
  if (kind === 'string' && /^[rR]['"]/.test(text)) return 'unicode';
  if (!isCall(target, index + 1) || textAt(target, index - 1) === '.') return undefined;
  const list = argumentsOf(target, index + 1);
  const close = target.partner[index + 1];
  if (list.length === 0 || !list[0].positional || close - index > MAX_SPAN - 1) return undefined;
  if (text === 'repr' && list.length === 1) return 'backquotes';
  const { first, end } = lineAt(target, index);
  if (text === 'exec' && list.length === 1 && index === first && close === end - 1) return 'exec';
  const raised = textAt(target, first) === 'raise' && close === end - 1 && index === first + 1;
  return raised ? 'raise' : undefined;
}

/** `name(x)` with other marks around x; null when it spreads over lines. */
function unwrapped(
  { source, tokens, partner }: MutationTarget,
  index: number,
  before: string,
  after: string,
): TextEdit | null {
  const close = partner[index + 1];
  const inner = source.slice(tokens[index + 1].end, tokens[close].start).trim();
  if (inner.includes('\n')) return null;
  return { start: tokens[index].start, end: tokens[close].end, text: before + inner + after };
}

/** `raise E(text)` becomes `raise E, text`. */
function raiseWithComma({ source, tokens, partner }: MutationTarget, index: number): TextEdit | null {
  const close = partner[index + 1];
  const inner = source.slice(tokens[index + 1].end, tokens[close].start).trim();
  if (inner.includes('\n')) return null;
  return { start: tokens[index].end, end: tokens[close].end, text: `, ${inner}` };
}
