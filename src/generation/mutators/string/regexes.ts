import type { MutationSite, Mutator } from '../../mutation/mutator';
import { calleeOf } from '../../mutation/structure';
import { type Argument, type MutationTarget, argumentsOf, textAt } from '../../mutation/target';
import { replaceToken } from '../../mutation/text-edit';
import { removeArgument } from '../tools/arguments';
import { chainStart, unwrapCall } from '../tools/operands';
import { tokenSites } from '../tools/sites';
import { textOf } from '../tools/texts';

const TAKES_PATTERN = /^re(gex)?\.(compile|match|search|fullmatch|sub|subn|split|findall|finditer)$/;
const FLAG = /^(re(gex)?\.)?(I|IGNORECASE|M|MULTILINE|S|DOTALL|X|VERBOSE)\b/;

/** Ways in which a pattern is weaker than meant: each gives the changed literal, or the same one where it cannot. */
const WEAKENINGS: readonly ((literal: string, anchored: boolean) => string)[] = [
  // The dot stands for any character; in brackets it stands for itself anyway.
  (literal) => literal.replace(/^((?:[^[\]\\]|\\[^.]|\[[^\]]*\])*)\\\.(?![*+?{])/, '$1.'),
  // What follows the match does not matter any more; nothing follows `.*`.
  (literal) => literal.replace(/((?!\.\*).[^\\(|'"])(\$|\\Z)(['"]+)$/, '$1$3'),
  // What precedes the match does not matter any more; `match` looks at the start only, with or without the anchor.
  (literal, anchored) => (anchored ? literal : literal.replace(/^([a-zA-Z]*['"]+)\^(?![['"*|)])/, '$1')),
  // The group goes on to the last possible end.
  (literal) => literal.replace(/([^\\]\((?:\?P<\w+>)?\.[*+])\?/, '$1'),
  // `\b` becomes a backspace, `\1` a control character.
  (literal) =>
    /[^\\]\\[b1-9]/.test(literal) && !/\\[xuUN]/.test(literal)
      ? literal.replace(/^[rR](?=['"])/, '')
      : literal,
];

/** A regular expression that matches too much or nothing: escape, anchor, `?`, raw prefix, flag or `re.escape` is missing. */
export const wrongRegex: Mutator = {
  bugType: 'wrong-regex',
  why: 'The pattern matches text that it should not, or none at all.',
  sites: (target) =>
    tokenSites(target, ({ text }, i) => text === '(' && calleeOf(target, i) !== undefined).flatMap(
      ({ token }) => regexSites(target, token),
    ),
  apply(target, { token, form }) {
    if (form === 'escape') {
      const [argument] = argumentsOf(target, token);
      return unwrapCall(target, chainStart(target, token - 1), target.partner[token], argument);
    }
    if (form === 'flag') {
      const flag = flagOf(target, token);
      return flag ? removeArgument(target, flag) : null;
    }
    const [pattern] = argumentsOf(target, token);
    const weaken = WEAKENINGS[Number(form)];
    return replaceToken(
      target,
      pattern.first,
      weaken(textAt(target, pattern.first), isAnchored(target, token)),
    );
  },
};

function regexSites(target: MutationTarget, open: number): MutationSite[] {
  const callee = calleeOf(target, open);
  const [first] = argumentsOf(target, open);
  if (callee === undefined || !first) return [];
  if (/^re(gex)?\.escape$/.test(callee)) return [{ token: open, form: 'escape' }];
  if (!TAKES_PATTERN.test(callee)) return [];
  const sites: MutationSite[] = flagOf(target, open) ? [{ token: open, form: 'flag' }] : [];
  const literal = textAt(target, first.first);
  if (first.first !== first.last || target.tokens[first.first].kind !== 'string') return sites;
  WEAKENINGS.forEach((weaken, i) => {
    if (weaken(literal, isAnchored(target, open)) !== literal) sites.push({ token: open, form: String(i) });
  });
  return sites;
}

/** True for functions that look at the start of the text only, and for patterns that may be used by one. */
function isAnchored(target: MutationTarget, open: number): boolean {
  const callee = calleeOf(target, open) ?? '';
  if (!callee.endsWith('compile')) return callee.endsWith('match');
  return !target.tokens.some(
    ({ text }, i) => text === '.' && /^(search|find|sub)/.test(textAt(target, i + 1)),
  );
}

/** The argument that sets flags, by position or by name. */
function flagOf(target: MutationTarget, open: number): Argument | undefined {
  return argumentsOf(target, open)
    .slice(1)
    .find(({ first, last, positional }) => {
      const named = !positional && textAt(target, first) === 'flags';
      return (positional || named) && FLAG.test(textOf(target, named ? first + 2 : first, last));
    });
}
