import { MAX_SPAN } from '../../../records/example';
import type { Mutator } from '../../mutation/mutator';
import { type MutationTarget, isCall, lineAt, textAt } from '../../mutation/target';
import { removeLine, removeTokens, replaceToken } from '../../mutation/text-edit';
import { isAssignedTo } from '../tools/lines';
import { tokenSites } from '../tools/sites';
import { textOf } from '../tools/texts';

/** `str(x)` becomes `x` beside `+`; `int(x)` and `float(x)` become `x` anywhere. */
export const missingConversion: Mutator = {
  bugType: 'missing-conversion',
  why: 'The value keeps a type that its use cannot take, or compares and adds in another way.',
  sites: (target) =>
    tokenSites(target, ({ kind, text }, i) => {
      if (kind !== 'name' || textAt(target, i - 1) === '.' || !isCall(target, i + 1)) return false;
      const close = target.partner[i + 1];
      if (!isChain(target, i + 2, close - 1)) return false;
      if (text === 'int' || text === 'float') return true;
      return text === 'str' && (textAt(target, i - 1) === '+' || textAt(target, close + 1) === '+');
    }),
  apply(target, { token }) {
    const { tokens, partner } = target;
    const close = partner[token + 1];
    const line = lineAt(target, token);
    // Nobody writes `x = x`: the line goes.
    const whole = textAt(target, token - 1) === '=' && close + 1 === line.end;
    if (whole && isAssignedTo(target, line, token + 2, close - 1)) return removeLine(target, line);
    return { start: tokens[token].start, end: tokens[close].end, text: textOf(target, token + 2, close - 1) };
  },
};

/** True for a name with attributes, calls and indices: nothing whose precedence the parentheses held. */
function isChain(target: MutationTarget, first: number, last: number): boolean {
  if (last < first || last - first + 3 > MAX_SPAN || target.tokens[first].kind !== 'name') return false;
  for (let i = first + 1; i <= last; i++) {
    if (['(', '['].includes(textAt(target, i))) i = target.partner[i];
    else if (!(textAt(target, i) === '.' && target.tokens[i + 1].kind === 'name')) return false;
    else i += 1;
  }
  return true;
}

/** Deletes `.encode(...)`, `.decode(...)` or the `b` before a literal. */
export const missingTextEncoding: Mutator = {
  bugType: 'missing-text-encoding',
  why: 'Text and bytes do not mix: joining or writing them raises TypeError, and they are never equal.',
  sites: (target) => [
    ...tokenSites(target, (_, i) => {
      const method = textAt(target, i + 1);
      if (textAt(target, i) !== '.' || !['encode', 'decode'].includes(method)) return false;
      return isCall(target, i + 2) && target.partner[i + 2] - i < MAX_SPAN && isEncoding(target, i + 3);
    }),
    ...tokenSites(
      target,
      ({ kind, text }, i) =>
        kind === 'string' && /^b['"]/.test(text) && !isEscaped(text) && meetsBytes(target, i),
    ).map((site) => ({ ...site, form: 'literal' })),
  ],
  apply: (target, { token, form }) =>
    form === 'literal'
      ? replaceToken(target, token, textAt(target, token).slice(1))
      : removeTokens(target, token, target.partner[token + 2]),
};

/** True for an empty argument list, an encoding's name, or a variable that holds one. */
function isEncoding(target: MutationTarget, first: number): boolean {
  const { text } = target.tokens[first];
  return (
    text === ')' ||
    /^['"](utf|ascii|latin|iso|cp|idna|hex|base64)/i.test(text) ||
    /encoding|charset|codec/i.test(text + textAt(target, first + 2))
  );
}

/** Bytes that no text literal could hold as well are written by number. */
function isEscaped(text: string): boolean {
  return /\\x[89a-f]/i.test(text);
}

/** True for a literal that is joined to, compared with or searched in other bytes. */
function meetsBytes(target: MutationTarget, index: number): boolean {
  // Python joins neighbouring literals only where they are of one kind.
  if (target.tokens[index - 1].kind === 'string' || target.tokens[index + 1].kind === 'string') return false;
  const [before, after] = [textAt(target, index - 1), textAt(target, index + 1)];
  const operators = ['+', '+=', '==', '!=', 'in', '%', '.'];
  return (
    operators.includes(before) ||
    operators.includes(after) ||
    ['(', ','].includes(before) ||
    before === 'return'
  );
}
