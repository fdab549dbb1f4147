import { MAX_SPAN, SLOTS } from '../../../records/example';
import type { MutationSite, Mutator } from '../../mutation/mutator';
import { usesModule } from '../../mutation/structure';
import {
  type Argument,
  type MutationTarget,
  argumentsOf,
  isCall,
  matchesAt,
  textAt,
} from '../../mutation/target';
import { replaceTokens } from '../../mutation/text-edit';
import { removeArgument } from '../tools/arguments';
import { unlessIdle } from '../tools/lines';
import { tokenSites } from '../tools/sites';
import { textOf } from '../tools/texts';

const NORMALISERS = new Set('lower upper casefold strip rstrip lstrip title capitalize replace'.split(' '));

/** `line.strip()` becomes `line`, `name.lower()` becomes `name`. */
export const missingNormalisation: Mutator = {
  bugType: 'missing-normalisation',
  why: 'Text that differs in case, blanks or separators alone is taken for different, or keeps what should go.',
  sites: (target) => tokenSites(target, (_, i) => normalises(target, i)),
  apply: (target, { token }) =>
    unlessIdle(target, replaceTokens(target, token, target.partner[token + 2], '')),
};

/** True at the dot of a call that gives text one form. A statement that is nothing but such a call is a bug already. */
function normalises(target: MutationTarget, dot: number): boolean {
  const name = textAt(target, dot + 1);
  const open = dot + 2;
  if (textAt(target, dot) !== '.' || !NORMALISERS.has(name) || !isCall(target, open)) return false;
  if (target.tokens[dot - 1].kind === 'string' || target.partner[open] - dot + 1 > SLOTS) return false;
  const all = argumentsOf(target, open);
  const literal = all.every(({ first, last }) => first === last && target.tokens[first].kind === 'string');
  // Other replacements than of blanks and separators give another text, not another form of it.
  if (name === 'replace')
    return literal && all.length === 2 && /^\w?['"]\W*(\\\w)?['"]$/.test(textAt(target, open + 1));
  return literal && all.length <= (name.endsWith('strip') ? 1 : 0) && !isFrame(target, dot);
}

/** `df.title()`, `s.str.lower()`: methods of data frames have their own meaning. */
function isFrame(target: MutationTarget, dot: number): boolean {
  return textAt(target, dot - 1) === 'str' && usesModule(target, 'pandas');
}

/** One value too few for `'%s %s' % (a, b)`, for `'{} {}'.format(a, b)`, and `% a, b` without parentheses. */
export const wrongFormatArguments: Mutator = {
  bugType: 'wrong-format-arguments',
  why: 'The placeholders outnumber the values: TypeError or IndexError where the text is needed, often that of an error.',
  sites: (target) => [...percentSites(target), ...formatSites(target)],
  apply(target, { token, form }, rng) {
    const open = token + 1;
    if (form === 'parentheses')
      return replaceTokens(
        target,
        open,
        target.partner[open],
        textOf(target, open + 1, target.partner[open] - 1),
      );
    const short = argumentsOf(target, open).filter((one) => isShort(one));
    return short.length === 0 ? null : removeArgument(target, rng.pick(short));
  },
};

function isShort({ first, last, positional }: Argument): boolean {
  return positional && last - first + 2 <= SLOTS;
}

/** The `%` before a tuple. */
function percentSites(target: MutationTarget): MutationSite[] {
  return tokenSites(
    target,
    ({ text }, i) => text === '%' && textAt(target, i + 1) === '(' && formats(target, i - 1),
  ).flatMap(({ token }): MutationSite[] => {
    const open = token + 1;
    const all = argumentsOf(target, open);
    if (all.length < 2 || all.some(({ positional }) => !positional)) return [];
    const sites: MutationSite[] = [];
    // A pair with one value less would be no tuple; it needs three.
    if (all.length > 2) sites.push({ token, form: 'value' });
    const close = target.partner[open];
    const inCall = target.enclosing[token] >= 0 && isCall(target, target.enclosing[token]);
    const fits = close - open + 1 <= Math.min(MAX_SPAN, SLOTS) && textAt(target, close - 1) !== ',';
    if (inCall && fits && [',', ')'].includes(textAt(target, close + 1)))
      sites.push({ token, form: 'parentheses' });
    return sites;
  });
}

/** True for a literal with placeholders. */
function formats(target: MutationTarget, index: number): boolean {
  const token = target.tokens[index];
  return token.kind === 'string' && /%[-+#0 ]*[\d*.]*[sdrfgixXeEc]/.test(token.text);
}

/** The `format` of a literal with automatic or numbered fields. */
function formatSites(target: MutationTarget): MutationSite[] {
  return tokenSites(target, (_, i) => {
    if (!matchesAt(target, i - 1, '.', 'format') || !isCall(target, i + 1)) return false;
    const literal = target.tokens[i - 2];
    if (literal.kind !== 'string') return false;
    const fields = literal.text.replaceAll('{{', '').match(/\{\d*[!:}]/g) ?? [];
    const all = argumentsOf(target, i + 1);
    // Neighbouring literals are one template, of which only the last stands here.
    const whole = target.tokens[i - 3]?.kind !== 'string';
    return whole && all.length === fields.length && all.length > 0 && all.every(isShort);
  });
}
