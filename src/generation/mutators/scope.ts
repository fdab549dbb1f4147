import { SLOTS } from '../../records/example';
import type { Mutator } from '../mutator';
import { argumentsOf, isAssignment, lineAt, matchesAt, textAt, type MutationTarget } from '../target';
import { removeLine, removeTokens } from '../text-edit';
import { inSignature, lineSites, plainNames, tokenSites } from './sites';

/** `x` becomes `self.x` where the function knows no such attribute. */
export const superfluousSelf: Mutator = {
  bugType: 'superfluous-self',
  why: 'Nothing in the function gives the object such an attribute; the value at hand is the parameter or local.',
  sites(target) {
    if (selfParameter(target) === undefined) return [];
    const attributes = attributeNames(target);
    const bound = boundNames(target);
    return tokenSites(
      target,
      ({ text, kind }, i) =>
        kind === 'name' &&
        target.loads[i] === 1 &&
        bound.has(text) &&
        !attributes.has(text) &&
        !inSignature(target, i),
    );
  },
  apply: (target, { token }) => {
    const { start } = target.tokens[token];
    return { start, end: start, text: 'self.' };
  },
};

/**
 * Parameters and variables that a line of the function binds. One that is bound inside brackets alone may belong to
 * a comprehension or lambda, where `self.x` is nothing that anybody writes.
 */
function boundNames(target: MutationTarget): Set<string> {
  const out = new Set<string>();
  target.tokens.forEach(({ text }, i) => {
    const bound = target.bindings[i] === 'parameter' || target.bindings[i] === 'local';
    if (
      bound &&
      text !== 'self' &&
      text.length > 1 &&
      target.loads[i] === 0 &&
      (target.enclosing[i] < 0 || inSignature(target, i))
    )
      out.add(text);
  });
  return out;
}

/** Index of the parameter `self` at the start of the function's own list, or undefined. */
export function selfParameter(target: MutationTarget): number | undefined {
  const def = target.tokens.findIndex(({ kind, text }) => kind === 'keyword' && text === 'def');
  return def >= 0 && matchesAt(target, def + 2, '(', 'self') ? def + 3 : undefined;
}

/** Every name that follows a dot. */
function attributeNames({ tokens }: MutationTarget): Set<string> {
  return new Set(tokens.filter((_, i) => tokens[i - 1]?.text === '.').map(({ text }) => text));
}

/** `self.x = y` becomes `x = y`. */
export const localInsteadOfAttribute: Mutator = {
  bugType: 'local-instead-of-attribute',
  why: 'The value ends with the function; the object keeps its old attribute or has none.',
  sites(target) {
    const plain = plainNames(target);
    return lineSites(
      target,
      (first) =>
        matchesAt(target, first, 'self', '.') &&
        textAt(target, first + 3) === '=' &&
        target.bindings[first] === 'parameter' &&
        !plain.has(textAt(target, first + 2)),
    );
  },
  apply: (target, { token }) => removeTokens(target, token, token + 1),
};

/** `def f(self, x)` becomes `def f(x)`. */
export const missingSelfParameter: Mutator = {
  bugType: 'missing-self-parameter',
  why: 'The call passes the object as the first argument, and the body knows no `self`.',
  sites(target) {
    const token = selfParameter(target);
    if (token === undefined) return [];
    const [, next] = argumentsOf(target, token - 1);
    // Python allows no list that starts with `/`.
    if (next && textAt(target, next.first) === '/') return [];
    const used = target.tokens.some((_, i) => i > token && matchesAt(target, i, 'self', '.'));
    return used && [',', ')'].includes(textAt(target, token + 1)) ? [{ token }] : [];
  },
  apply: (target, { token }) =>
    removeTokens(target, token, textAt(target, token + 1) === ',' ? token + 1 : token),
};

/** Deletes the line that gives a variable its first value. */
export const missingInitialisation: Mutator = {
  bugType: 'missing-initialisation',
  why: 'The variable is read before any other line gave it a value, at least where the loop or branch does not run.',
  sites: (target) =>
    lineSites(
      target,
      (first, end) =>
        end - first < SLOTS &&
        target.bindings[first] === 'local' &&
        textAt(target, first + 1) === '=' &&
        isStartValue(target, first + 2, end) &&
        removeLine(target, target.lines[target.lineOf[first]]) !== null &&
        needsStart(target, first),
    ),
  apply: (target, { token }) => removeLine(target, target.lines[target.lineOf[token]]),
};

const EMPTY_CALLS = new Set([
  'list',
  'dict',
  'set',
  'tuple',
  'defaultdict',
  'OrderedDict',
  'Counter',
  'deque',
]);

/**
 * True for what loops and branches start from: None, a flag, 0, 1 or -1, an empty text or container. Any other value
 * could not be told from the rest of the function.
 */
function isStartValue(target: MutationTarget, first: number, end: number): boolean {
  const { kind, text } = target.tokens[first];
  if (end === first + 1) {
    if (kind === 'string') return /^[bBuUfF]?(''|"")$/.test(text);
    return ['None', 'True', 'False', '0', '1', '0.0', '1.0'].includes(text);
  }
  if (end === first + 2 && text === '-') return textAt(target, first + 1) === '1';
  if (['[', '{', '('].includes(text)) return end === first + 2 && target.partner[first] === end - 1;
  return EMPTY_CALLS.has(text) && textAt(target, first + 1) === '(' && target.partner[first + 1] === end - 1;
}

/**
 * True when the variable has no value before its line, and every later line that binds it stands deeper (and so may
 * not run), needs the old value, or there is none; and when it is read on the line's own level or by such an update.
 */
function needsStart(target: MutationTarget, first: number): boolean {
  const name = textAt(target, first);
  const { level, end: lineEnd } = lineAt(target, first);
  let read = false;
  // A container is filled; of anything else that never changes nobody forgets the only assignment.
  let changed = [']', '}', ')'].includes(textAt(target, lineEnd - 1));
  for (let i = 0; i < target.tokens.length; i++) {
    if (target.tokens[i].text !== name || i === first || target.tokens[i].kind !== 'name') continue;
    if (textAt(target, target.lines[target.lineOf[i]].first) === 'nonlocal') return false;
    if (i < first && target.bindings[i] !== 'none' && target.bindings[i] !== 'attribute') return false;
    if (target.bindings[i] !== 'local') continue;
    const line = target.lines[target.lineOf[i]];
    if (line.level < level) return false;
    const updates = i === line.first && isUpdate(textAt(target, i + 1));
    if (updates) read = changed = true;
    else if (target.loads[i] === 1) read = read || isReadEarly(target, first, i, name);
    else if (line.level === level) return false;
    else changed = true;
  }
  return read && changed;
}

function isUpdate(text: string): boolean {
  return text !== '=' && isAssignment(text);
}

/** True when no plain assignment of `name` stands in the lines before the read that lead to it for certain. */
function isReadEarly(target: MutationTarget, first: number, read: number, name: string): boolean {
  let { level } = target.lines[target.lineOf[read]];
  for (let l = target.lineOf[read] - 1; l > target.lineOf[first]; l--) {
    const line = target.lines[l];
    if (line.level > level) continue;
    level = line.level;
    for (let i = line.first; i < line.end; i++)
      if (textAt(target, i) === name && target.loads[i] === 0 && target.bindings[i] === 'local') return false;
  }
  return true;
}
