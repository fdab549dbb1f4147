import type { MutationSite, Mutator } from '../../mutation/mutator';
import { type MutationTarget, endsOperand, textAt } from '../../mutation/target';
import { replaceTokens } from '../../mutation/text-edit';
import { inSignature } from '../tools/lines';
import { chainStart } from '../tools/operands';
import { tokenSites } from '../tools/sites';
import { spanText } from '../tools/texts';

/** `x is not None` becomes `x`, `x is None` becomes `not x`, where 0 or an empty value is one to expect. */
export const truthinessForNoneCheck: Mutator = {
  bugType: 'truthiness-for-none-check',
  why: 'Zero, the empty string and empty containers are false as well, and now count as missing.',
  sites: (target) =>
    tokenSites(target, ({ kind, text }) => kind === 'keyword' && text === 'is').flatMap(
      ({ token }): MutationSite[] => {
        const first = conditionStart(target, token);
        if (first === undefined) return [];
        const negated = textAt(target, token + 1) === 'not';
        const none = negated ? token + 2 : token + 1;
        const ended = [':', 'and', 'or', 'else', ')', ']', 'if'].includes(textAt(target, none + 1));
        if (textAt(target, none) !== 'None' || !ended) return [];
        if (negated && fallsBack(target, first, none)) return [];
        const kind = falsyKind(target, first, token - 1);
        if (negated) return kind ? [{ token, form: 'not' }] : [];
        return kind === 'number' ? [{ token }] : [];
      },
    ),
  apply(target, { token, form }) {
    if (form === 'not') {
      const { tokens } = target;
      return { start: tokens[token - 1].end, end: tokens[token + 2].end, text: '' };
    }
    const first = conditionStart(target, token);
    if (first === undefined) return null;
    const { source, tokens } = target;
    const subject = source.slice(tokens[first].start, tokens[token - 1].end);
    return replaceTokens(target, first, token + 1, `not ${subject}`);
  },
};

/** True for `x if x is not None else []`: an empty value for an empty value is no harm. */
function fallsBack(target: MutationTarget, first: number, none: number): boolean {
  return (
    textAt(target, none + 1) === 'else' &&
    ['[', '{', '('].includes(textAt(target, none + 2)) &&
    textAt(target, first - 1) === 'if' &&
    target.partner[none + 2] === none + 3
  );
}

/** First token of the chain `a.b` before `is` when it opens a condition; undefined otherwise. */
function conditionStart(target: MutationTarget, is: number): number | undefined {
  if (target.tokens[is - 1]?.kind !== 'name') return undefined;
  const first = chainStart(target, is - 1);
  const before = textAt(target, first - 1);
  return ['if', 'elif', 'while', 'and', 'or'].includes(before) && is - first <= 5 ? first : undefined;
}

/** What a value may be beside None: a number, of which 0 is false, or a text or container that may be empty. */
type Falsy = 'number' | 'empty';

const NUMBER_WORDS =
  'timeout limit offset index idx count size length width height depth level start stop end step axis seed min max ' +
  'low high lower upper vmin vmax n k num number total weight scale delay retries age year month day hour minute ' +
  'second seconds priority fill_value alpha linewidth decimals digits precision threshold tol nrows ncols x y z ' +
  'rate position pos column row line lineno duration interval ttl expires';

const NUMBER_NAME = new RegExp(
  `^_?(${NUMBER_WORDS.replaceAll(' ', '|')}|(max|min|num|n)_\\w+|\\w+_(timeout|limit|offset|index|count|size|width|` +
    'height|level|depth|seconds|step|length))$',
);

/** What the value at tokens [first, last] may be by its name or its other uses; undefined where nothing shows. */
function falsyKind(target: MutationTarget, first: number, last: number): Falsy | undefined {
  if (NUMBER_NAME.test(textAt(target, last))) return 'number';
  const subject = spanText(target, first, last);
  const length = last - first + 1;
  let kind: Falsy | undefined;
  for (let i = 0; i + length <= target.tokens.length; i++) {
    if (textAt(target, i - 1) === '.' || spanText(target, i, i + length - 1) !== subject) continue;
    const shown = falsyUse(target, i, i + length - 1);
    if (shown === 'number') return shown;
    kind ??= shown;
  }
  return kind;
}

const NUMBER_OPERATORS = new Set(['<', '<=', '>', '>=', '-', '*', '/', '//', '**']);
const NUMBER_TAKERS = new Set(['int', 'float', 'range']);
const CONTAINER_TAKERS = new Set(['len', 'str', 'list', 'tuple', 'set', 'dict', 'sorted', 'enumerate']);
const ANNOTATIONS: Readonly<Record<string, Falsy>> = {
  int: 'number', float: 'number', str: 'empty', bytes: 'empty', list: 'empty', dict: 'empty', bool: 'empty',
}; // prettier-ignore

/** What one use of a value, tokens [first, last], tells of it. */
function falsyUse(target: MutationTarget, first: number, last: number): Falsy | undefined {
  const [before, after] = [textAt(target, first - 1), textAt(target, last + 1)];
  // `**options` is no power.
  const power = before === '**' && !endsOperand(target, first - 2);
  if (NUMBER_OPERATORS.has(after) || (NUMBER_OPERATORS.has(before) && !power)) return 'number';
  if (after === ':' && inSignature(target, first)) {
    const annotation = textAt(target, last + 2);
    return Object.hasOwn(ANNOTATIONS, annotation) ? ANNOTATIONS[annotation] : undefined;
  }
  const taker = before === '(' ? textAt(target, first - 2) : '';
  if (NUMBER_TAKERS.has(taker)) return 'number';
  return CONTAINER_TAKERS.has(taker) || before === 'in' || after === '[' || after === '+'
    ? 'empty'
    : undefined;
}
