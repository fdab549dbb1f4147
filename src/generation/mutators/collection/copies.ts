import type { MutationSite, Mutator } from '../../mutation/mutator';
import { blockOf, qualifiedName } from '../../mutation/structure';
import {
  type MutationTarget,
  argumentsOf,
  isAssignment,
  isCall,
  matchesAt,
  textAt,
} from '../../mutation/target';
import { type TextEdit, replaceTokens } from '../../mutation/text-edit';
import { arrayFunction } from '../tools/libraries';
import { unlessIdle } from '../tools/lines';
import { chainStart, isPath, operandEnd, unwrapCall } from '../tools/operands';
import { lineSites, tokenSites } from '../tools/sites';
import { sameText } from '../tools/texts';

/** What copies its argument, by path. */
const COPIERS = new Set(['list', 'dict', 'set', 'tuple', 'copy.copy', 'copy.deepcopy', 'sorted']);

/** A copy of the value at tokens [first, last], written at tokens [from, to]. */
interface Copy {
  from: number;
  to: number;
  first: number;
  last: number;
}

/** The copy that ends the operand from token `from` on: `x.copy()`, `x[:]`, `list(x)`, `list(x.items())`. */
function copyAt(target: MutationTarget, from: number): Copy | undefined {
  const to = operandEnd(target, from);
  const name = to - 2;
  if (matchesAt(target, to - 2, '[', ':', ']')) return { from, to, first: from, last: to - 3 };
  if (matchesAt(target, to - 3, '.', 'copy', '(', ')')) return { from, to, first: from, last: to - 4 };
  const open = target.partner[to];
  if (name < from || !isCall(target, open) || chainStart(target, open - 1) !== from) return undefined;
  const path = qualifiedName(target, open - 1);
  const all = argumentsOf(target, open);
  if (path === undefined || !COPIERS.has(path) || all.length !== 1 || !all[0].positional) return undefined;
  return { from, to, first: all[0].first, last: all[0].last };
}

/** Writes what is copied in place of the copy. */
function withoutCopy(target: MutationTarget, { from, to, first, last }: Copy): TextEdit {
  if (first === from) return replaceTokens(target, last + 1, to, '');
  return unwrapCall(target, from, to, { first, last, positional: true });
}

/** Methods that change a container. */
const CHANGING = new Set(
  'append extend insert remove pop popitem clear add discard update setdefault sort reverse difference_update'.split(
    ' ',
  ),
);

/**
 * True when a token of [from, to) starts a change of the container whose name stands at tokens
 * [name, name + length): a method that changes it, `del x[k]`, `x[k] = v` or `x += v`.
 */
function isChangedIn(
  target: MutationTarget,
  [from, to]: [number, number],
  name: number,
  length: number,
  resized: boolean,
): boolean {
  for (let i = from; i < to; i++) {
    if (!sameText(target, i, name, length) || textAt(target, i - 1) === '.') continue;
    const after = i + length;
    if (textAt(target, after) === '.' && isCall(target, after + 2)) {
      if (CHANGING.has(textAt(target, after + 1))) return true;
    } else if (textAt(target, after) === '[' && textAt(target, i - 1) === 'del') return true;
    else if (
      !resized &&
      textAt(target, after) === '[' &&
      isAssignment(textAt(target, target.partner[after] + 1))
    )
      return true;
    else if (!resized && target.enclosing[i] < 0 && /^[-+|&]=$/.test(textAt(target, after))) return true;
  }
  return false;
}

/** `for key in list(table):` becomes `for key in table:` where the loop changes the table. */
export const changedWhileIterating: Mutator = {
  bugType: 'changed-while-iterating',
  why: 'A dictionary or set that changes size while it is iterated raises RuntimeError; a list skips elements.',
  sites: (target) => lineSites(target, (first) => loopCopy(target, first) !== undefined),
  apply(target, { token }) {
    const copy = loopCopy(target, token);
    return copy ? withoutCopy(target, copy) : null;
  },
};

/** The copy that the `for` line at token `first` iterates, if its block changes what is copied. */
function loopCopy(target: MutationTarget, first: number): Copy | undefined {
  if (textAt(target, first) !== 'for') return undefined;
  const line = target.lineOf[first];
  const { end } = target.lines[line];
  let start = first + 1;
  while (start < end && !target.loopIns.has(start)) start += 1;
  const copy = copyAt(target, start + 1);
  if (!copy || copy.to !== end - 2 || textAt(target, end - 1) !== ':') return undefined;
  const views =
    /^(keys|values|items)$/.test(textAt(target, copy.last - 2)) && textAt(target, copy.last) === ')';
  const last = views ? copy.last - 4 : copy.last;
  if (!isPath(target, copy.first, last)) return undefined;
  const [from, to] = blockOf(target, line);
  if (from >= to) return undefined;
  const block: [number, number] = [target.lines[from].first, target.lines[to - 1].end];
  const changes =
    isChangedIn(target, block, copy.first, last - copy.first + 1, true) ||
    (textAt(target, copy.first) === 'self' && removesIndirectly(target, block));
  return changes && !leavesLoop(target, from, to) ? copy : undefined;
}

const REMOVES =
  /^_?(un(register|subscribe|watch|bind)|remove|delete|discard|disconnect|detach|close|cancel|drop|pop|kill|stop|terminate)/;

/** True for a loop over an attribute that calls a method which by its name takes elements out. */
function removesIndirectly(target: MutationTarget, [from, to]: [number, number]): boolean {
  for (let i = from; i < to; i++)
    if (textAt(target, i) === '.' && REMOVES.test(textAt(target, i + 1)) && isCall(target, i + 2))
      return true;
  return false;
}

/** True when the block ends by leaving the loop: then nothing is iterated after the change. */
function leavesLoop({ lines, tokens }: MutationTarget, from: number, to: number): boolean {
  return lines.slice(from, to).some(({ first }) => ['break', 'return'].includes(tokens[first].text));
}

/** `new = old.copy()` becomes `new = old` where `new` is changed, kept or handed out; `np.array` becomes `np.asarray`. */
export const missingCopy: Mutator = {
  bugType: 'missing-copy',
  why: 'Both names stand for one object: changing the copy changes the original, which belongs to somebody else.',
  sites(target) {
    const changed = changedCopies(target);
    const known = new Set(changed.map(({ token }) => token));
    return [...changed, ...keptCopies(target).filter(({ token }) => !known.has(token))];
  },
  apply(target, { token, form }) {
    if (form === 'array') return replaceTokens(target, token, token, 'asarray');
    const copy = copyAt(target, token);
    return copy ? unlessIdle(target, withoutCopy(target, copy)) : null;
  },
};

/** Right sides of `name = <copy>` where the name is changed on a later line. */
function changedCopies(target: MutationTarget): MutationSite[] {
  return target.lines.flatMap(({ first, end }): MutationSite[] => {
    const name = operandEnd(target, first);
    const value = name + 2;
    if (textAt(target, name + 1) !== '=' || !isPath(target, first, name)) return [];
    const rest: [number, number] = [end, target.tokens.length];
    if (!isChangedIn(target, rest, first, name - first + 1, false)) return [];
    const copy = copyAt(target, value);
    const ended = (at: number): boolean => at === end - 1;
    if (copy && ended(copy.to) && isPath(target, copy.first, copy.last)) return [{ token: value }];
    const open = target.partner[end - 1];
    const array =
      open > value && arrayFunction(target, open - 1) === 'array' && chainStart(target, open - 1) === value;
    const [data] = array ? argumentsOf(target, open) : [];
    return data && isPath(target, data.first, data.last) && argumentsOf(target, open).length === 1
      ? [{ token: open - 1, form: 'array' }]
      : [];
  });
}

/** `.copy()` of an attribute that is returned, and of what is put into an attribute: the object stays shared. */
function keptCopies(target: MutationTarget): MutationSite[] {
  return tokenSites(target, ({ text }, i) => {
    const assigned = text === '=' && target.enclosing[i] < 0 && textAt(target, i - 2) === '.';
    if (text !== 'return' && !assigned) return false;
    const copy = copyAt(target, i + 1);
    if (!copy || target.tokens[copy.to + 1]?.kind !== 'newline') return false;
    if (!isPath(target, copy.first, copy.last) || !isPlainCopy(target, copy)) return false;
    const shared = textAt(target, copy.first) === 'self' && copy.last > copy.first;
    return shared || (assigned && target.bindings[copy.first] === 'parameter');
  }).map(({ token }) => ({ token: token + 1 }));
}

/** True for what does nothing but copy: `list(x)` may also turn something else into a list. */
function isPlainCopy(target: MutationTarget, { from, to, first }: Copy): boolean {
  return first === from || /copy$/.test(textAt(target, target.partner[to] - 1));
}
