import type { MutationSite, Mutator } from '../../mutation/mutator';
import { keywordArgument } from '../../mutation/structure';
import {
  type Argument,
  type MutationTarget,
  argumentsOf,
  isCall,
  matchesAt,
  textAt,
} from '../../mutation/target';
import { type TextEdit, replaceTokens } from '../../mutation/text-edit';
import { keywordAt, passesOn, removeArgument } from '../tools/arguments';
import { isMethodCall } from '../tools/calls';
import { arrayFunction, usesArrays, usesFrames } from '../tools/libraries';
import { unlessIdle } from '../tools/lines';
import { chainStart, operandStart, unwrapCall } from '../tools/operands';
import { tokenSites } from '../tools/sites';
import { textOf } from '../tools/texts';

/** Functions and methods that work on the whole array when they get no axis. */
const WHOLE_WITHOUT_AXIS = new Set(
  (
    'sum mean std var max min amax amin argmax argmin any all prod median cumsum cumprod ptp average norm ' +
    'nansum nanmean nanstd nanvar nanmax nanmin nanargmax nanargmin nanmedian nanpercentile nanquantile ' +
    'percentile quantile take repeat append delete insert unique count_nonzero logsumexp flip roll'
  ).split(' '),
);
const OTHER_AXES: Readonly<Record<string, readonly string[]>> = {
  '0': ['1', '-1'],
  '1': ['0'],
  '2': ['1'],
  '-1': ['0'],
};

/** `axis=0` for `axis=1`, and no axis at all. */
export const wrongAxis: Mutator = {
  bugType: 'wrong-axis',
  why: 'Another dimension is reduced or joined, so that the shape or every number is another.',
  sites: (target) => (usesArrays(target) || usesFrames(target) ? axisSites(target) : []),
  apply(target, { token, form }, rng) {
    const argument = keywordAt(target, token);
    if (!argument) return null;
    if (form === 'drop') return removeArgument(target, argument);
    const axes = OTHER_AXES[axisOf(target, argument)];
    return replaceTokens(target, token + 2, argument.last, rng.pick(axes));
  },
};

function axisSites(target: MutationTarget): MutationSite[] {
  return tokenSites(target, ({ text }, i) => text === 'axis' && keywordAt(target, i) !== undefined).flatMap(
    ({ token }) => {
      const argument = keywordAt(target, token) as Argument;
      const sites: MutationSite[] = [];
      if (Object.hasOwn(OTHER_AXES, axisOf(target, argument))) sites.push({ token, form: 'swap' });
      const callee = textAt(target, target.enclosing[token] - 1);
      const drops = textAt(target, token + 2) !== 'None' && !passesOn(target, argument);
      if (WHOLE_WITHOUT_AXIS.has(callee) && drops) sites.push({ token, form: 'drop' });
      return sites;
    },
  );
}

function axisOf(target: MutationTarget, { first, last }: Argument): string {
  return textOf(target, first + 2, last);
}

/** `keepdims=True`, `[:, np.newaxis]` or `.reshape(-1, 1)` is missing, or `[i]` stands for `[i:i + 1]`. */
export const lostDimension: Mutator = {
  bugType: 'lost-dimension',
  why: 'With a dimension less, broadcasting pairs other elements or fails. Leading ones are left out: broadcasting adds those itself.',
  sites: (target) =>
    usesArrays(target)
      ? tokenSites(
          target,
          (_, i) =>
            keepsDimension(target, i) ||
            addsDimension(target, i) ||
            makesColumn(target, i) ||
            isUnitSlice(target, i) ||
            isAtLeast(target, i),
        )
      : [],
  apply(target, { token }) {
    if (isUnitSlice(target, token)) return replaceTokens(target, token, token + 4, textAt(target, token));
    if (isAtLeast(target, token)) return unlessIdle(target, unwrapFunction(target, token));
    const argument = keywordAt(target, token);
    if (argument) return removeArgument(target, argument);
    const open = makesColumn(target, token) ? token + 2 : token;
    return unlessIdle(target, replaceTokens(target, token, target.partner[open], ''));
  },
};

function keepsDimension(target: MutationTarget, index: number): boolean {
  if (!matchesAt(target, index, 'keepdims', '=', 'True') || !keywordAt(target, index)) return false;
  const axis = keywordArgument(target, target.enclosing[index], 'axis');
  return axis !== undefined && !['0', 'None'].includes(axisOf(target, axis));
}

/** A subscript of colons and new axes with a new one behind a colon: `[:, None]`, `[..., np.newaxis]`. */
function addsDimension(target: MutationTarget, open: number): boolean {
  const close = target.partner[open];
  if (textAt(target, open) !== '[' || close < open || operandStart(target, close) === open) return false;
  const parts = argumentsOf(target, open).map(({ first, last }) => {
    const text = textOf(target, first, last);
    return text === 'None' || text === 'newaxis' || arrayFunction(target, last) === 'newaxis' ? 'new' : text;
  });
  const onlyShape = parts.every((part) => part === 'new' || part === ':' || part === '...');
  return onlyShape && parts.length > 1 && parts.lastIndexOf('new') > 0;
}

function makesColumn(target: MutationTarget, dot: number): boolean {
  return matchesAt(target, dot, '.', 'reshape', '(', '-', '1', ',', '1', ')');
}

/** True at the first `i` of the subscript `i:i + 1`, alone or beside others: `x[:, i:i + 1]`. */
function isUnitSlice(target: MutationTarget, index: number): boolean {
  const { kind, text } = target.tokens[index];
  if (kind !== 'name' || textAt(target, target.enclosing[index]) !== '[') return false;
  const bounded =
    ['[', ','].includes(textAt(target, index - 1)) && matchesAt(target, index, text, ':', text, '+', '1');
  return bounded && [']', ','].includes(textAt(target, index + 5));
}

/** True at the name of `np.atleast_2d` and its like, called with one array. */
function isAtLeast(target: MutationTarget, index: number): boolean {
  if (!/^atleast_[123]d$/.test(textAt(target, index)) || !isCall(target, index + 1)) return false;
  const all = argumentsOf(target, index + 1);
  return arrayFunction(target, index) !== undefined && all.length === 1 && all[0].positional;
}

function unwrapFunction(target: MutationTarget, index: number): TextEdit {
  const [argument] = argumentsOf(target, index + 1);
  return unwrapCall(target, chainStart(target, index), target.partner[index + 1], argument);
}

const FLOAT_TYPES = new Set(['float', 'float64', 'double', 'float_', "'float'", "'float64'", "'d'", "'f8'"]);
const INTEGER_TYPES = new Set(['int', 'int64', 'intp', 'int_', "'int'", "'int64'", "'i8'"]);
/** What makers give without a dtype. */
const DEFAULT_TYPES: Readonly<Record<string, ReadonlySet<string>>> = {
  zeros: FLOAT_TYPES,
  ones: FLOAT_TYPES,
  empty: FLOAT_TYPES,
  eye: FLOAT_TYPES,
  identity: FLOAT_TYPES,
  linspace: FLOAT_TYPES,
  frombuffer: FLOAT_TYPES,
  fromfile: FLOAT_TYPES,
  loadtxt: FLOAT_TYPES,
  arange: INTEGER_TYPES,
};
const MAKERS = new Set([
  ...Object.keys(DEFAULT_TYPES),
  ...'array asarray ascontiguousarray asfortranarray asanyarray full fromiter fromstring'.split(' '),
  ...'zeros_like ones_like empty_like full_like cumsum sum mean prod cumprod dot concatenate'.split(' '),
]);

/** `dtype=...` or `.astype(...)` is missing. */
export const missingDtype: Mutator = {
  bugType: 'missing-dtype',
  why: 'The array takes the type of its input or the default: it rounds, overflows, or cannot be an index or a mask.',
  sites: (target) =>
    usesArrays(target)
      ? tokenSites(
          target,
          ({ text }, i) =>
            (text === 'dtype' && setsType(target, i)) || (text === 'astype' && isArrayMethod(target, i)),
        )
      : [],
  apply(target, { token }) {
    if (textAt(target, token) === 'astype')
      return unlessIdle(target, replaceTokens(target, token - 1, target.partner[token + 1], ''));
    const argument = keywordAt(target, token);
    return argument ? removeArgument(target, argument) : null;
  },
};

/** True for the name of a method that is called, not of a function of a module. */
function isArrayMethod(target: MutationTarget, index: number): boolean {
  return isMethodCall(target, index) && arrayFunction(target, index) === undefined;
}

function setsType(target: MutationTarget, index: number): boolean {
  const argument = keywordAt(target, index);
  if (!argument || textAt(target, index + 2) === 'None' || passesOn(target, argument)) return false;
  const open = target.enclosing[index];
  const callee = textAt(target, open - 1);
  if (!MAKERS.has(callee)) return false;
  if (arrayFunction(target, open - 1) === undefined && !['sum', 'mean', 'cumsum', 'prod'].includes(callee))
    return false;
  const type = textAt(target, argument.last).replaceAll('"', "'");
  if (Object.hasOwn(DEFAULT_TYPES, callee) && DEFAULT_TYPES[callee].has(type)) return false;
  return !isTypeOfData(target, argumentsOf(target, open)[0], argument, type);
}

/** True when the data has the type anyway: `zeros_like(x, dtype=x.dtype)`, `array([1.5], dtype=float)`. */
function isTypeOfData(target: MutationTarget, data: Argument, argument: Argument, type: string): boolean {
  const text = textOf(target, data.first, data.last);
  if (textOf(target, argument.first + 2, argument.last) === `${text}.dtype`) return true;
  if (!/^[[(]/.test(text)) return false;
  if (FLOAT_TYPES.has(type)) return /\d\.|\.\d|\de-?\d/.test(text);
  return INTEGER_TYPES.has(type) && /^[\d\s,()[\]-]+$/.test(text);
}
