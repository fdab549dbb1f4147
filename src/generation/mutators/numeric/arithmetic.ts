import type { Rng } from '../../../core/rng';
import type { MutationSite, Mutator } from '../../mutation/mutator';
import { qualifiedName } from '../../mutation/structure';
import {
  type Argument,
  type MutationTarget,
  argumentsOf,
  endsOperand,
  isCall,
  matchesAt,
  textAt,
} from '../../mutation/target';
import { type TextEdit, replaceToken, replaceTokens } from '../../mutation/text-edit';
import { removeArgument } from '../tools/arguments';
import { arrayFunction } from '../tools/libraries';
import { inSignature, unlessIdle } from '../tools/lines';
import { chainStart, isOperand, isPath, levelOf, unwrapCall } from '../tools/operands';
import { tokenSites } from '../tools/sites';

const DIVISIONS: Readonly<Record<string, string>> = { '/': '//', '//': '/', '//=': '/=' };
const COUNT_NAME = /count|total|size|length|hits|(^|_)n(um)?_|^n[a-z]?$/;

/** `/` for `//`, and `//` for the `/` of a share or mean. */
export const wrongDivision: Mutator = {
  bugType: 'wrong-division',
  why: '`/` gives a float, which is no index or size; `//` throws the fraction away.',
  sites: (target) =>
    tokenSites(
      target,
      ({ kind, text }, i) =>
        kind === 'op' &&
        Object.hasOwn(DIVISIONS, text) &&
        endsOperand(target, i - 1) &&
        ![',', ')'].includes(textAt(target, i + 1)) &&
        !inSignature(target, i) &&
        (text.startsWith('//') || dividesCount(target, i)),
    ),
  apply: (target, { token }) => replaceToken(target, token, DIVISIONS[textAt(target, token)]),
};

/** True where what is divided is an integer as far as its name tells, and the divisor is no float. */
function dividesCount(target: MutationTarget, index: number): boolean {
  if (/^\d*\.\d*/.test(textAt(target, index + 1)) || target.tokens[index + 1].kind === 'string') return false;
  const name = textAt(target, index - 1) === ')' ? target.partner[index - 1] - 1 : index - 1;
  const text = textAt(target, name);
  if (target.tokens[name]?.kind !== 'name') return false;
  return name === index - 1
    ? COUNT_NAME.test(text)
    : ['len', 'sum'].includes(qualifiedName(target, name) ?? '');
}

/** Constants of units, and those that they are confused with. */
const UNITS: Readonly<Record<string, readonly string[]>> = {
  '1000': ['1024', '100', '1000000'],
  '1000.0': ['1000000.0', '100.0'],
  '1000.': ['1e6', '100.'],
  '1e3': ['1e6'],
  '1e-3': ['1e-6'],
  '1024': ['1000'],
  '1024.0': ['1000.0'],
  '1000000': ['1000'],
  '1000000.0': ['1000.0'],
  '1e6': ['1e3', '1e9'],
  '1e-6': ['1e-3', '1e-9'],
  '1e9': ['1e6', '1e3'],
  '1e-9': ['1e-6'],
  '1e12': ['1e9'],
  '1000000000': ['1000000'],
  '60': ['3600', '100'],
  '60.0': ['3600.0'],
  '3600': ['60'],
  '3600.0': ['60.0'],
  '86400': ['3600'],
  '24': ['60', '12'],
  '100': ['1000', '10'],
  '100.0': ['1000.0', '10.0'],
  '180': ['360'],
  '180.0': ['360.0'],
  '360': ['180'],
  '72': ['96'],
  '72.0': ['96.0'],
}; // prettier-ignore

/** Functions that convert angles. */
const ANGLES = new Set(['deg2rad', 'rad2deg', 'radians', 'degrees']);

/** `x * 1000` becomes `x * 1024` or `x`, `math.radians(x)` becomes `x`, `d.total_seconds()` becomes `d.seconds`. */
export const wrongUnit: Mutator = {
  bugType: 'wrong-unit',
  why: 'The number is of another unit: off by a constant factor, or without its whole days.',
  sites: (target) =>
    target.tokens.flatMap((_, i): MutationSite[] => {
      if (isFactor(target, i))
        return canDrop(target, i)
          ? [
              { token: i, form: 'swap' },
              { token: i, form: 'drop' },
            ]
          : [{ token: i, form: 'swap' }];
      if (convertsAngle(target, i)) return [{ token: i, form: 'angle' }];
      return matchesAt(target, i, '.', 'total_seconds', '(', ')') ? [{ token: i, form: 'seconds' }] : [];
    }),
  apply: (target, { token, form }, rng) => applyUnit(target, token, form, rng),
};

function applyUnit(target: MutationTarget, token: number, form: string | undefined, rng: Rng): TextEdit {
  if (form === 'swap') return replaceToken(target, token, rng.pick(UNITS[textAt(target, token)]));
  if (form === 'seconds') return replaceTokens(target, token + 1, token + 3, 'seconds');
  if (form === 'drop') {
    const { tokens } = target;
    const left = isBinary(target, token - 1);
    return left
      ? { start: tokens[token - 2].end, end: tokens[token].end, text: '' }
      : { start: tokens[token].start, end: tokens[token + 2].start, text: '' };
  }
  const [angle] = argumentsOf(target, token + 1);
  return unwrapCall(target, chainStart(target, token), target.partner[token + 1], angle);
}

/** True for a constant of a unit beside `*`, `/`, `//` or `%`. */
function isFactor(target: MutationTarget, index: number): boolean {
  const { kind, text } = target.tokens[index];
  if (kind !== 'number' || !Object.hasOwn(UNITS, text)) return false;
  // A multiple of the machine's precision is a tolerance and has no unit.
  if (/eps/i.test(textAt(target, index + 2) + textAt(target, index - 2) + textAt(target, index + 4)))
    return false;
  return (
    isBinary(target, index - 1) ||
    isBinary(target, index + 1) ||
    /^([*%]|\/\/?)=$/.test(textAt(target, index - 1))
  );
}

function isBinary(target: MutationTarget, operator: number): boolean {
  const { kind, text } = target.tokens[operator];
  if (kind !== 'op' || !['*', '/', '//', '%'].includes(text)) return false;
  return endsOperand(target, operator - 1) && target.tokens[operator - 1].kind !== 'string';
}

/** True where the rest means the same unit as before without the factor: `x * 1000`, `1000 * x`, not `1000 / x`. */
function canDrop(target: MutationTarget, index: number): boolean {
  const before = textAt(target, index - 1);
  if (isBinary(target, index - 1)) return before !== '%' && target.tokens[index - 2].kind !== 'number';
  return isBinary(target, index + 1) && textAt(target, index + 1) === '*';
}

function convertsAngle(target: MutationTarget, index: number): boolean {
  const name = textAt(target, index);
  if (!ANGLES.has(name) || !isCall(target, index + 1)) return false;
  const known = arrayFunction(target, index) === name || qualifiedName(target, index) === `math.${name}`;
  const all = argumentsOf(target, index + 1);
  return known && all.length === 1 && all[0].positional;
}

const BOUNDS = new Set(['max', 'min', 'maximum', 'minimum']);

/** `max(x - 1, 0)` becomes `x - 1`, `x.clip(0, 1)` becomes `x`. */
export const missingBound: Mutator = {
  bugType: 'missing-bound',
  why: 'Values beyond the bound go on: negative sizes and indices, divisions by zero, values out of range.',
  sites: (target) => tokenSites(target, (_, i) => boundAt(target, i) !== undefined),
  apply(target, { token }) {
    const found = boundAt(target, token);
    if (!found) return null;
    if (found.removed) return removeArgument(target, found.removed);
    const close = target.partner[token + 1];
    if (!found.value) return unlessIdle(target, replaceTokens(target, token - 1, close, ''));
    return unlessIdle(target, unwrapCall(target, chainStart(target, token), close, found.value));
  },
};

/**
 * The value that a call of `max` or `min` keeps within a bound; where it stands beside several values, the bound that
 * can be removed. Empty for the method `clip`, whose receiver is the value.
 */
function boundAt(
  target: MutationTarget,
  index: number,
): { value?: Argument; removed?: Argument } | undefined {
  const name = textAt(target, index);
  if (!isCall(target, index + 1)) return undefined;
  if (name === 'clip' && arrayFunction(target, index) === undefined)
    return textAt(target, index - 1) === '.' && target.partner[index + 1] > index + 2 ? {} : undefined;
  if (!BOUNDS.has(name)) return undefined;
  const all = argumentsOf(target, index + 1);
  const isArray = arrayFunction(target, index) !== undefined;
  if (all.length < 2 || all.some(({ positional }) => !positional)) return undefined;
  if (!(isArray ? name.endsWith('imum') : qualifiedName(target, index) === name)) return undefined;
  let bounds = all.filter((argument) => isBound(target, argument));
  // `min(start + size, end)`: the plain one of two is the bound.
  if (bounds.length === 0 && all.length === 2)
    bounds = all.filter(({ first, last }) => isPath(target, first, last));
  if (bounds.length !== 1) return undefined;
  const value = all.find((argument) => argument !== bounds[0]);
  if (!value) return undefined;
  return all.length === 2 ? { value } : { value, removed: bounds[0] };
}

/** True for what bounds mostly are: a number with or without a sign, a constant, a length. */
function isBound(target: MutationTarget, { first, last }: Argument): boolean {
  const start = ['-', '+'].includes(textAt(target, first)) ? first + 1 : first;
  if (start === last && target.tokens[last].kind === 'number') return true;
  if (matchesAt(target, first, 'len', '(')) return target.partner[first + 1] === last;
  if (/^[A-Z][A-Z\d_]+$/.test(textAt(target, last))) return isPath(target, first, last);
  const sized = matchesAt(target, last - 4, '.', 'shape', '[') || matchesAt(target, last - 1, '.', 'size');
  return sized && isOperand(target, first, last);
}

const MAGNITUDES = new Set(['abs', 'fabs', 'absolute']);

/** `abs(x)` becomes `x`. */
export const missingAbs: Mutator = {
  bugType: 'missing-abs',
  why: 'Negative values keep their sign: every large negative difference is below the tolerance.',
  sites: (target) => tokenSites(target, (_, i) => magnitudeOf(target, i) !== undefined),
  apply(target, { token }) {
    const value = magnitudeOf(target, token);
    if (!value) return null;
    const close = target.partner[token + 1];
    return unlessIdle(target, unwrapCall(target, chainStart(target, token), close, value));
  },
};

function magnitudeOf(target: MutationTarget, index: number): Argument | undefined {
  const name = textAt(target, index);
  if (!MAGNITUDES.has(name) || !isCall(target, index + 1)) return undefined;
  const path = qualifiedName(target, index);
  if (path !== 'abs' && path !== 'math.fabs' && arrayFunction(target, index) === undefined) return undefined;
  const all = argumentsOf(target, index + 1);
  if (all.length !== 1 || !all[0].positional) return undefined;
  // What a square, a product with itself or a literal hides.
  const squared = textAt(target, target.partner[index + 1] + 1) === '**';
  return squared || levelOf(target, all[0].first, all[0].last) === 'loosest' ? undefined : all[0];
}
